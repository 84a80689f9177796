// The several values that one multipicklist field holds, as one text with semicolons between them, "A;B"
// (SALESFORCE_API §13). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

constexpr size_t kMultipicklistValuesMax = 100;  ///< of one record

/// The values of a text, without blanks around them; empty ones are left out.
std::vector<std::string_view> values_of_multipicklist(std::string_view text);

/// The text as a record keeps it: each value once, those of `known` in its order, others behind them.
std::string normal_multipicklist(std::string_view text, const std::vector<std::string>& known);

/// Whether a text holds every value of another one, as INCLUDES ('A;B') asks; both in folded case.
bool holds_all_values(std::string_view text, std::string_view wanted);

}  // namespace prospectd::sandbox
