#include "connectors/salesforce_wire/characters.h"
#include "connectors/salesforce_wire/soql.h"

namespace prospectd::salesforce_wire::soql {
namespace {

// The bytes of the character that begins at `at`; at least one.
std::string_view character_at(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && is_continuation_byte(text[end]))
    ++end;
  return text.substr(at, end - at);
}

struct Element {
  enum { kRun, kOne, kCharacter } kind = kCharacter;
  std::string_view character;  // of kCharacter
  size_t size = 0;             // bytes of the pattern
};

Element element_at(std::string_view pattern, size_t at) {
  if (pattern[at] == '%') return {Element::kRun, {}, 1};
  if (pattern[at] == '_') return {Element::kOne, {}, 1};
  const size_t skip =
      pattern[at] == '\\' && at + 1 < pattern.size() && is_like_special(pattern[at + 1]) ? 1 : 0;
  const std::string_view character = character_at(pattern, at + skip);
  return {Element::kCharacter, character, skip + character.size()};
}

}  // namespace

bool like_matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0;
  // Where to go on when a match fails: behind the last '%', one more character of the text given to it. An
  // earlier '%' never needs another try, since the last one can take whatever that would give.
  std::optional<size_t> run_pattern;
  size_t run_text = 0;
  while (t < text.size()) {
    if (p < pattern.size()) {
      const Element element = element_at(pattern, p);
      const std::string_view character = character_at(text, t);
      if (element.kind == Element::kRun) {
        p += element.size;
        run_pattern = p;
        run_text = t;
        continue;
      }
      if (element.kind == Element::kOne || element.character == character) {
        p += element.size;
        t += character.size();
        continue;
      }
    }
    if (!run_pattern) return false;
    run_text += character_at(text, run_text).size();
    t = run_text;
    p = *run_pattern;
  }
  while (p < pattern.size() && pattern[p] == '%')
    ++p;
  return p == pattern.size();
}

std::string like_escape(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (is_like_special(c)) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace prospectd::salesforce_wire::soql
