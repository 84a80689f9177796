// CSV as bulk jobs write it (SALESFORCE_API §8): every value between quotes, one dialect a job, and where
// each row ends, so that a page of any size can be cut out. Pure values, any one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

/// What separates fields and rows; the names are those of columnDelimiter and lineEnding.
struct CsvDialect {
  std::string_view delimiter_name = "COMMA";
  char delimiter = ',';
  std::string_view line_ending_name = "LF";
  std::string_view line_end = "\n";
};
/// BACKQUOTE, CARET, COMMA, PIPE, SEMICOLON, TAB; false for any other name.
bool set_delimiter(CsvDialect& dialect, std::string_view name);
/// LF, CRLF; false for any other name.
bool set_line_ending(CsvDialect& dialect, std::string_view name);

/// Rows of CSV text, written one field after the other.
class CsvRows {
 public:
  explicit CsvRows(CsvDialect dialect = {}) : dialect_(dialect) {}

  void add(std::string_view field);
  void end_row();

  size_t rows() const { return ends_.size(); }
  /// What it holds in memory, in bytes.
  size_t bytes() const { return text_.size() + ends_.size() * sizeof(ends_[0]); }
  /// The rows from `from` up to but not including `to`, at most rows().
  std::string_view slice(size_t from, size_t to) const;
  std::string_view all() const { return text_; }

 private:
  CsvDialect dialect_;
  std::string text_;
  std::vector<uint64_t> ends_;
  bool first_ = true;
};

/// One row of these fields.
std::string csv_line(const CsvDialect& dialect, const std::vector<std::string>& fields);

}  // namespace prospectd::sandbox
