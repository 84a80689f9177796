// From the configuration to what the engine takes: connectors made, policies and mappings handed over. Part
// of the composition root; nothing below it sees the configuration.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "connectors/http/transport.h"
#include "daemon/engine/connection.h"

namespace prospectd::wire {

struct Connections {
  std::vector<std::unique_ptr<Connector>> connectors;  ///< the options below point at them
  std::vector<engine::ConnectionOptions> options;
};

/// Resolves the secrets and makes a connector for every plugin.
/// **Errors:** kConfigInvalid, with the place, for a secret that can't be read.
Result<Connections> make_connections(const config::Config& config, http::Transport& transport);

}  // namespace prospectd::wire
