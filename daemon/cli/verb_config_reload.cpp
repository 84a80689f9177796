#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

void say_keys(Console& console, const Json& changes) {
  for (const Json& change : changes) {
    const std::string before = shown_at(change, "before");
    const std::string after = shown_at(change, "after");
    const bool values = !before.empty() || !after.empty();
    console.line("  " + shown_at(change, "key") +
                 (values ? "  " + (before.empty() ? "(nothing)" : before) + " → " +
                               (after.empty() ? "(nothing)" : after)
                         : ""));
  }
}

}  // namespace

ExitCode verb_config_reload(const CommonOptions& common, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const auto answer = access.client->post("/v1/config/reload", Json::object());
  if (!answer) return console.fail(answer.error());
  const Json& attributes = member(member(*answer, "data"), "attributes");
  if (console.json) {
    console.document(attributes);
    return ExitCode::kOk;
  }
  const Json& changed = member(attributes, "changed");
  const Json& waiting = member(attributes, "needsRestart");
  console.line("Read again, secrets too: " + counted(static_cast<int64_t>(changed.size()), "change") +
               " in force" +
               (waiting.empty()
                    ? "."
                    : ", " + counted(static_cast<int64_t>(waiting.size()), "change") + " after a restart."));
  say_keys(console, changed);
  if (!waiting.empty()) console.line("After a restart:");
  say_keys(console, waiting);
  for (const Json& one : member(attributes, "overridden")) {
    console.line("No effect: " + shown_at(one, "key") + " of the file; " + shown_at(one, "name") +
                 " stands before it");
  }
  for (const Json& warning : member(attributes, "warnings"))
    if (warning.is_string()) console.line(harmless(warning.get<std::string>()));
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
