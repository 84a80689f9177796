// What the API does about conflicts that a person decides: list them, show one, take a side. On the loop's
// thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/reviews.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_review_acts(Acts& acts, service::Service& service, service::Reviews& reviews);

}  // namespace prospectd::api
