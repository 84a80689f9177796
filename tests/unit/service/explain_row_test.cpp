// Explaining a task, an account, a user, …: what it is, whose, and what the journal has of it.
#include <gmock/gmock.h>

#include "tests/unit/service/fake_store.h"

namespace prospectd::service {
namespace {

using mapping::Value;
using reconcile::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Task 7 of Ana's (3) and of prospect 42, in the paused state 5 of the sequence "Spring" (1).
class ExplainRow : public ServiceTest {
 protected:
  ExplainRow() {
    adam();
    auto& rows = store.shelf.rows;
    rows[{"users", 3}] =
        list_row("users", 3, {{"name", Value("Ana Diaz")}, {"email", Value("ana@acme.test")}});
    rows[{"sequences", 1}] = list_row("sequences", 1, {{"name", Value("Spring")}});
    rows[{"sequenceStates", 5}] =
        list_row("sequenceStates", 5, {{"state", Value("paused")}}, {{"prospect", 42}, {"sequence", 1}});
    rows[{"tasks", 7}] =
        list_row("tasks", 7, {{"subject", Value("Call back")}, {"state", Value("incomplete")}},
                 {{"owner", 3}, {"prospect", 42}, {"sequence_state", 5}});
  }

  store::JournalRow& journal_of_task(Reason reason) {
    store::JournalRow& row = journal(reason, 0);
    row.entry.object = "tasks";
    row.entry.row = 7;
    row.actor = "bo@acme.test";
    return row;
  }
};

TEST_F(ExplainRow, S12_SaysWhatItIsAndWhatItRefersToByName) {
  const auto told = explain("task 7");
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_EQ(told->subject, "Task 7 · Call back");
  EXPECT_THAT(facts_named(*told, "state"), ElementsAre("incomplete"));
  EXPECT_THAT(facts_named(*told, "owner"), ElementsAre("Ana Diaz (3)"));
  EXPECT_THAT(facts_named(*told, "prospect"), ElementsAre("Adam Alexander (42)"));
  EXPECT_THAT(facts_named(*told, "sequence state"), ElementsAre("paused in Spring (1) (5)"));
  EXPECT_THAT(told->next, ElementsAre("prospectd explain prospect 42"));
}

TEST_F(ExplainRow, S12_WhatWasNeverTouchedSaysSoAndWhatWouldTouchIt) {
  const auto told = explain("task 7");
  ASSERT_TRUE(told);
  EXPECT_THAT(told->because, IsEmpty());
  EXPECT_THAT(facts_named(*told, "journal"),
              ElementsAre(HasSubstr("nothing here has changed it yet; it changes when somebody sets it")));
}

TEST_F(ExplainRow, S12_ItsJournalIsToldWithTheReasonWhoAndNames) {
  store::JournalRow& made = journal_of_task(Reason::kRowCreated);
  made.entry.after = R"({"state": "pending", "owner": 4})";
  store::JournalRow& changed = journal_of_task(Reason::kLocalEdit);
  changed.entry.field = "owner";
  changed.entry.before = "4";
  changed.entry.after = "3";
  const auto told = explain("TASK 7");
  ASSERT_TRUE(told);
  ASSERT_EQ(told->because.size(), 2U);
  EXPECT_EQ(told->because[0].reason, "ROW_CREATED");
  EXPECT_EQ(told->because[0].after, "owner user 4, state pending");
  EXPECT_THAT(told->because[1].what, HasSubstr("by bo@acme.test"));
  EXPECT_EQ(told->because[1].before, "user 4") << "who is not there any more";
  EXPECT_EQ(told->because[1].after, "Ana Diaz (3)");
  EXPECT_THAT(facts_named(*told, "journal"), IsEmpty());
}

TEST_F(ExplainRow, S12_WhatWasDeletedIsStillExplained) {
  store.shelf.rows.erase({"tasks", 7});
  journal_of_task(Reason::kRowRemoved).entry.before = R"({"subject": "Call back"})";
  const auto told = explain("task 7");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->subject, "Task 7 · not there any more");
  EXPECT_EQ(told->because.at(0).before, "subject Call back");
}

TEST_F(ExplainRow, EveryKindIsNamedInEachWay) {
  for (const char* subject :
       {"user 3", "users 3", "sequence 1", "sequence state 5", "Sequence-State 5", "sequencestates  5"}) {
    EXPECT_TRUE(explain(subject)) << subject;
  }
}

TEST_F(ExplainRow, AKindOrANumberThatIsNotThereIsAnErrorThatSaysWhatThereIs) {
  const auto kind = explain("tsk 7");
  ASSERT_FALSE(kind);
  EXPECT_EQ(kind.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(kind.error().message, HasSubstr("user, account, mailbox, stage, tag, sequence, sequence state, "
                                              "ruleset, task"));
  const auto number = explain("task 8");
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(number.error().message, "there is no task 8");
  EXPECT_EQ(explain("task seven").error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(explain("Account 001000000000001").error().message, HasSubstr("CRM record 001000000000001"))
      << "a CRM id after its object's name is one still";
}

}  // namespace
}  // namespace prospectd::service
