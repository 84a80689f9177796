#include "connectors/sandbox/field_text.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"

namespace prospectd::sandbox {
namespace {

using mapping::Value;

struct FlagWord {
  std::string_view word;
  bool value;
};
constexpr FlagWord kFlagWords[] = {{"true", true}, {"false", false}, {"1", true}, {"0", false},
                                   {"yes", true},  {"no", false},    {"y", true}, {"n", false},
                                   {"on", true},   {"off", false}};

std::optional<Value> flag_of(std::string_view text) {
  for (const FlagWord& w : kFlagWords) {
    if (equals_ignore_case_ascii(w.word, text)) return Value(w.value);
  }
  return std::nullopt;
}

template <class T>
std::optional<Value> number_of(std::string_view text) {
  T number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(static_cast<double>(number))) return std::nullopt;
  return Value(number);
}

template <class T>
std::optional<Value> moment_of(const std::optional<T>& moment) {
  if (!moment) return std::nullopt;
  return Value(*moment);
}

}  // namespace

std::optional<Value> read_field_text(FieldKind kind, std::string_view text) {
  switch (kind) {
    case FieldKind::kBoolean:
      return flag_of(text);
    case FieldKind::kInt:
      return number_of<int64_t>(text);
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return number_of<double>(text);
    case FieldKind::kDate:
      return moment_of(parse_date(text));
    case FieldKind::kDateTime:
      return moment_of(salesforce_wire::parse_datetime(text));
    default:
      return Value(text);
  }
}

}  // namespace prospectd::sandbox
