// What the API does about the configuration in force: read it again, list and set what can be set while the
// daemon runs. On the loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/api/configuration.h"

namespace prospectd::api {

/// `configuration` outlives the acts.
void add_configuration_acts(Acts& acts, Configuration& configuration);

}  // namespace prospectd::api
