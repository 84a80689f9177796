// A running sandbox's admin endpoint: found through its folder, asked over HTTP. Blocking; one thread.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "daemon/cli/options.h"
#include "daemon/cli/sandbox_requests.h"

namespace prospectd::cli {

struct SandboxPlace {
  std::string url;
  std::string token_file;
};

/// --url and --token-file where they are given; the rest from sandbox.json in --dir, else beside the
/// configuration (a demo's folder holds both), else in ./sandbox.
/// **Errors:** kInvalidInput when there is no such file, and says what to name.
Result<SandboxPlace> find_sandbox(const CommonOptions& common, const SandboxCallOptions& options);

/// Asks the endpoint.
/// **Errors:** kNetwork when no sandbox answers; kLoginRefused for a wrong token; kBadRecord, in the
/// sandbox's words, when it refuses.
Result<nlohmann::json> ask_sandbox(const SandboxPlace& place, const SandboxRequest& request);

}  // namespace prospectd::cli
