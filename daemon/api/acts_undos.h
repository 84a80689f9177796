// What the API does about undos: sets back what a cause has changed, or says what that would do. On the
// loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/undo.h"

namespace prospectd::api {

/// `undos` outlives the acts.
void add_undo_acts(Acts& acts, service::Undos& undos);

}  // namespace prospectd::api
