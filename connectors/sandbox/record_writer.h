// RecordWriter: records as the API writes them, straight from the table into the answer. Borrows the table;
// one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/table.h"

namespace prospectd::sandbox {

/// How dates and datetimes are written: as SALESFORCE_API §13 has them in JSON, or as milliseconds since
/// 1970, as the Bulk API 1.0 writes them there.
enum class MomentForm : uint8_t { kText, kMilliseconds };

class RecordWriter {
 public:
  /// `version` is the path's, "v60.0"; the fields come in this order, under their canonical names.
  RecordWriter(const Table& table, const std::vector<const Field*>& fields, std::string_view version,
               MomentForm moments = MomentForm::kText);

  /// Appends one record: {"attributes":{…},"Id":…}.
  void append(std::string& out, Row row) const;

 private:
  struct Part {
    std::string key;  // ,"LastName":
    const Field* field;
  };

  const Table& table_;
  MomentForm moments_;
  std::string head_;
  std::vector<Part> parts_;
};

/// Appends one field's value as it stands in a record.
void append_field(std::string& out, const Table& table, Row row, const Field& field,
                  MomentForm moments = MomentForm::kText);

/// A person's compound name: first and last name with a blank between; empty when both are.
std::string person_name(const Table& table, Row row, const Field& field);

}  // namespace prospectd::sandbox
