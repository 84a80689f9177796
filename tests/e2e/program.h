// The real binary as a process: started, watched, signalled, and waited for with a deadline. A process never
// outlives the test: it is tied to it (PROSPECTD_PARENT), and killed at the end. Only processes started here
// are signalled, by their id.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace prospectd::e2e {

/// Long enough that only what hangs reaches it, on a slow machine under sanitizers too.
constexpr std::chrono::seconds kPatience{120};

/// Looks again and again until `condition` holds; false when it doesn't within kPatience.
bool wait_until(const std::function<bool()>& condition);

class Program {
 public:
  /// Starts the binary; its outputs go to files `name`.out and `name`.err in `folder`.
  Program(const std::string& folder, const std::string& name, std::vector<std::string> arguments);
  Program(Program&& other) noexcept;
  Program& operator=(Program&& other) noexcept;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  bool running();
  /// Waits for its end. The exit code, or 128 + the signal; -1 when it does not end within kPatience.
  int wait();
  std::string out() const;
  std::string err() const;

 private:
  std::string out_file_;
  std::string err_file_;
  pid_t pid_ = 0;
  int code_ = -1;
};

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};
/// Runs the binary to its end.
Ended run_program(const std::string& folder, std::vector<std::string> arguments);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

}  // namespace prospectd::e2e
