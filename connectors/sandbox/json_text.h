// Writing JSON straight into a string: the sandbox's answers are too many for a tree in between. Texts are
// well-formed UTF-8 already (what enters the org is repaired). Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prospectd::sandbox {

/// `text` as a string literal with its quotes.
void append_quoted(std::string& out, std::string_view text);
/// "2026-11-20T08:15:30.000+0000" with its quotes, from whole seconds since 1970.
void append_datetime(std::string& out, int64_t seconds_since_1970);
/// "2026-11-20" with its quotes, from whole days since 1970.
void append_date(std::string& out, int64_t days_since_1970);
void append_number(std::string& out, int64_t n);
/// Shortest form that reads back the same, always with a point: "300.0".
void append_number(std::string& out, double d);

}  // namespace prospectd::sandbox
