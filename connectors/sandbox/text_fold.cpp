#include "connectors/sandbox/text_fold.h"

#include <utf8proc.h>

#include <algorithm>

namespace prospectd::sandbox {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
int sign(int n) {
  return n < 0 ? -1 : (n > 0 ? 1 : 0);
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      out += lower(text.front());
      text.remove_prefix(1);
      continue;
    }
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (size <= 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    utf8proc_uint8_t bytes[4];
    const auto written = utf8proc_encode_char(utf8proc_tolower(point), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(written));
    text.remove_prefix(static_cast<size_t>(size));
  }
  return out;
}

int compare_folded(std::string_view text, std::string_view folded) {
  if (!is_ascii(text)) return sign(fold_case(text).compare(folded));
  const size_t common = std::min(text.size(), folded.size());
  for (size_t i = 0; i < common; ++i) {
    const auto a = static_cast<unsigned char>(lower(text[i]));
    const auto b = static_cast<unsigned char>(folded[i]);
    if (a != b) return a < b ? -1 : 1;
  }
  return text.size() == folded.size() ? 0 : (text.size() < folded.size() ? -1 : 1);
}

}  // namespace prospectd::sandbox
