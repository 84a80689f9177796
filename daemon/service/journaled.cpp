#include "daemon/service/journaled.h"

#include <functional>

namespace prospectd::service {

Result<void> commit_now(store::Store& store, Change change, Timestamp now) {
  reconcile::Plan plan;
  plan.cause = std::move(change.cause);
  plan.steps.push_back(std::move(change.step));
  if (change.entry) plan.journal.push_back(*std::move(change.entry));
  PD_ASSIGN(transaction, store.begin());
  PD_TRY(transaction->apply(plan, now));
  return transaction->commit();
}

boost::asio::awaitable<Result<void>> commit_change(engine::Scheduler& scheduler, store::Store& store,
                                                   Change change) {
  const Timestamp now = scheduler.now();
  Result<void> done = make_error(ErrorCode::kCancelled, "the daemon is stopping: nothing was written");
  std::function<void()> work = [&] { done = commit_now(store, std::move(change), now); };
  co_await scheduler.blocking(std::move(work));
  co_return done;
}

}  // namespace prospectd::service
