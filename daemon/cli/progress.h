// The progress of something long: a bar that moves on a terminal, now and then a plain line elsewhere. What
// it looks like is a pure function; ProgressLine only decides when to write. The caller gives the time. One
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "daemon/cli/terminal.h"

namespace prospectd::cli {

struct Progress {
  std::string label;  ///< "first sync", "Lead"
  int64_t done = 0;
  int64_t total = 0;   ///< an estimate; 0: not known
  double rate = 0;     ///< a second; 0: not known
  bool ended = false;  ///< no remaining time any more
};

/// "  Lead  ██████░░░░░░ 4,000/8,000  118,400/s  3 s left", in at most `terminal.width` cells.
std::string render_bar(const Progress& progress, const Terminal& terminal);
/// "Lead: 4,000 of 8,000 (50%), 118,400/s, 3 s left"
std::string render_plain(const Progress& progress);

class ProgressLine {
 public:
  using Time = std::chrono::steady_clock::time_point;

  ProgressLine(std::ostream& to, Terminal terminal) : to_(to), terminal_(terminal) {}

  /// Shows it, unless the last time is too recent or, where lines stay, nothing has changed.
  void update(const Progress& progress, Time now);
  /// Takes the bar away, so that other lines can follow.
  void clear();
  /// Leaves the bar where it is, in its last state.
  void keep(const Progress& progress);

 private:
  void draw(const Progress& progress);

  std::ostream& to_;
  Terminal terminal_;
  std::optional<Time> shown_at_;
  std::string last_line_;  ///< where lines stay: the same is not said twice
  bool drawn_ = false;
};

}  // namespace prospectd::cli
