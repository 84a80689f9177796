#include "config/rows.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::config {
namespace {

void report_unknown_keys(Reader& reader, const Table& table, const At& at) {
  const std::vector<std::string> keys = table.keys();
  for (const yaml::Child& entry : at.node->children) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    const At unknown{entry.value.get(), entry.mark, yaml::path_of(at.path, entry.key)};
    const bool merge = entry.key == "<<";
    reader.fault(unknown, "unknown key",
                 merge ? "merge keys are not understood; use a plain alias" : meant_hint(entry.key, keys));
  }
}

// An absent key: its default is read as if it had been written; a section is read as if it were empty.
void read_absent(Reader& reader, const Row& row, const At& section_at, void* section) {
  const At at = reader.child(section_at, row.key);
  if (row.required && row.takes != Takes::kSection) {
    reader.fault(at, "missing", std::string(row.help));
    return;
  }
  yaml::Node stand_in;
  if (row.takes == Takes::kSection && row.read != nullptr) {
    stand_in.kind = yaml::Kind::kMap;
  } else if (!row.fallback.empty()) {
    stand_in.kind = yaml::Kind::kScalar;
    stand_in.scalar = row.fallback;
  } else {
    return;
  }
  row.read(reader, row, At{&stand_in, at.mark, at.path}, section);
}

}  // namespace

bool Row::needed() const {
  if (required || takes != Takes::kSection || table == nullptr) return required;
  return std::any_of(table->rows.begin(), table->rows.end(), [](const Row& row) { return row.needed(); });
}

std::vector<std::string> Table::keys() const {
  std::vector<std::string> keys;
  for (const Row& row : rows)
    keys.emplace_back(row.key);
  return keys;
}

void read_section(Reader& reader, const Table& table, const At& at, void* section) {
  if (at.node->kind != yaml::Kind::kMap && at.node->kind != yaml::Kind::kNull) {
    reader.fault(at, "must be a section of keys",
                 "one of them is \"" + std::string(table.rows.front().key) + ":\"");
    return;
  }
  report_unknown_keys(reader, table, at);
  for (const Row& row : table.rows) {
    if (at.node->find(row.key) != nullptr) {
      row.read(reader, row, reader.child(at, row.key), section);
    } else {
      read_absent(reader, row, at, section);
    }
  }
  if (table.check != nullptr) table.check(reader, at, section);
}

void read_for_all(Reader& reader, const Table& table, const At& at, void* section) {
  for (const Row& row : table.rows)
    row.read(reader, row, at, section);
}

std::optional<size_t> count_items(Reader& reader, const Row& row, const At& at) {
  const bool named = row.takes == Takes::kNamedSections;
  if (at.node->kind != (named ? yaml::Kind::kMap : yaml::Kind::kList)) {
    reader.fault(at, named ? "must be a section of named entries" : "must be a list",
                 named ? "" : "begin each item with \"- \"");
    return std::nullopt;
  }
  const auto count = static_cast<int64_t>(at.node->children.size());
  if (count >= row.least && count <= row.most) return static_cast<size_t>(count);
  reader.fault(at,
               count < row.least ? "must not be empty" : "more than " + group_digits(row.most) + " entries");
  return std::nullopt;
}

}  // namespace prospectd::config
