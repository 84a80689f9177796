// `run --once`: a sync and a second cycle that finds nothing to do, then a summary. On the loop's thread.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/cli/verbs.h"
#include "daemon/engine/supervisor.h"

namespace prospectd::wire {

/// Carries it out and prints the summary (to standard output; nothing with `quiet`). The supervisor has been
/// started.
boost::asio::awaitable<ExitCode> run_once(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                          store::Store& store, cli::RunVerb verb);

}  // namespace prospectd::wire
