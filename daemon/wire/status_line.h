// The line about the daemon that a service manager shows. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/engine/connection.h"

namespace prospectd::wire {

/// "salesforce: reading Lead, 4,000 of 8,000 · archive: needs attention (login_refused)". Names of the
/// configuration and codes only.
std::string status_line(const std::vector<engine::ConnectionStatus>& connections);

}  // namespace prospectd::wire
