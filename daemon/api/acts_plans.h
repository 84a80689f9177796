// What the API does about plans: dry runs that were kept, listed, shown and dropped; jobs make and apply
// them. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/plans.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_plan_acts(Acts& acts, service::Service& service, service::Plans& plans);

}  // namespace prospectd::api
