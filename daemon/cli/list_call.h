// A list of the control API, read page after page up to a limit. One thread; blocks.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/console.h"
#include "daemon/cli/daemon_client.h"

namespace prospectd::cli {

/// A resource as the command line shows it: its attributes, its id, and what it refers to as {"id", "name"},
/// the name where it is known.
nlohmann::json flattened(const nlohmann::json& resource);

/// The first `limit` rows of a list; `more` says whether there are others. `path` has its filters already
/// ("/v1/duplicates?filter%5Bopen%5D=true").
/// **Errors:** those of the API.
Result<std::vector<nlohmann::json>> read_list(const DaemonClient& client, const std::string& path,
                                              size_t limit, bool& more);

/// "50 shown; more: --limit 200" where there are more.
void say_if_more(Console& console, size_t shown, bool more);

}  // namespace prospectd::cli
