// What an output is connected to, and text in colours for it. Values, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prospectd::cli {

/// A pipe or a file: no colours, no bars, lines of any width.
struct Terminal {
  bool interactive = false;  ///< somebody looks at it: a bar may move
  bool colour = false;
  size_t width = 0;  ///< cells in a line; 0: no limit
};

/// Looks at a file descriptor. Colours only on a terminal, and not with NO_COLOR (no-color.org), TERM=dumb or
/// `no_colour`. A terminal that doesn't tell its width has 80 cells.
Terminal terminal_of(int fd, bool no_colour);

enum class Tone { kPlain, kStrong, kFaint, kGood, kWarning, kBad };
/// The text in a tone, where the terminal shows colours.
std::string painted(const Terminal& terminal, Tone tone, std::string_view text);

}  // namespace prospectd::cli
