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

  Result<PlanCounts> apply(Batch& batch, const Planner& planner, Timestamp now) override {
    PD_ASSIGN(before, store_.cursor(batch.connection, batch.object));
    PD_ASSIGN(transaction, store_.begin(store::Durability::kInOrder));
    batch.begun = true;
    Work work{*transaction, planner, batch, {"poll", batch.detail, kActor}, now};
    for (FedPage& page : batch.pages)
      if (!work.held()) PD_TRY(work.take(std::move(page)));
    while (batch.more && !work.held()) {
      std::optional<FedPage> page = batch.more();
      if (!page) break;
      PD_TRY(work.take(*std::move(page)));
    }
    Cursor after = before;
    after.stamp = std::max(after.stamp, work.settled);
    if (batch.edition && after.stamp) after.edition = batch.edition;
    if (batch.moves_cursor && after != before) {
      Plan plan;
      plan.cursor = reconcile::CursorMove{batch.connection, batch.object, before, after};
      PD_TRY(work.write(plan));
    }
    if (work.wrote) PD_TRY(transaction->commit());  // a cycle that saw nothing new writes nothing (I5)
    wrote_ = wrote_ || work.wrote;
    return work.counts;
  }

  // What the cycle has written is on the disk, too, once this is.
  Result<void> mark_verified(ConnectionId connection, const std::vector<ReadToEnd>& objects, Timestamp upper,
                             Timestamp now) override {
    PD_ASSIGN(transaction, store_.begin());
    bool moved = false;
    for (const ReadToEnd& one : objects) {
      PD_ASSIGN(before, store_.cursor(connection, one.object));
      Cursor after = before;
      if (one.edition && before.stamp) after.edition = one.edition;
      if (!wrote_ && after == before) continue;
      after.verified = upper;
      if (after == before) continue;
      Plan plan;
      plan.cause = {"poll", one.object, kActor};
      plan.cursor = reconcile::CursorMove{connection, one.object, before, after};
      PD_TRY(transaction->apply(plan, now));
      moved = true;
    }
    return moved ? transaction->commit() : Result<void>{};
  }

  Result<Editions> editions(ConnectionId connection, const std::string& object,
                            const std::vector<uint64_t>& lines) override {
    PD_ASSIGN(current, store_.edition(connection, object, lines));
    PD_ASSIGN(all, store_.editions(connection, object));
    return Editions{current, std::move(all)};
  }

  Result<Cursor> cursor(ConnectionId connection, const std::string& object) override {
    return store_.cursor(connection, object);
  }

  Result<PlanCounts> settle_addresses(ConnectionId connection, const std::string& detail,
                                      const std::vector<reconcile::PersonType>& types, Timestamp now,
                                      Rounds& rounds) override {
    PD_ASSIGN(transaction, store_.begin(store::Durability::kInOrder));
    PD_ASSIGN(snapshot,
              transaction->waiting_for_addresses(connection, rounds.waiting_after, kAddressMovesMax));
    rounds.waiting_after = next_waiting(snapshot, kAddressMovesMax);
    Plan plan = plan_address_moves(types, snapshot);
    if (plan.empty()) return PlanCounts{};
    plan.cause = {"poll", detail, kActor};
    PD_TRY(transaction->apply(plan, now));
    PD_TRY(transaction->commit());
    wrote_ = true;
    return plan.counts;
  }

  Result<std::vector<store::RecordKey>> unread(ConnectionId connection, Rounds& rounds) override {
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(keys, transaction->unread_links(connection, kRejudgedMax));
    PD_ASSIGN(apart, transaction->set_apart(connection, rounds.letters_after, kRejudgedMax));
    // From the beginning again once all have had their turn.
    rounds.letters_after = apart.size() < kRejudgedMax ? DeadLetterId{} : apart.back().letter;
    for (store::SetApart& one : apart)
      keys.push_back(std::move(one.record));
    return keys;
  }

  Result<std::vector<store::RecordKey>> stale_duplicates(ConnectionId connection) override {
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(stale, transaction->stale_duplicates(connection, kRejudgedMax));
    std::vector<store::RecordKey> keys;
    keys.reserve(stale.size());
    for (reconcile::Duplicate& row : stale)
      keys.push_back({std::move(row.object), std::move(row.remote)});
    return keys;
  }

 private:
  /// One transaction's pages.
  struct Work {
    store::Transaction& transaction;
    const Planner& planner;
    const Batch& batch;
    reconcile::Cause cause;
    Timestamp now;
    PlanCounts counts = {};
    std::optional<Timestamp> settled = {};  ///< the greatest of the pages'
    bool wrote = false;

    bool held() const { return batch.brake != nullptr && batch.brake->hold().has_value(); }

    Result<void> take(FedPage page) {
      PD_TRY(measure(page));
      if (batch.ping_pong_window > milliseconds{0}) page.keys.lately_since = now - batch.ping_pong_window;
      PD_ASSIGN(snapshot, transaction.snapshot(page.keys));
      Plan plan = planner.plan(page, snapshot);
      if (held()) {
        add_hold(plan, *batch.brake->hold());
      } else {
        settled = std::max(settled, page.settled);
      }
      counts += plan.counts;
      if (!plan.empty()) PD_TRY(write(plan));
      if (batch.spent) batch.spent(Spent{std::move(page), std::move(snapshot), std::move(plan)});
      return {};
    }
    // The share is only asked for where a page could come to it.
    Result<void> measure(const FedPage& page) {
      const auto coming = static_cast<int64_t>(page.mapped.records.size());
      if (batch.brake == nullptr || batch.brake->knows_records() || batch.brake->covers(coming)) return {};
      PD_ASSIGN(records, transaction.linked_records(batch.connection));
      batch.brake->set_records(records);
      return {};
    }
    static void add_hold(Plan& plan, const reconcile::BrakeHold& hold) {
      plan.steps.emplace_back(reconcile::HoldConnection{hold});
      reconcile::JournalEntry entry;
      entry.reason = reconcile::Reason::kMassChange;
      entry.object = hold.object;
      entry.remote = hold.remote;
      entry.detail = words_of(hold);
      plan.journal.push_back(std::move(entry));
    }
    Result<void> write(Plan& plan) {
      plan.cause = cause;
      wrote = true;
      return transaction.apply(plan, now);
    }
  };

  store::Store& store_;
  bool wrote_ = false;
};

}  // namespace

ProspectId next_waiting(const reconcile::PageSnapshot& waiting, size_t limit) {
  ProspectId last;
  if (waiting.links.size() < limit) return last;  // all have had their turn: from the beginning again
  for (const auto& [remote, link] : waiting.links)
    last = std::max(last, link.prospect);
  return last;
}

std::unique_ptr<Applier> make_committing_applier(store::Store& store) {
  return std::make_unique<CommittingApplier>(store);
}

}  // namespace prospectd::engine
