// What the API does about changes of prospects: change one, make one, bring in rows. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/edits.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_edit_acts(Acts& acts, service::Service& service, service::Edits& edits);

}  // namespace prospectd::api
