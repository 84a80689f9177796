// Saved plans as the database has them. The table is small and bounded. Belongs to its connection's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/saved_plan.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Reader::saved_plans and Reader::saved_plan.
Result<std::vector<reconcile::SavedPlan>> read_saved_plans(Database& db, Timestamp now);
Result<std::optional<reconcile::SavedPlan>> read_saved_plan(Database& db, const std::string& id,
                                                            Timestamp now);
/// Writes one; those that have expired go, and of the others the oldest.
Result<void> write_saved_plan(Database& db, const reconcile::SavedPlan& plan, Timestamp now);
Result<void> drop_saved_plan(Database& db, const std::string& id);

}  // namespace prospectd::store
