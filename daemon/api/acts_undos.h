// What the API does about undos: sets back what a cause has changed, or says what that would do. On the
// loop's thread.
#pragma once

#include "daemon/api/call.h"
#include "daemon/service/service.h"
#include "daemon/service/undo.h"

namespace prospectd::api {

/// Both outlive the acts.
void add_undo_acts(Acts& acts, service::Service& service, service::Undos& undos);

}  // namespace prospectd::api
