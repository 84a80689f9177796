#include "base/version.h"
#include "daemon/cli/command_table.h"
#include "daemon/cli/man_page.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

ExitCode verb_man(Console& console) {
  console.out() << man_page(command_table(), version());
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
