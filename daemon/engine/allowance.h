// Allowance: how fast an organisation's daily API calls are being used up, by everybody, as the CRM's own
// counter tells it. The counter covers the last 24 hours, so calls leave it too: what counts is how it grows.
// Bounded; on the loop's thread. Source: API §2 (Sforce-Limit-Info), §10.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "connectors/connector.h"

namespace prospectd::engine {

struct AllowanceForecast {
  double per_hour = 0;                      ///< growth of the counter; negative while it shrinks
  std::optional<milliseconds> runs_out_in;  ///< none: not within 24 hours at this rate
};

class Allowance {
 public:
  /// A reading of the counter at a moment of the monotonic clock. One that is not known is left out.
  void note(std::chrono::nanoseconds now, ApiUsage usage);
  /// From the readings of the last kTrendSpan and the one before them; none until they cover kTrendLeast.
  std::optional<AllowanceForecast> forecast() const;

 private:
  struct Reading {
    std::chrono::nanoseconds at{0};
    ApiUsage usage;
  };
  std::deque<Reading> readings_;  ///< oldest first, at most kReadingsMax, the last one the newest
};

constexpr std::chrono::minutes kTrendSpan{60};
constexpr std::chrono::minutes kTrendLeast{10};
constexpr size_t kReadingsMax = 64;

}  // namespace prospectd::engine
