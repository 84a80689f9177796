// What the verbs that run something (rather than ask the daemon) were told on the command line. The
// composition root carries them out; cli never sees the engine or the store. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/exit_code.h"

namespace prospectd::cli {

struct RunVerb {
  config::Config config;
  bool once = false;  ///< one sync and a quiet second cycle, then a summary
  bool json = false;
  bool quiet = false;
};

struct SandboxVerb {
  uint16_t port = 9443;  ///< 0: any free one
  std::string load;      ///< a folder of Data Export CSV files; empty: generated people
  int64_t people = 12'000;
  uint64_t seed = 1;
  std::string client_id = "demo-client";
  std::string directory =
      "sandbox";                 ///< where it keeps its files and says where it listens; made when missing
  std::string secret_file;       ///< read when it exists, else made (0600); empty: in `directory`
  std::string admin_token_file;  ///< the same
  bool json = false;
  bool quiet = false;
};

struct DemoVerb {
  std::string directory;  ///< state folder; empty: a temporary one that goes at the end
  int64_t people = 12'000;
  uint64_t seed = 1;
  std::string load;
  bool once = false;
  bool json = false;
  bool quiet = false;
  std::string program = "prospectd";  ///< as the person typed it, for the commands that are shown
};

struct Hooks {
  std::function<ExitCode(const RunVerb&)> run;
  std::function<ExitCode(const SandboxVerb&)> sandbox;
  std::function<ExitCode(const DemoVerb&)> demo;
};

/// The file in SandboxVerb::directory in which a running sandbox says where it listens and where its admin
/// token is.
constexpr const char* kSandboxFile = "sandbox.json";

/// The whole command line. Returns the process's exit code.
int run_cli(int argc, char** argv, const Hooks& hooks);

}  // namespace prospectd::cli
