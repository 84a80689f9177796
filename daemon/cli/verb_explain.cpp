#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kNameCellsMax = 24;
constexpr size_t kMomentCells = 19;  // "2026-11-20 08:15:30"

std::string change_of(const Json& step) {
  const std::string field = shown_at(step, "field");
  if (field.empty()) return {};
  const std::string before = shown_at(step, "before");
  const std::string after = shown_at(step, "after");
  if (before.empty() && after.empty()) return field;
  return field + ": " + (before.empty() ? "nothing" : before) + " → " + (after.empty() ? "nothing" : after);
}

void say_step(Console& console, const Json& step) {
  const auto at = time_at(step, "at");
  std::string line = "  " + pad_to(at ? moment(*at) : "", kMomentCells) + "  " + shown_at(step, "what");
  std::string source = shown_at(step, "reason");
  if (const std::string cause = shown_at(step, "cause"); !cause.empty())
    source += (source.empty() ? "" : ", ") + cause;
  if (!source.empty()) line += "  " + console.tone(Tone::kFaint, "[" + source + "]");
  console.line(line);
  if (const std::string change = change_of(step); !change.empty())
    console.line("  " + std::string(kMomentCells + 4, ' ') + change);
}

void say(Console& console, const Json& explanation, const std::string& config) {
  console.line(console.tone(Tone::kStrong, shown_at(explanation, "subject")));
  const Json& facts = member(explanation, "facts");
  if (facts.is_array()) {
    size_t widest = 0;
    for (const Json& fact : facts)
      widest = std::max(widest, cells_of(shown_at(fact, "name")));
    widest = std::min(widest, kNameCellsMax);
    for (const Json& fact : facts)
      console.line("  " + pad_to(shown_at(fact, "name"), widest) + "  " + shown_at(fact, "value"));
  }
  const Json& because = member(explanation, "because");
  if (because.is_array()) {
    for (const Json& step : because)
      say_step(console, step);
  }
  const Json& next = member(explanation, "next");
  if (!next.is_array() || console.quiet) return;
  for (const Json& command : next) {
    if (command.is_string()) console.line("Look further: " + harmless(command.get<std::string>()) + config);
  }
}

}  // namespace

ExitCode verb_explain(const CommonOptions& common, const ExplainOptions& options, Console& console) {
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  std::string path = "/v1/explain?subject=" + escape_for_url(options.subject);
  if (!options.field.empty()) path += "&field=" + escape_for_url(options.field);
  const auto answer = daemon.client->get(path);
  if (!answer) return console.fail(answer.error());
  const Json explanation = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(explanation);
  } else {
    say(console, explanation, config_option(common));
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
