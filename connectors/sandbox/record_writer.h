// RecordWriter: records as the API writes them, straight from the table into the answer. Borrows the table;
// one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

class RecordWriter {
 public:
  /// `version` is the path's, "v60.0"; the fields come in this order, under their canonical names.
  RecordWriter(const Table& table, const std::vector<const Field*>& fields, std::string_view version);

  /// Appends one record: {"attributes":{…},"Id":…}.
  void append(std::string& out, Row row) const;

 private:
  struct Part {
    std::string key;  // ,"LastName":
    const Field* field;
  };

  const Table& table_;
  std::string head_;
  std::vector<Part> parts_;
};

/// Appends one field's value as it stands in a record.
void append_field(std::string& out, const Table& table, Row row, const Field& field);

/// A person's compound name: first and last name with a blank between; empty when both are.
std::string person_name(const Table& table, Row row, const Field& field);

}  // namespace prospectd::sandbox
