// The command line behind run_cli, with its outputs named, so that a test can read what a person would see.
// One thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/console.h"
#include "daemon/cli/verbs.h"

namespace prospectd::cli {

/// Carries out `words` (without the program's name, `program`) and says what there is to say on the console.
ExitCode run_words(const std::string& program, const std::vector<std::string>& words, const Hooks& hooks,
                   Console& console);

}  // namespace prospectd::cli
