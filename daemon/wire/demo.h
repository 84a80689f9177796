// `prospectd demo`: a sandbox CRM and a daemon that follows it, side by side, for somebody who wants to see.
// One supervisor process with two children of the same binary. Part of the composition root.
#pragma once

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// Runs until Ctrl-C (kOk), or with `once` until the first sync and a quiet second one are done. A child that
/// ends by itself ends the demo with kOther. Whatever ends it, its children end too, and a temporary folder
/// is removed.
ExitCode run_demo(const cli::DemoVerb& verb);

}  // namespace prospectd::wire
