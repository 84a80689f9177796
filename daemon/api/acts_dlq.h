// What the API does about what was given up: list it, show it, try it again, drop it. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/dlq.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_dlq_acts(Acts& acts, service::Service& service, service::Dlq& dlq);

}  // namespace prospectd::api
