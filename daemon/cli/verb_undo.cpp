// `undo`: what a cause has changed is set back, as far as it still is as the cause left it.
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/list_call.h"
#include "daemon/cli/table.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

constexpr std::chrono::minutes kUndoTimeout{10};  // of a job with many parts, each a commit

// "c-12 · edit · prospect 42 · by ana@acme.test · 2026-11-20 08:15:30"
std::string head_of_undo(const Tree& told) {
  std::string head = shown_at(told, "id");
  for (const char* name : {"kind", "detail"}) {
    const std::string word = shown_at(told, name);
    if (!word.empty()) head += " · " + word;
  }
  head += " · by " + shown_at(told, "actor");
  const auto when = time_at(told, "at");
  return when ? head + " · " + moment(*when) : head;
}

// "2 values restored · 1 changed since and stays · 3 not undone"
std::string counts_of_undo(const Tree& told) {
  const Tree& counts = member(told, "counts");
  const bool dry = flag_at(told, "dryRun");
  std::string text;
  const auto add = [&](const char* name, const std::string& what) {
    const int64_t n = number_at(counts, name);
    if (n > 0) text += (text.empty() ? "" : " · ") + group_digits(n) + " " + what;
  };
  add("restored", dry ? "would be restored" : "restored");
  add("already", "as it was before already");
  add("changedSince", "changed since, left alone");
  add("refused", "not undone");
  return text;
}

std::string outcome_words(const Tree& row) {
  const std::string outcome = text_at(row, "outcome");
  if (outcome == "changed_since") return "changed since";
  return outcome == "refused" ? "not undone" : outcome;
}

std::string why_words(const Tree& row) {
  const std::string by = text_at(row, "changedBy");
  if (!by.empty()) return "by " + by;
  return text_at(row, "message");
}

void say_undo_rows(Console& console, const Tree& told, size_t limit) {
  const Tree& rows = member(told, "rows");
  const Tree& names = member(told, "names");
  if (!rows.is_array() || rows.empty() || limit == 0) return;
  Table table({{"prospect"},
               {"field", true},
               {"of the"},
               {"outcome"},
               {"found", true},
               {"before", true},
               {"why", true}});
  const size_t shown = std::min(limit, rows.size());
  for (size_t i = 0; i < shown; ++i) {
    const Tree& row = rows[i];
    const bool has_values = text_at(row, "outcome") != "refused";
    const bool in_crm = text_at(row, "side") == "crm";
    const std::string field = text_at(row, "field");
    table.add({text_at(row, "prospectId"), field, in_crm ? "CRM" : "prospect", outcome_words(row),
               has_values ? named_words(names, field, member(row, "now")) : "",
               has_values ? named_words(names, field, member(row, "before")) : "", why_words(row)});
  }
  console.line();
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (shown < rows.size() || flag_at(told, "rowsCut"))
    console.line("The first " + group_digits(static_cast<int64_t>(shown)) + "; more: --rows N");
}

void say_what_follows(Console& console, const Tree& told, const UndoOptions& options,
                      const std::string& config) {
  const int64_t pushes = number_at(told, "pushes");
  if (pushes > 0) {
    console.line(counted(pushes, "prospect") +
                 (options.dry_run ? " would be" : (pushes == 1 ? " is" : " are")) +
                 " written to the CRM, each field where the CRM still holds our value.");
  }
  if (options.dry_run) {
    console.line("Nothing was written. Undo: prospectd undo " + harmless(options.of) + config);
    return;
  }
  for (const Tree& cause : member(told, "causes")) {
    if (cause.is_string())
      console.line("To have it again: prospectd undo " + harmless(cause.get<std::string>()) + config);
  }
}

void say_undo(Console& console, const Tree& told, const UndoOptions& options, const std::string& config) {
  const Tree& counts = member(told, "counts");
  const bool nothing = number_at(counts, "restored") == 0;
  console.line(console.tone(Tone::kStrong, head_of_undo(told)));
  const std::string words = counts_of_undo(told);
  console.line((options.dry_run ? "Dry run: "
                : nothing       ? "Nothing was changed: "
                                : "Undone: ") +
               (words.empty() ? std::string("there is nothing to restore") : words) + ".");
  if (console.quiet) return;
  say_undo_rows(console, told, options.rows);
  if (!nothing) say_what_follows(console, told, options, config);
}

}  // namespace

ExitCode verb_undo(const CommonOptions& common, const UndoOptions& options, Console& console) {
  DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  access.client->set_timeout(kUndoTimeout);
  const auto answer = access.client->post("/v1/undos", {{"cause", options.of}, {"dryRun", options.dry_run}});
  if (!answer) return console.fail(answer.error());
  const Tree told = flattened(member(*answer, "data"));
  if (console.json) {
    console.document(told);
  } else {
    say_undo(console, told, options, config_option(common));
  }
  const Tree& counts = member(told, "counts");
  const bool left = number_at(counts, "changedSince") + number_at(counts, "refused") > 0;
  return left ? ExitCode::kPartial : ExitCode::kOk;
}

}  // namespace prospectd::cli
