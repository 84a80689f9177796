// PushTurns: when a connection pushes: at once when something is put into the outbox, again when the next
// entry is due, less and less often while the CRM can't be reached. Owned by the connection's loop, on its
// thread.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/push_cycle.h"

namespace prospectd::engine {

class PushTurns {
 public:
  /// Pushes what is due. A first turn takes over what an earlier process had under way, and one after a
  /// failure of the store what that has left.
  /// **Errors:** the store's: nothing of the CRM's, which is in the summary.
  boost::asio::awaitable<Result<PushSummary>> turn(CycleContext& context, PushTurn turn);

  bool has_recovered() const { return recovered_; }
  /// Until the next turn; none: nothing waits.
  std::optional<milliseconds> until_next(const Scheduler& scheduler) const;
  /// May a turn begin? False while the last one's failure is rested.
  bool may_begin(const Scheduler& scheduler) const { return scheduler.monotonic() >= not_before_; }

 private:
  boost::asio::awaitable<Result<std::optional<Timestamp>>> next_due(CycleContext& context);
  void settle(CycleContext& context, const std::optional<Error>& error);

  bool recovered_ = false;
  int failures_ = 0;
  std::chrono::nanoseconds not_before_{0};
  std::optional<Timestamp> next_;
};

}  // namespace prospectd::engine
