// The state folder for `prospectd doctor`: the database looked at from outside. Part of the composition root.
#pragma once

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// All blocking; each call may be on a thread of its own.
cli::StateHooks state_hooks();

}  // namespace prospectd::wire
