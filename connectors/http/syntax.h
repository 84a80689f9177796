// Small rules of HTTP's grammar (RFC 9110 §5) that client and server share. Pure, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace prospectd::http {

/// A method or a header name: at least one character, all of them tchar.
bool is_token(std::string_view text);
/// A header value that can't end its line: no CR, LF, NUL or other control character but the tab.
bool is_field_value(std::string_view text);
/// True when `digits` is a decimal number greater than `limit`; false for what is no number.
bool over_limit(std::string_view digits, size_t limit);

}  // namespace prospectd::http
