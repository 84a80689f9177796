// `pull`, `push` and `apply`: a job of the daemon's that is waited for.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/interrupt.h"
#include "daemon/cli/job_call.h"
#include "daemon/cli/job_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

Tree order_of_transfer(const TransferOptions& options) {
  if (!options.plan.empty()) return {{"plan", options.plan}};
  Tree order = {{"kind", options.kind},
                {"force", options.force},
                {"includeBlanks", options.blanks},
                {"dryRun", options.dry_run},
                {"connection", options.connection}};
  if (options.save) order["save"] = true;
  if (options.all) order["all"] = true;
  if (!options.filter.empty()) order["filter"] = options.filter;
  if (!options.ids.empty()) order["prospects"] = options.ids;
  return order;
}

// "200 of 210 prospects are done, 10 were refused"; nothing where all went well.
void say_refused(Console& console, const Tree& job, const std::string& config) {
  const Tree& counts = member(job, "counts");
  const int64_t refused = number_at(counts, "refused");
  if (refused == 0) return;
  const int64_t done = number_at(counts, "done");
  const std::string id = shown_at(job, "id");
  console.line(group_digits(done - refused) + " of " + counted(done, "prospect") +
               (done == 1 ? " is" : " are") + " done, " + group_digits(refused) +
               (refused == 1 ? " was" : " were") + " refused. Which, and why: " + "prospectd jobs show " +
               id + " --rows 1000" + config);
  if (text_at(job, "kind") == "push")
    console.line("Writes that the CRM itself refused: prospectd dlq list" + config);
}

void say_transfer(Console& console, const Tree& job, const TransferOptions& options,
                  const std::string& config) {
  const std::string calls = counted(number_at(job, "calls"), "CRM call");
  if (options.dry_run) {
    console.line("Dry run: " + counts_of_job(job) + "; " + calls + " so far, carrying it out costs about " +
                 group_digits(number_at(job, "callsToCome")) + ". Nothing was written.");
  } else {
    const char* what = text_at(job, "kind") == "pull" ? "Pulled: " : "Pushed: ";
    console.line(what + counts_of_job(job) + "; " + calls + ".");
  }
  say_job_rows(console, job, options.rows);
  if (!options.dry_run) say_refused(console, job, config);
  if (number_at(member(job, "counts"), "waiting") > 0 && !options.dry_run)
    console.line("What waits is tried again by itself: prospectd status");
  say_way_back(console, job, config);
  const std::string plan = shown_at(job, "savedAs");
  if (plan.empty()) return;
  console.line("Plan " + plan + ", kept for 24 hours. Show it: prospectd plan show " + plan + config);
  console.line("Apply it, unless what it was decided from has changed by then: prospectd apply " + plan +
               config);
}

}  // namespace

ExitCode verb_transfer(const CommonOptions& common, const TransferOptions& options, Console& console) {
  const int said = (options.ids.empty() ? 0 : 1) + (options.filter.empty() ? 0 : 1) + (options.all ? 1 : 0);
  if (options.plan.empty() && said != 1) {
    return console.fail(make_error(ErrorCode::kInvalidInput,
                                   "say which prospects, in one way: their numbers, --filter EXPR or --all"));
  }
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  const Interrupt interrupt;
  const auto started = client.post("/v1/jobs", order_of_transfer(options));
  if (!started) return console.fail(started.error());
  ProgressLine line(console.err(), console.err_terminal);
  const bool shows = !console.quiet && !console.json;
  const auto job =
      await_job(client, "/v1/jobs/", flattened(member(*started, "data")), interrupt, [&](const Tree& now) {
        if (shows) line.update(progress_of_job(now), std::chrono::steady_clock::now());
      });
  line.clear();
  if (!job) return console.fail(job.error());
  if (is_open_job(*job)) return leave_job(client, console, *job);
  if (console.json) {
    console.document(*job);
  } else if (text_at(*job, "state") == "failed") {
    console.fail(error_of_json(member(*job, "error")));
    if (number_at(member(*job, "counts"), "done") > 0)
      console.line("Until then: " + counts_of_job(*job) + ".");
  } else if (!console.quiet) {
    say_transfer(console, *job, options, config_option(common));
  }
  return exit_code_of_job(*job);
}

}  // namespace prospectd::cli
