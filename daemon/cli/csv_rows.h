// Rows of a CSV file as requests to the daemon: the header's columns as fields, rows in chunks that a request
// can hold. What can't be sent of a row is told beside. One owner, one thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/csv.h"
#include "base/result.h"

namespace prospectd::cli {

constexpr size_t kChunkRowsMax = 200;
constexpr size_t kChunkBytesMax = 48 * 1024;  ///< of a request's body, of which the daemon takes 64 KiB

/// A row that can't be sent.
struct BadRow {
  int64_t line = 0;
  std::string why;
};

struct RowChunk {
  std::string rows;  ///< a JSON array of {"line": …, "fields": {…}}; "[]" where all rows were bad
  size_t count = 0;
  std::vector<BadRow> bad;
};

class CsvRows {
 public:
  /// `columns`: COLUMN=FIELD; COLUMN= leaves it out. A column without one goes by its own name, in lower case
  /// with underscores for blanks.
  /// **Errors:** kInvalidInput for a file that can't be read, has no line of names or names a field twice,
  /// and for a COLUMN that it has not.
  static Result<CsvRows> open(const std::string& path, const std::vector<std::string>& columns);

  /// The columns that are read, by their field.
  const std::map<std::string, std::string>& columns() const { return columns_; }
  /// The next rows; nothing at the end.
  std::optional<RowChunk> next();
  /// How much of the file has been read, and how large it is.
  int64_t bytes_read() const;
  int64_t bytes() const { return bytes_; }

 private:
  CsvRows() = default;
  Result<void> read_header(const std::vector<std::string>& columns);
  std::string row_json(std::string& why) const;

  std::unique_ptr<std::ifstream> file_;
  std::shared_ptr<int64_t> read_ = std::make_shared<int64_t>(0);
  std::unique_ptr<CsvReader> reader_;
  int64_t bytes_ = 0;
  std::vector<std::string> fields_;             ///< by place in a row; empty: left out
  std::map<std::string, std::string> columns_;  ///< field → column
  std::string held_;                            ///< a row that the last chunk could not take
};

}  // namespace prospectd::cli
