// What the API does about plans: dry runs that were kept, listed, shown and dropped; jobs make and apply
// them. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/plans.h"

namespace prospectd::api {

/// `plans` outlives the acts.
void add_plan_acts(Acts& acts, service::Plans& plans);

}  // namespace prospectd::api
