// A cycle's counts in words, as a sync, a dry run, status and the demo tell them. `cycle` is a CYCLE of the
// control API (docs/api.md). Pure but for the console; one thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/cli/console.h"

namespace prospectd::cli {

/// Everything in COUNTS that stands for a change in the database.
int64_t changes_of(const nlohmann::json& counts);

/// "read 2,114 records in 3 CRM calls, 0.8 s (118,400/s)"
std::string reading_of(const nlohmann::json& cycle);
/// False when an object could not be read, or not to its end.
bool read_everything(const nlohmann::json& cycle);

/// A line for each kind of outcome that occurred: "  created   96 prospects, 2 without a usable address (38
/// from Contact, 58 from Lead)". Empty when there was none.
std::vector<std::string> outcomes_of(const nlohmann::json& cycle, bool dry_run);

/// "2 created, 3 updated", for one line; "nothing new" when nothing changed.
std::string outcomes_in_short(const nlohmann::json& cycle);

/// Alerts and, where the cycle is not complete, why; a line each.
std::vector<std::string> troubles_of(const nlohmann::json& cycle);

}  // namespace prospectd::cli
