#include "daemon/cli/configuration.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {

ExitCode verb_run(const CommonOptions& common, const RunOptions& options, const Hooks& hooks,
                  Console& console) {
  std::optional<config::Loaded> loaded = load_whole(common, console);
  if (!loaded) return ExitCode::kConfig;
  RunVerb verb;
  verb.config = *loaded->config;
  verb.loaded = *std::move(loaded);
  verb.once = options.once;
  verb.json = common.json;
  verb.quiet = common.quiet;
  return hooks.run(verb);
}

}  // namespace prospectd::cli
