// `plan`: dry runs that were kept, listed, shown and dropped.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/job_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

std::string what_of_plan(const Tree& plan) {
  std::string what = text_at(plan, "kind");
  if (flag_at(plan, "force")) what += " --force";
  if (flag_at(plan, "includeBlanks")) what += " --include-blanks";
  return what;
}

std::string whom_of_plan(const Tree& plan) {
  const std::string filter = text_at(plan, "filter");
  const std::string many = counted(number_at(plan, "prospects"), "prospect");
  return filter.empty() ? many : many + ": " + filter;
}

std::string moment_of_plan(const Tree& plan, const char* name) {
  const auto time = time_at(plan, name);
  return time ? moment(*time) : std::string();
}

ExitCode list_of_plans(const DaemonClient& client, Console& console, const std::string& config) {
  const auto answer = client.get("/v1/plans");
  if (!answer) return console.fail(answer.error());
  Tree rows = Tree::array();
  for (const Tree& resource : member(*answer, "data"))
    rows.push_back(flattened(resource));
  if (console.json) {
    console.document(rows);
    return ExitCode::kOk;
  }
  if (rows.empty()) {
    console.line("No plan is kept. Make one: prospectd pull ID… --dry-run --save");
    return ExitCode::kOk;
  }
  Table table({{"plan"}, {"what"}, {"whom", true}, {"by", true}, {"made, UTC"}, {"kept until, UTC"}});
  for (const Tree& plan : rows) {
    table.add({text_at(plan, "id"), what_of_plan(plan), whom_of_plan(plan), text_at(plan, "actor"),
               moment_of_plan(plan, "createdAt"), moment_of_plan(plan, "expiresAt")});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (!console.quiet) console.line("Apply: prospectd apply " + shown_at(rows.front(), "id") + config);
  return ExitCode::kOk;
}

void say_plan(Console& console, const Tree& plan, const PlanOptions& options, const std::string& config) {
  const std::string id = shown_at(plan, "id");
  console.line(console.tone(Tone::kStrong, "Plan " + id + " · " + what_of_plan(plan) + " · " +
                                               harmless(whom_of_plan(plan)) + " · by " +
                                               shown_at(plan, "actor")));
  console.line("  " + counts_of_job(plan) + "; applying it costs about " +
               counted(number_at(plan, "callsToCome"), "CRM call") + "; kept until " +
               moment_of_plan(plan, "expiresAt"));
  if (console.quiet) return;
  say_job_rows(console, plan, options.rows);
  console.line("Apply: prospectd apply " + id + config + " · drop: prospectd plan drop " + id + config);
}

}  // namespace

ExitCode verb_plan(const CommonOptions& common, const PlanOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  const std::string config = config_option(common);
  if (options.action == "list") return list_of_plans(client, console, config);
  const std::string path = "/v1/plans/" + escape_for_url(options.id);
  const bool drops = options.action == "drop";
  const auto answer = drops ? client.remove(path) : client.get(path);
  if (!answer) return console.fail(answer.error());
  if (drops) {
    if (console.json)
      console.document(Tree::object());
    else
      console.line("Plan " + harmless(options.id) + " was dropped.");
    return ExitCode::kOk;
  }
  const Tree plan = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(plan);
  } else {
    say_plan(console, plan, options, config);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
