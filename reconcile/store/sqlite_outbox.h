// Reading the outbox in SQLite (OutboxWriter, of sqlite_writer.h, writes it). On their connection's thread.
#pragma once

#include <vector>

#include "reconcile/outbox.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Transaction::due_pushes and Reader::outbox_of.
Result<std::vector<reconcile::OutboxEntry>> read_due_pushes(Database& db, reconcile::ConnectionId connection,
                                                            Timestamp now, size_t limit);
Result<std::vector<reconcile::OutboxEntry>> read_outbox_of(Database& db, ProspectId prospect);

}  // namespace prospectd::store
