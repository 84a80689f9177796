// DaemonWatch: a running daemon seen from outside: its memory, its polls by its metrics, its lag by its
// status, its log. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "tests/e2e/organisation.h"

namespace prospectd::soak {

struct Polls {
  int64_t complete = 0;
  int64_t incomplete = 0;
  int64_t failed = 0;
  int64_t all() const { return complete + incomplete + failed; }
};

struct LogReport {
  int64_t lines = 0;
  int64_t warnings = 0;
  std::vector<std::string> errors;  ///< lines of level error, and those that are no JSON
  std::vector<std::string> first_warnings;
};

class DaemonWatch {
 public:
  explicit DaemonWatch(e2e::Follower& follower) : follower_(follower) {}

  /// Looks once; false when the daemon runs no more.
  bool look(milliseconds since_start);
  /// Polls until now; the last known ones when the daemon does not answer.
  const Polls& polls();

  /// Of the moments that were looked at.
  int64_t resident_kilobytes() const { return samples_.empty() ? 0 : samples_.back().kilobytes; }
  milliseconds lag() const { return lag_; }
  milliseconds lag_max() const { return lag_max_; }
  size_t objects() const { return objects_; }
  /// The median of the resident memory between two moments; 0 when nothing was seen then.
  int64_t median_kilobytes(milliseconds from, milliseconds to) const;

  /// The whole log so far.
  LogReport read_log() const;

 private:
  struct Sample {
    milliseconds at;
    int64_t kilobytes;
  };

  void look_at_status();

  e2e::Follower& follower_;
  std::vector<Sample> samples_;
  Polls polls_;
  milliseconds lag_{0};
  milliseconds lag_max_{0};
  size_t objects_ = 0;
};

}  // namespace prospectd::soak
