// What strangers write, made harmless for whoever looks at it: the CRM's records and its error texts reach
// terminals, logs and the service manager's status line (F62). Pure, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prospectd {

struct Character {
  int32_t code = 0;
  size_t bytes = 0;
};
/// The first character of text that is not empty and well-formed UTF-8.
Character first_character(std::string_view text);

/// Whether a terminal acts upon a character, or it ends a line or turns the reading direction around: control
/// characters (C0, DEL, C1), line separators, direction marks.
bool is_treacherous(int32_t code);
/// "\u009b", as such a character stands in a JSON string.
std::string json_escape(int32_t treacherous);

/// The text with no such character in it: line ends and tabs become blanks, the others U+FFFD, and so do
/// ill-formed bytes.
std::string harmless(std::string_view text);

}  // namespace prospectd
