#include "tests/bench/rows.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "tests/bench/profile.h"

namespace prospectd::bench {
namespace {

std::string folder_of(const BenchOptions& options) {
  return std::filesystem::absolute(options.out).parent_path().string();
}

Result<void> profile(Bench& bench) {
  bench.bed.forget_database(Program::kImport);
  PD_ASSIGN(text, profile_child(bench.bed.words_of(Program::kImport), bench.bed.work().file("perf.data")));
  std::printf("\n%s", text.c_str());
  return {};
}

}  // namespace

Result<std::unique_ptr<Bed>> Bench::other_bed(int64_t people) const {
  return Bed::make(folder_of(options), people, options.pages_per_commit);
}

void Bench::tell(int round, const std::string& what) const {
  std::fprintf(stderr, "  %d/%d %s\n", round + 1, options.runs, what.c_str());
}

Result<void> run_rows(const BenchOptions& options) {
  PD_ASSIGN(bed, Bed::make(folder_of(options), options.people, options.pages_per_commit));
  std::printf("%s people, medians of %d\n", group_digits(options.people).c_str(), options.runs);
  Report report;
  Bench bench{options, report, *bed};
  for (const Row& row : kRows) {
    const bool wanted =
        options.rows.empty() || std::ranges::find(options.rows, row.name) != options.rows.end();
    if (wanted) PD_TRY(row.run(bench));
  }
  if (options.profile) PD_TRY(profile(bench));
  PD_TRY(report.write_json(options.out, {options.people, options.runs, options.pages_per_commit}));
  std::fprintf(stderr, "Written to %s\n", options.out.c_str());
  return bed->finish();
}

}  // namespace prospectd::bench
