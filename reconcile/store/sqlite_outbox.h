// Reading the outbox in SQLite (OutboxWriter, of sqlite_writer.h, writes it). On their connection's thread.
#pragma once

#include <optional>
#include <vector>

#include "reconcile/outbox.h"
#include "reconcile/store/sqlite_codec.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Transaction::due_pushes, Transaction::next_push and Reader::outbox_of.
Result<std::vector<reconcile::OutboxEntry>> read_due_pushes(Database& db, const Codec& codec,
                                                            reconcile::ConnectionId connection, Timestamp now,
                                                            size_t limit);
Result<std::optional<Timestamp>> read_next_push(Database& db, reconcile::ConnectionId connection);
Result<std::vector<reconcile::OutboxEntry>> read_outbox_of(Database& db, const Codec& codec,
                                                           ProspectId prospect);
/// Reader::dead_pushes.
Result<std::vector<reconcile::OutboxEntry>> read_dead_pushes(Database& db, const Codec& codec, OutboxId after,
                                                             size_t limit,
                                                             reconcile::ConnectionId connection);
/// Since when the oldest waits that was not given up; nothing when none waits.
Result<std::optional<OldestPush>> read_oldest_push(Database& db);

}  // namespace prospectd::store
