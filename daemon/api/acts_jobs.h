// What the API does about jobs: pulls and pushes of prospects, started, looked at and cancelled. The loop's
// thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/jobs.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_job_acts(Acts& acts, service::Service& service, service::Jobs& jobs);

}  // namespace prospectd::api
