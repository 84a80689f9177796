// RowDraft: a change of a row in the making, which the kinds' own rules look at and add to. Internal to
// row_edit.cpp and row_rules.cpp. Pure, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reconcile/row_edit.h"

namespace prospectd::reconcile {

class RowDraft {
 public:
  RowDraft(const RowContext& context, const RowEdit& edit, const RowKind& kind, const RowScene& scene)
      : context(context), edit(edit), kind(kind), scene(scene) {}

  const RowContext& context;
  const RowEdit& edit;
  const RowKind& kind;
  const RowScene& scene;
  RowOutcome out;
  StoredRow before;  ///< of a new one: every cell null
  StoredRow after;   ///< of one that goes: as it stands

  bool is_new() const { return edit.id == 0; }
  bool changes(size_t cell) const { return before.cells[cell] != after.cells[cell]; }
  /// The number in a reference; 0 for none.
  int64_t reference(size_t cell) const;

  // ---- what is known; what is not yet is asked for, and answered as if it were not there ----
  const StoredRow* row(const std::string& type, int64_t id);
  std::vector<int64_t> list(const std::string& type, size_t cell, int64_t to);
  std::vector<int64_t> list(RowsWith wanted);
  std::vector<Referrers> referrers();
  bool lacks() const { return !out.lacking.empty(); }

  // ---- what is added ----
  void fault(Reason reason, size_t cell, std::string message);
  void change_other(const RowName& name, const StoredRow& row,
                    const std::vector<std::pair<size_t, Value>>& cells, Reason reason);
  void remove_other(const RowName& name, const StoredRow& row, Reason reason);
};

/// What a kind asks beyond its table, and what goes along with a change. Called once the values are read.
void apply_rules(RowDraft& draft);

/// The row's journal row, without values.
JournalEntry entry_of(Reason reason, const RowName& name);
/// The cells that have a value, as a JSON object.
std::string cells_json(const RowKind& kind, const StoredRow& row);
/// "214 open tasks, 3 mailboxes"; empty for nothing.
std::string counted(const std::vector<Referrers>& referrers, bool holding_only);

}  // namespace prospectd::reconcile
