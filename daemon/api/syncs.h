// Syncs: the syncs and dry runs that were asked for, the last kSyncsKeptMax of them. Each runs as a coroutine
// of its own until the supervisor answers, and is asked about meanwhile. On the loop's thread; shared with
// its coroutines.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/api/orders.h"
#include "daemon/engine/scheduler.h"
#include "daemon/service/service.h"

namespace prospectd::api {

constexpr size_t kSyncsKeptMax = 100;
constexpr size_t kSyncsRunningMax = 16;

struct Sync {
  std::string id;
  SyncOrder order;
  Timestamp started_at{};
  std::optional<Timestamp> finished_at;  ///< none while it runs
  std::optional<engine::CycleSummary> cycle;
  std::optional<engine::DryRunReport> report;
  std::optional<Error> error;
};

class Syncs {
 public:
  /// Both outlive it.
  Syncs(engine::Scheduler& scheduler, service::Service& service);

  /// Starts one; nullptr when kSyncsRunningMax run already.
  std::shared_ptr<const Sync> start(SyncOrder order);
  /// nullptr when there is none of that id, or it was so long ago that it is not kept.
  std::shared_ptr<const Sync> find(const std::string& id) const;

 private:
  // Refers to nothing of this object, which may be gone before a sync ends.
  static boost::asio::awaitable<void> run(std::shared_ptr<Sync> sync, engine::Scheduler& scheduler,
                                          service::Service& service);
  void make_room();

  engine::Scheduler& scheduler_;
  service::Service& service_;
  std::string
      prefix_;  ///< of this run of the daemon, so that an id of an earlier one is not taken for a new one
  int64_t next_ = 1;
  std::vector<std::shared_ptr<Sync>> syncs_;  ///< oldest first
};

}  // namespace prospectd::api
