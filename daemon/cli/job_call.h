// Waiting for what runs in the daemon as a job. One thread.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "daemon/cli/console.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/interrupt.h"

namespace prospectd::cli {

/// Of the attributes of a resource that has a job's `state`.
bool is_open_job(const nlohmann::json& job);
/// Asks for it at `path` + its id until it has ended, or somebody is tired of waiting; tells of it each time.
/// **Errors:** of the question.
Result<nlohmann::json> await_job(const DaemonClient& client, const std::string& path, nlohmann::json job,
                                 const Interrupt& interrupt,
                                 const std::function<void(const nlohmann::json&)>& tell);
/// Says what becomes of a job that is not waited for any longer.
ExitCode leave_job(const DaemonClient& client, Console& console, const nlohmann::json& job);

}  // namespace prospectd::cli
