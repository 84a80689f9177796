// Child: this program started once more in a process of its own, for one role, or the product; with its
// standard output read by us. Its standard input stays open until it is let go, which tells a serving child
// to end. Blocking; one thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace prospectd::bench {

/// The path of this program.
std::string own_program();

class Child {
 public:
  Child() = default;
  /// Starts `words[0]` with the rest as its arguments.
  /// **Errors:** kInternal when no process can be made.
  static Result<Child> start(const std::vector<std::string>& words);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;

  /// The next line that it writes, without its end; "" when there is none to come.
  std::string read_line();
  /// Asks it to end (SIGTERM).
  void terminate();
  /// Closes its standard input and waits for its end.
  /// **Errors:** kInternal when it ended with another status than 0.
  Result<void> finish();

 private:
  void let_go();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
};

/// Runs a child to its end and gives the first line that it wrote.
Result<std::string> run_child(const std::vector<std::string>& words);

}  // namespace prospectd::bench
