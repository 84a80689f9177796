#include "mapping/fold.h"

#include <algorithm>

#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int32_t fold_code(int32_t code) {
  if (code < 0x80) return static_cast<unsigned char>(lower_ascii(static_cast<char>(code)));
  const int32_t lower = unicode::lower(code);
  return lower < 0x80 ? code : lower;
}

// Folds as much of the text as is needed, if any: ASCII is compared where it lies.
template <class Ask>
auto ask_folded(std::string_view text, Ask ask) {
  if (unicode::is_ascii(text)) return ask(text, lower_ascii);
  const std::string folded = fold(text);
  return ask(std::string_view(folded), [](char c) { return c; });
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const unicode::Decoded d = unicode::decode(text);
    if (d.bytes == 0) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    unicode::append(out, fold_code(d.code));
    text.remove_prefix(d.bytes);
  }
  return out;
}

int compare_folded(std::string_view text, std::string_view folded) {
  return ask_folded(text, [folded](std::string_view t, auto lower) {
    const size_t common = std::min(t.size(), folded.size());
    for (size_t i = 0; i < common; ++i) {
      const int difference = static_cast<unsigned char>(lower(t[i])) - static_cast<unsigned char>(folded[i]);
      if (difference != 0) return difference;
    }
    return t.size() == folded.size() ? 0 : (t.size() < folded.size() ? -1 : 1);
  });
}

bool starts_with_folded(std::string_view text, std::string_view folded) {
  return ask_folded(text, [folded](std::string_view t, auto lower) {
    return t.size() >= folded.size() &&
           std::equal(folded.begin(), folded.end(), t.begin(), [&](char f, char c) { return f == lower(c); });
  });
}

bool contains_folded(std::string_view text, std::string_view folded) {
  return ask_folded(text, [folded](std::string_view t, auto lower) {
    return std::search(t.begin(), t.end(), folded.begin(), folded.end(),
                       [&](char c, char f) { return f == lower(c); }) != t.end() ||
           folded.empty();
  });
}

}  // namespace prospectd::mapping
