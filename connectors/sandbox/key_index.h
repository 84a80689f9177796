// KeyIndex: finds the records of a table by the value of one field, as an upsert or a unique field has to. It
// only ever learns: an entry whose record has another value by now, or is gone, is passed over when asked.
// Borrows table and field; one owner (the org), one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/sandbox/table.h"
#include "mapping/value.h"

namespace prospectd::sandbox {

class KeyIndex {
 public:
  /// Reads the whole table once.
  KeyIndex(const Table& table, const Field& field);

  const Table& table() const { return table_; }
  const Field& field() const { return field_; }
  /// Takes in a row that was made or changed.
  void note(Row row);
  /// Live rows with that value, in the order of their making; empty for null and for what is no value of the
  /// field.
  std::vector<Row> find(const mapping::Value& value) const;
  /// Other live rows with the value of this one; none where it is null.
  std::vector<Row> find_same(Row row) const;

  /// A row's value, or any other, as it is compared; empty for null and for what is no value of the field.
  std::string key_of(Row row) const;
  std::string key_of(const mapping::Value& value) const;

 private:
  std::vector<Row> with_key(const std::string& key) const;
  std::string key_of_text(std::string_view text) const;

  const Table& table_;
  const Field& field_;
  std::unordered_multimap<uint64_t, Row> rows_;  // by a hash of the key
};

}  // namespace prospectd::sandbox
