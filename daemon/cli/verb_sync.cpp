#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/cycle_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/sync_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

Progress progress_of(const Json& attributes) {
  Progress progress;
  progress.label = "sync";
  const Json& all = member(attributes, "progress");
  if (!all.is_array() || all.empty()) return progress;
  progress.label = text_at(all.front(), "object");
  for (const Json& one : all) {
    progress.done += number_at(one, "read");
    progress.total += number_at(one, "total");
    progress.rate += real_at(one, "rate");
  }
  return progress;
}

// "title 402 · phone 377", the most frequent first.
std::string fields_of(const Json& result) {
  const Json& fields = member(result, "fields");
  if (!fields.is_object()) return {};
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [name, n] : fields.items())
    sorted.emplace_back(n.is_number() ? n.get<int64_t>() : 0, harmless(name));
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string text;
  for (const auto& [n, name] : sorted)
    text += (text.empty() ? "" : " · ") + name + " " + group_digits(n);
  return text;
}

// "Ana Diaz (3)" of an owner's number.
std::string named_text(const Json& names, const Json& row, const char* which) {
  std::string text = text_at(row, which);
  const std::string name = text_at(member(names, text_at(row, "field")), text);
  return name.empty() ? text : name + " (" + text + ")";
}

void say_rows(Console& console, const Json& result, size_t limit) {
  const Json& rows = member(result, "rows");
  const Json& names = member(result, "names");
  if (!rows.is_array() || rows.empty() || limit == 0) return;
  Table table({{"what", false},
               {"object", false},
               {"CRM record", false},
               {"prospect", false},
               {"field", true},
               {"from", true},
               {"to", true},
               {"why", true}});
  const size_t shown = std::min(limit, rows.size());
  for (size_t i = 0; i < shown; ++i) {
    const Json& row = rows[i];
    const std::string prospect = text_at(row, "prospectId");
    table.add({text_at(row, "action"), text_at(row, "object"), text_at(row, "remoteId"),
               prospect.empty() ? "new" : prospect, text_at(row, "field"), named_text(names, row, "before"),
               named_text(names, row, "after"), text_at(row, "reason")});
  }
  console.line();
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (shown < rows.size()) {
    console.line("The first " + group_digits(static_cast<int64_t>(shown)) + " of " +
                 group_digits(static_cast<int64_t>(rows.size())) + "; more: --rows N");
  }
}

struct BrakeWords {
  const char* kind;
  const char* would;
};
constexpr BrakeWords kBrakeWords[] = {{"deletion", "be marked as deleted in the CRM"},
                                      {"blanking", "lose a value"},
                                      {"reowning", "get another owner"}};

void say_brake(Console& console, const Json& brake, const std::string& config) {
  if (!brake.is_object()) return;
  std::string would = "change";
  for (const BrakeWords& words : kBrakeWords)
    if (text_at(brake, "kind") == words.kind) would = words.would;
  console.line(console.tone(Tone::kWarning, "A sync would be stopped") + " by the mass-change brake before " +
               shown_at(brake, "object") + " " + shown_at(brake, "remoteId") + ": more than " +
               group_digits(number_at(brake, "most")) + " of " + group_digits(number_at(brake, "records")) +
               " linked records would " + would + ".");
  console.line("If that is right: prospectd sync --accept-mass-change" + config);
}

// `config` is what a command needs to find the same configuration.
void say_dry_run(Console& console, const Json& result, size_t rows, const std::string& config) {
  console.line("Dry run: " + reading_of(result) + ". Nothing was written.");
  const std::vector<std::string> outcomes = outcomes_of(result, true);
  for (const std::string& line : outcomes)
    console.line(line);
  if (outcomes.empty() && read_everything(result)) console.line("  A sync would find nothing to do.");
  if (const std::string fields = fields_of(result); !fields.empty()) console.line("  fields    " + fields);
  if (const int64_t pushes = number_at(result, "pushes"); pushes > 0)
    console.line(
        "  push      " + pad_to(group_digits(pushes), 9, Align::kRight) +
        (pushes == 1 ? " prospect to be written to the CRM" : " prospects to be written to the CRM"));
  if (flag_at(result, "truncated")) {
    console.line("  It stopped at the bound of a dry run: the counts are of what came before.");
  }
  say_rows(console, result, rows);
  say_brake(console, member(result, "brake"), config);
  if (!outcomes.empty() && !member(result, "brake").is_object())
    console.line("Apply: prospectd sync" + config);
}

void say_sync(Console& console, const Json& result) {
  const bool everything = read_everything(result);
  console.line((everything ? "Synced: " : "Not everything could be read: ") + reading_of(result) + ".");
  const std::vector<std::string> outcomes = outcomes_of(result, false);
  for (const std::string& line : outcomes)
    console.line(line);
  if (outcomes.empty() && everything) console.line("  Nothing to do: no newer change in the CRM.");
}

}  // namespace

ExitCode verb_sync(const CommonOptions& common, const SyncOptions& options, Console& console) {
  const DaemonAccess daemon = reach_daemon(common, console);
  if (!daemon.client) return daemon.code;
  ProgressLine line(console.err(), console.err_terminal);
  const bool shows = !console.quiet && !console.json;
  SyncCall call;
  call.connection = options.connection;
  call.dry_run = options.dry_run;
  call.accept_mass_change = options.accept_mass_change;
  call.on_progress = [&](const Json& attributes) {
    if (shows) line.update(progress_of(attributes), std::chrono::steady_clock::now());
  };
  const auto done = run_sync(*daemon.client, call);
  line.clear();
  if (!done) return console.fail(done.error());
  const Json& result = member(*done, "result");
  if (console.json) {
    console.document(*done);
  } else if (options.dry_run) {
    say_dry_run(console, result, options.rows, config_option(common));
  } else if (!console.quiet) {
    say_sync(console, result);
  }
  for (const std::string& trouble : troubles_of(result))
    console.hint("  " + painted(console.err_terminal, Tone::kWarning, "attention") + "  " + trouble);
  return read_everything(result) ? ExitCode::kOk : ExitCode::kPartial;
}

}  // namespace prospectd::cli
