// From the options of a connection to those of its parts. Internal to the connector; pure.
#pragma once

#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/salesforce/session.h"

namespace prospectd::salesforce {

/// Moves out of `options` what only the session needs: the secrets among it.
SessionOptions session_options(Options& options);
RestOptions rest_options(const Options& options);

}  // namespace prospectd::salesforce
