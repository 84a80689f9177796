#include "base/harmless.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "base/text.h"

namespace prospectd {
namespace {

struct Range {
  int32_t first;
  int32_t last;
};
constexpr Range kTreacherous[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C},
                                  {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  constexpr int kBitsOfAFollower = 6;
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  int32_t code = lead & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i)
    code = (code << kBitsOfAFollower) | (byte(i) & 0x3F);
  return {code, bytes};
}

bool is_treacherous(int32_t code) {
  return std::any_of(std::begin(kTreacherous), std::end(kTreacherous),
                     [code](const Range& r) { return code >= r.first && code <= r.last; });
}

std::string json_escape(int32_t treacherous) {
  std::array<char, 8> escape;
  std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<uint16_t>(treacherous));
  return escape.data();
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const std::string repaired = repair_utf8(text);
  for (std::string_view rest = repaired; !rest.empty();) {
    const Character c = first_character(rest);
    if (c.code == '\n' || c.code == '\t' || c.code == '\r') {
      out += ' ';
    } else if (is_treacherous(c.code)) {
      out += kReplacementCharacter;
    } else {
      out += rest.substr(0, c.bytes);
    }
    rest.remove_prefix(c.bytes);
  }
  return out;
}

}  // namespace prospectd
