#include "connectors/salesforce_wire/soql_fault.h"

#include <algorithm>

#include "connectors/salesforce_wire/characters.h"

namespace prospectd::salesforce_wire::soql {
namespace {

// The byte offset `count` characters on from `at`, at most the end.
size_t forward(std::string_view text, size_t at, size_t count) {
  for (; count > 0 && at < text.size(); --count) {
    for (++at; at < text.size() && is_continuation_byte(text[at]);)
      ++at;
  }
  return at;
}

// The byte offset `count` characters back from `at`, at least the beginning.
size_t backward(std::string_view text, size_t at, size_t count) {
  for (; count > 0 && at > 0; --count) {
    for (--at; at > 0 && is_continuation_byte(text[at]);)
      --at;
  }
  return at;
}

// Tabs and the like would move the caret away from its place.
std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

}  // namespace

std::string shortened(std::string_view text) {
  return std::string(text.substr(0, forward(text, 0, kExcerptCharsMax)));
}

std::string unexpected_token(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "unexpected token: '<EOF>'";
  if (token.kind == TokenKind::kBad && token.text.starts_with('\'')) return "string without an end";
  return "unexpected token: '" + shortened(token.text) + "'";
}

ParseError to_error(std::string_view text, const Fault& fault) {
  const size_t at = std::min(fault.at, text.size());
  const std::string_view before = text.substr(0, at);
  const size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const size_t line_end = std::min(text.find('\n', at), text.size());
  const std::string_view line = text.substr(line_begin, line_end - line_begin);
  const size_t place = at - line_begin;
  const size_t first = backward(line, place, kExcerptCharsMax);
  const size_t last = forward(line, place, kExcerptCharsMax);

  ParseError error;
  error.code = fault.code;
  error.row = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  error.column = 1 + static_cast<int>(character_count(line.substr(0, place)));
  error.reason = fault.reason;
  error.construct = fault.construct;
  error.message = "\n" + on_one_line(line.substr(first, last - first)) + "\n" +
                  std::string(character_count(line.substr(first, place - first)), ' ') +
                  "^\nERROR at Row:" + std::to_string(error.row) + ":Column:" + std::to_string(error.column) +
                  "\n" + error.reason;
  return error;
}

ParseError bare_error(std::string reason) {
  ParseError error;
  error.message = reason;
  error.reason = std::move(reason);
  return error;
}

}  // namespace prospectd::salesforce_wire::soql
