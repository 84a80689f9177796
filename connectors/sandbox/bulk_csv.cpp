#include "connectors/sandbox/bulk_csv.h"

#include <algorithm>

namespace prospectd::sandbox {
namespace {

struct DelimiterName {
  std::string_view name;
  char delimiter;
};
constexpr DelimiterName kDelimiters[] = {{"BACKQUOTE", '`'}, {"CARET", '^'},     {"COMMA", ','},
                                         {"PIPE", '|'},      {"SEMICOLON", ';'}, {"TAB", '\t'}};
struct LineEndingName {
  std::string_view name;
  std::string_view line_end;
};
constexpr LineEndingName kLineEndings[] = {{"LF", "\n"}, {"CRLF", "\r\n"}};

}  // namespace

bool set_delimiter(CsvDialect& dialect, std::string_view name) {
  for (const DelimiterName& d : kDelimiters) {
    if (d.name != name) continue;
    dialect.delimiter_name = d.name;
    dialect.delimiter = d.delimiter;
    return true;
  }
  return false;
}

bool set_line_ending(CsvDialect& dialect, std::string_view name) {
  for (const LineEndingName& l : kLineEndings) {
    if (l.name != name) continue;
    dialect.line_ending_name = l.name;
    dialect.line_end = l.line_end;
    return true;
  }
  return false;
}

void CsvRows::add(std::string_view field) {
  if (!first_) text_ += dialect_.delimiter;
  first_ = false;
  text_ += '"';
  for (size_t quote = field.find('"'); quote != std::string_view::npos; quote = field.find('"')) {
    text_.append(field, 0, quote + 1);
    text_ += '"';
    field.remove_prefix(quote + 1);
  }
  text_ += field;
  text_ += '"';
}

void CsvRows::end_row() {
  text_ += dialect_.line_end;
  ends_.push_back(text_.size());
  first_ = true;
}

std::string_view CsvRows::slice(size_t from, size_t to) const {
  const size_t last = std::min(to, rows());
  if (from >= last) return {};
  const uint64_t begin = from == 0 ? 0 : ends_[from - 1];
  return std::string_view(text_).substr(begin, ends_[last - 1] - begin);
}

std::string csv_line(const CsvDialect& dialect, const std::vector<std::string>& fields) {
  CsvRows line(dialect);
  for (const std::string& field : fields)
    line.add(field);
  line.end_row();
  return std::string(line.all());
}

}  // namespace prospectd::sandbox
