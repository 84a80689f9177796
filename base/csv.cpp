#include "base/csv.h"

#include <algorithm>
#include <array>

namespace prospectd {
namespace {
constexpr size_t kBufferBytes = 256 * 1024;
constexpr int kEnd = -1;
}  // namespace

std::string_view describe(CsvOddity oddity) {
  static constexpr std::array<std::string_view, 5> kTexts = {
      "", "text behind a closing quote", "a quote inside a field without quotes",
      "a quote that is never closed", "a field or row over the size limit; the row was left out"};
  return kTexts[static_cast<size_t>(oddity)];
}

CsvReader::CsvReader(Source source, CsvLimits limits, char delimiter)
    : source_(std::move(source)), limits_(limits), delimiter_(delimiter) {
  buffer_.resize(kBufferBytes);
  skip_byte_order_mark();
}

bool CsvReader::fill() {
  if (at_ < end_) return true;
  at_ = 0;
  end_ = source_(buffer_.data(), buffer_.size());
  return end_ > 0;
}

int CsvReader::peek() {
  return fill() ? static_cast<unsigned char>(buffer_[at_]) : kEnd;
}

int CsvReader::get() {
  const int c = peek();
  if (c == kEnd) return kEnd;
  ++at_;
  // CRLF and CR count as one line end, whatever they end.
  if (c == '\n' || (c == '\r' && peek() != '\n')) ++line_;
  return c;
}

void CsvReader::skip_byte_order_mark() {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  while (end_ < kMark.size()) {
    const size_t more = source_(buffer_.data() + end_, buffer_.size() - end_);
    if (more == 0) break;
    end_ += more;
  }
  if (std::string_view(buffer_.data(), end_).starts_with(kMark)) at_ = kMark.size();
}

void CsvReader::note(CsvOddity oddity) {
  if (oddity_ != CsvOddity::kTooLarge) oddity_ = oddity;
}

void CsvReader::keep(char c) {
  const size_t field_begin = ends_.empty() ? 0 : ends_.back();
  if (row_.size() - field_begin >= limits_.field_bytes_max || row_.size() >= limits_.row_bytes_max) {
    return note(CsvOddity::kTooLarge);
  }
  row_ += c;
}

void CsvReader::end_field() {
  if (ends_.size() >= limits_.fields_max) return note(CsvOddity::kTooLarge);
  ends_.push_back(row_.size());
}

// Takes one character; true when it ended the row.
bool CsvReader::step(int c, Place& place) {
  if (place == Place::kQuoted) {
    any_ = true;
    if (c == kEnd) {
      note(CsvOddity::kUnclosedQuote);
      end_field();
      return true;
    }
    if (c != '"') {
      keep(static_cast<char>(c));
    } else if (peek() == '"') {
      keep(static_cast<char>(get()));
    } else {
      place = Place::kAfterQuote;
    }
    return false;
  }
  if (c == delimiter_) {
    any_ = true;
    end_field();
    place = Place::kFieldBegin;
    return false;
  }
  switch (c) {
    case '\r':
      if (peek() == '\n') get();
      [[fallthrough]];
    case '\n':
    case kEnd:
      end_field();
      return true;
    default:
      break;
  }
  any_ = true;
  if (c == '"' && place == Place::kFieldBegin) {
    place = Place::kQuoted;
    return false;
  }
  if (place == Place::kAfterQuote) note(CsvOddity::kTextAfterQuote);
  if (c == '"' && place == Place::kPlain) note(CsvOddity::kQuoteInPlainField);
  keep(static_cast<char>(c));
  if (place != Place::kAfterQuote) place = Place::kPlain;
  return false;
}

void CsvReader::read_row() {
  row_.clear();
  ends_.clear();
  fields_.clear();
  oddity_ = CsvOddity::kNone;
  any_ = false;
  row_line_ = line_;
  Place place = Place::kFieldBegin;
  while (!step(get(), place)) {
  }
}

bool CsvReader::next() {
  do {
    if (peek() == kEnd) return false;
    read_row();
  } while (!any_);
  if (oddity_ == CsvOddity::kTooLarge) return true;
  size_t begin = 0;
  for (const size_t end : ends_) {
    fields_.push_back(std::string_view(row_).substr(begin, end - begin));
    begin = end;
  }
  return true;
}

}  // namespace prospectd
