// LiveConfiguration: the configuration in force, and its changes while the daemon runs: the file read again,
// and settings made at run time. Something new is read and judged as a whole before anything of the old one
// goes; each connection then takes it between two of its cycles. On the loop's thread; files, secrets and the
// database are read on the scheduler's worker.
#pragma once

#include <memory>
#include <vector>

#include "config/loader.h"
#include "connectors/http/transport.h"
#include "daemon/api/configuration.h"
#include "daemon/engine/supervisor.h"
#include "daemon/wire/refresh_token_file.h"

namespace prospectd::wire {

/// `loaded` as it was started with, settings included; it has a `config`. All the others outlive it.
struct LiveSetup {
  engine::Scheduler& scheduler;
  engine::Supervisor& supervisor;
  store::Store& store;
  http::Transport& transport;
  config::Loaded loaded;
  RefreshTokenFiles* refresh_tokens = nullptr;  ///< of the connections
};

std::unique_ptr<api::Configuration> make_live_configuration(LiveSetup setup);

/// The settings that the store has, for config::load.
/// **Errors:** the store's.
Result<std::vector<config::Setting>> stored_settings(store::Store& store);

/// Sets format and least level of the log.
void configure_log(const config::Log& options);

}  // namespace prospectd::wire
