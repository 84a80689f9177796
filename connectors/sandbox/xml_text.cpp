#include "connectors/sandbox/xml_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/text.h"
#include "mapping/unicode.h"

namespace prospectd::sandbox {
namespace {

struct Reference {
  std::string_view name;
  char character;
};
constexpr Reference kReferences[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
constexpr std::string_view kEndOfName = " \t\r\n/>";

// "#65" or "#x41"; false when it is no character of XML.
bool add_numbered(std::string_view reference, std::string& out) {
  const bool hex = reference.starts_with("#x");
  reference.remove_prefix(hex ? 2 : 1);
  uint32_t code = 0;
  const char* end = reference.data() + reference.size();
  const auto [stop, problem] = std::from_chars(reference.data(), end, code, hex ? 16 : 10);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (problem != std::errc{} || stop != end || code == 0 || code > 0x10FFFF || surrogate) return false;
  mapping::unicode::append(out, static_cast<int32_t>(code));
  return true;
}

bool add_reference(std::string_view reference, std::string& out) {
  if (reference.starts_with('#')) return add_numbered(reference, out);
  for (const Reference& known : kReferences) {
    if (known.name != reference) continue;
    out += known.character;
    return true;
  }
  return false;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t mark = std::min(text.find('&'), text.size());
    out += text.substr(0, mark);
    text.remove_prefix(mark);
    if (text.empty()) break;
    const size_t end = text.find(';');
    if (end == std::string_view::npos || !add_reference(text.substr(1, end - 1), out)) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return out;
}

// Behind the tag that opens the element; npos when there is no such tag.
size_t behind_opening(std::string_view xml, std::string_view local_name) {
  for (size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::string_view rest = xml.substr(at + 1);
    std::string_view name = rest.substr(0, rest.find_first_of(kEndOfName));
    const size_t colon = name.find(':');
    if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
    if (name != local_name) continue;
    const size_t close = xml.find('>', at);
    return close == std::string_view::npos || xml[close - 1] == '/' ? std::string_view::npos : close + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string> element_text(std::string_view xml, std::string_view local_name) {
  const size_t begin = behind_opening(xml, local_name);
  if (begin == std::string_view::npos) return std::nullopt;
  const size_t end = xml.find('<', begin);
  if (end == std::string_view::npos || !xml.substr(end).starts_with("</")) return std::nullopt;
  return unescaped(xml.substr(begin, end - begin));
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto* found = std::begin(kReferences);
    while (found != std::end(kReferences) && found->character != c)
      ++found;
    if (found == std::end(kReferences)) {
      out += c;
    } else {
      out += '&';
      out += found->name;
      out += ';';
    }
  }
  return out;
}

}  // namespace prospectd::sandbox
