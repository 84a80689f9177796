// What the API does about changes of rows beside prospects: make one, change one, take one away; and about a
// prospect's tags. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/row_edits.h"
#include "daemon/service/service.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_row_acts(Acts& acts, service::Service& service, service::RowEdits& rows);

}  // namespace prospectd::api
