// Kinds of rows that people and programs write beside prospects: tasks, accounts, users, mailboxes, stages,
// tags, sequences, sequence states and rulesets (SEMANTICS §7–§10), as data: what each has in it, what is
// required, and who may change it. One table serves the core that plans changes, the store that reads and
// writes the rows, and the control API. Immutable, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/value.h"
#include "reconcile/access.h"

namespace prospectd::reconcile {

using mapping::Value;

enum class CellType {
  kText,
  kChoice,  ///< one of `choices`
  kEmail,   ///< an address, kept as its key
  kInteger,
  kFlag,
  kTime,
  kObject,     ///< JSON, as its text
  kReference,  ///< the number of a row of the kind `to`
};

/// When a person may give it.
enum class CellUse {
  kWritable,
  kAtCreation,  ///< and never changed afterwards
  kShown,       ///< never: it comes about by itself
};

struct Cell {
  std::string name;  ///< "due_at"
  CellType type = CellType::kText;
  CellUse use = CellUse::kWritable;
  bool required = false;  ///< never without a value
  Value initial = Value::null();
  int64_t most = 0;                       ///< bytes of texts and objects; the greatest integer, from 0
  std::vector<std::string> choices = {};  ///< that a person may give; the program knows others besides
  std::string to = {};                    ///< RowKind::type
  bool of_crm = false;                    ///< the CRM's, where the row follows a record: not changed here
};

struct RowKind {
  std::string type;  ///< as lists name it: "sequenceStates"
  std::string noun;  ///< "sequence state"
  /// The least role of who changes one; nobody does where the kind is only referred to (`editable`).
  Role role = Role::kUser;
  bool editable = true;
  std::vector<Cell> cells;
  /// Positions of cells that together are no other row's; those without a value are nobody's.
  std::vector<size_t> unique = {};
  /// The position of the user whose own it is; others' takes an admin. npos: it is nobody's own.
  size_t own = npos;
  static constexpr size_t npos = static_cast<size_t>(-1);

  /// The position of the cell of this name, or npos.
  size_t find(std::string_view name) const;
};

/// In the order of the API's documentation; prospects, which are only referred to, come last.
const std::vector<RowKind>& row_kinds();
/// nullptr when there is none of that type.
const RowKind* row_kind_named(std::string_view type);

// Positions of the cells that rules ask for.
namespace task_cell {
inline constexpr size_t kState = 1;
inline constexpr size_t kKind = 2;
inline constexpr size_t kOwner = 6;
inline constexpr size_t kProspect = 7;
inline constexpr size_t kAccount = 8;
inline constexpr size_t kSequenceState = 9;
}  // namespace task_cell
namespace account_cell {
inline constexpr size_t kOwner = 4;
inline constexpr size_t kDeleted = 5;
}  // namespace account_cell
namespace user_cell {
inline constexpr size_t kName = 0;
inline constexpr size_t kEmail = 1;
inline constexpr size_t kKind = 2;
inline constexpr size_t kActive = 3;
}  // namespace user_cell
namespace mailbox_cell {
inline constexpr size_t kAddress = 0;
inline constexpr size_t kUser = 1;
inline constexpr size_t kDefault = 2;
inline constexpr size_t kConnected = 3;
inline constexpr size_t kSendDisabled = 4;
inline constexpr size_t kSyncDisabled = 5;
inline constexpr size_t kError = 6;
}  // namespace mailbox_cell
namespace sequence_cell {
inline constexpr size_t kEnabled = 1;
inline constexpr size_t kOwner = 3;
inline constexpr size_t kRuleset = 4;
}  // namespace sequence_cell
namespace state_cell {
inline constexpr size_t kProspect = 0;
inline constexpr size_t kSequence = 1;
inline constexpr size_t kSequencer = 2;
inline constexpr size_t kMailbox = 3;
inline constexpr size_t kState = 4;
inline constexpr size_t kReason = 5;
}  // namespace state_cell
namespace ruleset_cell {
inline constexpr size_t kReentry = 1;
inline constexpr size_t kExclusive = 2;
inline constexpr size_t kStageOnAdded = 5;
inline constexpr size_t kStageOnCompleted = 7;
inline constexpr size_t kStageOnFinished = 8;
}  // namespace ruleset_cell
namespace prospect_cell {
inline constexpr size_t kOptedOut = 0;
}  // namespace prospect_cell
inline constexpr size_t kNameCell = 0;  ///< of accounts, users, stages, tags, sequences and rulesets

}  // namespace prospectd::reconcile
