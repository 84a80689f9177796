// `prospectd sandbox`: a CRM on this machine, served until it is told to stop. Part of the composition root.
#pragma once

#include "daemon/cli/verbs.h"

namespace prospectd::wire {

/// Fills the org, serves it on 127.0.0.1 and says where, until SIGINT or SIGTERM. Its folder holds the
/// client's secret, the admin token (both made when missing), a refresh token (new at each start) and, while
/// it runs, kSandboxFile. With `json`
/// the first and only line of standard output is that file's content, written once it answers.
ExitCode run_sandbox(const cli::SandboxVerb& verb);

}  // namespace prospectd::wire
