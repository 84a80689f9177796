// What the API does about resources that the database holds: lists and single ones, filtered, sorted, paged,
// with what they refer to. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// `service` outlives the acts.
void add_list_acts(Acts& acts, service::Service& service);

}  // namespace prospectd::api
