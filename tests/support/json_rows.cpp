#include "tests/support/json_rows.h"

namespace prospectd::test {
namespace {

constexpr std::string_view kRecords = "\"records\":[";
constexpr size_t npos = std::string_view::npos;

std::string key_of(std::string_view name) {
  return "\"" + std::string(name) + "\":";
}

// The end of the string literal that begins at `at`, its closing quote included.
size_t end_of_literal(std::string_view text, size_t at) {
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return npos;
}

// The end of the object that begins at `at`.
size_t end_of_object(std::string_view text, size_t at) {
  int depth = 0;
  for (size_t i = at; i < text.size();) {
    if (text[i] == '"') {
      i = end_of_literal(text, i);
      if (i == npos) return npos;
      continue;
    }
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i + 1;
    ++i;
  }
  return npos;
}

}  // namespace

std::optional<JsonRows> JsonRows::cut(std::string_view body) {
  const size_t begin = body.find(kRecords);
  if (begin == npos || !body.starts_with("{\"totalSize\":")) return std::nullopt;
  JsonRows out;
  size_t at = begin + kRecords.size();
  out.head = body.substr(0, at);
  while (at < body.size() && body[at] == '{') {
    const size_t end = end_of_object(body, at);
    if (end == npos) return std::nullopt;
    out.rows.emplace_back(body.substr(at, end - at));
    at = end;
    if (at < body.size() && body[at] == ',') ++at;
  }
  return out;
}

std::string JsonRows::join() const {
  std::string body = head;
  for (size_t i = 0; i < rows.size(); ++i)
    body += (i == 0 ? "" : ",") + rows[i];
  return body + "]}";
}

std::string text_in(std::string_view row, std::string_view name) {
  const std::string key = key_of(name) + "\"";
  const size_t at = row.find(key);
  if (at == npos) return {};
  const size_t begin = at + key.size();
  const size_t end = end_of_literal(row, begin - 1);
  return end == npos ? std::string() : std::string(row.substr(begin, end - 1 - begin));
}

std::string with_value(std::string row, std::string_view name, std::string_view json) {
  const std::string key = key_of(name) + "\"";
  const size_t at = row.find(key);
  if (at == npos) return row;
  const size_t begin = at + key.size() - 1;
  const size_t end = end_of_literal(row, begin);
  if (end == npos) return row;
  return row.replace(begin, end - begin, json);
}

std::string with_number(std::string text, std::string_view name, int64_t number) {
  const std::string key = key_of(name);
  const size_t at = text.find(key);
  if (at == npos) return text;
  const size_t begin = at + key.size();
  const size_t end = text.find_first_not_of("0123456789", begin);
  return text.replace(begin, end - begin, std::to_string(number));
}

}  // namespace prospectd::test
