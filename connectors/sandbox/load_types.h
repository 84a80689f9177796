// What type a column has, as far as its values tell: everything is text unless every value is something else.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "connectors/sandbox/schema.h"

namespace prospectd::sandbox {

/// A datetime as exports write it: the forms of SALESFORCE_API §13, or "2026-11-20 08:15:30" in UTC.
/// **Errors:** nullopt.
std::optional<Timestamp> parse_export_datetime(std::string_view text);

/// Looks at the values of one column.
class TypeGuess {
 public:
  /// One value, without blanks around it; empty: none.
  void look_at(std::string_view value);

  /// What every value so far can be: kReference, kDate, kDateTime, kDouble, kBoolean; else kTextArea for what
  /// is longer than a text field may be, or kString. Without any value kString.
  FieldKind kind() const;
  /// First three characters of the ids, of a kReference.
  const std::set<std::string, std::less<>>& prefixes() const { return prefixes_; }

 private:
  void look_at_id(std::string_view value);

  unsigned can_be_ = ~0u;  // a bit for each of the table in load_types.cpp
  bool any_ = false;
  bool empty_ = false;  // some value was
  bool long_ = false;
  std::set<std::string, std::less<>> prefixes_;
};

}  // namespace prospectd::sandbox
