// Durations: how often something took how long, by upper bounds, for a histogram. Plain data, one thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace prospectd::engine {

/// Upper bounds in seconds, from a poll that finds nothing to a first import over a slow line.
constexpr std::array<double, 10> kCycleSecondsBounds{0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 1'800};

struct Durations {
  /// Of each bound those that took at most so long and longer than the bound before; the last count is of
  /// those above all bounds.
  std::array<int64_t, kCycleSecondsBounds.size() + 1> counts{};
  double seconds_sum = 0;

  void add(std::chrono::nanoseconds took) {
    const double in_seconds = std::chrono::duration<double>(took).count();
    size_t at = 0;
    while (at < kCycleSecondsBounds.size() && in_seconds > kCycleSecondsBounds[at])
      ++at;
    ++counts[at];
    seconds_sum += in_seconds;
  }
  bool operator==(const Durations&) const = default;
};

}  // namespace prospectd::engine
