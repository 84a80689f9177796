// Causes as the database has them: what set changes off, one of them, those of a job, the last one. Belongs
// to its connection's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

/// Reader::cause, Reader::last_cause and Reader::causes_of_job.
Result<std::optional<CauseRow>> read_cause(Database& db, CauseId id);
Result<std::optional<CauseRow>> read_last_cause(Database& db);
Result<std::vector<CauseRow>> read_causes_of_job(Database& db, const std::string& job);
/// The statement of read_causes_of_job; its parameter is the end of a detail, ", job 12".
std::string causes_of_job_sql();
/// Reader::last_cause_of.
Result<std::optional<CauseId>> read_last_cause_of(Database& db, ProspectId prospect,
                                                  const std::string& field);

}  // namespace prospectd::store
