// Force updates at the level of a page (SEMANTICS §6): whose value each field has, what is told, and that a
// second one finds nothing to do.
#include "reconcile/force.h"

#include "tests/unit/reconcile/page_fixture.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

constexpr Forcing kFromCrm{ForceSide::kCrm, false};
constexpr Forcing kToCrm{ForceSide::kProspect, false};

class ForceTest : public PageTest {
 protected:
  ForceTest() { lead_.outbound_update = true; }

  Plan force(const Forcing& forcing, std::vector<mapping::MappedRecord> records) {
    MappedPage page{"Lead", std::move(records), {}};
    PageSnapshot seen = world_;
    Plan plan = plan_person_page(lead_, policy_, std::move(page), seen, at(1'000'000), forcing);
    EXPECT_TRUE(can_apply(world_, plan)) << can_apply(world_, plan).error().text();
    for (const Step& step : plan.steps)
      apply_to(world_, step);
    return plan;
  }
  Value title() { return prospect_of("00Q1").fields[field::kTitle]; }
};

TEST_F(ForceTest, ABadValueIsAFieldErrorAndTheOtherFieldsApply) {
  poll(lead_, {record("00Q1", 1, "ana@x.test", "old")});
  edit_here("00Q1", field::kTitle, "ours");
  auto bad = record("00Q1", 2, "ana@x.test", "theirs");
  bad.values[1] = Value();  // what can't be taken is not said
  bad.errors.push_back({1, "no such value"});
  const Plan plan = force(kFromCrm, {bad});
  EXPECT_EQ(title(), Value("theirs"));
  EXPECT_EQ(prospect_of("00Q1").fields[field::kFirstName], Value("Ada"));
  EXPECT_TRUE(journaled(plan, Reason::kFieldError));
  EXPECT_EQ(plan.counts.field_errors, 1);
  const Plan again = force(kFromCrm, {bad});
  EXPECT_TRUE(again.empty()) << "it was told";
  EXPECT_EQ(again.counts.field_errors, 1);
}

TEST_F(ForceTest, AnAddressOfAnotherProspectIsToldOnce) {
  poll(lead_, {record("00Q1", 1, "ana@x.test"), record("00Q2", 1, "bo@x.test")});
  const auto taken = record("00Q1", 2, "bo@x.test", "new");
  EXPECT_TRUE(journaled(force(kFromCrm, {taken}), Reason::kEmailTaken));
  EXPECT_EQ(title(), Value("new"));
  EXPECT_TRUE(force(kFromCrm, {taken}).empty());
}

TEST_F(ForceTest, AKnownRecordIsDecidedAgainOnlyByForce) {
  poll(lead_, {record("00Q1", 1, "ana@x.test", "old")});
  edit_here("00Q1", field::kTitle, "ours");
  EXPECT_TRUE(force({}, {record("00Q1", 1, "ana@x.test", "old")}).empty());
  EXPECT_EQ(title(), Value("ours"));
  force(kFromCrm, {record("00Q1", 1, "ana@x.test", "old")});
  EXPECT_EQ(title(), Value("old"));
  EXPECT_TRUE(link_of("00Q1").shadow.empty()) << "nothing is on its way out any more";
}

TEST_F(ForceTest, WhatIsForcedOutIsEnqueuedWithIt) {
  poll(lead_, {record("00Q1", 1, "ana@x.test", "old")});
  const Plan plan = force(kToCrm, {record("00Q1", 2, "ana@x.test", "theirs")});
  EXPECT_EQ(count<EnqueuePush>(plan), 1);
  EXPECT_EQ(count<UpdateProspect>(plan), 0);
  EXPECT_TRUE(journaled(plan, Reason::kForcedToCrm));
  EXPECT_EQ(link_of("00Q1").shadow.at(field::kTitle), (Agreement{"theirs", "theirs"}));
}

TEST_F(ForceTest, WhereBothSidesAreEqualNothingIsEnqueued) {
  poll(lead_, {record("00Q1", 1, "ana@x.test", "old")});
  EXPECT_TRUE(force(kToCrm, {record("00Q1", 1, "ana@x.test", "old")}).empty());
  EXPECT_TRUE(force({ForceSide::kProspect, true}, {record("00Q1", 1, "ana@x.test", "old")}).empty());
}

TEST_F(ForceTest, ABlankGoesOutOnlyWhereBlanksAreIncluded) {
  poll(lead_, {record("00Q1", 1, "ana@x.test")});
  const auto theirs = record("00Q1", 2, "ana@x.test", "theirs");
  lead_.inbound_update = false;  // nothing comes in meanwhile
  EXPECT_EQ(count<EnqueuePush>(force(kToCrm, {theirs})), 0);
  const Plan plan = force({ForceSide::kProspect, true}, {theirs});
  ASSERT_EQ(count<EnqueuePush>(plan), 1);
  for (const Step& step : plan.steps) {
    if (const auto* push = std::get_if<EnqueuePush>(&step)) {
      EXPECT_TRUE(push->blanks);
    }
  }
}

}  // namespace
}  // namespace prospectd::reconcile
