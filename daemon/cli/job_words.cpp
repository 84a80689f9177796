#include "daemon/cli/job_words.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

using Tree = nlohmann::json;

std::string value_text(const Tree& names, const Tree& change, const char* which) {
  const Tree& value = member(change, which);
  if (value.is_null()) return "(blank)";
  return value.is_string() ? value.get<std::string>() : named_words(names, text_at(change, "field"), value);
}

void add_job_row(Table& table, const Tree& row, const Tree& names) {
  const std::string id = text_at(row, "prospectId");
  const std::string outcome = text_at(row, "outcome");
  const Tree& changes = member(row, "changes");
  if (changes.empty()) {
    table.add({id, outcome, "", "", "", outcome == "unchanged" ? "" : text_at(row, "message")});
  }
  for (const Tree& change : changes) {
    table.add({id, outcome, text_at(change, "field"), value_text(names, change, "before"),
               value_text(names, change, "after"), text_at(row, "reason")});
  }
  for (const Tree& error : member(row, "errors"))
    table.add({id, "not taken", text_at(error, "field"), "", "", text_at(error, "message")});
}

}  // namespace

Progress progress_of_job(const Tree& job) {
  Progress progress;
  progress.label = text_at(job, "kind");
  progress.done = number_at(member(job, "counts"), "done");
  progress.total = number_at(job, "total");
  return progress;
}

std::string counts_of_job(const Tree& job) {
  const Tree& counts = member(job, "counts");
  std::string text;
  for (const char* name : {"changed", "unchanged", "waiting", "refused"}) {
    const int64_t n = number_at(counts, name);
    if (n == 0) continue;
    text += (text.empty() ? "" : " · ") + group_digits(n) + " " + name;
  }
  std::string reasons;
  const Tree& refused_by = member(counts, "refusedBy");
  if (refused_by.is_object()) {
    for (const auto& [code, count] : refused_by.items()) {
      reasons += (reasons.empty() ? "" : ", ") + harmless(code) + " " +
                 group_digits(count.is_number_integer() ? count.get<int64_t>() : 0);
    }
  }
  if (!reasons.empty()) text += " (" + reasons + ")";
  return text.empty() ? "no prospect" : text;
}

void say_job_rows(Console& console, const Tree& job, size_t limit) {
  const Tree& rows = member(job, "rows");
  if (!rows.is_array() || rows.empty() || limit == 0) return;
  Table table({{"prospect"}, {"outcome"}, {"field", true}, {"from", true}, {"to", true}, {"why", true}});
  const size_t shown = std::min(limit, rows.size());
  for (size_t i = 0; i < shown; ++i)
    add_job_row(table, rows[i], member(job, "names"));
  console.line();
  for (const std::string& line : table.lines(console.out_terminal))
    console.line(line);
  if (shown == rows.size() && !flag_at(job, "rowsCut")) return;
  console.line("The first " + group_digits(static_cast<int64_t>(shown)) + "; more: --rows N");
}

ExitCode exit_code_of_job(const Tree& job) {
  const std::string state = text_at(job, "state");
  if (state == "failed") return exit_code_of(error_of_json(member(job, "error")));
  if (state == "cancelled") return ExitCode::kInterrupted;
  return number_at(member(job, "counts"), "refused") > 0 ? ExitCode::kPartial : ExitCode::kOk;
}

}  // namespace prospectd::cli
