// Tally: what a connection has done since the engine started, and since when it is as it is. Owned by the
// connection's loop, on the loop's thread. Moments are monotonic.
#pragma once

#include <optional>
#include <string>

#include "daemon/engine/connection.h"

namespace prospectd::engine {

class Tally {
 public:
  /// Pages of an object have been committed.
  void applied(const std::string& object, const reconcile::PlanCounts& counts) {
    totals_.applied[object] += counts;
  }
  /// A cycle has ended. One that was cancelled, because everything stops, doesn't count.
  void ended(const Result<CycleSummary>& outcome, std::chrono::nanoseconds began,
             std::chrono::nanoseconds now);
  void pushed(const PushSummary& summary) { totals_.pushed += summary; }
  /// Fills in what it knows: failing_for, circuit and tally. `status.state` is set already.
  void show(ConnectionStatus& status, std::chrono::nanoseconds now) const;

 private:
  ConnectionTally totals_;
  std::optional<std::chrono::nanoseconds> failing_since_;
  bool failed_whole_ = false;  ///< the last cycle, not one of its objects
};

}  // namespace prospectd::engine
