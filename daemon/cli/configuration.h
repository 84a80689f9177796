// Which configuration a verb works with, and the way from it to the daemon. Reads files; one thread.
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "config/loader.h"
#include "daemon/cli/console.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/options.h"

namespace prospectd::cli {

/// The file that -c names, else $PROSPECTD_CONFIG, else the first that is there of ./prospectd.yaml and
/// /etc/prospectd/prospectd.yaml; empty when there is none.
std::string find_config(const CommonOptions& common);

/// " -c FILE", where the configuration was named on the command line, for commands that people are told to
/// run next; else empty.
std::string config_option(const CommonOptions& common);

/// The error when find_config finds nothing.
Error no_config();

/// Loads it; where that is not possible, says every fault on the console and gives nothing (the exit code is
/// kConfig). What is given has a `config`.
std::optional<config::Loaded> load_whole(const CommonOptions& common, Console& console);
/// The configuration of load_whole alone.
std::optional<config::Config> load_config(const CommonOptions& common, Console& console);

/// A client for the daemon of the configuration, or, after saying why not, the exit code.
struct DaemonAccess {
  std::optional<DaemonClient> client;
  ExitCode code = ExitCode::kOk;
};
DaemonAccess reach_daemon(const CommonOptions& common, Console& console);

}  // namespace prospectd::cli
