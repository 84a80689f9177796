// What `prospectd sandbox --load` shows of a load: how far it is, and what came of it. One thread.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "connectors/sandbox/loader.h"
#include "daemon/cli/progress.h"

namespace prospectd::wire {

/// A load as it goes on: a bar on a terminal, else a line now and then.
class LoadLine {
 public:
  LoadLine(std::ostream& to, cli::Terminal terminal) : line_(to, terminal) {}
  void show(const sandbox::LoadProgress& progress);
  /// Takes the bar away.
  void clear() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;
  cli::ProgressLine line_;
  Clock::time_point began_ = Clock::now();
};

/// The report for a person, harmless on a terminal: a line a file, what could not be taken, what else to
/// know.
std::vector<std::string> load_lines(const sandbox::LoadReport& report);
/// The report for a program (docs/json.md, LOAD).
nlohmann::json load_json(const sandbox::LoadReport& report);

}  // namespace prospectd::wire
