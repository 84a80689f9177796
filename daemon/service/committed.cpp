#include "daemon/service/committed.h"

#include <algorithm>

#include "daemon/service/undo_rows.h"

namespace prospectd::service {
namespace {

// An opt-out is never taken back by an undo.
bool is_taken_back(const reconcile::UndoItem& item) {
  const bool* before = item.before.get<bool>();
  return item.field != mapping::field::kOptedOut || (before != nullptr && *before);
}

bool is_undoable(const mapping::LocalSchema& schema, const std::vector<reconcile::JournalEntry>& journal) {
  std::vector<store::JournalRow> rows;
  for (const reconcile::JournalEntry& entry : journal) {
    rows.emplace_back();
    rows.back().entry = entry;
  }
  const UndoRows undo = undo_rows_of(schema, rows);
  return undo.refused.empty() && std::ranges::any_of(undo.items, is_taken_back);
}

}  // namespace

Committed committed_under(CauseId cause, const mapping::LocalSchema& schema, const reconcile::Plan& plan) {
  if (!cause || plan.journal.empty()) return {};
  return {cause, is_undoable(schema, plan.journal)};
}

}  // namespace prospectd::service
