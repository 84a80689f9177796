// Text as a terminal shows it: how many cells it takes, cut and filled to a number of cells, and made
// harmless. What comes from the CRM is written by strangers: a control character in a name must not move the
// cursor, change colours or write to the clipboard (F62). Pure, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::cli {

/// The text with nothing in it that a terminal acts upon: line ends and tabs become blanks, other control
/// characters (C0, DEL, C1), line separators and direction marks U+FFFD, and so do ill-formed bytes.
std::string harmless(std::string_view text);

/// Cells on a terminal: marks and invisible characters take none, wide characters two.
size_t cells_of(std::string_view text);

/// The text in lines of at most `cells` cells (0: one line of any width), broken at blanks, or in the middle
/// of a word that is longer than a line. Always at least one line.
std::vector<std::string> wrapped(std::string_view text, size_t cells);

/// The text in at most `cells` cells; what is cut ends in "…".
std::string cut_to(std::string_view text, size_t cells);

enum class Align { kLeft, kRight };
/// The text filled with blanks to `cells` cells; longer text stays as it is.
std::string pad_to(std::string_view text, size_t cells, Align align = Align::kLeft);

}  // namespace prospectd::cli
