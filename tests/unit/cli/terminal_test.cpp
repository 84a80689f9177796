// What an output is connected to, with a real pseudo-terminal.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/cli/terminal.h"

namespace prospectd::cli {
namespace {

class Screen {
 public:
  explicit Screen(unsigned short width) {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    ::grantpt(master_);
    ::unlockpt(master_);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    winsize size{};
    size.ws_col = width;
    size.ws_row = 24;
    ::ioctl(slave_, TIOCSWINSZ, &size);
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
  }
  ~Screen() {
    ::close(slave_);
    ::close(master_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  int fd() const { return slave_; }

 private:
  int master_ = -1;
  int slave_ = -1;
};

TEST(TerminalOf, AScreenHasItsWidthAndColours) {
  const Screen screen(123);
  const Terminal terminal = terminal_of(screen.fd(), false);
  EXPECT_TRUE(terminal.interactive);
  EXPECT_TRUE(terminal.colour);
  EXPECT_EQ(terminal.width, 123u);
  EXPECT_EQ(painted(terminal, Tone::kBad, "no"), "\x1b[31mno\x1b[0m");
}

TEST(TerminalOf, AScreenThatDoesNotTellItsWidthHasEighty) {
  const Screen screen(0);
  EXPECT_EQ(terminal_of(screen.fd(), false).width, 80u);
}

TEST(TerminalOf, NoColourIsRespected) {
  const Screen screen(80);
  EXPECT_FALSE(terminal_of(screen.fd(), true).colour);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(terminal_of(screen.fd(), false).colour);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(terminal_of(screen.fd(), false).colour);
}

TEST(TerminalOf, APipeHasNeitherColoursNorAWidth) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Terminal terminal = terminal_of(ends[1], false);
  EXPECT_FALSE(terminal.interactive);
  EXPECT_FALSE(terminal.colour);
  EXPECT_EQ(terminal.width, 0u);
  EXPECT_EQ(painted(terminal, Tone::kBad, "no"), "no");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace prospectd::cli
