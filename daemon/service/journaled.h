// A change that somebody asked for: one step and its journal row, committed on the worker. On the loop's
// thread.
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "reconcile/plan.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

/// A plan of one step, with who asked and the journal's row for it.
struct Change {
  reconcile::Cause cause;
  reconcile::Step step;
  std::optional<reconcile::JournalEntry> entry;  ///< none: nothing is journaled
};

/// Commits it here and now. On the worker.
/// **Errors:** the store's.
Result<void> commit_now(store::Store& store, Change change, Timestamp now);

/// The same from the loop. Scheduler and store outlive the io_context's run.
/// **Errors:** kCancelled when the daemon is stopping; the store's.
boost::asio::awaitable<Result<void>> commit_change(engine::Scheduler& scheduler, store::Store& store,
                                                   Change change);

}  // namespace prospectd::service
