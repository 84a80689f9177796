// Explaining CRM records and failure rows: held back, set apart, gone on, known otherwise, or nowhere.
#include <gmock/gmock.h>

#include "tests/unit/service/fake_store.h"

namespace prospectd::service {
namespace {

using reconcile::DuplicateKind;
using reconcile::Reason;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using ExplainRecord = ServiceTest;

TEST_F(ExplainRecord, HeldBackTellsWhyWhoWhatAndWhatToDo) {
  adam();
  held(DuplicateKind::kDuplicateEmail);
  const auto explanation = explain(kContact);
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->subject, "Contact " + kContact + " · held back");
  EXPECT_THAT(facts_named(*explanation, "held back"),
              ElementsAre("A prospect with this email address already exists"));
  EXPECT_THAT(facts_named(*explanation, "prospect"), ElementsAre("42 · Adam Alexander"));
  EXPECT_THAT(facts_named(*explanation, "which is linked to"), ElementsAre("Lead " + kLead));
  EXPECT_THAT(facts_named(*explanation, "address of both"), ElementsAre("adam@lucerne.test"));
  EXPECT_THAT(facts_named(*explanation, "policy"), ElementsAre(HasSubstr("prevent: no second prospect")));
  EXPECT_THAT(facts_named(*explanation, "since"), ElementsAre("2023-11-14T22:21:40Z"));
  EXPECT_THAT(facts_named(*explanation, "to do"), ElementsAre(HasSubstr("another email address in the CRM")));
  ASSERT_EQ(explanation->because.size(), 1U);
  EXPECT_EQ(explanation->because[0].reason, "DUPLICATE_EMAIL");
  EXPECT_THAT(explanation->next, Contains("prospectd explain prospect 42"));
}

TEST_F(ExplainRecord, HeldBackTellsItsJournalWhereThereIsOne) {
  adam();
  held(DuplicateKind::kDuplicateEmail);
  store::JournalRow& row = journal(Reason::kDuplicateEmail, 42);
  row.entry.object = "Contact";
  row.entry.remote = RemoteId(kContact);
  const auto explanation = explain(kContact);
  ASSERT_TRUE(explanation);
  ASSERT_EQ(explanation->because.size(), 1U);
  EXPECT_EQ(explanation->because[0].cause, "c-11");
}

TEST_F(ExplainRecord, ADuplicateIsFoundByItsNumberOpenOrClosed) {
  adam();
  held(DuplicateKind::kDuplicateEmail);
  held(DuplicateKind::kMergeConflict);
  held(DuplicateKind::kAmbiguousMatch).open = false;
  const auto open = explain("duplicate 8");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->subject, "Duplicate 8 · Contact " + kContact + " · held back");
  EXPECT_THAT(facts_named(*open, "held back"), ElementsAre(HasSubstr("is linked to another prospect")));
  const auto closed = explain("duplicate 9");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->subject, "Duplicate 9 · Contact " + kContact + " · was held back");
  EXPECT_THAT(facts_named(*closed, "state"), ElementsAre("closed"));
  EXPECT_THAT(facts_named(*closed, "to do"), ElementsAre(HasSubstr("nothing")));
}

TEST_F(ExplainRecord, ADuplicateThatIsNotThereIsNotFound) {
  const auto explanation = explain("duplicate 7");
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(explanation.error().message, HasSubstr("there is no duplicate 7"));
}

TEST_F(ExplainRecord, ALinkedRecordThatIsAlsoHeldTellsBoth) {
  adam();
  store.shelf.remotes[kContact] = 42;
  held(DuplicateKind::kMergeConflict);
  const auto explanation = explain(kContact);
  ASSERT_TRUE(explanation);
  EXPECT_THAT(explanation->subject, HasSubstr("Prospect 42"));
  EXPECT_THAT(facts_named(*explanation, "to do"), ElementsAre(HasSubstr("two prospects stand for one")));
}

TEST_F(ExplainRecord, SetApartTellsWhatWasWrong) {
  reconcile::DeadLetter letter;
  letter.id = DeadLetterId{1};
  letter.connection = store::ConnectionId{1};
  letter.object = "Lead";
  letter.remote = RemoteId(kLead);
  letter.reason = "field \"Title\": a list where a text is wanted";
  letter.payload = "{\"Title\": [1]}";
  letter.seen = 3;
  store.shelf.dead_letters.push_back(letter);
  const auto explanation = explain(kLead);
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->subject, "Lead " + kLead + " · set apart: it could not be read");
  EXPECT_THAT(facts_named(*explanation, "set apart"), ElementsAre(letter.reason));
  EXPECT_THAT(facts_named(*explanation, "seen"), ElementsAre(HasSubstr("3 times")));
  EXPECT_EQ(explanation->because.at(0).reason, "QUARANTINED");
}

TEST_F(ExplainRecord, SetApartIsFoundBehindAFullPage) {
  for (size_t i = 1; i <= store::kListRowsMax + 1; ++i) {
    reconcile::DeadLetter letter;
    letter.id = DeadLetterId{static_cast<int64_t>(i)};
    letter.remote = RemoteId(i <= store::kListRowsMax ? "other" : kLead);
    store.shelf.dead_letters.push_back(letter);
  }
  EXPECT_TRUE(explain(kLead));
}

TEST_F(ExplainRecord, GoneOnWithoutAProspectTellsWhatBecameOfIt) {
  reconcile::LineageEntry step;
  step.from = RemoteId(kLead);
  step.to = RemoteId(kContact);
  step.to_object = "Contact";
  step.kind = "merged";
  store.shelf.lineage[kLead] = {step};
  const auto explanation = explain(kLead);
  ASSERT_TRUE(explanation);
  EXPECT_THAT(facts_named(*explanation, "record"),
              ElementsAre(HasSubstr(kLead + " became Contact " + kContact + " (merged)")));
  EXPECT_THAT(explanation->next, ElementsAre("prospectd explain " + kContact));
}

TEST_F(ExplainRecord, UsersQueuesAndAccountsAreTold) {
  reconcile::User queue;
  queue.name = "Web leads";
  queue.kind = reconcile::UserKind::kQueue;
  store.shelf.users[kQueue] = queue;
  const std::string account_id = *canonical("001000000000001");
  reconcile::Account account;
  account.fields.resize(mapping::account_field::kCount);
  account.fields[mapping::account_field::kName] = "Lucerne Publishing";
  store.shelf.accounts[account_id] = account;
  const auto told_queue = explain(kQueue);
  ASSERT_TRUE(told_queue);
  EXPECT_EQ(told_queue->subject, "Queue Web leads · " + kQueue);
  EXPECT_THAT(facts_named(*told_queue, "connection"), ElementsAre("salesforce"));
  const auto told_account = explain(account_id);
  ASSERT_TRUE(told_account);
  EXPECT_EQ(told_account->subject, "Account Lucerne Publishing · " + account_id);
}

TEST_F(ExplainRecord, NowhereTellsWhatWasLookedFor) {
  const auto explanation = explain("00Q000000000001");
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(explanation.error().message, HasSubstr(kLead));
  EXPECT_THAT(explanation.error().message, HasSubstr("looked for it among links, earlier ids"));
}

TEST_F(ExplainRecord, AnUnknownAddressIsNotRepeatedInTheError) {
  const auto explanation = explain("secret.person@x.test");
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(explanation.error().message, Not(HasSubstr("secret.person")));
}

TEST_F(ExplainRecord, WhatIsNoSubjectIsRefusedWithTheFormsThatThereAre) {
  for (const std::string subject :
       {"", "  ", "prospect", "prospect x", "prospect 0", "-1", "duplicate", "what is this", "a@b@c", "@",
        "00Q", "99999999999999999999", "prospect 999999999999999999999"}) {
    const auto explanation = explain(subject);
    ASSERT_FALSE(explanation) << subject;
    EXPECT_EQ(explanation.error().code, ErrorCode::kInvalidInput) << subject;
  }
  const auto far_too_long = explain(std::string(100'000, '4'));
  ASSERT_FALSE(far_too_long);
  EXPECT_EQ(far_too_long.error().code, ErrorCode::kInvalidInput);
}

TEST_F(ExplainRecord, AnIdOfDigitsAloneIsACrmIdWhenItIsAsLongAsOne) {
  const auto explanation = explain("001000000000001");
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(explanation.error().message, HasSubstr("CRM record 001000000000001"));
}

TEST_F(ExplainRecord, AStoreThatFailsIsSaidToHaveFailed) {
  store.shelf.failure = make_error(ErrorCode::kStateDamaged, "the database is damaged");
  for (const std::string subject : {"42", "a@x.test", "00Q000000000001", "duplicate 7"}) {
    const auto explanation = explain(subject);
    ASSERT_FALSE(explanation) << subject;
    EXPECT_EQ(explanation.error().code, ErrorCode::kStateDamaged) << subject;
  }
}

}  // namespace
}  // namespace prospectd::service
