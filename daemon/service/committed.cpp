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

// The change stands whether or not its number can be read.
Committed committed_under(store::Store& store, const mapping::LocalSchema& schema,
                          const reconcile::Plan& plan) {
  if (plan.journal.empty()) return {};
  auto reader = store.reader();
  if (!reader) return {};
  const auto cause = (*reader)->last_cause();
  if (!cause || !*cause) return {};
  return {(*cause)->id, is_undoable(schema, plan.journal)};
}

}  // namespace prospectd::service
