// `jobs`: pulls and pushes that run in the daemon, and the last that have ended.
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

std::string what_of(const Tree& job) {
  std::string what = text_at(job, "kind");
  if (flag_at(job, "force")) what += " --force";
  if (flag_at(job, "includeBlanks")) what += " --include-blanks";
  if (flag_at(job, "dryRun")) what += " --dry-run";
  return what;
}

std::string whom_of(const Tree& job) {
  if (const std::string filter = text_at(job, "filter"); !filter.empty()) return filter;
  const int64_t named = number_at(job, "prospects");
  return named > 0 ? counted(named, "prospect") : "all";
}

std::string state_of_job(const Tree& job) {
  return flag_at(job, "cancelling") ? "cancelling" : text_at(job, "state");
}

ExitCode list_of_jobs(const DaemonClient& client, Console& console) {
  const auto answer = client.get("/v1/jobs");
  if (!answer) return console.fail(answer.error());
  Tree rows = Tree::array();
  for (const Tree& resource : member(*answer, "data"))
    rows.push_back(flattened(resource));
  if (console.json) {
    console.document(rows);
    return ExitCode::kOk;
  }
  if (rows.empty()) {
    console.line("No pull or push was asked for. Start one: prospectd pull ID…");
    return ExitCode::kOk;
  }
  Table table({{"job"}, {"what"}, {"whom", true}, {"state"}, {"counts", true}, {"by", true}, {"began"}});
  for (const Tree& job : rows) {
    const auto began = time_at(job, "createdAt");
    table.add({text_at(job, "id"), what_of(job), whom_of(job), state_of_job(job), counts_of_job(job),
               text_at(job, "actor"), began ? moment(*began) : ""});
  }
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  return ExitCode::kOk;
}

void say_job(Console& console, const Tree& job, size_t rows) {
  const int64_t total = number_at(job, "total");
  const std::string plan = member(job, "plan").is_string() ? "plan " + shown_at(job, "plan") + " · " : "";
  console.line("Job " + shown_at(job, "id") + " · " + plan + what_of(job) + " · " + harmless(whom_of(job)) +
               " · " + state_of_job(job));
  console.line("  " + group_digits(number_at(member(job, "counts"), "done")) +
               (total > 0 ? " of " + group_digits(total) : std::string()) + ": " + counts_of_job(job) + "; " +
               counted(number_at(job, "calls"), "CRM call"));
  if (member(job, "error").is_object()) console.line("  " + shown_at(member(job, "error"), "message"));
  const Tree& told = member(job, "rows");
  const bool forgotten = told.is_array() && told.empty() && number_at(member(job, "counts"), "done") > 0;
  if (forgotten)
    console.line("  Its rows were kept until the daemon ended; prospectd explain prospect N tells of each.");
  say_job_rows(console, job, rows);
}

}  // namespace

ExitCode verb_jobs(const CommonOptions& common, const JobsOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  if (options.action == "list") return list_of_jobs(client, console);
  const std::string path = "/v1/jobs/" + escape_for_url(options.id);
  const bool cancels = options.action == "cancel";
  const auto answer = cancels ? client.remove(path) : client.get(path);
  if (!answer) return console.fail(answer.error());
  const Tree job = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(job);
  } else if (cancels) {
    console.line(flag_at(job, "cancelling") ? "It ends with the part that is under way; what was done stays."
                                            : "It has ended already: " + state_of_job(job) + ".");
  } else {
    say_job(console, job, options.rows);
  }
  return ExitCode::kOk;
}

}  // namespace prospectd::cli
