// What the API does about tokens: list, make, revoke. On the loop's thread.
#pragma once

#include "daemon/api/call.h"

namespace prospectd::api {

/// `tokens` outlives the acts.
void add_token_acts(Acts& acts, engine::Scheduler& scheduler, service::Tokens& tokens);

}  // namespace prospectd::api
