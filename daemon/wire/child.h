// Child: a process of this program's own binary, started and ended by a supervisor. It has a process group of
// its own (a Ctrl-C reaches the supervisor alone, which ends its children in order) and is tied to the
// supervisor's life (lifeline.h). Secrets reach it by files, never as arguments. Only this process is ever
// signalled, by its id. One owner, one thread, which must be the one that started it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace prospectd::wire {

struct ChildOptions {
  std::string name;                    ///< for messages: "the sandbox"
  std::vector<std::string> arguments;  ///< without the program's name
  std::string output;                  ///< file for standard output
  std::string errors;                  ///< file for standard error
};

class Child {
 public:
  /// **Errors:** kInternal when the process can't be started.
  static Result<Child> start(ChildOptions options);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Ends it as stop() does.
  ~Child();

  pid_t pid() const { return pid_; }
  const std::string& name() const { return options_.name; }
  /// Whether it has ended.
  bool ended();
  /// Its exit code, 128 + the signal that ended it; -1 while it runs.
  int exit_code() const { return exit_code_; }
  /// What it wrote to standard output so far, at most 64 KiB.
  std::string output() const;
  /// The last lines of its standard error, without what a terminal acts upon.
  std::vector<std::string> last_errors(size_t lines) const;
  /// SIGTERM, then after `patience` SIGKILL; returns when it has ended.
  void stop(std::chrono::milliseconds patience);

 private:
  explicit Child(ChildOptions options) : options_(std::move(options)) {}
  bool wait_for(std::chrono::milliseconds patience);

  ChildOptions options_;
  pid_t pid_ = 0;
  int exit_code_ = -1;
};

}  // namespace prospectd::wire
