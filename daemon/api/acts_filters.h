// What the API does about saved filters: list, save, drop. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/saved_filters.h"

namespace prospectd::api {

/// `filters` outlives the acts.
void add_filter_acts(Acts& acts, service::SavedFilters& filters);

}  // namespace prospectd::api
