// The contract of causes: each with its rows of the journal, the last one, those of a job, and who changed a
// field last.
#include "tests/contract/store_contract.h"

namespace prospectd::store {

using reconcile::JournalEntry;
using reconcile::Reason;

namespace {

JournalEntry changed(int64_t prospect, const std::string& field, Reason reason = Reason::kLocalEdit) {
  JournalEntry entry;
  entry.reason = reason;
  entry.prospect = {prospect};
  entry.field = field;
  entry.before = "\"a\"";
  entry.after = "\"b\"";
  return entry;
}

reconcile::Plan told(std::string kind, std::string detail, std::vector<JournalEntry> rows) {
  reconcile::Plan plan;
  plan.cause = {std::move(kind), std::move(detail), "ana"};
  plan.journal = std::move(rows);
  return plan;
}

std::vector<int64_t> numbers(const std::vector<CauseRow>& rows) {
  std::vector<int64_t> ids;
  for (const CauseRow& row : rows)
    ids.push_back(row.id.value);
  return ids;
}

}  // namespace

TEST_P(StoreContract, ACauseIsReadWithItsOwnRowsOldestFirst) {
  EXPECT_FALSE(*reader()->last_cause());
  ASSERT_TRUE(commit(told("edit", "prospect 1", {changed(1, "title"), changed(1, "phone")})));
  ASSERT_TRUE(commit(told("poll", "salesforce/Lead", {changed(1, "title", Reason::kUpdatedFromCrm)})));
  const auto cause = *reader()->cause(CauseId{1});
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->cause, (reconcile::Cause{"edit", "prospect 1", "ana"}));
  EXPECT_FALSE(*reader()->cause(CauseId{3}));
  EXPECT_EQ((*reader()->last_cause())->id.value, 2);
  const auto rows = *reader()->journal_of_cause(CauseId{1}, 0, 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry, changed(1, "title"));
  EXPECT_EQ(rows[1].entry.field, "phone");
  const auto rest = *reader()->journal_of_cause(CauseId{1}, rows[0].id, 10);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, rows[1].id);
  EXPECT_EQ(reader()->journal_of_cause(CauseId{1}, 0, 1)->size(), 1U);
}

TEST_P(StoreContract, ATransactionTellsTheCauseOfThePlanItAppliedLast) {
  auto transaction = *store_->begin();
  EXPECT_FALSE(transaction->cause());
  ASSERT_TRUE(transaction->apply(told("edit", "prospect 1", {changed(1, "title")}), Timestamp{}));
  EXPECT_EQ(transaction->cause(), CauseId{1});
  ASSERT_TRUE(transaction->apply(told("edit", "prospect 2", {changed(2, "title")}), Timestamp{}));
  EXPECT_EQ(transaction->cause(), CauseId{2});
  ASSERT_TRUE(transaction->apply(reconcile::Plan{}, Timestamp{}));
  EXPECT_FALSE(transaction->cause());
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ((*reader()->last_cause())->id, CauseId{2});
}

TEST_P(StoreContract, TheJournalOfARowIsItsOwnAndNoOtherKindsOfTheSameNumber) {
  const auto of_row = [](const char* type, int64_t id, const char* field) {
    JournalEntry entry = changed(0, field);
    entry.object = type;
    entry.row = id;
    return entry;
  };
  ASSERT_TRUE(commit(told("edit", "task 7",
                          {of_row("tasks", 7, "state"), of_row("tasks", 8, "state"),
                           of_row("users", 7, "name"), of_row("tasks", 7, "role"), changed(7, "title")})));
  const auto rows = *reader()->journal_of_row({"tasks", 7}, 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry, of_row("tasks", 7, "state"));
  EXPECT_EQ(rows[1].entry.field, "role");
  EXPECT_EQ(reader()->journal_of_row({"tasks", 7}, 1)->at(0).entry.field, "role") << "the newest ones";
  EXPECT_TRUE(reader()->journal_of_row({"tags", 7}, 10)->empty());
}

TEST_P(StoreContract, TheCausesOfAJobAreItsAloneAndTheNewestComesFirst) {
  ASSERT_TRUE(commit(told("pull", "salesforce/Lead, job 2", {changed(1, "title")})));
  ASSERT_TRUE(commit(told("pull", "salesforce/Lead, job 12", {changed(2, "title")})));
  ASSERT_TRUE(commit(told("edit", "of somebody, job 2", {changed(3, "title")})));
  ASSERT_TRUE(commit(told("push", "salesforce/Contact, job 2", {changed(4, "title")})));
  EXPECT_EQ(numbers(*reader()->causes_of_job("2")), (std::vector<int64_t>{4, 1}));
  EXPECT_EQ(numbers(*reader()->causes_of_job("12")), (std::vector<int64_t>{2}));
  EXPECT_TRUE(reader()->causes_of_job("7")->empty());
}

TEST_P(StoreContract, WhoChangedAFieldLastIsNotWhoWroteItToTheCrm) {
  ASSERT_TRUE(commit(told("edit", "prospect 1", {changed(1, "title")})));
  ASSERT_TRUE(commit(told("poll", "salesforce/Lead", {changed(1, "title", Reason::kUpdatedFromCrm)})));
  JournalEntry words = changed(1, "title", Reason::kConflictCrmWins);
  words.before = words.after = "";
  ASSERT_TRUE(commit(told("poll", "salesforce/Lead", {words})));
  ASSERT_TRUE(commit(told("push", "salesforce", {changed(1, "title", Reason::kPushed)})));
  ASSERT_TRUE(commit(told("edit", "prospect 2", {changed(2, "title"), changed(1, "phone")})));
  EXPECT_EQ(*reader()->last_cause_of(ProspectId{1}, "title"), CauseId{2});
  EXPECT_EQ(*reader()->last_cause_of(ProspectId{1}, "phone"), CauseId{5});
  EXPECT_EQ(*reader()->last_cause_of(ProspectId{1}, "company"), std::nullopt);
}

}  // namespace prospectd::store
