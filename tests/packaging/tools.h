// Tools that judge what is packaged: run to their end, with all that they say. One thread.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

#include <sys/wait.h>

#include <gtest/gtest.h>

namespace prospectd::packaging {

struct Judged {
  int code = -1;
  std::string said;  ///< both outputs
};

/// Runs a command line in the shell. Its words come from the tests alone.
inline Judged run_tool(const std::string& command) {
  Judged judged;
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return judged;
  char bytes[4096];
  for (size_t n = 0; (n = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;)
    judged.said.append(bytes, n);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) judged.code = WEXITSTATUS(status);
  return judged;
}

inline std::string source(const std::string& path) {
  return std::string(PROSPECTD_SOURCE_DIR) + "/" + path;
}

/// Prometheus' own tool, which ./dev test fetches; it is not installed. A test that has none fails.
inline std::string promtool() {
  const std::string path = source("build/tools/promtool");
  EXPECT_TRUE(std::filesystem::exists(path)) << path << " is missing: ./dev test fetches it";
  return path;
}

}  // namespace prospectd::packaging
