// The grammar of the verbs that pull and push prospects, of drift scans, and of the jobs that this makes.
#include <CLI/CLI.hpp>

#include "daemon/cli/command_parts.h"
#include "daemon/cli/help_text.h"

namespace prospectd::cli {
namespace {

constexpr size_t kJobRowsShownMax = 1'000;
constexpr size_t kSyncRowsShownMax = 1'000;

void add_transfer(CLI::App& app, const std::string& kind, TransferOptions& options) {
  options.kind = kind;
  const bool pulls = kind == "pull";
  CLI::App* verb = add_verb(app, kind);
  verb->add_option("ID", options.ids, "prospects' numbers");
  verb->add_option("--filter", options.filter, "those that match (docs/filters.md)")->type_name("EXPR");
  verb->add_flag("--all", options.all, "every prospect");
  CLI::Option* force = verb->add_flag(
      "--force", options.force,
      pulls ? "every mapped field takes the CRM's value, local edits included; never clears an opt-out"
            : "every mapped field goes out, over what the CRM holds; never clears an opt-out");
  verb->add_flag("--include-blanks", options.blanks, "with --force: blanks replace values, too")
      ->needs(force);
  CLI::Option* dry_run =
      verb->add_flag("--dry-run", options.dry_run, "say what would change and what it costs; write nothing");
  verb->add_flag("--save", options.save, "with --dry-run: keep it for 24 hours, to be applied")
      ->needs(dry_run);
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

void add_sync(CLI::App& app, SyncOptions& sync) {
  CLI::App* verb = add_verb(app, "sync");
  verb->add_option("CONNECTION", sync.connection, "one connection (default: all)");
  CLI::Option* dry = verb->add_flag("--dry-run", sync.dry_run, "say what a sync would do; write nothing");
  verb->add_flag("--accept-mass-change", sync.accept_mass_change,
                 "let the change pass that the brake has stopped")
      ->excludes(dry);
  verb->add_option("--rows", sync.rows, "rows of a dry run to show (default 10)")
      ->type_name("N")
      ->check(CLI::Range(size_t{0}, kSyncRowsShownMax).description(""));
}

void add_rows_option(CLI::App* verb, size_t& rows, const std::string& what) {
  verb->add_option("--rows", rows, "how many " + what + " to tell of at most (default 20)")
      ->type_name("N")
      ->check(CLI::Range(size_t{0}, kJobRowsShownMax).description(""));
}

namespace {

void add_plans(CLI::App& app, PlanOptions& plan, TransferOptions& apply) {
  CLI::App* plans = add_verb(app, "plan");
  plans->require_subcommand(0, 1);
  for (const char* action : {"list", "show", "drop"}) {
    CLI::App* verb = add_verb(*plans, action, "plan ");
    verb->callback([&plan, action] { plan.action = action; });
    if (std::string_view(action) == "list") continue;
    verb->add_option("ID", plan.id, "as it was told when it was saved: p-7f3a")->required();
    if (std::string_view(action) == "show") add_rows_option(verb, plan.rows);
  }
  CLI::App* verb = add_verb(app, "apply");
  verb->add_option("PLAN", apply.plan, "p-7f3a, as plan list says")->required();
  add_rows_option(verb, apply.rows);
}

}  // namespace

void add_jobs(CLI::App& app, JobDrafts& drafts) {
  add_transfer(app, "pull", drafts.pull);
  add_transfer(app, "push", drafts.push);
  add_verify(app, drafts.verify);
  CLI::App* jobs = add_verb(app, "jobs");
  jobs->require_subcommand(0, 1);
  add_plans(app, drafts.plan, drafts.apply);
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
  if (verb == "plan") made.verb = std::move(drafts.plan);
  if (verb == "apply") made.verb = std::move(drafts.apply);
  if (verb == "verify") made.verb = std::move(drafts.verify);
  if (verb == "jobs") made.verb = std::move(drafts.jobs);
}

}  // namespace prospectd::cli
