// The plain text of an HTML fragment, as rich text fields of a CRM hold it: for reading, not for safety (the
// result is text, and has to be escaped like any other). One pass over the input. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace prospectd::mapping {

/// Tags and comments go (with the content of script and style), block ends become line ends, character
/// references are resolved, blanks are collapsed. A '<' that starts no tag stays.
std::string strip_html(std::string_view html);

}  // namespace prospectd::mapping
