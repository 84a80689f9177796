// BulkIngest: an ingest job under way (SALESFORCE_API §8.2): reads the uploaded CSV row by row, writes each
// through the org's own checks, and sorts the rows into those that succeeded and those that failed. Each row
// is committed by itself. Borrows the org and the job; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/csv.h"

namespace prospectd::sandbox {

/// The field by which an upsert may find records, ignoring letter case: Id, or one that serves as a key.
/// nullptr when the object has no such field.
const Field* upsert_key(const Table& table, std::string_view name);

class BulkIngest {
 public:
  BulkIngest(Org& org, BulkJob& job);

  /// Reads the header and finds out where each column goes.
  /// **Errors:** whose message tells why the job fails as a whole.
  Outcome<void> begin(const Knobs& knobs);
  /// Takes up to `rows` more rows; false when there are none left.
  bool step(int64_t rows);
  /// Moves the rows that were not taken so far to the job's unprocessed ones.
  void set_aside_rest();

 private:
  struct Column {
    const Field* field = nullptr;   ///< where the value goes; the reference for a parent's key
    const Table* parent = nullptr;  ///< set: the value is a key of this object's records
    const Field* parent_key = nullptr;
    bool names_record = false;  ///< the Id, or the key of an upsert
  };
  struct Cells {
    std::vector<std::string> values;  ///< as many as there are columns
    CsvOddity oddity = CsvOddity::kNone;
    size_t sent = 0;  ///< how many fields the row had
  };
  struct Written {
    std::string id;
    bool created = false;
  };

  void read_header();
  Outcome<void> check_line_end() const;
  Outcome<Column> column_of(std::string_view name, const Knobs& knobs) const;
  Outcome<Column> parent_column_of(std::string_view name, const Knobs& knobs) const;
  Outcome<void> check_columns() const;
  Cells take_cells();
  void take_chunk(const std::vector<Cells>& chunk);
  Outcome<Written> write(const Cells& cells, bool twice);
  Outcome<Written> upsert(const Cells& cells, bool twice);
  Outcome<Written> update(const std::string& id, const Cells& cells);
  Outcome<Written> create(const Cells& cells, bool with_key);
  Outcome<Written> erase(const std::string& id);
  Outcome<FieldValues> values_of(const Cells& cells, bool with_key);
  Outcome<mapping::Value> value_of(const Column& column, std::string_view text);
  std::string_view cell_of(const Cells& cells, std::string_view field) const;
  std::string_view key_of(const Cells& cells) const;
  bool by_key() const;
  std::vector<Row> with_key(const Table& table, const Field& field, std::string_view text) const;
  void report(const Cells& cells, const Outcome<Written>& outcome);

  Org& org_;
  BulkJob& job_;
  Table& table_;
  size_t at_ = 0;
  CsvReader reader_;
  bool header_read_ = false;
  bool has_row_ = false;
  std::vector<Column> columns_;
};

}  // namespace prospectd::sandbox
