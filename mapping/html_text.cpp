#include "mapping/html_text.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

constexpr std::string_view kBlocks[] = {"br", "p",  "div", "li", "tr", "h1", "h2",
                                        "h3", "h4", "h5",  "h6", "ul", "ol", "table"};
constexpr std::string_view kHidden[] = {"script", "style"};

struct Named {
  std::string_view name;
  std::string_view text;
};
constexpr Named kReferences[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                                 {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};
constexpr size_t kReferenceBytesMax = 10;  // "#x10FFFF" and then some

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(std::string_view name, const std::string_view* first, const std::string_view* last) {
  return std::any_of(first, last, [name](std::string_view n) { return equals_ignore_case_ascii(n, name); });
}

// "br" of "/BR class=x".
std::string_view tag_name(std::string_view tag) {
  if (!tag.empty() && tag[0] == '/') tag.remove_prefix(1);
  const auto end =
      std::find_if(tag.begin(), tag.end(), [](char c) { return !is_letter(c) && !(c >= '0' && c <= '9'); });
  return tag.substr(0, static_cast<size_t>(end - tag.begin()));
}

// The text of a character reference without '&' and ';'; empty when it is none.
std::string reference_text(std::string_view name) {
  for (const Named& r : kReferences) {
    if (r.name == name) return std::string(r.text);
  }
  if (name.size() < 2 || name[0] != '#') return {};
  const bool hex = name[1] == 'x' || name[1] == 'X';
  name.remove_prefix(hex ? 2 : 1);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool whole = error == std::errc{} && end == name.data() + name.size();
  if (whole && code >= '\t' && code <= '\r') return " ";
  if (!whole || code < 0x20 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return {};
  std::string out;
  unicode::append(out, static_cast<int32_t>(code));
  return out;
}

class Stripper {
 public:
  explicit Stripper(std::string_view html) : html_(html) {}

  std::string run() && {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '<' && take_tag()) continue;
      if (c == '&' && take_reference()) continue;
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        blank_ = true;
      } else {
        put(html_.substr(at_, 1));
      }
      ++at_;
    }
    return std::move(out_);
  }

 private:
  void put(std::string_view text) {
    if (!out_.empty() && (line_ || blank_)) out_ += line_ ? '\n' : ' ';
    line_ = blank_ = false;
    out_ += text;
  }

  // Moves behind `end` when it comes, else to the end of all.
  void skip_past(std::string_view end, size_t from) {
    const size_t found = html_.find(end, from);
    at_ = found == std::string_view::npos ? html_.size() : found + end.size();
  }

  // Moves to the tag that ends the element `name`, or to the end of all.
  void skip_to_end_of(std::string_view name) {
    for (; at_ < html_.size(); at_ += 2) {
      at_ = std::min(html_.find("</", at_), html_.size());
      if (at_ < html_.size() && starts_with_ignore_case_ascii(html_.substr(at_ + 2), name)) return;
    }
    at_ = html_.size();
  }

  bool take_tag() {
    const std::string_view rest = html_.substr(at_ + 1);
    if (rest.substr(0, 3) == "!--") {
      skip_past("-->", at_ + 4);
      return true;
    }
    const bool starts = !rest.empty() && (is_letter(rest[0]) || rest[0] == '/' || rest[0] == '!');
    if (!starts || no_more_ends_) return false;
    const size_t end = rest.find('>');
    if (end == std::string_view::npos) {
      no_more_ends_ = true;  // or a row of "<a<a<a" would be searched to its end each time
      return false;
    }
    const std::string_view tag = rest.substr(0, end);
    at_ += end + 2;
    const std::string_view name = tag_name(tag);
    line_ = line_ || is_one_of(name, std::begin(kBlocks), std::end(kBlocks));
    if (tag[0] != '/' && is_one_of(name, std::begin(kHidden), std::end(kHidden))) skip_to_end_of(name);
    return true;
  }

  bool take_reference() {
    const std::string_view rest = html_.substr(at_ + 1, kReferenceBytesMax);
    const size_t end = rest.find(';');
    if (end == std::string_view::npos) return false;
    const std::string text = reference_text(rest.substr(0, end));
    if (text.empty()) return false;
    if (text == " ") {
      blank_ = true;
    } else {
      put(text);
    }
    at_ += end + 2;
    return true;
  }

  std::string_view html_;
  size_t at_ = 0;
  std::string out_;
  bool line_ = false;   // a block ended since the last text
  bool blank_ = false;  // a blank was seen since the last text
  bool no_more_ends_ = false;
};

}  // namespace

std::string strip_html(std::string_view html) {
  return Stripper(html).run();
}

}  // namespace prospectd::mapping
