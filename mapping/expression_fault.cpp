// Faults of expressions for people: the column, and a line of carets.
#include <algorithm>

#include "mapping/expression.h"
#include "mapping/unicode.h"

namespace prospectd::mapping::expression {
namespace {

constexpr size_t kShownMax = 72;   // characters of the expression in one picture
constexpr size_t kBeforeMax = 48;  // of these, before the fault

// Zero for what is drawn over the character before it.
size_t cells_of(int32_t code) {
  return unicode::is_mark(code) || unicode::is_invisible(code) ? 0 : 1;
}

// The next character of `text` and what stands for it in one line.
unicode::Decoded next_character(std::string_view text) {
  unicode::Decoded d = unicode::decode(text);
  if (d.bytes == 0) d = {0xFFFD, 1};
  if (unicode::is_white_space(d.code) || d.code < 0x20 || d.code == 0x7F) d.code = ' ';
  return d;
}

}  // namespace

size_t column_of(std::string_view text, size_t offset) {
  size_t column = 1;
  for (size_t at = 0; at < std::min(offset, text.size()); ++column)
    at += next_character(text.substr(at)).bytes;
  return column;
}

std::string picture_of(std::string_view text, const Fault& fault) {
  const size_t fault_column = column_of(text, fault.offset) - 1;
  const size_t skipped = fault_column > kBeforeMax ? fault_column - kBeforeMax : 0;
  std::string line = skipped > 0 ? "…" : "";
  std::string carets(skipped > 0 ? 1 : 0, ' ');
  size_t column = 0;
  size_t marked = 0;
  size_t at = 0;
  for (; at < text.size() && column < skipped + kShownMax; ++column) {
    const unicode::Decoded d = next_character(text.substr(at));
    if (column >= skipped) {
      unicode::append(line, d.code);
      const bool inside = at >= fault.offset && at < fault.offset + fault.length;
      if (inside) marked += cells_of(d.code);
      if (at < fault.offset || inside) carets.append(cells_of(d.code), inside ? '^' : ' ');
    }
    at += d.bytes;
  }
  if (at < text.size()) line += "…";
  if (marked == 0) carets += '^';  // at the end, or at something that has no width
  return line + "\n" + carets;
}

}  // namespace prospectd::mapping::expression
