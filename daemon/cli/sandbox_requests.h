// From the words of `prospectd sandbox edit …` and its siblings to requests for the admin endpoint. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "daemon/cli/options.h"

namespace prospectd::cli {

struct SandboxRequest {
  std::string method;
  std::string path;
  std::string body;  ///< JSON
};

/// The requests that a verb stands for: one, or one for each id. A value is a text; true and false are
/// switches, nothing (FIELD=) empties the field, and FIELD:=JSON takes any JSON.
/// **Errors:** kInvalidInput with what is missing or too much.
Result<std::vector<SandboxRequest>> sandbox_requests(const SandboxCallOptions& options);

}  // namespace prospectd::cli
