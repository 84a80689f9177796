#include "reconcile/row_edit.h"

#include <algorithm>

#include "base/text.h"
#include "mapping/coerce.h"
#include "mapping/email_key.h"
#include "reconcile/row_draft.h"

namespace prospectd::reconcile {
namespace {

using mapping::LocalType;

constexpr int64_t kOneLineBytesMax = 500;  // texts that may be longer may have several lines

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
  });
}

// "open task" of "open tasks", "mailbox" of "mailboxes"
std::string one_of(const std::string& many) {
  return many.substr(0, many.size() - (many.ends_with("xes") ? 2 : 1));
}

std::string choice_words(const std::vector<std::string>& choices) {
  std::string words;
  for (const std::string& choice : choices)
    words += (words.empty() ? "" : ", ") + choice;
  return words;
}

/// Brings what was given into the cells' types. What is wrong with a value is told after the cell's name.
class CellReading {
 public:
  explicit CellReading(RowDraft& draft) : draft_(draft) {}

  void read() {
    for (const auto& [at, given] : draft_.edit.cells) {
      if (at >= draft_.kind.cells.size()) continue;
      Value value = given;
      const Cell& cell = draft_.kind.cells[at];
      Reason reason = Reason::kFieldError;
      std::string wrong = read_use(cell);
      if (wrong.empty()) wrong = read_cell(cell, at, value, reason);
      if (!wrong.empty()) draft_.fault(reason, at, cell.name + " " + wrong);
      if (wrong.empty()) draft_.after.cells[at] = std::move(value);
    }
    note_missing();
    note_crm();
  }

 private:
  std::string read_use(const Cell& cell) const {
    if (cell.use == CellUse::kShown) return "comes about by itself, and is not set";
    if (cell.use == CellUse::kAtCreation && !draft_.is_new())
      return "is said when " + with_article(draft_.kind.noun) + " is made, and not changed afterwards";
    return {};
  }

  std::string read_cell(const Cell& cell, size_t at, Value& value, Reason& reason) {
    if (value.is_blank()) {
      value = Value::null();
      return cell.required ? "needs a value" : std::string();
    }
    if (value.is_string() && !is_valid_utf8(value.str())) return "is no proper text";
    if (value.is_string() && !is_printable(value.str())) return "has a control character in it";
    switch (cell.type) {
      case CellType::kText:
      case CellType::kObject:
        return read_text(cell, value);
      case CellType::kChoice:
        return read_choice(cell, at, value);
      case CellType::kEmail:
        return read_email(value);
      case CellType::kInteger:
        return read_integer(cell, value);
      case CellType::kFlag:
        return std::string(mapping::coerce(value, LocalType::kBoolean));
      case CellType::kTime:
        return std::string(mapping::coerce(value, LocalType::kDateTime));
      case CellType::kReference:
        return read_reference(cell, at, value, reason);
    }
    return {};
  }

  static std::string read_text(const Cell& cell, Value& value) {
    if (const std::string_view wrong = mapping::coerce(value, LocalType::kText); !wrong.empty())
      return std::string(wrong);
    const bool one_line = cell.type == CellType::kText && cell.most <= kOneLineBytesMax;
    if (one_line && value.str().find_first_of("\r\n") != std::string_view::npos)
      return "has a line break in it";
    if (static_cast<int64_t>(value.str().size()) > cell.most)
      return "is too long: at most " + std::to_string(cell.most) + " bytes";
    return {};
  }

  std::string read_choice(const Cell& cell, size_t at, const Value& value) const {
    const bool stands = !draft_.is_new() && draft_.before.cells[at] == value;
    if (stands || std::ranges::find(cell.choices, value.str()) != cell.choices.end()) return {};
    return "must be one of " + choice_words(cell.choices);
  }

  static std::string read_email(Value& value) {
    auto key = mapping::email_key(value.str());
    if (!key) return "is no e-mail address";
    value = Value(*std::move(key));
    return {};
  }

  static std::string read_integer(const Cell& cell, Value& value) {
    const std::string wrong(mapping::coerce(value, LocalType::kInteger));
    const auto* number = value.get<int64_t>();
    if (wrong.empty() && number != nullptr && *number >= 0 && *number <= cell.most) return {};
    return "must be a whole number from 0 to " + std::to_string(cell.most);
  }

  std::string read_reference(const Cell& cell, size_t at, Value& value, Reason& reason) {
    const RowKind& to = *row_kind_named(cell.to);
    const RowKeys& lacking = draft_.out.lacking;
    const size_t asked = lacking.user_emails.size() + lacking.rows.size();
    const std::optional<int64_t> id = number_of(cell, value);
    const StoredRow* named = id ? draft_.row(cell.to, *id) : nullptr;
    if (lacking.user_emails.size() + lacking.rows.size() > asked) return {};  // not known yet
    if (named == nullptr) {
      reason = Reason::kReferenceUnknown;
      return "is no " + to.noun + (cell.to == "users" ? "'s number or address" : "'s number");
    }
    value = Value(*id);
    const bool stands = !draft_.is_new() && draft_.before.cells[at] == value;
    const std::string wrong = stands ? std::string() : unusable(cell, *named);
    if (!wrong.empty()) reason = Reason::kNotUsable;
    return wrong;
  }

  // Of an address: whose it is.
  std::optional<int64_t> number_of(const Cell& cell, const Value& given) {
    if (cell.to == "users") {
      if (const auto key = mapping::email_key(given.str())) {
        const auto known = draft_.scene.users_by_email.find(*key);
        if (known != draft_.scene.users_by_email.end()) return known->second;
        draft_.out.lacking.user_emails.push_back(*key);
        return std::nullopt;
      }
    }
    Value number = given;
    if (!mapping::coerce(number, LocalType::kInteger).empty()) return std::nullopt;
    const auto* id = number.get<int64_t>();
    return id != nullptr && *id > 0 ? std::optional(*id) : std::nullopt;
  }

  static std::string unusable(const Cell& cell, const StoredRow& named) {
    if (cell.to == "users" && named.cells[user_cell::kKind] != Value(int64_t{0}))
      return "is a queue, and not a person";
    if (cell.to == "users" && named.cells[user_cell::kActive] != Value(true)) return "is not an active user";
    if (cell.to == "accounts" && named.cells[account_cell::kDeleted] == Value(true))
      return "is an account that was deleted";
    return {};
  }

  void note_missing() {
    if (!draft_.is_new()) return;
    for (size_t at = 0; at < draft_.kind.cells.size(); ++at) {
      const Cell& cell = draft_.kind.cells[at];
      const bool given = std::ranges::find(draft_.edit.cells, at, &std::pair<size_t, Value>::first) !=
                         draft_.edit.cells.end();
      if (!cell.required || given || !draft_.after.cells[at].is_null()) continue;
      draft_.fault(Reason::kFieldError, at,
                   cell.name + " is missing, and " + with_article(draft_.kind.noun) + " needs one");
    }
  }

  void note_crm() {
    if (!draft_.before.in_crm) return;
    for (size_t at = 0; at < draft_.kind.cells.size(); ++at) {
      if (!draft_.kind.cells[at].of_crm || !draft_.changes(at)) continue;
      draft_.fault(Reason::kOwnedByCrm, at,
                   draft_.kind.cells[at].name + " is the CRM's, as the " + draft_.kind.noun +
                       " follows a record there: it is changed there, and comes here with the next poll");
    }
  }

  RowDraft& draft_;
};

/// Is there another row that has what only one may have?
void check_unique(RowDraft& draft) {
  const std::vector<size_t>& unique = draft.kind.unique;
  const bool asked = std::ranges::any_of(unique, [&](size_t at) { return draft.changes(at); });
  const bool whole = std::ranges::none_of(unique, [&](size_t at) { return draft.after.cells[at].is_null(); });
  if (unique.empty() || !asked || !whole) return;
  const size_t first = unique.front();
  const auto same = draft.list({draft.kind.type, first, draft.after.cells[first].to_text()});
  for (const int64_t id : same) {
    const StoredRow* other = id == draft.edit.id ? nullptr : draft.row(draft.kind.type, id);
    if (other == nullptr) continue;
    if (std::ranges::any_of(unique, [&](size_t at) { return other->cells[at] != draft.after.cells[at]; }))
      continue;
    draft.fault(Reason::kValueTaken, first,
                draft.kind.cells[first].name + " is that of " + draft.kind.noun + " " + std::to_string(id) +
                    " already");
    return;
  }
}

/// Other people's rows of a kind that has owners take an admin.
bool may_change(RowDraft& draft) {
  if (draft.kind.own == RowKind::npos || draft.context.role >= Role::kAdmin) return true;
  const auto actor = mapping::email_key(draft.context.actor);
  for (const StoredRow* row : {&draft.before, &draft.after}) {
    if (row == &draft.before && draft.is_new()) continue;
    const auto* owner = row->cells[draft.kind.own].get<int64_t>();
    const StoredRow* user = owner == nullptr ? nullptr : draft.row("users", *owner);
    const bool own = user != nullptr && actor && user->cells[user_cell::kEmail] == Value(*actor);
    if (!own) return false;
  }
  return true;
}

void set_time(RowDraft& draft, std::string_view name) {
  const size_t at = draft.kind.find(name);
  if (at != RowKind::npos) draft.after.cells[at] = Value(draft.context.now);
}

void plan_new_row(RowDraft& draft) {
  set_time(draft, "created_at");
  set_time(draft, "changed_at");
  const RowName name{draft.kind.type, draft.out.id};
  JournalEntry entry = entry_of(Reason::kRowCreated, name);
  entry.after = cells_json(draft.kind, draft.after);
  draft.out.plan.journal.insert(draft.out.plan.journal.begin(), std::move(entry));
  for (size_t at = 0; at < draft.kind.cells.size(); ++at) {
    const Cell& cell = draft.kind.cells[at];
    if (!draft.after.cells[at].is_null() && cell.use != CellUse::kShown)
      draft.out.changes.push_back({name, cell.name, Value::null(), draft.after.cells[at]});
  }
  auto& steps = draft.out.plan.steps;
  steps.insert(steps.begin(), CreateRow{name.type, name.id, draft.after.cells});
  draft.out.verdict = RowVerdict::kPlanned;
}

Reason reason_of_change(const RowDraft& draft, size_t at) {
  const bool assigned = draft.kind.type == "accounts" && at == account_cell::kOwner;
  return assigned ? Reason::kAccountAssigned : Reason::kLocalEdit;
}

void plan_row_change(RowDraft& draft) {
  const RowName name{draft.kind.type, draft.edit.id};
  UpdateRow update{name.type, name.id, draft.before.version, {}};
  std::vector<JournalEntry> entries;
  for (size_t at = 0; at < draft.kind.cells.size(); ++at) {
    if (!draft.changes(at)) continue;
    const std::string& cell = draft.kind.cells[at].name;
    JournalEntry entry = entry_of(reason_of_change(draft, at), name);
    entry.field = cell;
    entry.before = draft.before.cells[at].to_json();
    entry.after = draft.after.cells[at].to_json();
    entries.push_back(std::move(entry));
    draft.out.changes.push_back({name, cell, draft.before.cells[at], draft.after.cells[at]});
    update.cells.emplace_back(at, draft.after.cells[at]);
  }
  if (update.cells.empty()) return;
  if (const size_t at = draft.kind.find("changed_at"); at != RowKind::npos)
    update.cells.emplace_back(at, Value(draft.context.now));
  auto& plan = draft.out.plan;
  plan.journal.insert(plan.journal.begin(), entries.begin(), entries.end());
  plan.steps.insert(plan.steps.begin(), std::move(update));
  draft.out.verdict = RowVerdict::kPlanned;
}

void plan_row_removal(RowDraft& draft) {
  const RowName name{draft.kind.type, draft.edit.id};
  JournalEntry entry = entry_of(Reason::kRowRemoved, name);
  entry.before = cells_json(draft.kind, draft.before);
  draft.out.plan.journal.insert(draft.out.plan.journal.begin(), std::move(entry));
  draft.out.plan.steps.emplace_back(RemoveRow{name.type, name.id, draft.before.version});
  draft.out.verdict = RowVerdict::kPlanned;
}

// The row as it stands; false when there is nothing to go on with.
bool take_stand(RowDraft& draft) {
  draft.before.cells.assign(draft.kind.cells.size(), Value::null());
  if (draft.is_new()) {
    const auto next = draft.scene.next.find(draft.kind.type);
    if (next == draft.scene.next.end()) draft.out.lacking.next.push_back(draft.kind.type);
    draft.out.id = next == draft.scene.next.end() ? 0 : next->second;
    draft.after = draft.before;
    for (size_t at = 0; at < draft.kind.cells.size(); ++at)
      draft.after.cells[at] = draft.kind.cells[at].initial;
    return true;
  }
  const StoredRow* stored = draft.row(draft.kind.type, draft.edit.id);
  if (draft.lacks()) return false;
  if (stored == nullptr) {
    draft.out.verdict = RowVerdict::kNoRow;
    return false;
  }
  draft.before = draft.after = *stored;
  draft.out.version = stored->version;
  const bool stale = draft.edit.expected && *draft.edit.expected != stored->version;
  if (stale) draft.out.verdict = RowVerdict::kStale;
  return !stale;
}

void carry_through(RowDraft& draft) {
  if (!take_stand(draft)) return;
  if (!draft.edit.remove) CellReading(draft).read();
  if (draft.lacks()) return;
  if (!may_change(draft)) {
    draft.out.verdict = RowVerdict::kForbidden;
    return;
  }
  if (!draft.edit.remove) check_unique(draft);
  if (!draft.out.faults.empty()) {
    draft.out.verdict = RowVerdict::kRefused;
    return;
  }
  apply_rules(draft);
  if (!draft.out.faults.empty()) {
    draft.out.verdict = RowVerdict::kRefused;
  } else if (draft.edit.remove) {
    plan_row_removal(draft);
  } else if (draft.is_new()) {
    plan_new_row(draft);
  } else {
    plan_row_change(draft);
  }
}

}  // namespace

RowOutcome plan_row_edit(const RowContext& context, const RowEdit& edit, const RowScene& scene) {
  const RowKind& kind = *row_kind_named(edit.type);
  RowDraft draft(context, edit, kind, scene);
  draft.out.id = edit.id;
  carry_through(draft);
  // Faults may be of what is not known yet.
  if (draft.lacks()) {
    RowOutcome lacking;
    lacking.verdict = RowVerdict::kLacking;
    lacking.lacking = std::move(draft.out.lacking);
    return lacking;
  }
  const std::string which = edit.id == 0 ? "new " + kind.noun : kind.noun + " " + std::to_string(edit.id);
  draft.out.plan.cause = {"edit", which, context.actor};
  if (draft.out.verdict != RowVerdict::kPlanned) draft.out.plan = {};
  return std::move(draft.out);
}

// ---- what drafts share ----

int64_t RowDraft::reference(size_t cell) const {
  const auto* id = after.cells[cell].get<int64_t>();
  return id == nullptr ? 0 : *id;
}

const StoredRow* RowDraft::row(const std::string& type, int64_t id) {
  if (id == 0) return nullptr;
  const RowName name{type, id};
  const auto known = scene.rows.find(name);
  if (known != scene.rows.end()) return known->second ? &*known->second : nullptr;
  auto& asked = out.lacking.rows;
  if (std::ranges::find(asked, name) == asked.end()) asked.push_back(name);
  return nullptr;
}

std::vector<int64_t> RowDraft::list(const std::string& type, size_t cell, int64_t to) {
  return list(RowsWith{type, cell, std::to_string(to)});
}

std::vector<int64_t> RowDraft::list(RowsWith wanted) {
  const auto known = scene.lists.find(wanted);
  if (known != scene.lists.end()) return known->second;
  out.lacking.lists.push_back(std::move(wanted));
  return {};
}

std::vector<Referrers> RowDraft::referrers() {
  const RowName name{kind.type, edit.id};
  const auto known = scene.referrers.find(name);
  if (known != scene.referrers.end()) return known->second;
  out.lacking.referrers.push_back(name);
  return {};
}

void RowDraft::fault(Reason reason, size_t cell, std::string message) {
  out.faults.push_back({reason, cell, std::move(message)});
}

void RowDraft::change_other(const RowName& name, const StoredRow& row,
                            const std::vector<std::pair<size_t, Value>>& cells, Reason reason) {
  const RowKind& of = *row_kind_named(name.type);
  UpdateRow update{name.type, name.id, row.version, {}};
  for (const auto& [at, value] : cells) {
    if (row.cells[at] == value) continue;
    JournalEntry entry = entry_of(reason, name);
    entry.field = of.cells[at].name;
    entry.before = row.cells[at].to_json();
    entry.after = value.to_json();
    out.plan.journal.push_back(std::move(entry));
    out.changes.push_back({name, of.cells[at].name, row.cells[at], value});
    update.cells.emplace_back(at, value);
  }
  if (update.cells.empty()) return;
  if (const size_t at = of.find("changed_at"); at != RowKind::npos)
    update.cells.emplace_back(at, Value(context.now));
  out.plan.steps.emplace_back(std::move(update));
}

void RowDraft::remove_other(const RowName& name, const StoredRow& row, Reason reason) {
  JournalEntry entry = entry_of(reason, name);
  entry.before = cells_json(*row_kind_named(name.type), row);
  out.plan.journal.push_back(std::move(entry));
  out.plan.steps.emplace_back(RemoveRow{name.type, name.id, row.version});
}

JournalEntry entry_of(Reason reason, const RowName& name) {
  JournalEntry entry;
  entry.reason = reason;
  entry.object = name.type;
  entry.row = name.id;
  return entry;
}

std::string cells_json(const RowKind& kind, const StoredRow& row) {
  std::string out;
  for (size_t at = 0; at < kind.cells.size(); ++at) {
    if (row.cells[at].is_null()) continue;
    out += (out.empty() ? "" : ", ") + json_quote(kind.cells[at].name) + ": " + row.cells[at].to_json();
  }
  return "{" + out + "}";
}

std::string counted(const std::vector<Referrers>& referrers, bool holding_only) {
  std::string out;
  for (const Referrers& one : referrers) {
    if (one.count == 0 || (holding_only && !one.holds)) continue;
    out += (out.empty() ? "" : ", ") + group_digits(one.count) + " " +
           (one.count == 1 ? one_of(one.what) : one.what);
  }
  return out;
}

}  // namespace prospectd::reconcile
