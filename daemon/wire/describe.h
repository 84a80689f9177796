// Asks a CRM what it says of its objects, outside the daemon: for `check --online` and `init`. On a loop of
// its own, until everything is answered.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// Logs in as the plugin says and describes the objects one after another. An object that can't be read has
/// its own error; what concerns the whole connection (login, network, quota) ends it.
cli::Described describe_objects(const config::Config& config, const config::Plugin& plugin,
                                const std::vector<std::string>& objects);

}  // namespace prospectd::wire
