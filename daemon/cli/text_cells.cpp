#include "daemon/cli/text_cells.h"

#include <algorithm>
#include <iterator>

#include "base/harmless.h"
#include "mapping/unicode.h"

namespace prospectd::cli {
namespace {

namespace unicode = mapping::unicode;

struct Range {
  int32_t first;
  int32_t last;
};

// East_Asian_Width wide and full-width, and what terminals draw as pictures; gaps of a few code points in
// between are counted in.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
                           {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x2728, 0x2728},
                           {0x274C, 0x274C},   {0x2753, 0x2757},   {0x2B50, 0x2B50},   {0x2E80, 0x303E},
                           {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
                           {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                           {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF},
                           {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

template <size_t N>
bool in(const Range (&ranges)[N], int32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const Range& r) { return code >= r.first && code <= r.last; });
}

bool is_control(int32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

size_t cells_of_code(int32_t code) {
  if (code < 0x7F) return code < 0x20 ? 0 : 1;
  constexpr Range kVariations{0xFE00, 0xFE0F};
  const bool selector = code >= kVariations.first && code <= kVariations.last;
  if (is_control(code) || selector || unicode::is_mark(code) || unicode::is_invisible(code)) return 0;
  return in(kWide, code) ? 2 : 1;
}

// The next code point of well-formed or ill-formed text; what is ill-formed counts as one replacement.
unicode::Decoded next(std::string_view text) {
  const unicode::Decoded d = unicode::decode(text);
  return d.bytes == 0 ? unicode::Decoded{0xFFFD, 1} : d;
}

// How many of the first bytes take at most `cells` cells; whole characters.
size_t bytes_within(std::string_view text, size_t cells) {
  size_t used = 0;
  size_t bytes = 0;
  while (bytes < text.size()) {
    const unicode::Decoded d = next(text.substr(bytes));
    used += cells_of_code(d.code);
    if (used > cells) break;
    bytes += d.bytes;
  }
  return bytes;
}

}  // namespace

std::string harmless(std::string_view text) {
  return prospectd::harmless(text);
}

size_t cells_of(std::string_view text) {
  size_t cells = 0;
  while (!text.empty()) {
    const unicode::Decoded d = next(text);
    cells += cells_of_code(d.code);
    text.remove_prefix(d.bytes);
  }
  return cells;
}

std::vector<std::string> wrapped(std::string_view text, size_t cells) {
  std::vector<std::string> lines;
  while (cells > 0 && cells_of(text) > cells) {
    size_t bytes = std::max(bytes_within(text, cells), next(text).bytes);
    const size_t blank = text.substr(0, bytes + 1).rfind(' ');
    if (blank != std::string_view::npos && blank > 0) bytes = blank;
    lines.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
    while (text.starts_with(' '))
      text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string cut_to(std::string_view text, size_t cells) {
  if (cells_of(text) <= cells) return std::string(text);
  if (cells == 0) return {};
  std::string_view kept = text.substr(0, bytes_within(text, cells - 1));
  while (kept.ends_with(' '))
    kept.remove_suffix(1);
  return std::string(kept) + std::string(kEllipsis);
}

std::string pad_to(std::string_view text, size_t cells, Align align) {
  const size_t used = cells_of(text);
  const std::string blanks(used < cells ? cells - used : 0, ' ');
  return align == Align::kLeft ? std::string(text) + blanks : blanks + std::string(text);
}

}  // namespace prospectd::cli
