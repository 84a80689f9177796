// Taking entries of the outbox for an attempt. Pure, any thread.
#pragma once

#include <vector>

#include "reconcile/plan.h"

namespace prospectd::reconcile {

/// Leases what Transaction::due_pushes answered. `entries` become what their holder settles with SettlePush:
/// each has its new lease and counts this attempt, and keeps saying whether it is in doubt.
Plan plan_lease(std::vector<OutboxEntry>& entries, Timestamp until);

}  // namespace prospectd::reconcile
