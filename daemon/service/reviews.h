// Reviews: conflicts under the rule `review`, shown with both sides as they are now, and decided by a person
// (SEMANTICS §11). On the loop's thread; the database is read on the scheduler's reading thread and written
// on its worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/edits.h"
#include "reconcile/review.h"

namespace prospectd::service {

struct Review {
  reconcile::ConflictId id;
  std::string connection;
  std::string object;  ///< of the record that the prospect follows now; empty: it follows none
  RemoteId remote;
  ProspectId prospect;
  std::string name;  ///< the prospect's
  size_t field = 0;  ///< position in the local schema
  mapping::Value crm;
  mapping::Value own;                    ///< the prospect's value now
  std::optional<mapping::Value> agreed;  ///< what both held before; none where that is not known
  bool goes_out = false;                 ///< the prospect's value would be written to the CRM
  bool frozen = false;                   ///< Conflict::frozen
  Timestamp opened_at{};
  std::string version;  ///< another one once either side has changed
};

struct ReviewOrder {
  reconcile::ConflictId id;
  reconcile::ReviewTake take = reconcile::ReviewTake::kCrm;
  std::optional<std::string> seen;  ///< the version that was shown; none: whatever it is
  std::string actor;
};
/// What became of it.
struct Reviewed {
  Review review;  ///< as it was decided
  std::vector<reconcile::FieldChange> changes;
  std::vector<PushToCome> pushes;
  Committed committed;
};

class Reviews {
 public:
  virtual ~Reviews() = default;
  /// Open ones, by number, at most store::kListRowsMax.
  virtual boost::asio::awaitable<Result<std::vector<Review>>> list(reconcile::ConflictId after,
                                                                   size_t limit) = 0;
  /// **Errors:** kNotFound; the store's.
  virtual boost::asio::awaitable<Result<Review>> show(reconcile::ConflictId id) = 0;
  /// **Errors:** kNotFound; kConflict when either side has changed since it was shown, or the CRM's address
  /// belongs to another prospect; kLocked while too many are under way; kCancelled; the store's. Then nothing
  /// was done.
  virtual boost::asio::awaitable<Result<Reviewed>> resolve(ReviewOrder order) = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<Reviews> make_reviews(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                      store::Store& store, mapping::LocalSchema schema);

}  // namespace prospectd::service
