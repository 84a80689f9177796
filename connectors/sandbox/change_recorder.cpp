#include "connectors/sandbox/change_recorder.h"

#include <algorithm>

namespace prospectd::sandbox {

void ChangeRecorder::note(ChangeKind kind, const Table& table, Row row) {
  if (!listener_) return;
  // A transaction has few records as a rule; the last one is the likeliest to be touched again.
  constexpr size_t kLookedBack = 16;
  const size_t looked = std::min(noted_.size(), kLookedBack);
  const auto known =
      std::find_if(noted_.rbegin(), noted_.rbegin() + static_cast<std::ptrdiff_t>(looked),
                   [&](const Noted& n) { return n.record.table == &table && n.record.row == row; });
  if (known != noted_.rbegin() + static_cast<std::ptrdiff_t>(looked)) return;
  if (noted_.size() >= kTransactionRecordsMax) {
    note_all(table);
    return;
  }
  Noted noted{{&table, row, kind}, {}};
  if (kind == ChangeKind::kUpdate) {
    for (int column = 0; column < table.type().columns(); ++column)
      noted.before.push_back(table.cell(row, column));
  }
  noted_.push_back(std::move(noted));
}

void ChangeRecorder::note_all(const Table& table) {
  if (!listener_ || std::find(overflowed_.begin(), overflowed_.end(), &table) != overflowed_.end()) return;
  overflowed_.push_back(&table);
}

// Equal texts may have two addresses, so texts compare by content.
std::vector<int> ChangeRecorder::differing_columns(const Noted& noted) {
  std::vector<int> columns;
  const Table& table = *noted.record.table;
  for (const Field& field : table.type().fields()) {
    const auto place = static_cast<size_t>(field.column);
    if (field.column < 0 || place >= noted.before.size()) continue;
    const Cell before = noted.before[place];
    const Cell after = table.cell(noted.record.row, field.column);
    if (before == after) continue;
    const bool texts = holds_text(field.kind) && before != kNullCell && after != kNullCell;
    const bool same = texts && TextArena::read(reinterpret_cast<const char*>(before)) ==
                                   TextArena::read(reinterpret_cast<const char*>(after));
    if (!same) columns.push_back(field.column);
  }
  return columns;
}

void ChangeRecorder::end(Timestamp now, const std::string& user) {
  if (--depth_ > 0 || (noted_.empty() && overflowed_.empty())) return;
  ChangeSet transaction{++last_number_, now, user, origin_, {}, std::move(overflowed_)};
  for (Noted& noted : noted_) {
    if (noted.record.kind == ChangeKind::kUpdate) noted.record.columns = differing_columns(noted);
    transaction.records.push_back(std::move(noted.record));
  }
  noted_.clear();
  overflowed_.clear();
  if (listener_) listener_(transaction);
}

}  // namespace prospectd::sandbox
