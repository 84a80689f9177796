// `verify`: a drift scan of the daemon's that is waited for.
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/cycle_words.h"
#include "daemon/cli/interrupt.h"
#include "daemon/cli/job_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

struct DriftWords {
  const char* name;
  const char* words;
};
constexpr DriftWords kDriftWords[] = {
    {"missingHere", "missing here"},
    {"stale", "older here"},
    {"unexpected", "newer here"},
    {"goneThere", "gone in the CRM"},
};

Progress progress_of_scan(const Tree& scan) {
  Progress progress;
  progress.label = "verify";
  progress.done = number_at(scan, "done");
  progress.total = number_at(scan, "total");
  return progress;
}

int64_t apart_in(const Tree& object) {
  int64_t sum = 0;
  for (const DriftWords& row : kDriftWords)
    sum += number_at(object, row.name);
  return sum;
}

// "2 missing here, 1 gone in the CRM; 3 repaired"
std::string object_words(const Tree& object) {
  std::string text;
  for (const DriftWords& row : kDriftWords) {
    const int64_t n = number_at(object, row.name);
    if (n > 0) text += (text.empty() ? "" : ", ") + group_digits(n) + " " + row.words;
  }
  if (text.empty()) return member(object, "message").is_string() ? "not to the end" : "agrees";
  const int64_t repaired = number_at(object, "repaired");
  return repaired > 0 ? text + "; " + group_digits(repaired) + " repaired" : text;
}

void say_scan_rows(Console& console, const Tree& scan, size_t limit) {
  const Tree& rows = member(scan, "rows");
  if (!rows.is_array() || rows.empty() || limit == 0) return;
  Table table({{"what"}, {"object"}, {"CRM record"}, {"prospect"}, {"repair"}, {"done"}, {"why", true}});
  const size_t shown = std::min(limit, rows.size());
  for (size_t i = 0; i < shown; ++i) {
    const Tree& row = rows[i];
    table.add({text_at(row, "kind"), text_at(row, "object"), text_at(row, "remoteId"),
               text_at(row, "prospectId"), text_at(row, "action"), flag_at(row, "repaired") ? "yes" : "no",
               text_at(row, "message")});
  }
  console.line();
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (shown == rows.size() && !flag_at(scan, "rowsCut")) return;
  console.line("The first " + group_digits(static_cast<int64_t>(shown)) + "; more: --rows N");
}

void say_scan(Console& console, const Tree& scan, const VerifyOptions& options) {
  int64_t apart = 0;
  int64_t repaired = 0;
  int64_t stopped = 0;
  for (const Tree& object : member(scan, "objects")) {
    apart += apart_in(object);
    repaired += number_at(object, "repaired");
    console.line("  " + pad_to(shown_at(object, "object"), 12) + group_digits(number_at(object, "compared")) +
                 " compared: " + object_words(object));
    if (!member(object, "message").is_string()) continue;
    ++stopped;
    console.line("    " + console.tone(Tone::kWarning, "stopped") + "  " + shown_at(object, "message"));
  }
  const std::string calls = counted(number_at(scan, "calls"), "CRM call") + ".";
  if (stopped > 0)
    console.line(console.tone(Tone::kWarning, "Not everything was compared") + ": reading stopped at " +
                 counted(stopped, "object") + ", as is said above.");
  if (apart == 0) {
    console.line((stopped > 0 ? "No drift was found before that; " : "No drift was found; ") + calls);
    return;
  }
  say_scan_rows(console, scan, options.rows);
  console.line(counted(apart, "record") + " apart, " + group_digits(repaired) + " repaired; " + calls);
  if (options.dry_run) {
    for (const std::string& line : outcomes_of({{"people", member(scan, "effects")}}, true))
      console.line(line);
  }
  if (repaired < apart) console.line("Repair: prospectd verify --repair");
}

// Apart and not repaired, or not compared to the end: something is left to do.
ExitCode exit_code_of_scan(const Tree& scan) {
  const std::string state = text_at(scan, "state");
  if (state == "failed") return exit_code_of(error_of_json(member(scan, "error")));
  if (state == "cancelled") return ExitCode::kInterrupted;
  for (const Tree& object : member(scan, "objects")) {
    if (member(object, "reason").is_string()) return ExitCode::kPartial;
    if (apart_in(object) > number_at(object, "repaired")) return ExitCode::kPartial;
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode verb_verify(const CommonOptions& common, const VerifyOptions& options, Console& console) {
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  const DaemonClient& client = *access.client;
  const Interrupt interrupt;
  const Tree order = {{"object", options.object},
                      {"connection", options.connection},
                      {"repair", options.repair},
                      {"yes", options.yes},
                      {"dryRun", options.dry_run}};
  const auto started = client.post("/v1/verifications", order);
  if (!started) return console.fail(started.error());
  ProgressLine line(console.err(), console.err_terminal);
  const bool shows = !console.quiet && !console.json;
  const auto scan = await_job(client, "/v1/verifications/", flattened(member(*started, "data")), interrupt,
                              [&](const Tree& now) {
                                if (shows)
                                  line.update(progress_of_scan(now), std::chrono::steady_clock::now());
                              });
  line.clear();
  if (!scan) return console.fail(scan.error());
  if (is_open_job(*scan)) return leave_job(client, console, *scan);
  if (console.json) {
    console.document(*scan);
  } else if (text_at(*scan, "state") == "failed") {
    console.fail(error_of_json(member(*scan, "error")));
  } else if (!console.quiet) {
    say_scan(console, *scan, options);
  }
  return exit_code_of_scan(*scan);
}

}  // namespace prospectd::cli
