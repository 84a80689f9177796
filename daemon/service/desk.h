// Desk: what a use case that acts on rows begins with: a reader, the connections by number, and what flows
// outward of them. Internal to the service. Made on the worker; its reader may then be read on one other
// thread. Desks: makes one for each question, and bounds how many are under way; on the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/connection.h"
#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/one_more.h"
#include "daemon/service/words.h"
#include "reconcile/outbox.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

/// The flows with their connections' numbers, parallel to `flows`. On the worker.
Result<std::vector<reconcile::OutwardFlow>> numbered_flows(store::Store& store,
                                                           const std::vector<engine::ConnectionFlow>& flows);

struct Desk {
  std::unique_ptr<store::Reader> reader;
  std::vector<reconcile::OutwardFlow> outward;
  ConnectionNames connections;

  /// The connection of this name; 0 for an empty one, which is all.
  /// **Errors:** kNotFound.
  Result<store::ConnectionId> connection_named(const std::string& name) const;
};
/// On the worker, where nothing is written meanwhile.
Result<Desk> open_desk(store::Store& store, const std::vector<engine::ConnectionFlow>& flows);

/// A plan, in a transaction of its own. Answers its cause; 0: it left nothing in the journal. On the worker.
Result<CauseId> commit_plan(store::Store& store, const reconcile::Plan& plan, Timestamp now);

class Desks {
 public:
  /// All outlive the io_context's run, and so do the desks.
  Desks(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store)
      : scheduler_(scheduler), supervisor_(supervisor), store_(store) {}

  /// Work that only reads; on the reading thread.
  /// **Errors:** kLocked while too many are under way; kCancelled when the daemon is stopping; the work's.
  template <class T>
  boost::asio::awaitable<Result<T>> read(std::function<Result<T>(const Desk&)> work) {
    if (under_way_ >= kUnderWayMax) co_return busy();
    const OneMore counted(under_way_);
    Result<Desk> desk = stopping();
    std::function<void()> open = [&, flows = supervisor_.flows()] { desk = open_desk(store_, flows); };
    co_await scheduler_.blocking(std::move(open));
    if (!desk) co_return std::move(desk).error();
    Result<T> outcome = stopping();
    std::function<void()> job = [&] {
      outcome = work(*desk);
      desk->reader.reset();
    };
    co_await scheduler_.reading(std::move(job));
    co_return outcome;
  }

  /// Work that writes over what it reads, all of it on the worker: nothing comes in between.
  /// **Errors:** as read; then nothing was written.
  template <class T>
  boost::asio::awaitable<Result<T>> write(std::function<Result<T>(const Desk&, Timestamp)> work) {
    if (under_way_ >= kUnderWayMax) co_return busy();
    const OneMore counted(under_way_);
    Result<T> outcome = stopping();
    std::function<void()> job = [&, flows = supervisor_.flows(), now = scheduler_.now()] {
      const Result<Desk> desk = open_desk(store_, flows);
      outcome = desk ? work(*desk, now) : Result<T>(desk.error());
    };
    co_await scheduler_.blocking(std::move(job));
    co_return outcome;
  }

 private:
  static constexpr int kUnderWayMax = 32;

  static Error stopping() {
    return make_error(ErrorCode::kCancelled, "the daemon is stopping: nothing was done");
  }
  static Error busy() { return make_error(ErrorCode::kLocked, "many are under way: try again in a moment"); }

  int under_way_ = 0;
  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
};

}  // namespace prospectd::service
