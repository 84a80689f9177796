#include "daemon/wire/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/text.h"
#include "daemon/cli/text_cells.h"
#include "daemon/wire/lifeline.h"

extern char** environ;

namespace prospectd::wire {
namespace {

constexpr const char* kOwnBinary = "/proc/self/exe";
constexpr size_t kOutputMax = 64 * 1024;
constexpr size_t kErrorsMax = 16 * 1024;
constexpr std::chrono::milliseconds kUsualPatience{7'000};  // more than a daemon takes to stop in order

/// posix_spawn's attributes and file actions, freed at the end.
class SpawnPlan {
 public:
  SpawnPlan(const std::string& output, const std::string& errors) {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&files_);
    sigset_t none;
    sigset_t ours;
    sigemptyset(&none);
    sigemptyset(&ours);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
      sigaddset(&ours, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &ours);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    constexpr int kWrite = O_WRONLY | O_CREAT | O_APPEND;
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, output.c_str(), kWrite, 0600);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, errors.c_str(), kWrite, 0600);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawnattr_t* attributes() const { return &attributes_; }
  const posix_spawn_file_actions_t* files() const { return &files_; }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Our own environment, and who the parent is.
std::vector<std::string> environment() {
  const std::string name = std::string(kParentVariable) + "=";
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    if (!std::string_view(*at).starts_with(name)) variables.emplace_back(*at);
  }
  variables.push_back(name + std::to_string(::getpid()));
  return variables;
}

}  // namespace

Result<Child> Child::start(ChildOptions options) {
  Child child(std::move(options));
  const SpawnPlan plan(child.options_.output, child.options_.errors);
  std::vector<std::string> arguments = {"prospectd"};
  arguments.insert(arguments.end(), child.options_.arguments.begin(), child.options_.arguments.end());
  std::vector<std::string> variables = environment();
  const int error = ::posix_spawn(&child.pid_, kOwnBinary, plan.files(), plan.attributes(),
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  if (error != 0) {
    child.pid_ = 0;
    return make_error(ErrorCode::kInternal,
                      child.options_.name + " could not be started: " + std::strerror(error));
  }
  return child;
}

Child::Child(Child&& other) noexcept
    : options_(std::move(other.options_)), pid_(std::exchange(other.pid_, 0)), exit_code_(other.exit_code_) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(options_, other.options_);
  std::swap(pid_, other.pid_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

Child::~Child() {
  stop(kUsualPatience);
}

bool Child::ended() {
  if (pid_ == 0 || exit_code_ >= 0) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool Child::wait_for(std::chrono::milliseconds patience) {
  if (ended()) return true;
  // The library's pidfd_open can't be called from C++ everywhere.
  pollfd watched{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), POLLIN, 0};
  if (watched.fd < 0) return ended();
  (void)::poll(&watched, 1, static_cast<int>(patience.count()));
  ::close(watched.fd);
  return ended();
}

void Child::stop(std::chrono::milliseconds patience) {
  if (ended()) return;
  ::kill(pid_, SIGTERM);
  if (wait_for(patience)) return;
  ::kill(pid_, SIGKILL);
  (void)wait_for(kUsualPatience);
}

std::string Child::output() const {
  std::ifstream file(options_.output, std::ios::binary);
  std::string text(kOutputMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

std::vector<std::string> Child::last_errors(size_t lines) const {
  std::ifstream file(options_.errors, std::ios::binary | std::ios::ate);
  const auto size = static_cast<size_t>(std::max<std::streamoff>(0, file.tellg()));
  const size_t taken = std::min(size, kErrorsMax);
  file.seekg(static_cast<std::streamoff>(size - taken));
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    if (!trim_ascii(line).empty()) found.push_back(cli::harmless(line));
  }
  if (found.size() > lines) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(lines));
  return found;
}

}  // namespace prospectd::wire
