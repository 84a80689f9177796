// Jobs as the database has them. The table is small and bounded, and is read whole. Belongs to its
// connection's thread.
#pragma once

#include <vector>

#include "reconcile/job.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Reader::jobs.
Result<std::vector<reconcile::Job>> read_jobs(Database& db);
/// Writes one whole; of those that have ended, the oldest go.
Result<void> write_job(Database& db, const reconcile::Job& job);

}  // namespace prospectd::store
