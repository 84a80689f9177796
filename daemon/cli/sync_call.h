// A sync (or a dry run) through the control API: asked for, waited for, its progress shown. One thread;
// blocks until the daemon is done.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/daemon_client.h"

namespace prospectd::cli {

struct SyncCall {
  std::string connection;  ///< empty: all
  bool dry_run = false;
  bool accept_mass_change = false;
  /// Shown each time the daemon is asked: the `syncs` resource's attributes.
  std::function<void(const nlohmann::json& attributes)> on_progress;
  /// Waits until it is time to ask again; false ends the waiting with kCancelled. Empty: sleeps a little.
  std::function<bool()> wait;
};

/// The `syncs` resource when it is done: its attributes, and its id among them.
/// **Errors:** those of the API; for a sync that failed, its own.
Result<nlohmann::json> run_sync(const DaemonClient& client, const SyncCall& call);

}  // namespace prospectd::cli
