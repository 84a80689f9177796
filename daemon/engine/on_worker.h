// on_worker: a piece of work on the worker's thread, with its answer. On the loop's thread.
#pragma once

#include <functional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "daemon/engine/scheduler.h"

namespace prospectd::engine {

/// Runs `work`, which must not throw, on the scheduler's worker thread.
template <class T, class Work>
boost::asio::awaitable<Result<T>> on_worker(Scheduler& scheduler, Work work) {
  Result<T> done = make_error(ErrorCode::kCancelled, "stopping");
  std::function<void()> job = [&] { done = work(); };
  co_await scheduler.blocking(std::move(job));
  co_return done;
}

}  // namespace prospectd::engine
