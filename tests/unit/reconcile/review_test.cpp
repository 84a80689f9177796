// A conflict under the rule `review` decided by a person: what each choice leaves behind on both sides.
#include <gmock/gmock.h>

#include "reconcile/merge.h"
#include "reconcile/review.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using testing::IsEmpty;

const mapping::LocalSchema kReviewSchema;

/// Both sides had "CTO"; the CRM says "CEO" now, the prospect "VP".
struct Decision {
  Decision() {
    conflict.id = {3};
    conflict.prospect = {7};
    conflict.connection = {1};
    conflict.field = field::kTitle;
    conflict.remote = Value("CEO");
    conflict.local = Value("VP");
    prospect.id = {7};
    prospect.version = 4;
    prospect.fields.assign(kReviewSchema.size(), Value::null());
    prospect.fields[field::kTitle] = Value("VP");
    link.prospect = {7};
    link.connection = {1};
    link.object = "Lead";
    link.remote = RemoteId("L7");
    link.shadow[field::kTitle] = {Value("CTO"), Value("CTO")};
  }
  ReviewScene scene() const { return {conflict, &prospect, &link, &type}; }
  Plan take(ReviewTake side) const { return plan_review(kReviewSchema, scene(), side, "ana"); }

  Conflict conflict;
  Prospect prospect;
  Link link;
  OutwardType type{"Lead", false, true, {field::kTitle}, {}};
};

template <class StepType>
std::vector<StepType> steps_of(const Plan& plan) {
  std::vector<StepType> found;
  for (const Step& step : plan.steps) {
    if (const auto* one = std::get_if<StepType>(&step)) found.push_back(*one);
  }
  return found;
}

FieldCase case_after(const Plan& plan, Value local) {
  FieldInput in;
  in.remote = Value("CEO");
  in.local = std::move(local);
  in.gives_out = true;
  in.rule = mapping::ConflictRule::kReview;
  const Shadow shadow = steps_of<PutLink>(plan).at(0).link.shadow;
  if (const auto agreed = shadow.find(field::kTitle); agreed != shadow.end()) in.agreed = agreed->second;
  return decide_field(in).field_case;
}

TEST(Review, S11_TakingTheCrmsValueWritesItToTheProspectAndBothAgree) {
  const Plan plan = Decision().take(ReviewTake::kCrm);
  const auto updates = steps_of<UpdateProspect>(plan);
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_EQ(updates[0].expected, 4);
  EXPECT_EQ(updates[0].changes.at(0).after, Value("CEO"));
  EXPECT_EQ(case_after(plan, Value("CEO")), FieldCase::kEqual);
  EXPECT_THAT(steps_of<PutLink>(plan).at(0).link.shadow, IsEmpty());
  EXPECT_THAT(steps_of<EnqueuePush>(plan), IsEmpty());
  EXPECT_EQ(steps_of<CloseConflict>(plan).size(), 1U);
}

TEST(Review, S11_KeepingTheProspectsValueMakesItAChangeOnItsWayOut) {
  const Plan plan = Decision().take(ReviewTake::kProspect);
  EXPECT_THAT(steps_of<UpdateProspect>(plan), IsEmpty());
  EXPECT_EQ(steps_of<PutLink>(plan).at(0).link.shadow.at(field::kTitle),
            (Agreement{Value("CEO"), Value("CEO")}));
  EXPECT_EQ(case_after(plan, Value("VP")), FieldCase::kLocalOnly);
  const auto pushes = steps_of<EnqueuePush>(plan);
  ASSERT_EQ(pushes.size(), 1U);
  EXPECT_EQ(pushes[0].remote, RemoteId("L7"));
  EXPECT_EQ(steps_of<CloseConflict>(plan).size(), 1U);
}

TEST(Review, AValueThatIsKeptAndFlowsNowhereIsAStandingDifference) {
  Decision decision;
  const auto kept = [&] {
    const Plan plan = decision.take(ReviewTake::kProspect);
    EXPECT_THAT(steps_of<EnqueuePush>(plan), IsEmpty());
    return case_after(plan, Value("VP"));
  };
  decision.type.fields.clear();
  EXPECT_EQ(kept(), FieldCase::kNeither);
  decision = Decision();
  decision.type.updates = false;
  EXPECT_EQ(kept(), FieldCase::kNeither);
  decision = Decision();
  decision.link.deleted = true;
  EXPECT_EQ(kept(), FieldCase::kNeither);
}

TEST(Review, I7_BothValuesAndTheOneBeforeAreJournaledWithWhoDecided) {
  for (const ReviewTake side : {ReviewTake::kCrm, ReviewTake::kProspect}) {
    const Plan plan = Decision().take(side);
    EXPECT_EQ(plan.cause.actor, "ana");
    ASSERT_EQ(plan.journal.size(), 1U);
    const bool crm = side == ReviewTake::kCrm;
    EXPECT_EQ(plan.journal[0].reason, crm ? Reason::kReviewTookCrm : Reason::kReviewKeptProspect);
    EXPECT_EQ(plan.journal[0].field, "title");
    EXPECT_EQ(plan.journal[0].detail, R"({"crm":"CEO","prospect":"VP","agreed":"CTO"})");
    EXPECT_EQ(plan.journal[0].after, crm ? "\"CEO\"" : "");
  }
}

TEST(Review, SidesThatAreTheSameMeanwhileOnlyAgree) {
  Decision decision;
  decision.prospect.fields[field::kTitle] = Value("CEO");
  for (const ReviewTake side : {ReviewTake::kCrm, ReviewTake::kProspect}) {
    const Plan plan = decision.take(side);
    EXPECT_THAT(steps_of<UpdateProspect>(plan), IsEmpty());
    EXPECT_THAT(steps_of<EnqueuePush>(plan), IsEmpty());
    EXPECT_THAT(steps_of<PutLink>(plan).at(0).link.shadow, IsEmpty());
  }
}

TEST(Review, WhereTheRecordIsFollowedNoMoreDecidingOnlyCloses) {
  const Decision decision;
  const ReviewScene scene{decision.conflict, &decision.prospect};
  const Plan plan = plan_review(kReviewSchema, scene, ReviewTake::kCrm, "ana");
  EXPECT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(steps_of<CloseConflict>(plan).size(), 1U);
}

TEST(Review, TheVersionIsAnotherOnceEitherSideHasChanged) {
  const std::string seen = version_of(Decision().scene());
  EXPECT_EQ(version_of(Decision().scene()), seen);
  Decision here;
  here.prospect.fields[field::kTitle] = Value("CFO");
  EXPECT_NE(version_of(here.scene()), seen);
  Decision there;
  there.conflict.remote = Value("Chair");
  EXPECT_NE(version_of(there.scene()), seen);
  Decision elsewhere;
  elsewhere.prospect.fields[field::kCity] = Value("Rome");
  ++elsewhere.prospect.version;
  EXPECT_EQ(version_of(elsewhere.scene()), seen) << "another field says nothing about this one";
}

TEST(Review, AnAddressThatIsTakenBecomesThePrimaryOne) {
  Decision decision;
  decision.conflict.field = field::kEmail;
  decision.conflict.remote = Value("new@x.test");
  decision.prospect.fields[field::kEmail] = Value("old@x.test");
  decision.prospect.addresses = {{"old@x.test", "old@x.test"}};
  const auto updates = steps_of<UpdateProspect>(decision.take(ReviewTake::kCrm));
  ASSERT_EQ(updates.size(), 1U);
  ASSERT_TRUE(updates[0].addresses);
  EXPECT_EQ(updates[0].addresses->front().key, "new@x.test");
}

}  // namespace
}  // namespace prospectd::reconcile
