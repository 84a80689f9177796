#include "connectors/sandbox/key_index.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/json_text.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

template <class Number>
std::string number_text(Number n) {
  std::string out;
  append_number(out, n);
  return out;
}

uint64_t hash_of_key(const std::string& key) {
  return std::hash<std::string>{}(key);
}

}  // namespace

KeyIndex::KeyIndex(const Table& table, const Field& field) : table_(table), field_(field) {
  for (Row row = 0; row < table_.rows(); ++row) {
    if (table_.state(row) == RowState::kPurged) continue;
    if (const std::string key = key_of(row); !key.empty()) rows_.emplace(hash_of_key(key), row);
  }
}

std::string KeyIndex::key_of_text(std::string_view text) const {
  const bool exact = field_.has(kCaseSensitive) || field_.kind == FieldKind::kId;
  return exact ? std::string(text) : fold_case(text);
}

std::string KeyIndex::key_of(Row row) const {
  if (field_.column < 0 || table_.is_null(row, field_.column)) return {};
  if (holds_text(field_.kind)) return key_of_text(table_.text(row, field_.column));
  const bool real = field_.kind == FieldKind::kDouble || field_.kind == FieldKind::kCurrency;
  return real ? number_text(table_.real(row, field_.column)) : number_text(table_.number(row, field_.column));
}

std::string KeyIndex::key_of(const mapping::Value& value) const {
  if (const auto* n = value.get<int64_t>()) {
    const bool real = field_.kind == FieldKind::kDouble || field_.kind == FieldKind::kCurrency;
    return real ? number_text(static_cast<double>(*n)) : number_text(*n);
  }
  if (const auto* d = value.get<double>()) return number_text(*d);
  if (const auto* day = value.get<Date>()) return number_text(int64_t{day->time_since_epoch().count()});
  if (const auto* moment = value.get<Timestamp>()) {
    return number_text(int64_t{std::chrono::floor<seconds>(*moment).time_since_epoch().count()});
  }
  if (!value.is_string() || !holds_text(field_.kind)) return {};
  const bool is_id = field_.kind == FieldKind::kId || field_.kind == FieldKind::kReference;
  if (is_id) return key_of_text(salesforce_wire::canonical_id(value.str()).value_or(""));
  return key_of_text(trim_ascii(value.str()));
}

void KeyIndex::note(Row row) {
  const std::string key = key_of(row);
  if (key.empty()) return;
  const uint64_t hash = hash_of_key(key);
  const auto [first, last] = rows_.equal_range(hash);
  if (std::any_of(first, last, [&](const auto& entry) { return entry.second == row; })) return;
  rows_.emplace(hash, row);
}

std::vector<Row> KeyIndex::find(const mapping::Value& value) const {
  return with_key(key_of(value));
}

std::vector<Row> KeyIndex::find_same(Row row) const {
  std::vector<Row> rows = with_key(key_of(row));
  std::erase(rows, row);
  return rows;
}

std::vector<Row> KeyIndex::with_key(const std::string& key) const {
  std::vector<Row> out;
  if (key.empty()) return out;
  const auto [first, last] = rows_.equal_range(hash_of_key(key));
  for (auto entry = first; entry != last; ++entry) {
    const Row row = entry->second;
    if (table_.state(row) == RowState::kLive && key_of(row) == key) out.push_back(row);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace prospectd::sandbox
