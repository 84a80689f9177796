// Cycle: one pass over a connection: users and queues, accounts, then the person types in the plugin's order,
// each from its cursor to a bound fixed by the CRM's clock. The same code polls and dry-runs: the Applier
// makes the difference. Loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/applier.h"
#include "daemon/engine/maps.h"

namespace prospectd::engine {

struct CycleContext {
  Scheduler& scheduler;
  store::Store& store;
  const ConnectionOptions& options;
  reconcile::ConnectionId connection;
  RetryBudget& budget;
  /// Compiled mappings; filled on first use, and emptied by a cycle that found them outdated.
  std::shared_ptr<const Maps>& maps;
  Rounds& rounds;
  std::function<void(const ObjectProgress&)> on_progress;
  bool asked_for = false;             ///< by a person, who may have mended what is left out
  reconcile::Brake* brake = nullptr;  ///< stops the cycle before a mass change; null: nothing does
  /// What a batch of an object has come to; empty: nobody counts.
  std::function<void(const std::string& object, const reconcile::PlanCounts&)> on_applied = {};
};

/// What is told of a connection that the mass-change brake has stopped.
Error mass_change(const reconcile::BrakeHold& hold);

/// Runs one cycle. A summary with `complete == false` and alerts where single objects could not be read.
/// **Errors:** kMassChange where the brake holds; what concerns the connection or the state as a whole:
/// login, quota, network after all retries, the store's.
boost::asio::awaitable<Result<CycleSummary>> run_cycle(CycleContext& context, Applier& applier);

}  // namespace prospectd::engine
