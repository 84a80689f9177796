#include "daemon/cli/configuration.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

ExitCode verb_run(const CommonOptions& common, const RunOptions& options, const Hooks& hooks,
                  Console& console) {
  std::optional<config::Config> config = load_config(common, console);
  if (!config) return ExitCode::kConfig;
  RunVerb verb;
  verb.config = *std::move(config);
  verb.once = options.once;
  verb.json = common.json;
  verb.quiet = common.quiet;
  return hooks.run(verb);
}

}  // namespace prospectd::cli
