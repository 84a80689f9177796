#include "mapping/unicode.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace prospectd::mapping::unicode {
namespace {

struct Range {
  int32_t first;
  int32_t last;
};

constexpr Range kWhiteSpace[] = {{0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                                 {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                                 {0x205F, 0x205F}, {0x3000, 0x3000}};
// Default_Ignorable_Code_Point without the variation selectors, which belong to the character before them.
constexpr Range kInvisible[] = {{0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160},
                                {0x17B4, 0x17B5}, {0x180E, 0x180E}, {0x200B, 0x200F}, {0x202A, 0x202E},
                                {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}};

template <size_t N>
bool in(const Range (&ranges)[N], int32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const Range& r) { return code >= r.first && code <= r.last; });
}

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Printable ASCII other than the blank: the common first and last byte, which needs no decoding.
bool is_plain(char c) {
  return c > 0x20 && c < 0x7F;
}

// The code point that ends `text`; an ill-formed end gives {0, 0}.
Decoded decode_last(std::string_view text) {
  constexpr size_t kSequenceMax = 4;
  for (size_t n = 1; n <= std::min(kSequenceMax, text.size()); ++n) {
    const std::string_view tail = text.substr(text.size() - n);
    if ((static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) continue;
    const Decoded d = decode(tail);
    return d.bytes == n ? d : Decoded{};
  }
  return {};
}

template <class Map>
std::string map_codes(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded d = decode(text);
    if (d.bytes == 0) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    append(out, map(d.code));
    text.remove_prefix(d.bytes);
  }
  return out;
}

}  // namespace

Decoded decode(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  utf8proc_int32_t code = 0;
  const utf8proc_ssize_t n =
      utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (n <= 0) return {};
  return {code, static_cast<size_t>(n)};
}

void append(std::string& out, int32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  utf8proc_uint8_t buffer[4];
  const utf8proc_ssize_t n = utf8proc_encode_char(code, buffer);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(n));
}

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text)
    all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

bool is_white_space(int32_t code) {
  return in(kWhiteSpace, code);
}

bool is_invisible(int32_t code) {
  return in(kInvisible, code);
}

bool is_graphic(int32_t code) {
  if (is_invisible(code)) return false;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && !is_plain(text.front())) {
    const Decoded d = decode(text);
    if (d.bytes == 0 || !is_blank(d.code)) break;
    text.remove_prefix(d.bytes);
  }
  while (!text.empty() && !is_plain(text.back())) {
    const Decoded d = decode_last(text);
    if (d.bytes == 0 || !is_blank(d.code)) break;
    text.remove_suffix(d.bytes);
  }
  return text;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    if (is_plain(text.front())) return false;
    const Decoded d = decode(text);
    if (d.bytes == 0 || !is_blank(d.code)) return false;
    text.remove_prefix(d.bytes);
  }
  return true;
}

int32_t lower(int32_t code) {
  return utf8proc_tolower(code);
}

int32_t title(int32_t code) {
  return utf8proc_totitle(code);
}

std::string lower(std::string_view text) {
  return map_codes(text, [](int32_t c) { return utf8proc_tolower(c); });
}

std::string upper(std::string_view text) {
  return map_codes(text, [](int32_t c) { return utf8proc_toupper(c); });
}

bool is_letter(int32_t code) {
  const utf8proc_category_t c = utf8proc_category(code);
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

bool is_mark(int32_t code) {
  const utf8proc_category_t c = utf8proc_category(code);
  return c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_ME;
}

std::optional<std::string> nfc(std::string_view text) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t n = utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &raw,
                                          static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(raw, &std::free);
  if (n < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(raw), static_cast<size_t>(n));
}

}  // namespace prospectd::mapping::unicode
