// The little of Unicode that mapping needs: what is blank, trimming, case and normal form. The library behind
// it (utf8proc) stays in the .cpp. Text that is ASCII never reaches the library. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prospectd::mapping::unicode {

/// The code point at the start of `text`, and its bytes; {0, 0} when the text is empty or ill-formed there.
struct Decoded {
  int32_t code = 0;
  size_t bytes = 0;
};
Decoded decode(std::string_view text);
void append(std::string& out, int32_t code);

bool is_ascii(std::string_view text);
/// The property White_Space: blanks, tabs and line ends, NBSP, U+2000–200A, U+3000 …
bool is_white_space(int32_t code);
/// Shown as nothing: zero-width characters, the byte order mark, direction marks, the soft hyphen, fillers.
bool is_invisible(int32_t code);
inline bool is_blank(int32_t code) {
  return is_white_space(code) || is_invisible(code);
}
/// False for blank, control, format, surrogate and unassigned code points: what has no place inside an
/// address, or whose normal form a later Unicode may still change.
bool is_graphic(int32_t code);

/// Without blank code points at both ends.
std::string_view trim(std::string_view text);
/// Nothing but blank code points.
bool is_blank(std::string_view text);

/// Simple case mappings, code point by code point; ill-formed bytes stay as they are.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
int32_t lower(int32_t code);
int32_t title(int32_t code);
bool is_letter(int32_t code);
bool is_mark(int32_t code);

/// Normal form C; nullopt when the text is no well-formed UTF-8.
std::optional<std::string> nfc(std::string_view text);

}  // namespace prospectd::mapping::unicode
