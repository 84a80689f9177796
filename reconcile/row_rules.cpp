// What the kinds of rows ask beyond their tables, and what goes along with a change: a task's sequence state,
// a user's other mailboxes, a prospect's entry into a sequence.
#include <algorithm>
#include <iterator>

#include "reconcile/row_draft.h"

namespace prospectd::reconcile {
namespace {

constexpr const char* kTaskDeletedWords = "task deleted";

bool is_given(const RowDraft& draft, size_t cell) {
  return std::ranges::find(draft.edit.cells, cell, &std::pair<size_t, Value>::first) !=
         draft.edit.cells.end();
}

bool says(const StoredRow& row, size_t cell, const char* text) {
  return row.cells[cell].str() == text;
}

// Refuses to take the row away while something refers to it, or it follows a record.
void keep_what_is_needed(RowDraft& draft) {
  if (draft.before.in_crm) {
    draft.fault(Reason::kOwnedByCrm, RowKind::npos,
                "the " + draft.kind.noun + " follows a record of the CRM: it is deleted there");
    return;
  }
  const std::string needed = counted(draft.referrers(), false);
  if (needed.empty()) return;
  draft.fault(Reason::kStillReferred, RowKind::npos,
              "the " + draft.kind.noun + " is still needed by " + needed + ": move or delete them first");
}

// ---- tasks ----

void touch_prospect(RowDraft& draft) {
  namespace cell = task_cell;
  const bool completed = draft.changes(cell::kState) && says(draft.after, cell::kState, "complete");
  const bool in_touch = says(draft.after, cell::kKind, "call") || says(draft.after, cell::kKind, "email");
  const ProspectId prospect{draft.reference(cell::kProspect)};
  if (!completed || !in_touch || !prospect) return;
  JournalEntry entry = entry_of(Reason::kTouched, {draft.kind.type, draft.out.id});
  entry.prospect = prospect;
  draft.out.plan.journal.push_back(std::move(entry));
  draft.out.plan.steps.emplace_back(TouchProspect{prospect, draft.context.now});
}

// A task of a sequence takes its state out of its course (SEMANTICS §10.1).
void pause_state(RowDraft& draft) {
  const int64_t id = draft.reference(task_cell::kSequenceState);
  const StoredRow* state = id == 0 ? nullptr : draft.row("sequenceStates", id);
  if (state == nullptr) return;
  if (!says(*state, state_cell::kState, "active") && !says(*state, state_cell::kState, "pending")) return;
  draft.change_other({"sequenceStates", id}, *state,
                     {{state_cell::kState, Value("paused")}, {state_cell::kReason, Value(kTaskDeletedWords)}},
                     Reason::kTaskDeleted);
}

void rule_tasks(RowDraft& draft) {
  namespace cell = task_cell;
  if (draft.edit.remove) {
    pause_state(draft);
    return;
  }
  if (draft.reference(cell::kProspect) == 0 && draft.reference(cell::kAccount) == 0) {
    draft.fault(Reason::kFieldError, cell::kProspect,
                "prospect is missing: a task names a prospect, an account, or both");
  }
  if (draft.reference(cell::kSequenceState) != 0 && draft.changes(cell::kProspect)) {
    draft.fault(Reason::kFieldError, cell::kProspect,
                "prospect is that of the task's sequence state, and does not change");
  }
  touch_prospect(draft);
}

// ---- accounts, users, mailboxes ----

void rule_accounts(RowDraft& draft) {
  if (draft.edit.remove) {
    keep_what_is_needed(draft);
  } else if (draft.before.cells[account_cell::kDeleted] == Value(true)) {
    draft.fault(Reason::kNotUsable, RowKind::npos, "the account was deleted in the CRM, and stays as it is");
  }
}

void rule_users(RowDraft& draft) {
  if (draft.edit.remove) {
    keep_what_is_needed(draft);
    return;
  }
  if (draft.before.cells[user_cell::kKind] == Value(int64_t{1})) {
    draft.fault(Reason::kOwnedByCrm, RowKind::npos, "a queue is the CRM's: it is changed there");
    return;
  }
  const bool switched_off = draft.changes(user_cell::kActive) && !draft.is_new() &&
                            draft.after.cells[user_cell::kActive] == Value(false);
  if (!switched_off) return;
  const std::string held = counted(draft.referrers(), true);
  if (held.empty()) return;
  draft.fault(Reason::kStillReferred, user_cell::kActive,
              "active stays: the user still holds " + held + "; hand them to somebody else first");
}

// A user has one default mailbox at most.
void rule_mailboxes(RowDraft& draft) {
  namespace cell = mailbox_cell;
  if (draft.edit.remove) {
    keep_what_is_needed(draft);
    return;
  }
  if (!draft.is_new() && draft.changes(cell::kUser)) {
    const std::string needed = counted(draft.referrers(), false);
    if (!needed.empty()) {
      draft.fault(Reason::kStillReferred, cell::kUser,
                  "user stays: the mailbox is still needed by " + needed + " of this user");
    }
  }
  const bool becomes_default = draft.after.cells[cell::kDefault] == Value(true) &&
                               (draft.changes(cell::kDefault) || draft.changes(cell::kUser));
  if (!becomes_default) return;
  const auto all = draft.list("mailboxes", cell::kUser, draft.reference(cell::kUser));
  for (const int64_t id : all) {
    const StoredRow* other = id == draft.edit.id ? nullptr : draft.row("mailboxes", id);
    if (other != nullptr)
      draft.change_other({"mailboxes", id}, *other, {{cell::kDefault, Value(false)}}, Reason::kDefaultMoved);
  }
}

// ---- stages ----

// A prospect holds its stage's name.
void rule_stages(RowDraft& draft) {
  if (draft.edit.remove) {
    keep_what_is_needed(draft);
    return;
  }
  if (draft.is_new() || !draft.changes(kNameCell)) return;
  const std::string held = counted(draft.referrers(), true);
  if (held.empty()) return;
  draft.fault(Reason::kStillReferred, kNameCell,
              "name stays: the stage has " + held + "; make a new stage and move them there");
}

// ---- sequence states ----

struct StateMove {
  const char* from;  ///< "": a new one
  const char* to;
};
constexpr StateMove kStateMoves[] = {
    {"", "active"},           {"", "pending"},        {"pending", "active"},  {"paused", "active"},
    {"failed", "active"},     {"active", "paused"},   {"pending", "paused"},  {"active", "finished"},
    {"pending", "finished"},  {"paused", "finished"}, {"failed", "finished"}, {"bounced", "finished"},
    {"disabled", "finished"},
};

void check_move(RowDraft& draft) {
  const std::string from(draft.before.cells[state_cell::kState].str());
  const std::string to(draft.after.cells[state_cell::kState].str());
  if (from == to) return;
  const bool moves = std::ranges::any_of(
      kStateMoves, [&](const StateMove& move) { return move.from == from && move.to == to; });
  if (moves) return;
  draft.fault(Reason::kStateMoveRefused, state_cell::kState,
              from.empty() ? "state of a new one is active or pending"
                           : "state can't become " + to + ": it is " + from);
}

bool is_over(const StoredRow& state) {
  return says(state, state_cell::kState, "finished") || says(state, state_cell::kState, "opted_out");
}

bool is_usable(const StoredRow& mailbox) {
  namespace cell = mailbox_cell;
  return mailbox.cells[cell::kConnected] == Value(true) &&
         mailbox.cells[cell::kSendDisabled] == Value(false) &&
         mailbox.cells[cell::kSyncDisabled] == Value(false) && mailbox.cells[cell::kError].is_null();
}

// The sequencer's default, or else the connected one with the lowest number (§7).
void choose_mailbox(RowDraft& draft) {
  const int64_t sequencer = draft.reference(state_cell::kSequencer);
  const auto all = draft.list("mailboxes", mailbox_cell::kUser, sequencer);
  int64_t chosen = 0;
  for (const int64_t id : all) {
    const StoredRow* mailbox = draft.row("mailboxes", id);
    if (mailbox == nullptr || !is_usable(*mailbox)) continue;
    const bool is_default = mailbox->cells[mailbox_cell::kDefault] == Value(true);
    if (chosen == 0 || is_default) chosen = id;
    if (is_default) break;
  }
  if (chosen != 0) {
    draft.after.cells[state_cell::kMailbox] = Value(chosen);
  } else {
    draft.fault(Reason::kNoConnectedMailbox, state_cell::kMailbox,
                "mailbox is missing: the sequencer has none that is connected and may send");
  }
}

void check_mailbox(RowDraft& draft) {
  const int64_t id = draft.reference(state_cell::kMailbox);
  const StoredRow* mailbox = id == 0 ? nullptr : draft.row("mailboxes", id);
  if (mailbox == nullptr) return;
  if (mailbox->cells[mailbox_cell::kUser] != draft.after.cells[state_cell::kSequencer]) {
    draft.fault(Reason::kNotUsable, state_cell::kMailbox, "mailbox is not one of the sequencer's");
  } else if (!is_usable(*mailbox)) {
    draft.fault(Reason::kNoConnectedMailbox, state_cell::kMailbox,
                "mailbox is not connected, or may not send");
  }
}

void check_sequencer(RowDraft& draft) {
  if (!draft.changes(state_cell::kSequencer) && !draft.changes(state_cell::kMailbox)) return;
  if (draft.reference(state_cell::kSequencer) == 0) {
    draft.fault(Reason::kFieldError, state_cell::kSequencer,
                "sequencer is missing: a sequence state is a user's");
  } else if (is_given(draft, state_cell::kMailbox) && draft.reference(state_cell::kMailbox) != 0) {
    check_mailbox(draft);
  } else {
    choose_mailbox(draft);
  }
}

// The ruleset of a sequence; nullptr where it has none.
const StoredRow* ruleset_of(RowDraft& draft, const StoredRow* sequence) {
  const auto* id = sequence == nullptr ? nullptr : sequence->cells[sequence_cell::kRuleset].get<int64_t>();
  return id == nullptr ? nullptr : draft.row("rulesets", *id);
}

bool is_exclusive(const StoredRow* ruleset) {
  return ruleset != nullptr && ruleset->cells[ruleset_cell::kExclusive] == Value(true);
}

// Who may enter twice, and who is in another sequence that wants them alone (§10, Prevention). Without a
// ruleset a prospect enters again once they are out.
void check_entry(RowDraft& draft, const StoredRow* ruleset) {
  const int64_t sequence = draft.reference(state_cell::kSequence);
  const bool allows = ruleset != nullptr && says(*ruleset, ruleset_cell::kReentry, "allow");
  const bool disallows = ruleset != nullptr && says(*ruleset, ruleset_cell::kReentry, "disallow");
  const auto states =
      draft.list("sequenceStates", state_cell::kProspect, draft.reference(state_cell::kProspect));
  bool again = false;
  bool elsewhere = false;
  for (const int64_t id : states) {
    const StoredRow* state = draft.row("sequenceStates", id);
    if (state == nullptr) continue;
    const auto* in = state->cells[state_cell::kSequence].get<int64_t>();
    if (in != nullptr && *in == sequence) {
      again = again || disallows || (!allows && !is_over(*state));
    } else if (in != nullptr && is_exclusive(ruleset) && !is_over(*state)) {
      elsewhere = elsewhere || is_exclusive(ruleset_of(draft, draft.row("sequences", *in)));
    }
  }
  if (again) {
    draft.fault(Reason::kReentryRefused, state_cell::kProspect,
                disallows ? "prospect has been in this sequence, which takes nobody twice"
                          : "prospect is in this sequence already");
  }
  if (elsewhere) {
    draft.fault(Reason::kExclusiveElsewhere, state_cell::kProspect,
                "prospect is in another exclusive sequence, and this one wants them alone");
  }
}

// The stage that the ruleset has for an event, where it has one.
void give_stage(RowDraft& draft, const StoredRow* ruleset, std::initializer_list<size_t> cells) {
  for (const size_t cell : cells) {
    const auto* id = ruleset == nullptr ? nullptr : ruleset->cells[cell].get<int64_t>();
    const StoredRow* stage = id == nullptr ? nullptr : draft.row("stages", *id);
    if (stage == nullptr) continue;
    ProspectEdit edit;
    edit.prospect = ProspectId{draft.reference(state_cell::kProspect)};
    edit.values = {{mapping::field::kStage, stage->cells[kNameCell]}};
    draft.out.follows = std::move(edit);
    return;
  }
}

// Nobody is written to who has opted out, nor out of a sequence that is off.
void check_may_run(RowDraft& draft, const StoredRow& sequence, const StoredRow& prospect) {
  if (sequence.cells[sequence_cell::kEnabled] != Value(true))
    draft.fault(Reason::kSequenceOff, state_cell::kSequence, "sequence is not enabled");
  if (prospect.cells[prospect_cell::kOptedOut] == Value(true))
    draft.fault(Reason::kOptedOut, state_cell::kProspect, "prospect has opted out");
}

void rule_entry(RowDraft& draft) {
  const StoredRow* sequence = draft.row("sequences", draft.reference(state_cell::kSequence));
  const StoredRow* prospect = draft.row("prospects", draft.reference(state_cell::kProspect));
  if (sequence == nullptr || prospect == nullptr) return;
  check_may_run(draft, *sequence, *prospect);
  if (draft.reference(state_cell::kSequencer) == 0)
    draft.after.cells[state_cell::kSequencer] = sequence->cells[sequence_cell::kOwner];
  check_move(draft);
  check_sequencer(draft);
  const StoredRow* ruleset = ruleset_of(draft, sequence);
  check_entry(draft, ruleset);
  give_stage(draft, ruleset, {ruleset_cell::kStageOnAdded});
}

// Its open tasks go with it; those that are done stay, and name it no more where it is gone.
void end_tasks(RowDraft& draft) {
  const auto tasks = draft.list("tasks", task_cell::kSequenceState, draft.edit.id);
  for (const int64_t id : tasks) {
    const StoredRow* task = draft.row("tasks", id);
    if (task == nullptr) continue;
    if (!says(*task, task_cell::kState, "complete")) {
      draft.remove_other({"tasks", id}, *task, Reason::kStateEnded);
    } else if (draft.edit.remove) {
      draft.change_other({"tasks", id}, *task, {{task_cell::kSequenceState, Value::null()}},
                         Reason::kStateEnded);
    }
  }
}

void rule_sequence_states(RowDraft& draft) {
  if (draft.is_new()) {
    rule_entry(draft);
    return;
  }
  if (draft.edit.remove) {
    end_tasks(draft);
    return;
  }
  check_move(draft);
  check_sequencer(draft);
  if (!draft.changes(state_cell::kState)) return;
  if (!is_given(draft, state_cell::kReason)) draft.after.cells[state_cell::kReason] = Value::null();
  if (says(draft.after, state_cell::kState, "active") || says(draft.after, state_cell::kState, "pending")) {
    const StoredRow* of = draft.row("sequences", draft.reference(state_cell::kSequence));
    const StoredRow* prospect = draft.row("prospects", draft.reference(state_cell::kProspect));
    if (of != nullptr && prospect != nullptr) check_may_run(draft, *of, *prospect);
  }
  if (!says(draft.after, state_cell::kState, "finished")) return;
  end_tasks(draft);
  const StoredRow* sequence = draft.row("sequences", draft.reference(state_cell::kSequence));
  give_stage(draft, ruleset_of(draft, sequence),
             {ruleset_cell::kStageOnFinished, ruleset_cell::kStageOnCompleted});
}

// ---- which kind asks what ----

void rule_needed(RowDraft& draft) {
  if (draft.edit.remove) keep_what_is_needed(draft);
}

struct KindRule {
  std::string_view type;
  void (*apply)(RowDraft&);
};
constexpr KindRule kKindRules[] = {
    {"tasks", rule_tasks},      {"accounts", rule_accounts},
    {"users", rule_users},      {"mailboxes", rule_mailboxes},
    {"stages", rule_stages},    {"tags", rule_needed},
    {"sequences", rule_needed}, {"sequenceStates", rule_sequence_states},
    {"rulesets", rule_needed},
};

}  // namespace

void apply_rules(RowDraft& draft) {
  const auto* rule = std::ranges::find(kKindRules, draft.kind.type, &KindRule::type);
  if (rule != std::end(kKindRules)) rule->apply(draft);
}

}  // namespace prospectd::reconcile
