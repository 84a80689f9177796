// The grammar of the verbs that pull and push prospects, of drift scans, and of the jobs that this makes.
#include <CLI/CLI.hpp>

#include "daemon/cli/command_parts.h"
#include "daemon/cli/help_text.h"

namespace prospectd::cli {
namespace {

constexpr size_t kJobRowsShownMax = 1'000;

void add_rows_option(CLI::App* verb, size_t& rows, const std::string& what = "prospects") {
  verb->add_option("--rows", rows, "how many " + what + " to tell of at most (default 20)")
      ->type_name("N")
      ->check(CLI::Range(size_t{0}, kJobRowsShownMax).description(""));
}

void add_transfer(CLI::App& app, const std::string& kind, TransferOptions& options) {
  options.kind = kind;
  const bool pulls = kind == "pull";
  CLI::App* verb = add_verb(app, kind);
  CLI::Option* ids = verb->add_option("ID", options.ids, "prospects' numbers");
  CLI::Option* filter =
      verb->add_option("--filter", options.filter, "those that match (docs/filters.md)")->type_name("EXPR");
  CLI::Option* all = verb->add_flag("--all", options.all, "every prospect");
  ids->excludes(filter)->excludes(all);
  filter->excludes(all);
  CLI::Option* force = verb->add_flag(
      "--force", options.force,
      pulls ? "every mapped field takes the CRM's value, local edits included; never clears an opt-out"
            : "every mapped field goes out, over what the CRM holds; never clears an opt-out");
  verb->add_flag("--include-blanks", options.blanks, "with --force: blanks replace values, too")
      ->needs(force);
  verb->add_flag("--dry-run", options.dry_run, "say what would change and what it costs; write nothing");
  verb->add_option("--connection", options.connection, "over this one alone")->type_name("NAME");
  add_rows_option(verb, options.rows);
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App* verb = add_verb(app, "verify");
  verb->add_option("--connection", options.connection, "over this one alone")->type_name("NAME");
  verb->add_option("--object", options.object, "this one alone, by its API name")->type_name("OBJECT");
  CLI::Option* repair =
      verb->add_flag("--repair", options.repair, "bring here what the CRM has, close links that are gone");
  verb->add_flag("--yes", options.yes, "with --repair: even where a large share of the links is closed")
      ->needs(repair);
  verb->add_flag("--dry-run", options.dry_run, "with --repair: say what it would do; keep nothing");
  add_rows_option(verb, options.rows, "records");
}

}  // namespace

void add_jobs(CLI::App& app, JobDrafts& drafts) {
  add_transfer(app, "pull", drafts.pull);
  add_transfer(app, "push", drafts.push);
  add_verify(app, drafts.verify);
  CLI::App* jobs = add_verb(app, "jobs");
  jobs->require_subcommand(0, 1);
  JobsOptions& options = drafts.jobs;
  for (const char* action : {"list", "show", "cancel"}) {
    CLI::App* verb = add_verb(*jobs, action, "jobs ");
    verb->callback([&options, action] { options.action = action; });
    if (std::string_view(action) == "list") continue;
    verb->add_option("ID", options.id, "the job's number")->required();
    if (std::string_view(action) == "show") add_rows_option(verb, options.rows);
  }
}

void take_job_verb(const std::string& verb, JobDrafts&& drafts, Invocation& made) {
  if (verb == "pull") made.verb = std::move(drafts.pull);
  if (verb == "push") made.verb = std::move(drafts.push);
  if (verb == "verify") made.verb = std::move(drafts.verify);
  if (verb == "jobs") made.verb = std::move(drafts.jobs);
}

}  // namespace prospectd::cli
