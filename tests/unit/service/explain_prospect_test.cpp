// Explaining a prospect: found by every name it has, and told in full.
#include <gmock/gmock.h>

#include "tests/unit/service/fake_store.h"

namespace prospectd::service {
namespace {

using reconcile::Reason;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using ExplainProspect = ServiceTest;

TEST_F(ExplainProspect, IsFoundByNumberAddressAndCrmId) {
  adam();
  for (const std::string subject : {"42", "prospect 42", " Prospect  42 ", "ADAM@lucerne.test",
                                    "00Q000000000001", "Lead 00Q000000000001"}) {
    const auto explanation = explain(subject);
    ASSERT_TRUE(explanation) << subject << ": " << explanation.error().message;
    EXPECT_EQ(explanation->subject, "Prospect 42 · Adam Alexander · linked to Lead " + kLead);
  }
}

TEST_F(ExplainProspect, SaysWhoItIs) {
  store::ProspectRow& row = adam();
  row.prospect.fields[field::kTitle] = "CTO";
  row.prospect.fields[field::kCompany] = "Lucerne";
  row.prospect.fields[field::kOptedOut] = true;
  row.account_name = "Lucerne Publishing";
  row.tags = {"vip", "spring"};
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "title"), ElementsAre("CTO"));
  EXPECT_THAT(facts_named(*explanation, "company"), ElementsAre("Lucerne"));
  EXPECT_THAT(facts_named(*explanation, "owner"), ElementsAre("M. Blythe"));
  EXPECT_THAT(facts_named(*explanation, "account"), ElementsAre("Lucerne Publishing"));
  EXPECT_THAT(facts_named(*explanation, "tags"), ElementsAre("vip and spring"));
  EXPECT_THAT(facts_named(*explanation, "email"), ElementsAre("Adam@lucerne.test"));
  EXPECT_THAT(facts_named(*explanation, "opted out"), ElementsAre(HasSubstr("yes")));
  EXPECT_THAT(facts_named(*explanation, "linked to"),
              ElementsAre(HasSubstr("Lead " + kLead + " of salesforce")));
}

TEST_F(ExplainProspect, WithoutAUsableAddressSaysThatNothingMatches) {
  store::ProspectRow& row = adam();
  row.prospect.addresses.clear();
  row.prospect.fields[field::kEmail] = "not an address";
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "email"),
              ElementsAre("\"not an address\" is not a usable address, so nothing can be matched with this "
                          "prospect"));
}

TEST_F(ExplainProspect, AnOwnerThatIsAQueueIsNamed) {
  store::ProspectRow& row = adam();
  row.owner_name.clear();
  row.prospect.fields[field::kOwner] = mapping::Value::null();
  row.links[0].pending.push_back({field::kOwner, RemoteId(kQueue)});
  reconcile::User queue;
  queue.name = "Web leads";
  queue.kind = reconcile::UserKind::kQueue;
  store.shelf.users[kQueue] = queue;
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "owner"),
              ElementsAre("nobody: its owner in the CRM is the queue Web leads (" + kQueue +
                          "); the policy left it unassigned"));
}

TEST_F(ExplainProspect, AnOwnerThatIsUnknownOrInactiveIsSaidToBeSo) {
  store::ProspectRow& row = adam();
  row.links[0].pending.push_back({field::kOwner, RemoteId("005000000000009AAA")});
  auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "owner"),
              ElementsAre("M. Blythe: its owner in the CRM is a user who is not known here "
                          "(005000000000009AAA); the policy left it with M. Blythe"));
  reconcile::User left;
  left.name = "X. Roy";
  left.active = false;
  store.shelf.users["005000000000009AAA"] = left;
  explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "owner"), ElementsAre(HasSubstr("X. Roy (005000000000009AAA), who is "
                                                                        "not active")));
}

TEST_F(ExplainProspect, WhatItWaitsForIsSaid) {
  store::ProspectRow& row = adam();
  row.links[0].pending.push_back({field::kAccount, RemoteId("001000000000001AAA")});
  row.links[0].pending.push_back({field::kEmail, RemoteId("bea@x.test")});
  store.shelf.emails["bea@x.test"] = 7;
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "waits for"),
              ElementsAre(HasSubstr("account 001000000000001AAA, which is not known here yet"),
                          HasSubstr("belongs to prospect 7")));
  EXPECT_THAT(explanation->next, Contains("prospectd explain prospect 7"));
}

TEST_F(ExplainProspect, AStandingDifferenceShowsBothSides) {
  store::ProspectRow& row = adam();
  row.links[0].shadow[field::kTitle] = {mapping::Value("CEO"), mapping::Value("CTO")};
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "differs"),
              ElementsAre(HasSubstr("title: the CRM has \"CEO\", the prospect \"CTO\"")));
}

TEST_F(ExplainProspect, AChangeThatGoesNowhereIsToldUnlessItWaitsToGoOut) {
  store::ProspectRow& row = adam();
  row.prospect.fields[field::kTitle] = mapping::Value("CTO");
  row.links[0].shadow[field::kTitle] = {mapping::Value("CEO"), mapping::Value("CEO")};
  auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "stays here"),
              ElementsAre("title: \"CTO\", changed here from \"CEO\", and not to be written to salesforce"));
  EXPECT_TRUE(facts_named(*explanation, "differs").empty());
  reconcile::OutboxEntry waits;
  waits.prospect = {42};
  waits.connection = row.links[0].connection;
  store.shelf.outbox.push_back(waits);
  explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_TRUE(facts_named(*explanation, "stays here").empty());
}

TEST_F(ExplainProspect, WhatTheCrmHeldApartIsToldAndNotAsAChange) {
  adam();
  for (const char* held : {R"("CEO")", "null"}) {
    store::JournalRow& row = journal(Reason::kStoodApart, 42);
    row.entry.field = "title";
    row.entry.before = held;
  }
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation && explanation->because.size() == 2);
  EXPECT_THAT(explanation->because[0].what, testing::EndsWith(": \"CEO\""));
  EXPECT_THAT(explanation->because[1].what, testing::EndsWith(": nothing"));
  for (const Because& step : explanation->because) {
    EXPECT_EQ(step.field, "title");
    EXPECT_EQ(step.before + step.after, "");
  }
}

TEST_F(ExplainProspect, WhatWaitsToBeWrittenIsUnderWayOrWasGivenUpIsToldWithTheReason) {
  adam();
  const auto entry = [&](reconcile::PushState state, int64_t attempts) -> reconcile::OutboxEntry& {
    reconcile::OutboxEntry made;
    made.id = {static_cast<int64_t>(store.shelf.outbox.size()) + 1};
    made.connection = store::ConnectionId{1};
    made.prospect = ProspectId{42};
    made.object = "Lead";
    made.remote = RemoteId(kLead);
    made.state = state;
    made.attempts = attempts;
    made.due_at = Timestamp{seconds{1'700'000'000}};
    store.shelf.outbox.push_back(made);
    return store.shelf.outbox.back();
  };
  entry(reconcile::PushState::kReady, 0);
  entry(reconcile::PushState::kReady, 2).code = "UNABLE_TO_LOCK_ROW";
  entry(reconcile::PushState::kLeased, 1);
  entry(reconcile::PushState::kInDoubt, 1).code = "TIMEOUT";
  reconcile::OutboxEntry& dead = entry(reconcile::PushState::kDead, 5);
  dead.code = "STRING_TOO_LONG";
  dead.error = "Title: data value too large";
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  const std::string lead = "update of Lead " + kLead + " in salesforce";
  EXPECT_THAT(facts_named(*explanation, "to be written"),
              ElementsAre(lead + ", due since 2023-11-14T22:13:20Z",
                          HasSubstr("it was tried 2 times (UNABLE_TO_LOCK_ROW) and is tried again at")));
  EXPECT_THAT(facts_named(*explanation, "being written"), ElementsAre(HasSubstr("the attempt ends by")));
  EXPECT_THAT(facts_named(*explanation, "in doubt"), ElementsAre(HasSubstr("before anything is sent again")));
  EXPECT_THAT(facts_named(*explanation, "given up"),
              ElementsAre(testing::AllOf(HasSubstr("(out-5)"), HasSubstr("; it was tried 5 times: "),
                                         HasSubstr("STRING_TOO_LONG: Title: data value too large"),
                                         HasSubstr("To do: a value is longer"))));
  EXPECT_THAT(explanation->next, Contains("prospectd dlq show out-5"));
}

TEST_F(ExplainProspect, ADeletedRecordIsSaidToBeDeleted) {
  adam().links[0].deleted = true;
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(explanation->subject, HasSubstr("(deleted)"));
  EXPECT_THAT(facts_named(*explanation, "linked to"), ElementsAre(HasSubstr("deleted in the CRM")));
}

TEST_F(ExplainProspect, RecordsHeldBackAgainstItAreListedWithTheCommandThatExplainsThem) {
  adam();
  held(reconcile::DuplicateKind::kDuplicateEmail);
  held(reconcile::DuplicateKind::kDuplicateEmail).open = false;
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "held back"),
              ElementsAre("Contact " + kContact +
                          " (duplicate 7): A prospect with this email address already exists"));
  EXPECT_THAT(explanation->next, Contains("prospectd explain duplicate 7"));
}

TEST_F(ExplainProspect, TheJournalIsToldOldestFirstWithCauseReasonAndValues) {
  adam();
  store::JournalRow& created = journal(Reason::kCreatedFromCrm, 40);
  created.entry.last = ProspectId{44};
  created.entry.count = 5;
  created.entry.object = "Lead";
  store::JournalRow& changed = journal(Reason::kUpdatedFromCrm, 42);
  changed.entry.object = "Lead";
  changed.entry.remote = RemoteId(kLead);
  changed.entry.field = "title";
  changed.entry.before = "\"CTO\"";
  changed.entry.after = "\"CEO \\\"interim\\\"\"";
  store::JournalRow& owner = journal(Reason::kUpdatedFromCrm, 42);
  owner.entry.field = "owner";
  owner.entry.before = "2";
  owner.entry.after = "3";
  store.shelf.rows[{"users", 3}] = list_row("users", 3, {{"name", mapping::Value("M. Blythe")}});
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  ASSERT_EQ(explanation->because.size(), 3U);
  EXPECT_EQ(explanation->because[0].what,
            "created from CRM record Lead " + kLead + ": no prospect had its email address");
  EXPECT_EQ(explanation->because[0].reason, "CREATED_FROM_CRM");
  EXPECT_EQ(explanation->because[0].cause, "c-11");
  EXPECT_EQ(explanation->because[1].what, "The value changed in the CRM (Lead " + kLead + ")");
  EXPECT_EQ(explanation->because[1].before, "CTO");
  EXPECT_EQ(explanation->because[1].after, "CEO \"interim\"");
  EXPECT_EQ(explanation->because[2].before, "user 2") << "who is not there any more";
  EXPECT_EQ(explanation->because[2].after, "M. Blythe (3)");
  EXPECT_LT(*explanation->because[0].at, *explanation->because[1].at);
}

TEST_F(ExplainProspect, AConflictNamesBothSides) {
  adam();
  store::JournalRow& row = journal(Reason::kConflictCrmWins, 42);
  row.entry.field = "title";
  row.entry.detail = R"({"crm":"CEO","prospect":"CTO","agreed":null})";
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(explanation->because.at(0).what,
              HasSubstr("the CRM said \"CEO\", the prospect \"CTO\", and before that both nothing"));
}

TEST_F(ExplainProspect, ADetailThatIsNoConflictIsShownAsItIs) {
  adam();
  journal(Reason::kFieldError, 42).entry.detail = "\"soon\" is not a date";
  journal(Reason::kFieldError, 42).entry.detail = "{broken";
  journal(Reason::kLocalEdit, 42).actor = "ana";
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->because.at(0).what, "The value could not be taken: \"soon\" is not a date");
  EXPECT_EQ(explanation->because.at(1).what, "The value could not be taken: {broken");
  EXPECT_EQ(explanation->because.at(2).what, "The value was changed here, by ana");
}

TEST_F(ExplainProspect, AConvertedLeadIsFollowedBothWays) {
  store::ProspectRow& row = adam();
  row.links[0].object = "Contact";
  row.links[0].remote = RemoteId(kContact);
  store.shelf.remotes[kContact] = 42;
  reconcile::LineageEntry step;
  step.from = RemoteId(kLead);
  step.to = RemoteId(kContact);
  step.to_object = "Contact";
  step.kind = "converted";
  step.at = Timestamp{seconds{1'700'000'900}};
  store.shelf.lineage[kLead] = {step};
  journal(Reason::kCreatedFromCrm, 42).entry.object = "Lead";
  store::JournalRow& moved = journal(Reason::kConverted, 42);
  moved.entry.object = "Contact";
  moved.entry.remote = RemoteId(kContact);

  const auto by_old_id = explain(kLead);
  ASSERT_TRUE(by_old_id);
  EXPECT_EQ(by_old_id->subject, "Prospect 42 · Adam Alexander · linked to Contact " + kContact);
  EXPECT_THAT(facts_named(*by_old_id, "record"),
              ElementsAre(kLead + " became Contact " + kContact + " (converted) on 2023-11-14T22:28:20Z"));
  EXPECT_THAT(by_old_id->because.at(0).what, HasSubstr("created from CRM record Lead " + kLead));

  const auto by_number = explain("42");
  ASSERT_TRUE(by_number);
  EXPECT_THAT(by_number->because.at(0).what, HasSubstr("created from a CRM record of type Lead"))
      << "the contact is not what it was created from";
}

TEST_F(ExplainProspect, AnUnlinkedOneSaysSo) {
  adam().links.clear();
  const auto explanation = explain("42");
  ASSERT_TRUE(explanation);
  EXPECT_THAT(explanation->subject, HasSubstr("not linked to a CRM record"));
  EXPECT_THAT(facts_named(*explanation, "linked to"), IsEmpty());
}

}  // namespace
}  // namespace prospectd::service
