// The grammar of undo.
#include <CLI/CLI.hpp>

#include "daemon/cli/command_parts.h"

namespace prospectd::cli {

void add_undo(CLI::App& app, UndoOptions& options) {
  CLI::App* undo = add_verb(app, "undo");
  undo->add_option("CAUSE", options.of, "c-12, as explain says, or job-12: all of a pull or push")
      ->required();
  undo->add_flag("--dry-run", options.dry_run, "say what would be restored, and what not; write nothing");
  add_rows_option(undo, options.rows);
}

}  // namespace prospectd::cli
