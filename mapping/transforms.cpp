#include "mapping/transforms.h"

#include <algorithm>

#include "base/text.h"
#include "mapping/email_key.h"
#include "mapping/html_text.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

// A code point, or one ill-formed byte, which is passed on as it is.
struct Piece {
  int32_t code = 0;
  std::string_view bytes;
};

Piece next_piece(std::string_view text) {
  constexpr int32_t kIllFormed = -1;
  const unicode::Decoded d = unicode::decode(text);
  return d.bytes == 0 ? Piece{kIllFormed, text.substr(0, 1)} : Piece{d.code, text.substr(0, d.bytes)};
}

bool is_line_end(int32_t code) {
  return (code >= 0x0A && code <= 0x0D) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

// Each run of code points that `is_gap` accepts becomes one blank; none is left at the ends.
template <class IsGap>
std::string join_runs(std::string_view text, IsGap is_gap) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    text.remove_prefix(piece.bytes.size());
    if (is_gap(piece.code)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += piece.bytes;
  }
  return out;
}

std::string trim(std::string_view text) {
  return std::string(unicode::trim(text));
}

std::string collapse_spaces(std::string_view text) {
  return join_runs(unicode::trim(text), unicode::is_white_space);
}

std::string no_newlines(std::string_view text) {
  return join_runs(text, is_line_end);
}

std::string lower(std::string_view text) {
  return unicode::lower(text);
}

std::string upper(std::string_view text) {
  return unicode::upper(text);
}

// A letter begins a word after anything that is no letter, digit or mark; after an apostrophe only where one
// letter stands before it (O'Brien, D'Arcy, but It's).
std::string title_case(std::string_view text) {
  constexpr int32_t kApostrophes[] = {0x27, 0x2019};
  std::string out;
  out.reserve(text.size());
  size_t letters = 0;  // of the word so far
  bool inside = false;
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    text.remove_prefix(piece.bytes.size());
    if (unicode::is_letter(piece.code)) {
      unicode::append(out, inside ? unicode::lower(piece.code) : unicode::title(piece.code));
      inside = true;
      ++letters;
      continue;
    }
    out += piece.bytes;
    const bool apostrophe =
        std::find(std::begin(kApostrophes), std::end(kApostrophes), piece.code) != std::end(kApostrophes);
    if (apostrophe && inside && letters > 1) continue;
    if (unicode::is_mark(piece.code) && inside) continue;
    inside = piece.code >= '0' && piece.code <= '9';
    letters = 0;
  }
  return out;
}

std::string digits_only(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

std::string first_word(std::string_view text) {
  const std::string words = collapse_spaces(text);
  return trim(std::string_view(words).substr(0, words.find(' ')));
}

std::string last_word(std::string_view text) {
  const std::string words = collapse_spaces(text);
  return trim(std::string_view(words).substr(words.rfind(' ') + 1));  // npos + 1 is the whole
}

std::string domain_of_email(std::string_view text) {
  const auto key = email_key(text);
  return key ? key->substr(key->rfind('@') + 1) : std::string();
}

std::string domain_of_url(std::string_view text) {
  constexpr std::string_view kWww = "www.";
  text = unicode::trim(text);
  if (const size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find_first_of("/?#\\"));
  if (const size_t user = text.rfind('@'); user != std::string_view::npos) text.remove_prefix(user + 1);
  text = text.substr(0, text.find(':'));
  std::string host = domain_key(text).value_or("");
  if (host.compare(0, kWww.size(), kWww) == 0) host.erase(0, kWww.size());
  return host;
}

}  // namespace

const std::vector<Transform>& transforms() {
  static const std::vector<Transform> table = {
      {"trim", "Takes blanks of every kind off both ends.", trim},
      {"collapse_spaces", "Makes every run of blanks and line ends one space, and trims.", collapse_spaces},
      {"lower", "Lower case.", lower},
      {"upper", "Upper case.", upper},
      {"title_case", "The first letter of each word upper case, the others lower case (\"Ana O'Brien-Li\").",
       title_case},
      {"digits_only", "Keeps the digits 0 to 9 and nothing else.", digits_only},
      {"strip_html", "Plain text of HTML: no tags, no scripts, character references resolved.", strip_html},
      {"first_word", "The first word.", first_word},
      {"last_word", "The last word.", last_word},
      {"no_newlines", "Makes every run of line ends one space.", no_newlines},
      {"domain_of_email", "The domain of an email address; empty when it is none.", domain_of_email},
      {"domain_of_url", "The host of a web address without \"www.\"; empty when it has none.", domain_of_url},
  };
  return table;
}

const Transform* find_transform(std::string_view name) {
  const auto& table = transforms();
  const auto it =
      std::find_if(table.begin(), table.end(), [name](const Transform& t) { return t.name == name; });
  return it == table.end() ? nullptr : &*it;
}

std::vector<std::string> transform_names() {
  std::vector<std::string> names;
  for (const Transform& t : transforms())
    names.emplace_back(t.name);
  return names;
}

}  // namespace prospectd::mapping
