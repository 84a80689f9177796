// The manual page, in the man(7) macros of roff, made from the command table. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command_table.h"

namespace prospectd::cli {

/// prospectd(1) of the program's version. ASCII: what isn't, is written as roff escapes.
std::string man_page(const std::vector<CommandRow>& table, std::string_view version);

/// A text for roff: nothing in it is taken for a request or an escape.
std::string roff_text(std::string_view text);

}  // namespace prospectd::cli
