// What a page says of records that earlier rows of the same page have just made prospects.
#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

TEST_F(PageTest, HeldBefore_CreatedNow_AndRepeatedOnThePage) {
  poll(lead_, {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "a@x.test")});
  const Plan plan =
      poll(lead_, {record("00Q2", 11, "b@x.test", "CTO"), record("00Q2", 12, "b@x.test", "CEO")});
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_EQ(prospect_of("00Q2").fields[mapping::field::kTitle], Value("CEO"));
  EXPECT_TRUE(world_.open_duplicates.empty());
}

TEST_F(PageTest, HeldBefore_CreatedNow_AndTheWinnerOfAMergeOnThePage) {
  poll(lead_,
       {record("00Q1", 10, "a@x.test"), record("00Q2", 10, "a@x.test"), record("00Q3", 10, "c@x.test")});
  auto loser = record("00Q3", 11, "c@x.test");
  loser.deleted = true;
  loser.lineage.merged_into = RemoteId("00Q2");
  const Plan plan = poll(lead_, {record("00Q2", 11, "b@x.test"), loser});
  EXPECT_EQ(plan.counts.created, 1);
  EXPECT_TRUE(journaled(plan, Reason::kMergeConflict));
  EXPECT_NE(link_of("00Q2").prospect, link_of("00Q3").prospect);
}

}  // namespace
}  // namespace prospectd::reconcile
