// From a plugin of the configuration to the options of its CRM's connector, secrets included. Part of the
// composition root.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "connectors/salesforce/salesforce_connector.h"
#include "daemon/wire/refresh_token_file.h"

namespace prospectd::wire {

/// How long one request may take when a person waits for its answer.
constexpr milliseconds kAskWithin{10'000};

/// Reads the secrets that the plugin's way to log in needs, and looks at them as far as that is possible
/// without the CRM. `plugin` is one of `config`. `tokens`: those of the process, which outlive a reload; null
/// for one login.
/// **Errors:** kConfigInvalid, with the place, for a secret that can't be read or a key that can't sign.
Result<salesforce::Options> crm_options(const config::Config& config, const config::Plugin& plugin,
                                        RefreshTokenFiles* tokens = nullptr);

}  // namespace prospectd::wire
