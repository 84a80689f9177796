// From a reference to the secret itself. Reads files; any thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"
#include "config/faults.h"

namespace prospectd::config {

/// Reads the secret that `ref` names.
/// **Errors:** kConfigInvalid, naming the reference's place, when it is missing, empty, or readable by
/// others, or a credential is wanted and $CREDENTIALS_DIRECTORY is not set.
Result<Secret> resolve(const SecretRef& ref);

/// Reads every secret of the configuration once, and reports those that can't be had.
std::vector<Fault> check_secrets(const Config& config);

}  // namespace prospectd::config
