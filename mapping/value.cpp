#include "mapping/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "mapping/hash.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

constexpr size_t kNumberTextMax = 32;  // the longest int64 has 20 characters, the longest shortest double 24

template <class Number>
std::string number_text(Number n) {
  std::array<char, kNumberTextMax> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
  return std::string(buffer.data(), end);
}

struct TextOf {
  std::string operator()(Absent) const { return {}; }
  std::string operator()(Null) const { return {}; }
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(int64_t n) const { return number_text(n); }
  std::string operator()(double d) const { return number_text(d); }
  std::string operator()(const std::string& s) const { return s; }
  std::string operator()(Date d) const { return format_date(d); }
  std::string operator()(Timestamp t) const { return format_timestamp(t); }
};

struct HashOf {
  uint64_t seed;

  uint64_t word(uint64_t w) const { return hash_mix(seed, w); }
  uint64_t operator()(Absent) const { return seed; }
  uint64_t operator()(Null) const { return seed; }
  uint64_t operator()(bool b) const { return word(b ? 1 : 2); }
  uint64_t operator()(int64_t n) const { return word(static_cast<uint64_t>(n)); }
  uint64_t operator()(double d) const {
    if (d == 0) d = 0;  // -0.0 equals 0.0
    uint64_t bits;
    std::memcpy(&bits, &d, sizeof bits);
    return word(bits);
  }
  uint64_t operator()(const std::string& s) const { return hash_bytes(s, seed); }
  uint64_t operator()(Date d) const { return word(static_cast<uint64_t>(d.time_since_epoch().count())); }
  uint64_t operator()(Timestamp t) const { return word(static_cast<uint64_t>(t.time_since_epoch().count())); }
};

}  // namespace

bool Value::is_blank() const {
  if (const auto* s = get<std::string>()) return unicode::is_blank(std::string_view(*s));
  return is_absent() || is_null();
}

std::string Value::to_text() const {
  return std::visit(TextOf{}, v_);
}

std::string Value::to_json() const {
  if (is_absent() || is_null()) return "null";
  if (const auto* d = get<double>(); d != nullptr && !std::isfinite(*d)) return "null";  // JSON has no word
  const bool bare = get<bool>() != nullptr || get<int64_t>() != nullptr || get<double>() != nullptr;
  return bare ? to_text() : json_quote(to_text());
}

uint64_t Value::hash(uint64_t seed) const {
  return std::visit(HashOf{hash_mix(seed, v_.index())}, v_);
}

}  // namespace prospectd::mapping
