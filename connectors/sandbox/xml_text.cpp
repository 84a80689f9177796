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
constexpr std::string_view kEndOfName = " \t\r\n/><";  // no name has a '<': so a text is read once

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

// One tag, <a>, <a/> or </a>.
struct Tag {
  std::string_view name;  ///< local
  bool closes = false;
  bool empty = false;
};

// Takes the tag at the beginning of a text off it; nullopt when there is none.
std::optional<Tag> take_tag(std::string_view& xml) {
  const size_t end = xml.find('>');
  if (!xml.starts_with('<') || end == std::string_view::npos) return std::nullopt;
  std::string_view inside = xml.substr(1, end - 1);
  xml.remove_prefix(end + 1);
  Tag tag;
  tag.closes = inside.starts_with('/');
  tag.empty = inside.ends_with('/');
  if (tag.closes) inside.remove_prefix(1);
  tag.name = inside.substr(0, inside.find_first_of(kEndOfName));
  const size_t colon = tag.name.find(':');
  if (colon != std::string_view::npos) tag.name.remove_prefix(colon + 1);
  const bool name_like = !tag.name.empty() && tag.name.front() != '!' && tag.name.front() != '?';
  return name_like && !(tag.closes && tag.empty) ? std::optional(tag) : std::nullopt;
}

// Blanks, comments and what <? and ?> enclose. A document type is not taken: it could define anything.
void skip_filling(std::string_view& xml) {
  constexpr std::pair<std::string_view, std::string_view> kFillings[] = {{"<!--", "-->"}, {"<?", "?>"}};
  for (bool any = true; any;) {
    any = false;
    xml.remove_prefix(std::min(xml.find_first_not_of(" \t\r\n"), xml.size()));
    for (const auto& [begin, end] : kFillings) {
      const size_t stop = xml.starts_with(begin) ? xml.find(end, begin.size()) : std::string_view::npos;
      if (stop == std::string_view::npos) continue;
      xml.remove_prefix(stop + end.size());
      any = true;
    }
  }
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

std::optional<std::vector<std::pair<std::string, std::string>>> flat_elements(std::string_view xml,
                                                                              std::string_view root) {
  std::vector<std::pair<std::string, std::string>> elements;
  skip_filling(xml);
  const auto opening = take_tag(xml);
  if (!opening || opening->closes || opening->name != root) return std::nullopt;
  bool closed = opening->empty;
  while (!closed) {
    skip_filling(xml);
    const auto tag = take_tag(xml);
    if (!tag || (tag->closes && tag->name != root)) return std::nullopt;
    closed = tag->closes;
    if (closed) break;
    if (elements.size() == kXmlElementsMax) return std::nullopt;
    std::optional<std::string> text = std::string();
    if (!tag->empty) {
      const size_t end = std::min(xml.find('<'), xml.size());
      text = unescaped(xml.substr(0, end));
      xml.remove_prefix(end);
      const auto closing = take_tag(xml);
      if (!text || !closing || !closing->closes || closing->name != tag->name) return std::nullopt;
    }
    elements.emplace_back(tag->name, *std::move(text));
  }
  skip_filling(xml);
  return xml.empty() ? std::optional(std::move(elements)) : std::nullopt;
}

std::string xml_element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + xml_escape(text) + "</" + std::string(name) + ">";
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
