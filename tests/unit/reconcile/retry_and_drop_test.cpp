// What people do about what was given up: its ids, what is on its way out, and what dropping it leaves
// behind.
#include <gmock/gmock.h>

#include "reconcile/given_up.h"
#include "reconcile/merge.h"
#include "reconcile/snapshot.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = GivenUpId::Kind;

const mapping::LocalSchema kGivenUpSchema;

/// A prospect whose title and city were changed here since both sides said "CTO" and "Bonn"; the type gives
/// out title and phone.
struct Write {
  Write() {
    prospect.id = {7};
    prospect.version = 3;
    prospect.fields.assign(kGivenUpSchema.size(), Value::null());
    prospect.fields[field::kTitle] = Value("VP");
    prospect.fields[field::kCity] = Value("Rome");
    link.prospect = {7};
    link.connection = {1};
    link.object = "Lead";
    link.remote = RemoteId("L7");
    link.shadow[field::kTitle] = {Value("CTO"), Value("CTO")};
    link.shadow[field::kCity] = {Value("Bonn"), Value("Bonn")};
    link.shadow[field::kPhone] = {Value("1"), Value::null()};
    entry.id = {5};
    entry.lease = 4;
    entry.connection = {1};
    entry.prospect = {7};
    entry.object = "Lead";
    entry.remote = RemoteId("L7");
    entry.state = PushState::kDead;
    entry.lane = PushLane::kOwner;
    entry.code = "STRING_TOO_LONG";
    entry.error = "Title: too long";
  }
  Plan drop() const { return plan_drop(kGivenUpSchema, &type, entry, &prospect, &link, "ana"); }

  OutwardType type{"Lead", false, true, {field::kTitle, field::kPhone}, {}};
  Prospect prospect;
  Link link;
  OutboxEntry entry;
};

template <class StepType>
const StepType* only(const Plan& plan) {
  const StepType* found = nullptr;
  for (const Step& step : plan.steps) {
    if (const auto* one = std::get_if<StepType>(&step)) found = found == nullptr ? one : nullptr;
  }
  return found;
}

TEST(GivenUpIds, TellBothKindsApartAndNothingElse) {
  EXPECT_EQ(given_up_id("out-7"), (GivenUpId{Kind::kOut, 7}));
  EXPECT_EQ(given_up_id("in-12"), (GivenUpId{Kind::kIn, 12}));
  EXPECT_EQ(to_text({Kind::kIn, 12}), "in-12");
  EXPECT_EQ(to_text({Kind::kOut, 7}), "out-7");
  for (const char* text :
       {"", "7", "out-", "in-0", "out--7", "out-7x", "OUT-7", "in-99999999999999999999", " out-7", "out-+7"})
    EXPECT_FALSE(given_up_id(text)) << text;
}

TEST(GivenUp, WhatIsOnItsWayOutWasChangedHereAndIsGivenOut) {
  const Write write;
  EXPECT_THAT(on_its_way_out(&write.type, write.prospect, &write.link),
              ElementsAre(FieldDifference{field::kTitle, Value("CTO"), Value("VP")}))
      << "the phone stands apart since a baseline, and the city flows nowhere";
  EXPECT_THAT(on_its_way_out(nullptr, write.prospect, &write.link), IsEmpty());
}

TEST(GivenUp, OfARecordThatIsToBeMadeEveryValueIsOnItsWay) {
  const Write write;
  EXPECT_THAT(on_its_way_out(&write.type, write.prospect, nullptr),
              ElementsAre(FieldDifference{field::kTitle, Value::null(), Value("VP")}));
}

TEST(GivenUp, ARetryEnqueuesTheSameWriteAgainAndTellsWhoAskedForIt) {
  const Write write;
  const Plan plan = plan_retry({write.entry}, "ana");
  const auto* push = only<EnqueuePush>(plan);
  ASSERT_NE(push, nullptr);
  EXPECT_EQ(*push, (EnqueuePush{{1}, {7}, "Lead", RemoteId("L7"), PushOperation::kUpdate, PushLane::kOwner}));
  EXPECT_EQ(plan.cause.actor, "ana");
  ASSERT_EQ(plan.journal.size(), 1U);
  EXPECT_EQ(plan.journal[0].reason, Reason::kPushRetried);
  EXPECT_EQ(plan.journal[0].detail, "out-5: STRING_TOO_LONG: Title: too long");
}

TEST(GivenUp, S11_WhatIsDroppedIsAStandingDifferenceAfterwards) {
  const Write write;
  const Plan plan = write.drop();
  const auto* put = only<PutLink>(plan);
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(put->link.shadow.at(field::kTitle), (Agreement{Value("CTO"), Value("VP")}));
  EXPECT_EQ(put->link.shadow.at(field::kCity), (Agreement{Value("Bonn"), Value("Bonn")}))
      << "it was never on its way";
  EXPECT_THAT(on_its_way_out(&write.type, write.prospect, &put->link), IsEmpty());
  FieldInput in;
  in.remote = Value("CTO");
  in.local = Value("VP");
  in.agreed = put->link.shadow.at(field::kTitle);
  in.gives_out = true;
  EXPECT_EQ(decide_field(in).field_case, FieldCase::kNeither);
}

TEST(GivenUp, ADropIsJournaledWithWhatWasGivenUp) {
  const Write write;
  const Plan plan = write.drop();
  EXPECT_EQ(*only<DropPush>(plan), (DropPush{{5}, 4}));
  ASSERT_EQ(plan.journal.size(), 2U);
  EXPECT_EQ(plan.journal[0].reason, Reason::kPushDropped);
  EXPECT_EQ(plan.journal[0].remote, RemoteId("L7"));
  EXPECT_EQ(plan.journal[1].field, "title");
  EXPECT_EQ(plan.journal[1].detail, R"({"crm":"CTO","prospect":"VP"})");
}

TEST(GivenUp, ADroppedCreationLeavesTheProspectAsItIs) {
  const Write write;
  const Plan plan = plan_drop(kGivenUpSchema, &write.type, write.entry, &write.prospect, nullptr, "ana");
  EXPECT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.journal.size(), 1U);
}

TEST(GivenUp, ADroppedRecordIsReleasedAndJournaled) {
  DeadLetter letter;
  letter.id = {12};
  letter.connection = {1};
  letter.object = "Lead";
  letter.remote = RemoteId("L9");
  letter.reason = "the record is not an object";
  const Plan plan = plan_drop(letter, "ana");
  EXPECT_EQ(*only<Release>(plan), (Release{{1}, RemoteId("L9")}));
  ASSERT_EQ(plan.journal.size(), 1U);
  EXPECT_EQ(plan.journal[0].reason, Reason::kLetterDropped);
  EXPECT_EQ(plan.journal[0].detail, "in-12: the record is not an object");
}

}  // namespace
}  // namespace prospectd::reconcile
