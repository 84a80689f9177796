// When to try again (base/backoff.h), and a budget that keeps retries a small share of the work (FAULTS A1).
// Pure arithmetic; the engine owns the sleeping. On the loop's thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/backoff.h"
#include "base/error.h"
#include "base/time.h"

namespace prospectd::engine {

/// A token bucket shared by all retries of a connection: a retry costs tokens, a success gives one back.
class RetryBudget {
 public:
  bool spend(ErrorCode code) {
    const int cost = code == ErrorCode::kTimeout ? kTimeoutCost : kRetryCost;
    if (tokens_ < cost) return false;
    tokens_ -= cost;
    return true;
  }
  void refund() { tokens_ = std::min(tokens_ + 1, kTokensMax); }

 private:
  static constexpr int kTokensMax = 500;
  static constexpr int kRetryCost = 5;
  static constexpr int kTimeoutCost = 10;
  int tokens_ = kTokensMax;
};

/// How long a connection rests after a whole cycle failed, by what the error asks for (F32: never longer than
/// an hour).
inline milliseconds rest_after(const Error& error, int failures, milliseconds interval, uint64_t chance) {
  constexpr milliseconds kRestMax{3'600'000};
  constexpr milliseconds kQuotaRest{900'000};
  constexpr milliseconds kPersonRest{600'000};
  constexpr int kDoublingsMax = 10;
  if (error.retry_after) return std::clamp(*error.retry_after, milliseconds{1'000}, kRestMax);
  switch (error.error_class()) {
    case ErrorClass::kWait:
      return error.code == ErrorCode::kQuotaExhausted ? kQuotaRest : milliseconds{60'000};
    case ErrorClass::kConfig: {
      // A person has to act; until then a login that is refused over and over may lock the user out.
      const milliseconds grown = interval * (int64_t{1} << std::clamp(failures - 1, 0, kDoublingsMax));
      return std::clamp(std::max(interval, std::min(grown, kPersonRest)), milliseconds{1'000}, kRestMax);
    }
    default:
      return milliseconds{250} +
             full_jitter({milliseconds{1'000}, std::min(interval * 4, milliseconds{60'000})}, failures,
                         chance);
  }
}

}  // namespace prospectd::engine
