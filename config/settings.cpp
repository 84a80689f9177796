#include "config/settings.h"

#include <algorithm>

#include "config/tables.h"

namespace prospectd::config {
namespace {

struct Keyed {
  std::string key;
  const Row* row = nullptr;
};

// The single values whose sections are neither lists nor named.
void collect(const Table& table, const std::string& path, std::vector<Keyed>& keys) {
  for (const Row& row : table.rows) {
    const std::string key = yaml::path_of(path, row.key);
    if (row.takes == Takes::kSection) {
      collect(*row.table, key, keys);
    } else if (row.table == nullptr) {
      keys.push_back(Keyed{key, &row});
    }
  }
}

const std::vector<Keyed>& all_keys() {
  static const std::vector<Keyed> keys = [] {
    std::vector<Keyed> made;
    collect(config_table(), "", made);
    return made;
  }();
  return keys;
}

void read_value(Reader& reader, const Row& row, const At& at) {
  switch (row.takes) {
    case Takes::kBoolean:
      static_cast<void>(reader.boolean(at));
      return;
    case Takes::kInteger:
      static_cast<void>(reader.integer(row, at));
      return;
    case Takes::kDuration:
      static_cast<void>(reader.duration(row, at));
      return;
    case Takes::kChoice:
      static_cast<void>(reader.choice(row, at));
      return;
    default:
      static_cast<void>(reader.text(row, at));
      return;
  }
}

std::string takes_of(const Row& row) {
  std::string words;
  for (const std::string_view word : row.words)
    words += (words.empty() ? "one of " : ", ") + std::string(word);
  if (!words.empty()) return words;
  return row.takes == Takes::kBoolean ? "true or false" : "a value as in the file";
}

}  // namespace

const std::vector<SettableKey>& settable_keys() {
  static const std::vector<SettableKey> keys = [] {
    std::vector<SettableKey> made;
    for (const Keyed& keyed : all_keys()) {
      if (keyed.row->settable)
        made.push_back({keyed.key, std::string(keyed.row->help), takes_of(*keyed.row)});
    }
    return made;
  }();
  return keys;
}

bool is_settable(std::string_view key) {
  const auto& keys = settable_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const SettableKey& k) { return k.key == key; });
}

std::optional<Complaint> check_setting(const Setting& setting) {
  const auto& keys = all_keys();
  const auto at =
      std::find_if(keys.begin(), keys.end(), [&](const Keyed& k) { return k.key == setting.key; });
  if (at == keys.end()) {
    std::vector<std::string> names;
    for (const SettableKey& key : settable_keys())
      names.push_back(key.key);
    return Complaint{"there is no such key", meant_hint(setting.key, names)};
  }
  if (!at->row->settable)
    return Complaint{"can't be set at run time", "change it in the configuration's file"};
  std::vector<Fault> faults;
  Reader reader("", faults);
  yaml::Node value;
  value.kind = yaml::Kind::kScalar;
  value.scalar = setting.value;
  read_value(reader, *at->row, At{&value, {}, setting.key});
  if (faults.empty()) return std::nullopt;
  return Complaint{faults.front().message, faults.front().hint};
}

void apply_setting(Config& config, const Setting& setting) {
  if (check_setting(setting)) return;
  const Table* table = &config_table();
  void* section = &config;
  std::string_view rest = setting.key;
  while (true) {
    const std::string_view word = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    const auto row =
        std::find_if(table->rows.begin(), table->rows.end(), [&](const Row& r) { return r.key == word; });
    if (row->inside == nullptr) {
      std::vector<Fault> faults;
      Reader reader("", faults);
      yaml::Node value;
      value.kind = yaml::Kind::kScalar;
      value.scalar = setting.value;
      row->read(reader, *row, At{&value, {}, setting.key}, section);
      return;
    }
    section = row->inside(section);
    table = row->table;
  }
}

}  // namespace prospectd::config
