// PushLedger: the store's side of pushing to one connection: what is taken out of the outbox, what is about
// to be sent, and how each attempt ended, each in one transaction. Called on the scheduler's worker thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/engine/connection.h"
#include "daemon/engine/reading.h"
#include "reconcile/create.h"
#include "reconcile/store/store.h"

namespace prospectd::engine {

/// One row that is ready to be sent.
struct PushRow {
  reconcile::OutboxEntry entry;
  reconcile::PushPayload payload;
  AccountId account;  ///< the prospect's; 0: none
};

/// What a look-up has found of one prospect that is to be created.
struct FoundFor {
  reconcile::OutboxEntry entry;
  std::vector<reconcile::FoundRecord> found;
  bool unreadable = false;  ///< a record that may stand for it can't be read: it waits (§3)
};

class PushLedger {
 public:
  /// The store outlives it. `on_plan` hears of each plan that was written; may be empty.
  PushLedger(store::Store& store, const ConnectionOptions& options, reconcile::ConnectionId connection,
             std::function<void(const reconcile::Plan&)> on_plan = {})
      : store_(store), options_(options), connection_(connection), on_plan_(std::move(on_plan)) {}

  /// Leases of a process that has ended.
  Result<void> abandon(Timestamp now);
  /// Leases what is due, of one object and operation; empty: nothing is.
  Result<std::vector<reconcile::OutboxEntry>> take(Timestamp now);
  /// When the next entry is due.
  Result<std::optional<Timestamp>> next();
  Result<reconcile::PushScene> scene(const std::vector<reconcile::OutboxEntry>& entries);

  /// Works out what goes to the linked records, notes it durably, and settles the entries that have nothing
  /// to write or whose record is another one by now.
  Result<std::vector<PushRow>> prepare(const reconcile::PersonType& type,
                                       std::vector<reconcile::OutboxEntry> entries, Timestamp now,
                                       PushSummary& summary);
  /// Chooses for each prospect; notes what is to be created, by position of the type in `terms.types`, and
  /// settles the others. `keys` are of all that was found.
  Result<std::vector<std::pair<size_t, PushRow>>> choose(const Terms& terms, const reconcile::PageKeys& keys,
                                                         std::vector<FoundFor> wanted, PushSummary& summary);
  /// How the attempts ended.
  Result<void> finish(const reconcile::PersonType& type, std::vector<reconcile::PushEnd> ends, Timestamp now,
                      PushSummary& summary);
  /// Entries that could not be sent for no reason of their own wait until `at`.
  Result<void> put_back(const std::vector<reconcile::OutboxEntry>& entries, Timestamp at, const Error& why,
                        Timestamp now, PushSummary& summary);

 private:
  reconcile::Plan new_plan(const std::string& object) const;
  Result<void> write(store::Transaction& transaction, const reconcile::Plan& plan, Timestamp now);

  store::Store& store_;
  const ConnectionOptions& options_;
  const reconcile::ConnectionId connection_;
  const std::function<void(const reconcile::Plan&)> on_plan_;
};

}  // namespace prospectd::engine
