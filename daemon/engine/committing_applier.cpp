#include <algorithm>

#include "daemon/engine/applier.h"

namespace prospectd::engine {
namespace {

using reconcile::ConnectionId;
using reconcile::Cursor;
using reconcile::Plan;
using reconcile::PlanCounts;

constexpr const char* kActor = "prospectd";

class CommittingApplier final : public Applier {
 public:
  explicit CommittingApplier(store::Store& store) : store_(store) {}

  Result<PlanCounts> apply(const Batch& batch, const Planner& planner, Timestamp now) override {
    PD_ASSIGN(before, store_.cursor(batch.connection, batch.object));
    PD_ASSIGN(transaction, store_.begin());
    PlanCounts counts;
    bool wrote = false;
    Cursor after = before;
    for (size_t i = 0; i < batch.pages.size(); ++i) {
      const FedPage& page = batch.pages[i];
      PD_ASSIGN(snapshot, transaction->snapshot(planner.keys(page)));
      Plan plan = planner.plan(page, snapshot);
      plan.cause = {"poll", batch.detail, kActor};
      after.stamp = std::max(after.stamp, page.greatest);
      if (i + 1 == batch.pages.size() && batch.moves_cursor && after != before) {
        plan.cursor = reconcile::CursorMove{batch.connection, batch.object, before, after};
      }
      counts += plan.counts;
      if (plan.empty()) continue;
      wrote = true;
      PD_TRY(transaction->apply(plan, now));
    }
    if (wrote) PD_TRY(transaction->commit());  // a cycle that saw nothing new writes nothing (I5)
    return counts;
  }

  Result<Cursor> cursor(ConnectionId connection, const std::string& object) override {
    return store_.cursor(connection, object);
  }

  Result<PlanCounts> settle_addresses(ConnectionId connection, const std::string& detail,
                                      const std::vector<reconcile::PersonType>& types,
                                      Timestamp now) override {
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(snapshot, transaction->waiting_for_addresses(connection, kAddressMovesMax));
    Plan plan = plan_address_moves(types, snapshot);
    if (plan.empty()) return PlanCounts{};
    plan.cause = {"poll", detail, kActor};
    PD_TRY(transaction->apply(plan, now));
    PD_TRY(transaction->commit());
    return plan.counts;
  }

  Result<std::vector<reconcile::Duplicate>> stale_duplicates(ConnectionId connection) override {
    PD_ASSIGN(transaction, store_.begin());
    return transaction->stale_duplicates(connection, kRejudgedMax);
  }

 private:
  store::Store& store_;
};

}  // namespace

std::unique_ptr<Applier> make_committing_applier(store::Store& store) {
  return std::make_unique<CommittingApplier>(store);
}

}  // namespace prospectd::engine
