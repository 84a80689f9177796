// Report: what the bench has measured, line by line: as a table for a terminal, and as JSON for programs. A
// line is one figure, the median of its runs, beside the reference from the same run and the goal. One
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace prospectd::bench {

double median(std::vector<double> values);

/// What a figure should be.
struct Goal {
  enum class Of { kNone, kFigure, kRatio };
  enum class Way { kAtMost, kAtLeast };
  Of of = Of::kNone;
  Way way = Way::kAtMost;
  double bound = 0;
};
Goal at_most(double figure);
Goal at_least(double figure);
Goal ratio_at_most(double ratio);
Goal ratio_at_least(double ratio);

struct Line {
  std::string name;   ///< in the JSON: "import_rate"
  std::string title;  ///< in the table, with the unit: "import, records/s"
  std::vector<double> runs;
  int decimals = 0;
  std::string reference = {};  ///< what the reference is, in the JSON; empty: there is none
  std::vector<double> reference_runs = {};
  Goal goal = {};

  double figure() const { return median(runs); }
  std::optional<double> reference_figure() const;
  std::optional<double> ratio() const;
  /// None where there is no goal.
  std::optional<bool> met() const;
};

/// With what it was measured, for the JSON.
struct Setup {
  int64_t people = 0;
  int runs = 0;
  int64_t pages_per_commit = 0;
};

class Report {
 public:
  /// Begins the lines of a row of the bench, "import", under a sentence on what is measured.
  void begin(std::string row, const std::string& sentence);
  /// Prints the line, too.
  void add(Line line);
  /// **Errors:** kInternal when the file can't be written.
  Result<void> write_json(const std::string& path, const Setup& setup) const;

 private:
  struct Entry {
    std::string row;
    Line line;
  };

  std::string row_;
  std::vector<Entry> entries_;
};

}  // namespace prospectd::bench
