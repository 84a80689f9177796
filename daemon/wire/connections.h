// From the configuration to what the engine takes: connectors made, policies and mappings handed over. Part
// of the composition root; nothing below it sees the configuration.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "connectors/http/transport.h"
#include "daemon/engine/connection.h"
#include "daemon/wire/refresh_token_file.h"

namespace prospectd::wire {

/// Resolves the secrets of a plugin of `config` and makes its connector.
/// **Errors:** those of crm_options.
Result<std::unique_ptr<Connector>> make_connector(const config::Config& config, const config::Plugin& plugin,
                                                  http::Transport& transport,
                                                  RefreshTokenFiles* tokens = nullptr);

/// Resolves the secrets and makes a connector for every plugin, which the options own.
/// **Errors:** kConfigInvalid, with the place, for a secret that can't be read.
Result<std::vector<engine::ConnectionOptions>> make_connections(const config::Config& config,
                                                                http::Transport& transport,
                                                                RefreshTokenFiles* tokens = nullptr);

/// The same without a connector, and so without secrets: for a connection that keeps its own.
engine::ConnectionOptions options_of(const config::Config& config, const config::Plugin& plugin);

}  // namespace prospectd::wire
