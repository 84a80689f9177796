// Which key a variable of the environment names: PROSPECTD__PLUGINS__SALESFORCE__POLL__INTERVAL is
// plugins.salesforce.poll.interval. Pure but for process_environment(); any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/origin.h"
#include "config/rows.h"

namespace prospectd::config {

/// What a variable that overrides a key begins with.
constexpr std::string_view kVariablePrefix = "PROSPECTD__";

/// The variables of this process that override keys, by name.
Environment process_environment();

struct VariableTarget {
  std::vector<std::string> keys;  ///< {"log", "level"}; empty: none, and `problem` says why
  std::string problem;
  std::string hint;
};

/// Letter case does not matter, and '_' stands for '-' in the names of sections. `root` is the tree, for the
/// names of sections in it.
VariableTarget resolve_variable(const Table& table, const yaml::Node& root, std::string_view name);

/// The variable that overrides a key, or "" where none can.
std::string variable_of(std::string_view key);

}  // namespace prospectd::config
