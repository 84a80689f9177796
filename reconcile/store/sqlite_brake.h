// Connections that the mass-change brake has stopped. Belongs to its connection's thread.
#pragma once

#include <optional>

#include "reconcile/plan.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_tally.h"

namespace prospectd::store {

/// Store::hold.
Result<std::optional<reconcile::BrakeHold>> read_hold(Database& db, reconcile::ConnectionId connection);
Result<void> write_step(Database& db, const reconcile::HoldConnection& step);
Result<void> write_step(Database& db, const reconcile::ReleaseConnection& step);
/// Transaction::linked_records. With several connections their links are counted.
Result<int64_t> count_links(Database& db, reconcile::ConnectionId connection, const Tally& tally);

}  // namespace prospectd::store
