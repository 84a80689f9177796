// PushCycle: what is due in the outbox of one connection, written to its CRM: leased, read again where the
// last look is old or an attempt is in doubt, sent in batches, and each row settled by itself. Never beside a
// poll of the same connection: a record has one state at a time. Loop's thread.
#pragma once

#include <functional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/applier.h"
#include "daemon/engine/cycle.h"

namespace prospectd::engine {

struct PushTurn {
  bool reread = false;  ///< the last poll is too old to trust
  /// No further batch is begun after it (monotonic): the next poll is due.
  std::chrono::nanoseconds until{0};
  /// Hears of each plan that an attempt has come to, once it is written; may be empty. On the worker's
  /// thread.
  std::function<void(const reconcile::Plan&)> on_plan = {};
};

/// Writes what is due. What could not be sent waits in the outbox for its time.
/// **Errors:** the store's, and those of compile_maps: nothing was sent then, or what was sent is in doubt.
boost::asio::awaitable<Result<PushSummary>> run_pushes(CycleContext& context, Applier& applier,
                                                       PushTurn turn);

}  // namespace prospectd::engine
