// Letter case set aside: how expressions compare texts, in memory and in the database alike. A letter and its
// lower case are the same by Unicode's simple mapping, code point by code point; nothing outside ASCII
// becomes ASCII (the Kelvin sign is no k), so that ASCII text matches ASCII text only, and an index that
// knows no more than ASCII can find it. Accents count, and texts are not normalised. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace prospectd::mapping {

/// The text in folded form; ill-formed bytes stay as they are.
std::string fold(std::string_view text);

/// Compares fold(text) with `folded`, which is folded already, byte by byte: below, at or above zero.
int compare_folded(std::string_view text, std::string_view folded);
bool starts_with_folded(std::string_view text, std::string_view folded);
bool contains_folded(std::string_view text, std::string_view folded);

}  // namespace prospectd::mapping
