#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/csv.h"
#include "tests/fuzz/targets.h"

namespace prospectd::fuzz {
namespace {

constexpr CsvLimits kLimits{.field_bytes_max = 64, .row_bytes_max = 256, .fields_max = 16};

struct Row {
  int64_t line = 0;
  CsvOddity oddity = CsvOddity::kNone;
  std::vector<std::string> fields;

  bool operator==(const Row&) const = default;
};

std::vector<Row> read_rows(std::string_view bytes, size_t step) {
  size_t at = 0;
  CsvReader reader(
      [&](char* to, size_t size) {
        const size_t count = std::min({step, size, bytes.size() - at});
        std::memcpy(to, bytes.data() + at, count);
        at += count;
        return count;
      },
      kLimits);
  std::vector<Row> rows;
  while (reader.next()) {
    Row row{reader.line(), reader.oddity(), {}};
    for (const std::string_view field : reader.fields())
      row.fields.emplace_back(field);
    rows.push_back(std::move(row));
  }
  return rows;
}

void check_limits(const Row& row) {
  size_t bytes = 0;
  for (const std::string& field : row.fields) {
    if (field.size() > kLimits.field_bytes_max) broken("a field beyond its limit");
    bytes += field.size();
  }
  if (bytes > kLimits.row_bytes_max) broken("a row beyond its limit");
  if (row.fields.size() > kLimits.fields_max) broken("more fields than there may be");
  if (row.oddity == CsvOddity::kTooLarge && !row.fields.empty()) broken("a row too large is not empty");
}

}  // namespace

void csv(std::string_view bytes) {
  const std::vector<Row> whole = read_rows(bytes, bytes.size());
  for (const Row& row : whole)
    check_limits(row);
  if (whole != read_rows(bytes, 1)) broken("byte by byte, the rows are others");
}

}  // namespace prospectd::fuzz
