// What a change of a row is planned over: it asks for what it lacks, in few steps, and decides nothing
// before.
#include "reconcile/row_edit.h"

#include <gmock/gmock.h>

#include <set>

namespace prospectd::reconcile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StoredRow row_with(const char* type, const std::vector<std::pair<size_t, Value>>& cells) {
  StoredRow row;
  row.version = 1;
  row.cells.assign(row_kind_named(type)->cells.size(), Value::null());
  for (const auto& [at, value] : cells)
    row.cells[at] = value;
  return row;
}

/// A store of a few rows, that remembers what it was asked.
class RowEdits : public testing::Test {
 protected:
  RowEdits() {
    rows_[{"users", 1}] = row_with(
        "users",
        {{user_cell::kEmail, "ana@x.test"}, {user_cell::kKind, int64_t{0}}, {user_cell::kActive, true}});
    rows_[{"prospects", 7}] = row_with("prospects", {});
    rows_[{"sequences", 2}] =
        row_with("sequences", {{sequence_cell::kEnabled, true}, {sequence_cell::kOwner, int64_t{1}}});
    rows_[{"mailboxes", 3}] = row_with("mailboxes", {{mailbox_cell::kUser, int64_t{1}},
                                                     {mailbox_cell::kDefault, false},
                                                     {mailbox_cell::kConnected, true},
                                                     {mailbox_cell::kSendDisabled, false},
                                                     {mailbox_cell::kSyncDisabled, false}});
  }

  void answer(const RowKeys& keys, RowScene& scene) {
    for (const RowName& name : keys.rows) {
      EXPECT_TRUE(asked_.insert(name).second) << name.type << " " << name.id << " is asked for twice";
      const auto found = rows_.find(name);
      scene.rows[name] = found == rows_.end() ? std::nullopt : std::optional(found->second);
    }
    for (const std::string& email : keys.user_emails)
      scene.users_by_email[email] = email == "ana@x.test" ? std::optional<int64_t>(1) : std::nullopt;
    for (const std::string& type : keys.next)
      scene.next[type] = 9;
    for (const RowName& name : keys.referrers)
      scene.referrers[name] = {{"open tasks", 2, true}};
    for (const RowsWith& wanted : keys.lists) {
      scene.lists[wanted] = {};
      for (const auto& [name, row] : rows_) {
        if (name.type != wanted.type || row.cells[wanted.cell].to_text() != wanted.value) continue;
        scene.lists[wanted].push_back(name.id);
        scene.rows[name] = row;
      }
    }
  }

  RowOutcome plan(const RowEdit& edit) {
    const RowContext context{"ana@x.test", Role::kUser, Timestamp{seconds{100}}};
    RowScene scene;
    asked_.clear();
    RowOutcome outcome = plan_row_edit(context, edit, scene);
    for (steps_ = 0; outcome.verdict == RowVerdict::kLacking && steps_ < 20; ++steps_) {
      EXPECT_FALSE(outcome.lacking.empty());
      EXPECT_THAT(outcome.faults, IsEmpty()) << "nothing is decided before everything is known";
      answer(outcome.lacking, scene);
      outcome = plan_row_edit(context, edit, scene);
    }
    return outcome;
  }

  std::map<RowName, StoredRow> rows_;
  std::set<RowName> asked_;
  int steps_ = 0;
};

TEST_F(RowEdits, AnEntryIntoASequenceIsPlannedInFewStepsAndAsksForNothingTwice) {
  RowEdit edit;
  edit.type = "sequenceStates";
  edit.cells = {{state_cell::kProspect, Value("7")}, {state_cell::kSequence, Value(int64_t{2})}};
  const RowOutcome outcome = plan(edit);
  ASSERT_EQ(outcome.verdict, RowVerdict::kPlanned);
  EXPECT_EQ(outcome.id, 9);
  EXPECT_LE(steps_, 4);
  ASSERT_EQ(outcome.plan.steps.size(), 1U);
  const auto& made = std::get<CreateRow>(outcome.plan.steps[0]);
  EXPECT_EQ(made.cells[state_cell::kSequencer], Value(int64_t{1}));
  EXPECT_EQ(made.cells[state_cell::kMailbox], Value(int64_t{3}));
  EXPECT_EQ(outcome.plan.cause.detail, "new sequence state");
}

TEST_F(RowEdits, ARefusedChangeLeavesNoPlan) {
  RowEdit edit;
  edit.type = "tasks";
  edit.cells = {{task_cell::kOwner, Value("bo@x.test")}, {task_cell::kProspect, Value(int64_t{7})}};
  const RowOutcome outcome = plan(edit);
  EXPECT_EQ(outcome.verdict, RowVerdict::kRefused);
  EXPECT_TRUE(outcome.plan.empty());
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_EQ(outcome.faults[0].reason, Reason::kReferenceUnknown);
  EXPECT_EQ(outcome.faults[0].message.find("bo@x.test"), std::string::npos) << "a value is nobody's business";
}

TEST_F(RowEdits, ANameIsOneLineAndWhatIsMissingIsSaid) {
  RowEdit edit;
  edit.type = "users";
  edit.cells = {{user_cell::kName, Value("Di\nPrince")}, {user_cell::kEmail, Value("di@x.test")}};
  const RowOutcome broken = plan(edit);
  ASSERT_EQ(broken.faults.size(), 1U);
  EXPECT_EQ(broken.faults[0].message, "name has a line break in it");
  edit.type = "accounts";
  edit.cells = {{account_cell::kOwner, Value(int64_t{1})}};
  const RowOutcome lacking = plan(edit);
  ASSERT_EQ(lacking.faults.size(), 1U);
  EXPECT_EQ(lacking.faults[0].message, "name is missing, and an account needs one");
  edit.type = "mailboxes";
  edit.id = 3;
  edit.cells = {{mailbox_cell::kError, Value("550 refused\r\n550 try later")}};
  EXPECT_EQ(plan(edit).verdict, RowVerdict::kPlanned) << "what may be long may have lines";
}

TEST_F(RowEdits, ARowThatIsNotThereOrHasChangedIsNotPlanned) {
  RowEdit edit;
  edit.type = "sequences";
  edit.id = 4;
  edit.cells = {{sequence_cell::kEnabled, Value(false)}};
  EXPECT_EQ(plan(edit).verdict, RowVerdict::kNoRow);
  edit.id = 2;
  edit.expected = 3;
  EXPECT_EQ(plan(edit).verdict, RowVerdict::kStale);
  edit.expected = 1;
  EXPECT_EQ(plan(edit).verdict, RowVerdict::kPlanned);
}

TEST(RowKinds, EachReferenceLeadsToAKindAndEachRuleToACell) {
  for (const RowKind& kind : row_kinds()) {
    std::set<std::string> names;
    for (const Cell& cell : kind.cells) {
      EXPECT_TRUE(names.insert(cell.name).second) << kind.type << " " << cell.name;
      EXPECT_EQ(cell.type == CellType::kReference, row_kind_named(cell.to) != nullptr) << cell.name;
    }
  }
  const auto name_at = [](const char* type, size_t at) { return row_kind_named(type)->cells.at(at).name; };
  EXPECT_EQ(name_at("tasks", task_cell::kSequenceState), "sequence_state");
  EXPECT_EQ(name_at("tasks", task_cell::kOwner), "owner");
  EXPECT_EQ(name_at("tasks", task_cell::kKind), "kind");
  EXPECT_EQ(name_at("accounts", account_cell::kDeleted), "deleted");
  EXPECT_EQ(name_at("users", user_cell::kActive), "active");
  EXPECT_EQ(name_at("mailboxes", mailbox_cell::kError), "error");
  EXPECT_EQ(name_at("sequences", sequence_cell::kRuleset), "ruleset");
  EXPECT_EQ(name_at("sequenceStates", state_cell::kReason), "reason");
  EXPECT_EQ(name_at("rulesets", ruleset_cell::kStageOnFinished), "stage_on_finished");
  EXPECT_EQ(name_at("rulesets", ruleset_cell::kStageOnCompleted), "stage_on_completed");
  EXPECT_EQ(name_at("rulesets", ruleset_cell::kStageOnAdded), "stage_on_added");
}

}  // namespace
}  // namespace prospectd::reconcile
