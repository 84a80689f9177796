// Keys and transactions: who has a value already, and how a group of writes is taken back.
#include <algorithm>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/key_index.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

ApiError duplicate_value(std::string_view other, const Field& field) {
  return api_error(std::string(code::kDuplicateValue),
                   "duplicate value found: " + field.name + " duplicates value on record with id: " +
                       std::string(other.substr(0, salesforce_wire::kShortIdSize)));
}

}  // namespace

KeyIndex& Org::index_of(const Table& table, const Field& field) const {
  for (const auto& index : indexes_) {
    if (&index->table() == &table && &index->field() == &field) return *index;
  }
  indexes_.push_back(std::make_unique<KeyIndex>(table, field));
  return *indexes_.back();
}

std::vector<Row> Org::find_by_key(const Table& table, const Field& field, const mapping::Value& value) const {
  if (field.kind != FieldKind::kId) return index_of(table, field).find(value);
  const auto id = salesforce_wire::canonical_id(value.str());
  const auto row = id ? table.find(*id) : std::nullopt;
  return row && table.state(*row) == RowState::kLive ? std::vector<Row>{*row} : std::vector<Row>{};
}

void Org::note_keys(const Table& table, Row row) {
  for (const auto& index : indexes_) {
    if (&index->table() == &table) index->note(row);
  }
}

Outcome<void> Org::check_unique(const Table& table, const std::vector<Assignment>& fields,
                                std::optional<Row> self) const {
  for (const Field& field : table.type().fields()) {
    if (!field.has(kUnique)) continue;
    const auto given = std::find_if(fields.begin(), fields.end(),
                                    [&](const Assignment& a) { return a.column == field.column; });
    if (given == fields.end()) continue;
    const std::string key = index_of(table, field).key_of(given->value);
    PD_TRY(check_unique_late(table, field, key, self ? table.id(*self) : std::string_view()));
    for (const Row row : find_by_key(table, field, given->value)) {
      if (row != self) return duplicate_value(table.id(row), field);
    }
  }
  return {};
}

Outcome<void> Org::check_unique_row(const Place& place) const {
  for (const Field& field : place.table->type().fields()) {
    if (!field.has(kUnique)) continue;
    const auto others = index_of(*place.table, field).find_same(place.row);
    if (!others.empty()) return duplicate_value(place.table->id(others.front()), field);
    const std::string key = index_of(*place.table, field).key_of(place.row);
    PD_TRY(check_unique_late(*place.table, field, key, place.table->id(place.row)));
  }
  return {};
}

// What is committed late holds its keys already.
Outcome<void> Org::check_unique_late(const Table& table, const Field& field, const std::string& key,
                                     std::string_view self) const {
  if (key.empty()) return {};
  for (const Pending& late : pending_) {
    if (late.table != &table || late.id == self) continue;
    for (const Assignment& a : late.fields) {
      if (a.column == field.column && index_of(table, field).key_of(a.value) == key)
        return duplicate_value(late.id, field);
    }
  }
  return {};
}

void Org::remember(const Place& place) {
  if (transactions_ > 0) undo_.push_back({place, place.table->image(place.row)});
}

void Org::end_transaction(size_t mark, bool committed) {
  --transactions_;
  if (!committed) {
    for (size_t i = undo_.size(); i > mark; --i) {
      const Undo& undo = undo_[i - 1];
      if (undo.before) {
        undo.place.table->restore(undo.place.row, *undo.before);
      } else {
        undo.place.table->set_state(undo.place.row, RowState::kPurged);
      }
    }
    undo_.erase(undo_.begin() + static_cast<std::ptrdiff_t>(mark), undo_.end());
  }
  if (transactions_ == 0) undo_.clear();
}

}  // namespace prospectd::sandbox
