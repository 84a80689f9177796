#include "daemon/engine/tally.h"

namespace prospectd::engine {

void Tally::ended(const Result<CycleSummary>& outcome, std::chrono::nanoseconds began,
                  std::chrono::nanoseconds now) {
  if (!outcome && outcome.error().code == ErrorCode::kCancelled) return;
  totals_.cycles.add(now - began);
  failed_whole_ = !outcome;
  const bool good = outcome && !outcome->first_error;
  if (good) failing_since_.reset();
  if (!good && !failing_since_) failing_since_ = now;
  if (!outcome) {
    ++totals_.failed;
    return;
  }
  ++(outcome->complete ? totals_.complete : totals_.incomplete);
}

void Tally::show(ConnectionStatus& status, std::chrono::nanoseconds now) const {
  status.tally = totals_;
  if (failing_since_) status.failing_for = std::chrono::duration_cast<milliseconds>(now - *failing_since_);
  if (failed_whole_)
    status.circuit = status.state == ConnectionState::kSyncing ? Circuit::kHalfOpen : Circuit::kOpen;
}

}  // namespace prospectd::engine
