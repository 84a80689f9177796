#include "tests/bench/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

extern char** environ;

namespace prospectd::bench {
namespace {

constexpr size_t kLineBytesMax = 64 * 1024;

Error failed(const std::string& what) {
  return make_error(ErrorCode::kInternal, what + ": " + std::strerror(errno));
}

}  // namespace

std::string own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

Result<Child> Child::start(const std::vector<std::string>& words) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0) return failed("no pipe");
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return failed("no pipe");
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  Child child;
  const int code = ::posix_spawnp(&child.pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  child.input_ = in[1];
  child.output_ = out[0];
  if (code == 0) return child;
  child.pid_ = -1;
  errno = code;
  return failed("no process for " + words[0]);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  return *this;
}

Child::~Child() {
  if (pid_ > 0) (void)finish();
  let_go();
}

void Child::let_go() {
  if (input_ >= 0) ::close(std::exchange(input_, -1));
  if (output_ >= 0) ::close(std::exchange(output_, -1));
}

std::string Child::read_line() {
  std::string line;
  char c = 0;
  while (line.size() < kLineBytesMax && ::read(output_, &c, 1) == 1 && c != '\n')
    line += c;
  return line;
}

void Child::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

Result<void> Child::finish() {
  let_go();
  int status = 0;
  const pid_t pid = std::exchange(pid_, -1);
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return make_error(ErrorCode::kInternal, "a part of the bench failed; what it said stands above");
}

Result<std::string> run_child(const std::vector<std::string>& words) {
  PD_ASSIGN(child, Child::start(words));
  std::string line = child.read_line();
  PD_TRY(child.finish());
  return line;
}

}  // namespace prospectd::bench
