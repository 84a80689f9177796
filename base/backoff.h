// When to try again: capped exponential back-off with full jitter (FAULTS A1). Pure arithmetic: time and
// chance are given. Any thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace prospectd {

struct BackoffOptions {
  milliseconds base{500};
  milliseconds cap{60'000};
};

/// The wait before attempt `attempt` + 1 (the first failure is attempt 1): uniform in [0, min(cap,
/// base·2^(attempt−1))], from the random number `chance`.
inline milliseconds full_jitter(const BackoffOptions& options, int attempt, uint64_t chance) {
  constexpr int kDoublingsMax = 20;  // past this every sensible cap has been reached
  const int64_t grown = options.base.count() << std::clamp(attempt - 1, 0, kDoublingsMax);
  const auto ceiling = static_cast<uint64_t>(std::min<int64_t>(grown, options.cap.count()));
  return milliseconds{static_cast<int64_t>(chance % (ceiling + 1))};
}

}  // namespace prospectd
