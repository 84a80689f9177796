// CallQuota: API calls (or jobs, or records) of the last 24 hours, counted by the hour as the org's clock
// tells it. One thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace prospectd::sandbox {

class CallQuota {
 public:
  /// Calls in the 24 hours up to now.
  int64_t used(Timestamp now) {
    roll(now);
    int64_t sum = 0;
    for (const int64_t n : by_hour_)
      sum += n;
    return sum;
  }
  void count(Timestamp now, int64_t n = 1) {
    roll(now);
    by_hour_[slot(hour_)] += n;
  }

 private:
  static constexpr int64_t kHours = 24;
  static size_t slot(int64_t hour) { return static_cast<size_t>(((hour % kHours) + kHours) % kHours); }
  void roll(Timestamp now) {
    const int64_t hour = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
    if (hour <= hour_) return;
    if (hour - hour_ >= kHours) {
      by_hour_.fill(0);
    } else {
      for (int64_t h = hour_ + 1; h <= hour; ++h)
        by_hour_[slot(h)] = 0;
    }
    hour_ = hour;
  }

  std::array<int64_t, kHours> by_hour_{};
  int64_t hour_ = 0;
};

}  // namespace prospectd::sandbox
