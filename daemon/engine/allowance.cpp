#include "daemon/engine/allowance.h"

namespace prospectd::engine {
namespace {

using std::chrono::nanoseconds;
using Hours = std::chrono::duration<double, std::ratio<3600>>;

constexpr nanoseconds kReadingsApart = nanoseconds(kTrendSpan) / (kReadingsMax - 4);
constexpr std::chrono::hours kCounterSpan{24};

/// The counter was set back, or it is another organisation's: what was before says nothing any more. A
/// counter of the last 24 hours only ever sinks by the calls of a while.
bool starts_over(const ApiUsage& before, const ApiUsage& now) {
  return now.allowed != before.allowed || now.used < before.used / 2;
}

}  // namespace

void Allowance::note(nanoseconds now, ApiUsage usage) {
  if (usage.allowed <= 0) return;
  if (!readings_.empty() && starts_over(readings_.back().usage, usage)) readings_.clear();
  // The newest one moves on until it is far enough from the one before it.
  const size_t kept = readings_.size();
  if (kept >= 2 && readings_[kept - 1].at - readings_[kept - 2].at < kReadingsApart) readings_.pop_back();
  readings_.push_back({now, usage});
  while (readings_.size() > kReadingsMax || (readings_.size() > 2 && now - readings_[1].at >= kTrendSpan))
    readings_.pop_front();
}

std::optional<AllowanceForecast> Allowance::forecast() const {
  if (readings_.empty()) return std::nullopt;
  const Reading& first = readings_.front();
  const Reading& last = readings_.back();
  const Hours span = last.at - first.at;
  if (span < kTrendLeast) return std::nullopt;
  AllowanceForecast forecast;
  forecast.per_hour = static_cast<double>(last.usage.used - first.usage.used) / span.count();
  if (forecast.per_hour <= 0) return forecast;
  const Hours left{static_cast<double>(last.usage.allowed - last.usage.used) / forecast.per_hour};
  if (left < kCounterSpan) {
    const Hours at_least_now = left.count() > 0 ? left : Hours{0};
    forecast.runs_out_in = std::chrono::duration_cast<milliseconds>(at_least_now);
  }
  return forecast;
}

}  // namespace prospectd::engine
