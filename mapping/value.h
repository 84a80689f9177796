// Value: one field's content on either side. Absent (not said), null (said to be empty) and a value are three
// things (SEMANTICS §11). Pure data, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/time.h"

namespace prospectd::mapping {

struct Absent {
  bool operator==(const Absent&) const = default;
};
struct Null {
  bool operator==(const Null&) const = default;
};

class Value {
 public:
  using Variant = std::variant<Absent, Null, bool, int64_t, double, std::string, Date, Timestamp>;

  Value() = default;                                 // absent
  Value(Null) : v_(Null{}) {}                        // NOLINT(google-explicit-constructor)
  Value(bool b) : v_(b) {}                           // NOLINT(google-explicit-constructor)
  Value(int64_t n) : v_(n) {}                        // NOLINT(google-explicit-constructor)
  Value(double d) : v_(d) {}                         // NOLINT(google-explicit-constructor)
  Value(std::string s) : v_(std::move(s)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view s) : v_(std::string(s)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* s) : v_(std::string(s)) {}       // NOLINT(google-explicit-constructor)
  Value(Date d) : v_(d) {}                           // NOLINT(google-explicit-constructor)
  Value(Timestamp t) : v_(t) {}                      // NOLINT(google-explicit-constructor)

  static Value null() { return Value(Null{}); }

  bool is_absent() const { return std::holds_alternative<Absent>(v_); }
  bool is_null() const { return std::holds_alternative<Null>(v_); }
  /// Absent, null, or a string with nothing but white space (ASCII or Unicode) and zero-width characters.
  bool is_blank() const;
  bool is_string() const { return std::holds_alternative<std::string>(v_); }

  /// The content when it is of that kind, else nullptr.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&v_);
  }
  /// The string's content; empty for every other kind.
  std::string_view str() const {
    const auto* s = std::get_if<std::string>(&v_);
    return s == nullptr ? std::string_view{} : std::string_view{*s};
  }
  const Variant& variant() const { return v_; }

  bool operator==(const Value&) const = default;

  /// For people and journals: text as it is, numbers shortest, dates in ISO 8601; "" for absent and null.
  std::string to_text() const;
  /// As JSON: null for absent and null, strings quoted, dates as strings.
  std::string to_json() const;
  /// Adds the kind and the content to a 64-bit hash (mapping/hash.h); equal values give equal hashes.
  uint64_t hash(uint64_t seed) const;

 private:
  Variant v_;
};

}  // namespace prospectd::mapping
