// Completion scripts for shells, made from the command table. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/command_table.h"

namespace prospectd::cli {

/// "bash", "zsh", "fish"
const std::vector<std::string>& completion_shells();

/// The script for one of them; empty for another.
std::string completion_script(const std::string& shell, const std::vector<CommandRow>& table);

}  // namespace prospectd::cli
