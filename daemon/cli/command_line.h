// From words to an Invocation. Knows nothing of what the verbs do, touches nothing. Pure, any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/options.h"
#include "daemon/exit_code.h"

namespace CLI {
class App;
}

namespace prospectd::cli {

/// Either an invocation, or what to print in its place.
struct Parsed {
  std::optional<Invocation> invocation;
  std::string out;      ///< for standard output: help, the overview
  std::string err;      ///< for standard error: what is wrong, and what was meant
  std::string message;  ///< what is wrong, alone, for --json; empty: nothing
  ExitCode code = ExitCode::kOk;
};

/// The parser itself, for those who describe the command line (command_table.h).
void with_parser(const std::function<void(const CLI::App&)>& read);

/// `words` without the program's name.
Parsed parse_command_line(const std::vector<std::string>& words);

}  // namespace prospectd::cli
