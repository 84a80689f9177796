// `prospectd login --test`: a login of each connection, by the configuration, without the daemon. Part of the
// composition root.
#pragma once

#include <vector>

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// Logs in, one connection after the other, and tells what came of it. Nothing is read of any record, and
/// nothing is written but a refresh token that the CRM has changed.
/// **Errors:** kNotFound when there is no such connection; of one connection, in its report.
Result<std::vector<cli::LoginReport>> test_logins(const cli::LoginVerb& verb);

}  // namespace prospectd::wire
