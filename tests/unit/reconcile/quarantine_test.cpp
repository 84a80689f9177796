// Records that could not be read: set apart once, visibly, and taken back when they come whole (I1, I12); the
// same for people, accounts, users and queues.
#include "reconcile/quarantine.h"

#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

BadInput bad(const char* id) {
  return {RemoteId(id), at(10), "Name is no text", "{}"};
}

class QuarantineTest : public PageTest {
 protected:
  Plan judge(const std::vector<RemoteId>& whole, const std::vector<BadInput>& unreadable) {
    Plan plan;
    PageSnapshot seen = world_;
    plan_quarantine(plan, seen, "Account", whole, unreadable, at(100));
    for (const Step& step : plan.steps)
      apply_to(world_, step);
    return plan;
  }
};

TEST_F(QuarantineTest, I1_AnUnreadableAccountHasADeadLetter) {
  const Plan plan = judge({RemoteId("0011")}, {bad("0012")});
  ASSERT_EQ(count<Quarantine>(plan), 1);
  const auto& letter = std::get<Quarantine>(plan.steps.front()).letter;
  EXPECT_EQ(letter.object, "Account");
  EXPECT_EQ(letter.remote, RemoteId("0012"));
  EXPECT_EQ(letter.first_seen, at(100));
  EXPECT_EQ(plan.counts.quarantined, 1);
}

TEST_F(QuarantineTest, I5_ReadUnreadableAgain_WritesNothing) {
  judge({}, {bad("0012")});
  EXPECT_TRUE(judge({}, {bad("0012")}).steps.empty());
}

TEST_F(QuarantineTest, ReadWhole_TheDeadLetterGoes_Once) {
  judge({}, {bad("0012")});
  EXPECT_EQ(count<Release>(judge({RemoteId("0012")}, {})), 1);
  EXPECT_TRUE(judge({RemoteId("0012")}, {}).steps.empty());
}

TEST_F(QuarantineTest, WithoutAnIdTheSameBytesAreOneLetter) {
  EXPECT_EQ(count<Quarantine>(judge({}, {bad(""), bad("")})), 1);
}

TEST_F(QuarantineTest, TheKeysOfAPageOfAccountsNameItsUnreadableRecordsToo) {
  const auto map = mapping::FieldMap::compile_account({"Account", {spec("Name", "name")}, "test.yaml"});
  ASSERT_TRUE(map);
  const PageKeys keys = keys_of_account_page(ConnectionId{1}, *map, {"Account", {}, {bad("0012")}});
  EXPECT_EQ(keys.remotes, std::vector<RemoteId>{RemoteId("0012")});
}

}  // namespace
}  // namespace prospectd::reconcile
