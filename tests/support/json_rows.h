// JsonRows: a query's answer cut into its records' own bytes, so that single ones can be spoilt or left out
// on the wire. Reads only what the sandbox writes. Values, one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::test {

struct JsonRows {
  std::string head;  ///< up to and with "records":[
  std::vector<std::string> rows;

  /// nullopt for anything but the answer of a query.
  static std::optional<JsonRows> cut(std::string_view body);
  std::string join() const;
};

/// The text behind `"name":"` in one record; empty where there is none.
std::string text_in(std::string_view row, std::string_view name);
/// `row` with the value of a text field, quotes included, replaced by `json`; unchanged where there is none.
std::string with_value(std::string row, std::string_view name, std::string_view json);
/// The whole number behind `"name":` replaced.
std::string with_number(std::string text, std::string_view name, int64_t number);

}  // namespace prospectd::test
