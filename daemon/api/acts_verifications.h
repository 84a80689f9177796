// What the API answers about drift scans: starting them, and what they have found. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/jobs.h"

namespace prospectd::api {

/// All outlive the acts. A scan is cancelled as the job that it is.
void add_verification_acts(Acts& acts, const service::Service& service, service::Jobs& jobs);

}  // namespace prospectd::api
