#include "tests/soak/verdict.h"

#include <algorithm>

#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::soak {

bool all_good(const std::vector<Finding>& findings) {
  return std::ranges::all_of(findings, &Finding::good);
}

std::vector<std::string> lines_of(const std::vector<Finding>& findings, const cli::Terminal& terminal) {
  cli::Table table({{"check"}, {"outcome"}, {"figures", true}});
  for (const Finding& finding : findings)
    table.add({finding.check, finding.good ? "good" : "BAD", finding.figures});
  std::vector<std::string> lines = table.lines(terminal);
  for (const Finding& finding : findings) {
    if (finding.good) continue;
    for (size_t i = 0; i < std::min(finding.details.size(), kDetailsMax); ++i)
      lines.push_back("  " + finding.check + ": " + cli::harmless(finding.details[i]));
  }
  return lines;
}

}  // namespace prospectd::soak
