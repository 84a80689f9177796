#include "daemon/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace prospectd::cli {
namespace {

constexpr size_t kUsualWidth = 80;
constexpr size_t kLeastWidth = 20;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_dumb() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || std::string_view(kind) == "dumb";
}

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::kStrong:
      return "1";
    case Tone::kFaint:
      return "2";
    case Tone::kGood:
      return "32";
    case Tone::kWarning:
      return "33";
    case Tone::kBad:
      return "31";
    case Tone::kPlain:
      break;
  }
  return "";
}

}  // namespace

Terminal terminal_of(int fd, bool no_colour) {
  Terminal terminal;
  if (::isatty(fd) != 1) return terminal;
  terminal.interactive = true;
  terminal.colour = !no_colour && !is_set("NO_COLOR") && !is_dumb();
  winsize size{};
  const bool known = ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeastWidth;
  terminal.width = known ? size.ws_col : kUsualWidth;
  return terminal;
}

std::string painted(const Terminal& terminal, Tone tone, std::string_view text) {
  const std::string_view code = code_of(tone);
  if (!terminal.colour || code.empty() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace prospectd::cli
