#include "daemon/engine/tally.h"

namespace prospectd::engine {
namespace {

milliseconds between(std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

}  // namespace

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
  for (const std::string& object : outcome->read_to_end)
    read_to_end_since_[object] = began;
}

void Tally::show(ConnectionStatus& status, std::chrono::nanoseconds now) const {
  status.tally = totals_;
  for (const auto& [object, began] : read_to_end_since_)
    status.lag[object] = between(began, now);
  if (failing_since_) status.failing_for = between(*failing_since_, now);
  if (failed_whole_)
    status.circuit = status.state == ConnectionState::kSyncing ? Circuit::kHalfOpen : Circuit::kOpen;
}

}  // namespace prospectd::engine
