// Jobs in words: what a pull or push has come to, or would. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/console.h"
#include "daemon/cli/progress.h"

namespace prospectd::cli {

/// Of the attributes of a `jobs` resource.
Progress progress_of_job(const nlohmann::json& job);
/// "3 changed · 1 unchanged · 2 refused (NOT_LINKED 2)"
std::string counts_of_job(const nlohmann::json& job);
/// What became of prospects, at most `limit`, as a table; and a line where that are not all.
void say_job_rows(Console& console, const nlohmann::json& job, size_t limit);
/// 0 while all is well; kPartial where some were refused, that of its error where it failed.
ExitCode exit_code_of_job(const nlohmann::json& job);

}  // namespace prospectd::cli
