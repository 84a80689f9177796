// As much XML as the old logins need: the text of an element, and text made safe to stand in one. No
// document is built: what strangers send is looked through once. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prospectd::sandbox {

/// The text of the first element of that local name, whatever its prefix, with its references resolved.
/// nullopt when there is none, when it holds other elements, or a reference that XML does not have by itself.
std::optional<std::string> element_text(std::string_view xml, std::string_view local_name);

std::string xml_escape(std::string_view text);

}  // namespace prospectd::sandbox
