// CsvReader: CSV by RFC 4180 as a stream: quotes, line ends inside quotes, CRLF or LF or CR, a byte order
// mark, commas or another delimiter. What is not quite that is read as well as it can be, and said. Memory is
// one row and one buffer. One owner, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd {

struct CsvLimits {
  size_t field_bytes_max = 256 * 1024;
  size_t row_bytes_max = 4 * 1024 * 1024;
  size_t fields_max = 2'000;
};

/// What was odd about a row, though it could be read.
enum class CsvOddity : uint8_t {
  kNone,
  kTextAfterQuote,     ///< "abc"def: taken as abcdef
  kQuoteInPlainField,  ///< ab"c: taken as it stands
  kUnclosedQuote,      ///< the file ends inside quotes
  kTooLarge,           ///< over a limit of CsvLimits: the row is skipped, and empty
};
std::string_view describe(CsvOddity oddity);

class CsvReader {
 public:
  /// Puts up to `size` bytes at `to` and returns how many; 0 at the end.
  using Source = std::function<size_t(char* to, size_t size)>;

  explicit CsvReader(Source source, CsvLimits limits = {}, char delimiter = ',');

  /// Reads the next row that has any field; empty lines are passed over. False at the end.
  bool next();

  /// The row's fields; they live until the next call.
  const std::vector<std::string_view>& fields() const { return fields_; }
  /// The line, from 1, on which the row begins.
  int64_t line() const { return row_line_; }
  CsvOddity oddity() const { return oddity_; }

 private:
  enum class Place : uint8_t { kFieldBegin, kPlain, kQuoted, kAfterQuote };

  int get();
  int peek();
  bool fill();
  void skip_byte_order_mark();
  void read_row();
  bool step(int c, Place& place);
  void end_field();
  void keep(char c);
  void note(CsvOddity oddity);

  Source source_;
  CsvLimits limits_;
  char delimiter_;
  std::string buffer_;
  size_t at_ = 0;
  size_t end_ = 0;
  int64_t line_ = 1;
  int64_t row_line_ = 1;
  CsvOddity oddity_ = CsvOddity::kNone;
  std::string row_;
  std::vector<size_t> ends_;
  std::vector<std::string_view> fields_;
  bool any_ = false;
};

}  // namespace prospectd
