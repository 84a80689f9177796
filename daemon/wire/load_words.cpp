#include "daemon/wire/load_words.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"

namespace prospectd::wire {
namespace {

using Json = nlohmann::json;

constexpr size_t kIssuesShown = 10;

std::string line_of_file(const sandbox::LoadedFile& file) {
  constexpr size_t kObjectCells = 16;
  std::string line = "  " + cli::pad_to(cli::harmless(file.object), kObjectCells) + " " +
                     cli::counted(file.records, "record");
  const auto add = [&](int64_t n, const std::string& what) {
    if (n > 0) line += ", " + what;
  };
  add(file.deleted, cli::counted(file.deleted, "record") + " of them in the recycle bin");
  add(file.refused, cli::counted(file.refused, "row") + " left out");
  add(file.dangling, cli::counted(file.dangling, "lookup") + " to records that are not there");
  const auto made = static_cast<int64_t>(file.custom_fields.size());
  add(made, cli::counted(made, "field") + " made");
  if (file.columns_passed_over == 0) return line;
  line += ", passed over: ";
  for (size_t i = 0; i < file.passed_over.size(); ++i)
    line += (i > 0 ? " " : "") + cli::harmless(file.passed_over[i]);
  const auto more = file.columns_passed_over - static_cast<int64_t>(file.passed_over.size());
  return more > 0 ? line + " and " + std::to_string(more) + " more" : line;
}

Json json_of_file(const sandbox::LoadedFile& file) {
  return {{"file", file.file},
          {"object", file.object},
          {"records", file.records},
          {"refused", file.refused},
          {"deleted", file.deleted},
          {"danglingLookups", file.dangling},
          {"customFields", file.custom_fields},
          {"columnsPassedOver", file.columns_passed_over},
          {"passedOver", file.passed_over}};
}

}  // namespace

void LoadLine::show(const sandbox::LoadProgress& progress) {
  constexpr uint64_t kKilobyte = 1'000;
  const Clock::time_point now = Clock::now();
  const double took = std::chrono::duration<double>(now - began_).count();
  cli::Progress shown;
  shown.label = "loading " + progress.object + ", kB";
  shown.done = static_cast<int64_t>(progress.bytes / kKilobyte);
  shown.total = static_cast<int64_t>(progress.of_bytes / kKilobyte);
  shown.rate = took > 0 ? static_cast<double>(shown.done) / took : 0;
  line_.update(shown, now);
}

std::vector<std::string> load_lines(const sandbox::LoadReport& report) {
  std::vector<std::string> lines;
  for (const sandbox::LoadedFile& file : report.files)
    lines.push_back(line_of_file(file));
  const size_t shown = std::min(report.issues.size(), kIssuesShown);
  for (size_t i = 0; i < shown; ++i)
    lines.push_back("  not taken  " + cli::harmless(report.issues[i].text()));
  if (const auto more = report.issues_total - static_cast<int64_t>(shown); more > 0)
    lines.push_back("  not taken  " + cli::counted(more, "more thing") + "; --json lists them");
  for (const std::string& note : report.notes)
    lines.push_back("  note       " + cli::harmless(note));
  return lines;
}

Json load_json(const sandbox::LoadReport& report) {
  Json files = Json::array();
  int64_t refused = 0;
  int64_t dangling = 0;
  for (const sandbox::LoadedFile& file : report.files) {
    files.push_back(json_of_file(file));
    refused += file.refused;
    dangling += file.dangling;
  }
  Json issues = Json::array();
  for (const sandbox::LoadIssue& issue : report.issues)
    issues.push_back({{"file", issue.file}, {"line", issue.line}, {"reason", issue.reason}});
  return {{"records", report.records()}, {"refused", refused},          {"danglingLookups", dangling},
          {"files", std::move(files)},   {"issues", std::move(issues)}, {"issuesTotal", report.issues_total},
          {"notes", report.notes}};
}

}  // namespace prospectd::wire
