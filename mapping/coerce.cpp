#include "mapping/coerce.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

constexpr int64_t kExactDoubleMax = int64_t{1} << 53;  // beyond it not every integer has a double

// All of `text` as a number, a leading '+' aside.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  text = unicode::trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Number n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<int64_t> integer_of(double d) {
  if (!(std::abs(d) <= static_cast<double>(kExactDoubleMax)) || d != std::trunc(d)) return std::nullopt;
  return static_cast<int64_t>(d);
}

std::optional<double> double_of(int64_t n) {
  if (n > kExactDoubleMax || n < -kExactDoubleMax) return std::nullopt;
  return static_cast<double>(n);
}

std::string_view to_text(Value& v) {
  if (!v.is_string()) v = Value(v.to_text());
  return {};
}

std::string_view to_boolean(Value& v) {
  if (v.get<bool>() != nullptr) return {};
  const std::string_view text = unicode::trim(v.str());
  if (equals_ignore_case_ascii(text, "true")) {
    v = Value(true);
  } else if (equals_ignore_case_ascii(text, "false")) {
    v = Value(false);
  } else {
    return "is neither true nor false";
  }
  return {};
}

std::string_view to_integer(Value& v) {
  if (v.get<int64_t>() != nullptr) return {};
  std::optional<int64_t> n;
  if (const auto* d = v.get<double>()) {
    n = integer_of(*d);
  } else if (v.is_string()) {
    n = parse_number<int64_t>(v.str());
    if (!n) {
      const auto d = parse_number<double>(v.str());
      if (d) n = integer_of(*d);
    }
  }
  if (!n) return "is no whole number that can be kept exactly";
  v = Value(*n);
  return {};
}

std::string_view to_number(Value& v) {
  std::optional<double> d;
  if (const auto* own = v.get<double>()) {
    d = *own;
  } else if (const auto* n = v.get<int64_t>()) {
    d = double_of(*n);
  } else if (v.is_string()) {
    const auto whole = parse_number<int64_t>(v.str());
    d = whole ? double_of(*whole) : parse_number<double>(v.str());
  }
  if (!d || !std::isfinite(*d)) return "is no number that can be kept exactly";
  v = Value(*d);
  return {};
}

std::string_view to_date(Value& v) {
  std::optional<Date> day;
  if (const auto* own = v.get<Date>()) {
    day = *own;
  } else if (const auto* t = v.get<Timestamp>()) {
    day = std::chrono::floor<std::chrono::days>(*t);
  } else if (v.is_string()) {
    const std::string_view text = unicode::trim(v.str());
    day = parse_date(text);
    if (!day) {
      if (const auto t = parse_timestamp(text)) day = std::chrono::floor<std::chrono::days>(*t);
    }
  }
  if (!day) return "is no date (expected YYYY-MM-DD)";
  v = Value(*day);
  return {};
}

std::string_view to_datetime(Value& v) {
  std::optional<Timestamp> t;
  if (const auto* own = v.get<Timestamp>()) {
    t = *own;
  } else if (const auto* day = v.get<Date>()) {
    t = Timestamp(*day);
  } else if (v.is_string()) {
    const std::string_view text = unicode::trim(v.str());
    t = parse_timestamp(text);
    if (!t) {
      if (const auto day = parse_date(text)) t = Timestamp(*day);
    }
  }
  if (!t) return "is no date with time (expected YYYY-MM-DDThh:mm:ssZ)";
  v = Value(*t);
  return {};
}

std::string_view to_reference(Value& v) {
  return v.is_string() ? std::string_view{} : "is no record id";
}

using Coercion = std::string_view (*)(Value&);
// In the order of LocalType.
constexpr Coercion kCoercions[] = {to_text,     to_boolean, to_integer,   to_number,   to_date,
                                   to_datetime, to_text,    to_reference, to_reference};
static_assert(std::size(kCoercions) == static_cast<size_t>(LocalType::kAccount) + 1);

}  // namespace

std::string_view coerce(Value& value, LocalType type) {
  if (value.is_absent() || value.is_null()) return {};
  if (value.is_blank()) {
    value = Value::null();
    return {};
  }
  const std::string_view problem = kCoercions[static_cast<size_t>(type)](value);
  if (!problem.empty()) value = Value();
  return problem;
}

}  // namespace prospectd::mapping
