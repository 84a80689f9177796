// Plans: dry runs of pulls and pushes that were kept, to be looked at and applied for a day (SEMANTICS §12).
// They are made and applied by jobs. On the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "reconcile/saved_plan.h"

namespace prospectd::service {

class Plans {
 public:
  virtual ~Plans() = default;
  /// Newest first, without their inputs and what they told.
  /// **Errors:** the store's.
  virtual boost::asio::awaitable<Result<std::vector<reconcile::SavedPlan>>> list() = 0;
  /// **Errors:** kNotFound, also where it has expired; the store's.
  virtual boost::asio::awaitable<Result<reconcile::SavedPlan>> show(std::string id) = 0;
  /// `others_too`: somebody else's, too (§13).
  /// **Errors:** as show; kPermission; kCancelled. Then nothing was done.
  virtual boost::asio::awaitable<Result<reconcile::SavedPlan>> drop(std::string id, std::string actor,
                                                                    bool others_too) = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<Plans> make_plans(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store);

}  // namespace prospectd::service
