// Verdict: the table at the end of a soak. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/terminal.h"

namespace prospectd::soak {

struct Finding {
  std::string check;  ///< "agreement"
  bool good = true;
  std::string figures;               ///< what it was judged by
  std::vector<std::string> details;  ///< one a line, below the table
};
constexpr size_t kDetailsMax = 20;

bool all_good(const std::vector<Finding>& findings);
/// The table, and below it the details of what is not good.
std::vector<std::string> lines_of(const std::vector<Finding>& findings, const cli::Terminal& terminal);

}  // namespace prospectd::soak
