// What the API does about jobs: pulls and pushes of prospects, started, looked at and cancelled. The loop's
// thread.
#pragma once

#include <optional>

#include "daemon/api/call.h"
#include "daemon/service/jobs.h"

namespace prospectd::api {

/// Why a job failed; none: it did not.
std::optional<Error> error_of_job(const reconcile::Job& job);

/// Both outlive the acts.
void add_job_acts(Acts& acts, service::Service& service, service::Jobs& jobs);

}  // namespace prospectd::api
