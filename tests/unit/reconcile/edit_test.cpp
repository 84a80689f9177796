// Changes made here: what is refused and why, what is kept for the agreement, and what is to be pushed.
#include "reconcile/edit.h"

#include <gtest/gtest.h>

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;
using mapping::LocalType;

constexpr size_t kAge = field::kStandardCount;
constexpr ConnectionId kOrg{1};

class EditTest : public testing::Test {
 protected:
  EditTest() {
    EXPECT_TRUE(schema_.add_custom("custom.age", LocalType::kInteger, false));
    OutwardFlow org{kOrg, {}};
    org.types.push_back(
        {"Contact", false, true, {field::kEmail, field::kTitle, field::kOptedOut, field::kOwner}, {}});
    org.types.push_back({"Lead", true, true, {field::kEmail, field::kLastName, field::kTitle}, {}});
    outward_.push_back(org);
    add_prospect(1, "ada@x.test");
    add_prospect(2, "bo@x.test");
    add_user({7}, "ana@x.test");
    scene_.accounts.insert({3});
    scene_.next_prospect = {10};
  }

  void add_prospect(int64_t id, const std::string& email) {
    Prospect p;
    p.id = {id};
    p.version = 4;
    p.fields.assign(schema_.size(), Value::null());
    p.fields[field::kEmail] = Value(email);
    p.fields[field::kTitle] = Value("CTO");
    p.addresses.push_back({email, email});
    scene_.addresses[email] = p.id;
    scene_.prospects[p.id] = std::move(p);
  }
  User& add_user(UserId id, const std::string& email) {
    User user;
    user.id = id;
    user.email_key = email;
    scene_.users_by_email[email] = id;
    return scene_.users[id] = user;
  }
  Link& link(int64_t prospect, const char* object, const char* remote) {
    Link l;
    l.prospect = {prospect};
    l.connection = kOrg;
    l.object = object;
    l.remote = RemoteId(remote);
    scene_.links[l.prospect].push_back(l);
    return scene_.links[l.prospect].back();
  }
  EditOutcome edit(ProspectEdit wanted) {
    return plan_edit({schema_, outward_, "ana", Timestamp{seconds{50}}}, wanted, scene_);
  }
  EditOutcome set(int64_t prospect, size_t at, Value value) {
    return edit({{prospect}, {}, {{at, std::move(value)}}, false});
  }
  EditOutcome add(std::vector<std::pair<size_t, Value>> values) {
    return edit({{}, {}, std::move(values), false});
  }

  template <class StepType>
  static std::vector<StepType> steps(const Plan& plan) {
    std::vector<StepType> found;
    for (const Step& step : plan.steps) {
      if (const auto* one = std::get_if<StepType>(&step)) found.push_back(*one);
    }
    return found;
  }
  static std::vector<Reason> reasons(const EditOutcome& outcome) {
    std::vector<Reason> found;
    for (const EditFault& fault : outcome.faults)
      found.push_back(fault.reason);
    return found;
  }

  mapping::LocalSchema schema_;
  std::vector<OutwardFlow> outward_;
  EditScene scene_;
};

// ---- what is written ----

TEST_F(EditTest, AnEditIsJournaledWithActorAndBothValues) {
  const EditOutcome done = set(1, field::kTitle, Value("VP Sales"));
  ASSERT_EQ(done.verdict, EditVerdict::kPlanned);
  EXPECT_EQ(done.plan.cause, (Cause{"edit", "prospect 1", "ana"}));
  ASSERT_EQ(done.plan.journal.size(), 1U);
  const JournalEntry& row = done.plan.journal.front();
  EXPECT_EQ(row.reason, Reason::kLocalEdit);
  EXPECT_EQ(row.field, "title");
  EXPECT_EQ(row.before, "\"CTO\"");
  EXPECT_EQ(row.after, "\"VP Sales\"");
  const auto updates = steps<UpdateProspect>(done.plan);
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_EQ(updates[0].expected, 4);
  EXPECT_TRUE(updates[0].local);
}

TEST_F(EditTest, S11_TheAgreementKeepsTheOldValueOnEveryLink) {
  link(1, "Lead", "00Q1");
  Link elsewhere = scene_.links[ProspectId{1}].front();
  elsewhere.connection = {2};
  scene_.links[ProspectId{1}].push_back(elsewhere);
  const EditOutcome done = set(1, field::kTitle, Value("VP"));
  const auto links = steps<PutLink>(done.plan);
  ASSERT_EQ(links.size(), 2U);
  for (const PutLink& put : links)
    EXPECT_EQ(put.link.shadow.at(field::kTitle), (Agreement{Value("CTO"), Value("CTO")}));
}

TEST_F(EditTest, S11_AnEditBackToTheAgreedValueLeavesNoDifference) {
  link(1, "Lead", "00Q1");
  set(1, field::kTitle, Value("VP"));
  const EditOutcome back = set(1, field::kTitle, Value("CTO"));
  EXPECT_EQ(steps<UpdateProspect>(back.plan).front().expected, 5);
  EXPECT_TRUE(steps<PutLink>(back.plan).front().link.shadow.empty());
}

TEST_F(EditTest, ValuesThatAreThereAlreadyWriteNothing) {
  link(1, "Lead", "00Q1");
  const EditOutcome done =
      edit({{1}, {}, {{field::kTitle, Value("CTO")}, {field::kPhone, Value("  ")}}, false});
  EXPECT_EQ(done.verdict, EditVerdict::kUnchanged);
  EXPECT_TRUE(done.plan.empty());
}

TEST_F(EditTest, TextIsBroughtIntoTheFieldsKind) {
  const EditOutcome done = set(1, kAge, Value("42"));
  EXPECT_EQ(steps<UpdateProspect>(done.plan).front().changes.front().after, Value(int64_t{42}));
}

TEST_F(EditTest, AnOwnerIsNamedByNumberOrByAddress) {
  EXPECT_EQ(steps<UpdateProspect>(set(1, field::kOwner, Value("Ana@X.test")).plan).front().changes[0].after,
            Value(int64_t{7}));
  EXPECT_EQ(steps<UpdateProspect>(set(2, field::kOwner, Value("7")).plan).front().changes[0].after,
            Value(int64_t{7}));
}

TEST_F(EditTest, S1_ANewAddressTakesThePlaceOfTheOldPrimaryOne) {
  const EditOutcome done = set(1, field::kEmail, Value("Ada@New.test"));
  EXPECT_EQ(*steps<UpdateProspect>(done.plan).front().addresses,
            (std::vector<Address>{{"ada@new.test", "Ada@New.test"}}));
  EXPECT_FALSE(scene_.addresses.contains("ada@x.test"));
  EXPECT_EQ(scene_.addresses.at("ada@new.test"), ProspectId{1});
}

// ---- what is refused ----

TEST_F(EditTest, EveryFaultIsToldAtOnceAndNothingIsDone) {
  add_user({8}, "gone@x.test").active = false;
  add_user({9}, "q@x.test").kind = UserKind::kQueue;
  scene_.names_stages = true;
  const EditOutcome done = edit({{1},
                                 {},
                                 {{kAge, Value("old")},
                                  {field::kStage, Value("Nowhere")},
                                  {field::kEmail, Value("no address")},
                                  {field::kOwner, Value("8")},
                                  {field::kAccount, Value("99")},
                                  {field::kTitle, Value(std::string(kEditTextBytesMax + 1, 'x'))},
                                  {field::kCity, Value(std::string("a\0b", 3))},
                                  {field::kPhone, Value("1")}},
                                 false});
  EXPECT_EQ(done.verdict, EditVerdict::kRefused);
  EXPECT_EQ(reasons(done),
            (std::vector<Reason>{Reason::kFieldError, Reason::kUnknownStage, Reason::kFieldError,
                                 Reason::kOwnerInactive, Reason::kAccountUnknown, Reason::kFieldError,
                                 Reason::kFieldError}));
  EXPECT_TRUE(done.plan.steps.empty());
  EXPECT_EQ(scene_.prospects.at({1}).version, 4);
  EXPECT_EQ(reasons(set(1, field::kOwner, Value("q@x.test"))), std::vector{Reason::kOwnerIsQueue});
  EXPECT_EQ(reasons(set(1, field::kOwner, Value("who@x.test"))), std::vector{Reason::kOwnerUnknown});
}

TEST_F(EditTest, NoFaultRepeatsTheValue) {
  for (const auto& [at, value] : std::vector<std::pair<size_t, Value>>{
           {kAge, Value("secret")}, {field::kEmail, Value("secret")}, {field::kOwner, Value("secret")}}) {
    const EditOutcome done = set(1, at, value);
    ASSERT_EQ(done.faults.size(), 1U);
    EXPECT_EQ(done.faults[0].message.find("secret"), std::string::npos) << done.faults[0].message;
    EXPECT_EQ(done.faults[0].message.find(schema_.fields()[at].name), 0U) << done.faults[0].message;
  }
}

TEST_F(EditTest, S1_AnAddressOfAnotherProspectIsEmailTakenAndTheWholeEditIsRefused) {
  const EditOutcome done =
      edit({{1}, {}, {{field::kTitle, Value("VP")}, {field::kEmail, Value("BO@x.test")}}, false});
  EXPECT_EQ(done.verdict, EditVerdict::kRefused);
  ASSERT_EQ(reasons(done), std::vector{Reason::kEmailTaken});
  EXPECT_EQ(done.faults[0].holder, ProspectId{2});
}

TEST_F(EditTest, S2_5_ANewProspectWithATakenAddressIsDuplicateEmail) {
  const EditOutcome done = add({{field::kEmail, Value("ADA@x.test")}});
  EXPECT_EQ(done.verdict, EditVerdict::kRefused);
  ASSERT_EQ(reasons(done), std::vector{Reason::kDuplicateEmail});
  EXPECT_EQ(done.faults[0].holder, ProspectId{1});
}

TEST_F(EditTest, S2_5_OfTwoNewOnesWithOneAddressTheFirstIsMade) {
  const EditOutcome first = add({{field::kEmail, Value("new@x.test")}});
  ASSERT_EQ(first.verdict, EditVerdict::kPlanned);
  EXPECT_EQ(first.prospect, ProspectId{10});
  const EditOutcome second = add({{field::kEmail, Value("New@x.test")}});
  ASSERT_EQ(reasons(second), std::vector{Reason::kDuplicateEmail});
  EXPECT_EQ(second.faults[0].holder, ProspectId{10});
  EXPECT_EQ(scene_.next_prospect, ProspectId{11}) << "the refused one takes no number";
}

TEST_F(EditTest, S11_AnOptOutIsTakenBackOnlyByAnExplicitOptIn) {
  scene_.prospects[ProspectId{1}].fields[field::kOptedOut] = Value(true);
  EXPECT_EQ(reasons(set(1, field::kOptedOut, Value(false))), std::vector{Reason::kOptOutIsMonotone});
  EXPECT_EQ(reasons(set(1, field::kOptedOut, Value::null())), std::vector{Reason::kOptOutIsMonotone});
  EXPECT_EQ(set(1, field::kOptedOut, Value(true)).verdict, EditVerdict::kUnchanged);
  const EditOutcome in = edit({{1}, {}, {{field::kOptedOut, Value(false)}}, true});
  EXPECT_EQ(in.verdict, EditVerdict::kPlanned);
}

TEST_F(EditTest, AVersionThatWasNotSeenIsStale) {
  EXPECT_EQ(edit({{1}, 3, {{field::kTitle, Value("VP")}}, false}).verdict, EditVerdict::kStale);
  EXPECT_EQ(edit({{1}, 4, {{field::kTitle, Value("VP")}}, false}).verdict, EditVerdict::kPlanned);
  EXPECT_EQ(edit({{77}, {}, {{field::kTitle, Value("VP")}}, false}).verdict, EditVerdict::kNoProspect);
}

// ---- what is to be pushed ----

TEST_F(EditTest, AnEditOfAFieldThatFlowsOutIsPushedToItsRecord) {
  link(1, "Lead", "00Q1");
  const auto pushes = steps<EnqueuePush>(set(1, field::kTitle, Value("VP")).plan);
  const EnqueuePush wanted{kOrg, {1}, "Lead", RemoteId("00Q1"), PushOperation::kUpdate, PushLane::kOrdinary};
  EXPECT_EQ(pushes, std::vector{wanted});
}

TEST_F(EditTest, NothingIsPushedWhereTheFieldOrTheTypeDoesNotFlowOutOrTheRecordIsDeleted) {
  link(1, "Lead", "00Q1");
  EXPECT_TRUE(steps<EnqueuePush>(set(1, field::kPhone, Value("1")).plan).empty());
  outward_[0].types[1].updates = false;
  EXPECT_TRUE(steps<EnqueuePush>(set(1, field::kTitle, Value("VP")).plan).empty());
  link(2, "Contact", "0031").deleted = true;
  EXPECT_TRUE(steps<EnqueuePush>(set(2, field::kTitle, Value("VP")).plan).empty());
}

TEST_F(EditTest, AnOptOutAndAnOwnerTakeTheirOwnLanes) {
  link(1, "Contact", "0031");
  const auto lane = [](const EditOutcome& done) { return steps<EnqueuePush>(done.plan).at(0).lane; };
  EXPECT_EQ(lane(set(1, field::kOwner, Value("7"))), PushLane::kOwner);
  EXPECT_EQ(lane(edit({{1}, {}, {{field::kOptedOut, Value(true)}, {field::kOwner, Value::null()}}, false})),
            PushLane::kOptOut);
  EXPECT_EQ(lane(edit({{1}, {}, {{field::kOptedOut, Value(false)}}, true})), PushLane::kOptOut);
}

TEST_F(EditTest, AnOwnerThatDoesNotFlowOutDoesNotHurryTheRest) {
  link(1, "Lead", "00Q1");
  const EditOutcome done =
      edit({{1}, {}, {{field::kTitle, Value("VP")}, {field::kOwner, Value("7")}}, false});
  EXPECT_EQ(steps<EnqueuePush>(done.plan).at(0).lane, PushLane::kOrdinary);
}

TEST_F(EditTest, S3_ANewProspectIsCreatedInTheFirstTypeThatLetsItWhereItHasAnAddress) {
  const auto pushes = steps<EnqueuePush>(add({{field::kEmail, Value("new@x.test")}}).plan);
  const EnqueuePush wanted{kOrg, {10}, "Lead", RemoteId{}, PushOperation::kCreate, PushLane::kOrdinary};
  EXPECT_EQ(pushes, std::vector{wanted});
  EXPECT_TRUE(steps<EnqueuePush>(add({{field::kLastName, Value("Nobody")}}).plan).empty());
  const auto later = steps<EnqueuePush>(set(11, field::kEmail, Value("late@x.test")).plan);
  ASSERT_EQ(later.size(), 1U) << "once it has an address";
  EXPECT_EQ(later[0].operation, PushOperation::kCreate);
}

TEST_F(EditTest, S12_CreationsOfOneImportShareARowOfTheJournal) {
  Plan sum;
  add_edit(sum, add({{field::kLastName, Value("A")}}).plan);
  add_edit(sum, add({{field::kLastName, Value("B")}}).plan);
  add_edit(sum, set(1, field::kPhone, Value("1")).plan);
  ASSERT_EQ(sum.journal.size(), 2U);
  EXPECT_EQ(sum.journal[0].prospect, ProspectId{10});
  EXPECT_EQ(sum.journal[0].last, ProspectId{11});
  EXPECT_EQ(sum.journal[0].count, 2);
  EXPECT_EQ(sum.counts.created, 2);
  EXPECT_EQ(sum.steps.size(), 3U);
}

TEST(OutwardType, HoldsTheFieldsThatTheMappingGivesOut) {
  mapping::LocalSchema schema;
  mapping::TypeSpec type;
  type.mapping.object = "Lead";
  type.outbound_update = true;
  const auto line = [&](const char* local, mapping::Direction direction) {
    mapping::FieldSpec spec;
    spec.local = local;
    spec.direction = direction;
    type.mapping.fields.push_back(spec);
  };
  line("title", mapping::Direction::kBoth);
  line("phone", mapping::Direction::kIn);
  line("first_name", mapping::Direction::kOut);
  line("title", mapping::Direction::kOut);
  line("custom.unknown", mapping::Direction::kBoth);
  EXPECT_EQ(
      outward_type(type, schema),
      (OutwardType{
          "Lead", false, true, {field::kFirstName, field::kTitle}, {field::kFirstName, field::kTitle}}));
}

}  // namespace
}  // namespace prospectd::reconcile
