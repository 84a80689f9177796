// Changes of rows beside prospects (SEMANTICS §7–§10, §13), made here by people and programs: what is asked
// is checked whole against the kind's table and rules, every fault is told, and what is good becomes a plan.
// Pure, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/edit.h"
#include "reconcile/plan.h"
#include "reconcile/row_kind.h"

namespace prospectd::reconcile {

constexpr size_t kRowsListedMax = 1'000;  ///< rows that one answer of a store to RowKeys::lists names

/// A row by its kind and number.
struct RowName {
  std::string type;
  int64_t id = 0;
  auto operator<=>(const RowName&) const = default;
};

/// A row as it stands: its cells in the kind's order.
struct StoredRow {
  int64_t version = 0;
  std::vector<Value> cells;
  bool in_crm = false;  ///< it follows a record of a CRM
  bool operator==(const StoredRow&) const = default;
};

/// The rows of a kind with this value in one cell.
struct RowsWith {
  std::string type;
  size_t cell = 0;
  std::string value;  ///< Value::to_text: a text, or a number
  auto operator<=>(const RowsWith&) const = default;
};

/// How many of something refer to a row.
struct Referrers {
  std::string what;  ///< "open tasks"
  int64_t count = 0;
  bool holds = false;  ///< keeps a user from being switched off (§9), a stage from getting another name
  bool operator==(const Referrers&) const = default;
};

/// What deciding a change needs to know yet. Stores answer with all of it.
struct RowKeys {
  std::vector<RowName> rows;
  std::vector<std::string> user_emails;  ///< keys
  std::vector<RowsWith> lists;           ///< the rows themselves, too; at most kRowsListedMax, by number
  std::vector<RowName> referrers;
  std::vector<std::string> next;  ///< types whose next number is wanted
  bool empty() const {
    return rows.empty() && user_emails.empty() && lists.empty() && referrers.empty() && next.empty();
  }
};

/// What is known: of each key that was asked, the answer; nothing for what is not there.
struct RowScene {
  std::map<RowName, std::optional<StoredRow>> rows;
  std::map<std::string, std::optional<int64_t>> users_by_email;
  std::map<RowsWith, std::vector<int64_t>> lists;
  std::map<RowName, std::vector<Referrers>> referrers;
  std::map<std::string, int64_t> next;
};

/// What somebody wants of one row: a new one, other values, or that it goes.
struct RowEdit {
  std::string type;  ///< of a kind that is editable
  int64_t id = 0;    ///< 0: a new one
  bool remove = false;
  std::optional<int64_t> expected;  ///< the version that was seen; refused as stale when it is another now
  /// By position, as they were given: text is brought into the cell's type, null or blank text empties it. A
  /// user is named by number or address, other rows by number.
  std::vector<std::pair<size_t, Value>> cells;
};

struct RowFault {
  Reason reason = Reason::kFieldError;
  size_t cell = RowKind::npos;  ///< npos: of the row as a whole
  std::string message;          ///< a sentence that names the cell, and never the value
};

/// A cell that a plan changes, of the row itself or of one that goes along.
struct RowChange {
  RowName row;
  std::string cell;
  Value before;
  Value after;
};

enum class RowVerdict {
  kLacking,  ///< there is more to look up: plan it again with the answers in the scene
  kPlanned,
  kUnchanged,  ///< every value is there already: nothing to write
  kNoRow,
  kStale,      ///< it has another version than the expected one
  kForbidden,  ///< it is another user's, and the asker is no admin; the fault says so
  kRefused,    ///< for its faults; nothing of it is done
};

struct RowOutcome {
  RowVerdict verdict = RowVerdict::kUnchanged;
  RowKeys lacking;
  int64_t id = 0;       ///< of a new one: its number
  int64_t version = 0;  ///< as it stands before
  Plan plan;
  std::vector<RowChange> changes;
  std::vector<RowFault> faults;
  /// A stage that the sequence's ruleset gives the prospect; to be planned as an edit, in the same
  /// transaction.
  std::optional<ProspectEdit> follows;
};

struct RowContext {
  std::string actor;  ///< a user's address or name
  Role role = Role::kUser;
  Timestamp now{};
};

/// Plans a change over what is known. kLacking is answered a few times at most, each time with keys that the
/// scene has no answer to. The kind must be one that is editable.
RowOutcome plan_row_edit(const RowContext& context, const RowEdit& edit, const RowScene& scene);

}  // namespace prospectd::reconcile
