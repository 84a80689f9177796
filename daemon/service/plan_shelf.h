// Saved plans in the database: found by their name, and put there under one. Internal to the service. On the
// worker.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "reconcile/saved_plan.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

/// **Errors:** kNotFound for one that is not there, or not any more; the store's.
Result<reconcile::SavedPlan> find_plan(store::Reader& reader, const std::string& id, Timestamp now);

/// Keeps the plan under a short name that no other one has now, which it answers; `chance` draws it.
/// **Errors:** the store's.
Result<std::string> shelve_plan(store::Store& store, reconcile::SavedPlan plan, uint64_t chance);

}  // namespace prospectd::service
