// Fixture of the contract of the outbox: entries are enqueued, leased and settled as a push cycle would.
#pragma once

#include "reconcile/lease.h"
#include "tests/contract/store_contract.h"

namespace prospectd::store {

class OutboxContract : public StoreContract {
 protected:
  reconcile::EnqueuePush push(int64_t prospect,
                              reconcile::PushLane lane = reconcile::PushLane::kOrdinary) const {
    return {connection_,
            {prospect},
            "Lead",
            RemoteId("L" + std::to_string(prospect)),
            reconcile::PushOperation::kUpdate,
            lane};
  }
  reconcile::EnqueuePush creation(int64_t prospect) const {
    return {connection_,
            {prospect},
            "Lead",
            RemoteId{},
            reconcile::PushOperation::kCreate,
            reconcile::PushLane::kOrdinary};
  }
  void commit_at(int64_t second, std::vector<reconcile::Step> steps) {
    const auto transaction = store_->begin();
    ASSERT_TRUE(transaction) << transaction.error().text();
    const auto applied = (*transaction)->apply(plan(std::move(steps)), at(second));
    ASSERT_TRUE(applied) << applied.error().text();
    ASSERT_TRUE((*transaction)->commit());
  }
  std::vector<reconcile::OutboxEntry> due(int64_t second, size_t limit = reconcile::kPushLeaseMax) {
    const auto transaction = store_->begin();
    auto found = (*transaction)->due_pushes(connection_, at(second), limit);
    EXPECT_TRUE(found) << found.error().text();
    return *std::move(found);
  }
  /// Takes what is due, for ten seconds.
  std::vector<reconcile::OutboxEntry> lease(int64_t second, size_t limit = reconcile::kPushLeaseMax) {
    auto entries = due(second, limit);
    const reconcile::Plan taken = reconcile::plan_lease(entries, at(second + 10));
    EXPECT_TRUE(commit(taken));
    return entries;
  }
  void settle(const reconcile::OutboxEntry& entry, std::optional<reconcile::PushState> state,
              int64_t due_second = 0, const std::string& code = "") {
    must_commit({reconcile::SettlePush{entry.id, entry.lease, state, at(due_second), code,
                                       code.empty() ? "" : "said so"}});
  }
  std::vector<reconcile::OutboxEntry> entries_of(int64_t prospect) {
    auto found = reader()->outbox_of({prospect});
    EXPECT_TRUE(found) << found.error().text();
    return *std::move(found);
  }
  static std::vector<int64_t> prospects_of(const std::vector<reconcile::OutboxEntry>& entries) {
    std::vector<int64_t> ids;
    for (const reconcile::OutboxEntry& entry : entries)
      ids.push_back(entry.prospect.value);
    return ids;
  }
  /// The totals against the entries themselves.
  void check_outbox(int64_t waiting, int64_t dead) {
    const auto totals = reader()->totals();
    ASSERT_TRUE(totals);
    EXPECT_EQ(totals->outbox, waiting);
    EXPECT_EQ(totals->outbox_dead, dead);
    ListQuery query;
    query.of = collection_named("outboxEntries");
    query.limit = kListRowsMax;
    EXPECT_EQ(reader()->list(query)->size(), static_cast<size_t>(waiting + dead));
  }
};
class DurableOutboxContract : public OutboxContract {};

}  // namespace prospectd::store
