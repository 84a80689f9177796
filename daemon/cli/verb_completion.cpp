#include "daemon/cli/command_table.h"
#include "daemon/cli/completion.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

ExitCode verb_completion(const CompletionOptions& options, Console& console) {
  console.out() << completion_script(options.shell, command_table());
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
