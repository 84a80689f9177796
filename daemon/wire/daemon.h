// The daemon itself: everything wired together on one loop, from a configuration to an exit code. Part of the
// composition root.
#pragma once

#include <chrono>

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// Runs the daemon until it is told to stop (SIGTERM, SIGINT), or, with `once`, until a sync and a quiet
/// second cycle are done. Stops in order within kStopWithin at any point; a second signal ends it at once.
ExitCode run_daemon(const cli::RunVerb& verb);

constexpr std::chrono::seconds kStopWithin{5};

}  // namespace prospectd::wire
