// As much XML as the older interfaces need: the text of an element, an element that is a list of texts, and
// text made safe to stand in one. No document is built: what strangers send is looked through once. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prospectd::sandbox {

/// The text of the first element of that local name, whatever its prefix, with its references resolved.
/// nullopt when there is none, when it holds other elements, or a reference that XML does not have by itself.
std::optional<std::string> element_text(std::string_view xml, std::string_view local_name);

/// The texts of the elements inside the one that a document consists of, with their names, in their order:
/// <root><a>1</a><b/></root>. Prefixes and attributes are passed over, and so is what stands before the
/// document's element. nullopt for any other root than `root`, for what nests deeper, for more than
/// kXmlElementsMax elements, and for what is no XML.
std::optional<std::vector<std::pair<std::string, std::string>>> flat_elements(std::string_view xml,
                                                                              std::string_view root);
constexpr size_t kXmlElementsMax = 100;

/// <name>text</name>
std::string xml_element(std::string_view name, std::string_view text);
std::string xml_escape(std::string_view text);

}  // namespace prospectd::sandbox
