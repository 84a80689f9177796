#include "tests/e2e/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace prospectd::e2e {
namespace {

constexpr int kLookEveryMs = 5;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at)
    variables.emplace_back(*at);
  variables.push_back("PROSPECTD_PARENT=" + std::to_string(::getpid()));
  return variables;
}

}  // namespace

bool wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, kLookEveryMs);
  }
  return true;
}

Program::Program(const std::string& folder, const std::string& name, std::vector<std::string> arguments)
    : out_file_(folder + "/" + name + ".out"), err_file_(folder + "/" + name + ".err") {
  arguments.insert(arguments.begin(), PROSPECTD_BINARY);
  std::vector<std::string> variables = environment();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out_file_.c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err_file_.c_str(), kWrite, 0600);
  // A proxy's connections, held by a program that waits for the daemon, would never be seen to close.
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  const int error = ::posix_spawn(&pid_, PROSPECTD_BINARY, &files, nullptr, pointers_to(arguments).data(),
                                  pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("can't start " PROSPECTD_BINARY);
}

Program::Program(Program&& other) noexcept
    : out_file_(std::move(other.out_file_)),
      err_file_(std::move(other.err_file_)),
      pid_(std::exchange(other.pid_, 0)),
      code_(other.code_) {}

Program& Program::operator=(Program&& other) noexcept {
  std::swap(out_file_, other.out_file_);
  std::swap(err_file_, other.err_file_);
  std::swap(pid_, other.pid_);
  std::swap(code_, other.code_);
  return *this;
}

Program::~Program() {
  if (!running()) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const {
  if (pid_ > 0 && code_ < 0) ::kill(pid_, number);
}

bool Program::running() {
  if (pid_ == 0 || code_ >= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

int Program::wait() {
  (void)wait_until([this] { return !running(); });
  return code_;
}

std::string Program::out() const {
  return read_file(out_file_);
}

std::string Program::err() const {
  return read_file(err_file_);
}

Ended run_program(const std::string& folder, std::vector<std::string> arguments) {
  static int number = 0;
  Program program(folder, "run" + std::to_string(++number), std::move(arguments));
  Ended ended;
  ended.code = program.wait();
  ended.out = program.out();
  ended.err = program.err();
  return ended;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace prospectd::e2e
