#include "config/json_writer.h"

#include "base/text.h"

namespace prospectd::config {

std::string JsonWriter::quoted(std::string_view text) {
  return json_quote(text);
}

void JsonWriter::new_line() {
  if (!ends_.empty()) out_ += (first_ ? "\n" : ",\n") + std::string(ends_.size() * 2, ' ');
  first_ = false;
}

void JsonWriter::open(std::string_view key, char bracket) {
  raw(key, std::string_view(&bracket, 1));
  ends_ += bracket == '{' ? '}' : ']';
  first_ = true;
}

void JsonWriter::close() {
  const char end = ends_.back();
  ends_.pop_back();
  if (!first_) out_ += "\n" + std::string(ends_.size() * 2, ' ');
  first_ = false;
  out_ += end;
}

void JsonWriter::text(std::string_view key, std::string_view value) {
  raw(key, quoted(value));
}

void JsonWriter::raw(std::string_view key, std::string_view value) {
  new_line();
  if (!key.empty()) out_ += quoted(key) + ": ";
  out_ += value;
}

}  // namespace prospectd::config
