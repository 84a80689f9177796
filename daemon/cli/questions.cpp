#include "daemon/cli/questions.h"

#include <termios.h>
#include <unistd.h>

#include <istream>

#include "base/text.h"

namespace prospectd::cli {
namespace {

constexpr size_t kTypedBytesMax = 4'096;

// Keeps a terminal from showing what is typed, for as long as it lives.
class Hidden {
 public:
  Hidden() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    changed_ = true;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Hidden() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> Questions::line() {
  std::string text;
  if (console_.in == nullptr || !std::getline(*console_.in, text) || text.size() > kTypedBytesMax)
    return std::nullopt;
  return std::string(trim_ascii(text));
}

std::optional<std::string> Questions::ask(const std::string& question, const std::string& otherwise) {
  console_.err() << question << (otherwise.empty() ? "" : " [" + otherwise + "]") << ": " << std::flush;
  auto answer = line();
  if (answer && answer->empty()) answer = otherwise;
  return answer;
}

std::optional<std::string> Questions::ask_hidden(const std::string& question) {
  console_.err() << question << ": " << std::flush;
  std::optional<std::string> answer;
  {
    const Hidden hidden;
    answer = line();
  }
  console_.err() << "\n" << std::flush;
  return answer;
}

}  // namespace prospectd::cli
