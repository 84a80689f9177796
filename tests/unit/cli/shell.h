// A command of the shell, run to its end: what a test of a script needs.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace prospectd::cli {

struct ShellEnded {
  int code = -1;
  std::string out;  ///< both outputs
};

inline ShellEnded shell(const std::string& command) {
  ShellEnded ended;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ended;
  std::array<char, 4096> part;
  while (const size_t n = std::fread(part.data(), 1, part.size(), pipe))
    ended.out.append(part.data(), n);
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

}  // namespace prospectd::cli
