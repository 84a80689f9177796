#include <algorithm>

#include "base/text.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr int64_t kPart = 10;
constexpr double kGrowth = 1.15;

using Runs = std::vector<Figures>;

double time_us(const Figures& f) {
  return f.records > 0 ? f.seconds * 1e6 / static_cast<double>(f.records) : 0;
}
double cpu_us(const Figures& f) {
  return f.cpu_us_per_record();
}

}  // namespace

Result<void> bench_growth(Bench& bench) {
  const int64_t part = std::max<int64_t>(bench.options.people / kPart, 1);
  PD_ASSIGN(small, bench.other_bed(part));
  Runs ours_small, ours_large, bare_small, bare_large;
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "growth");
    PD_ASSIGN(bare_of_part, small->afresh(Program::kBare));
    PD_ASSIGN(of_part, small->afresh(Program::kImport));
    PD_ASSIGN(bare_of_all, bench.bed.afresh(Program::kBare));
    PD_ASSIGN(of_all, bench.bed.afresh(Program::kImport));
    bare_small.push_back(bare_of_part);
    ours_small.push_back(of_part);
    bare_large.push_back(bare_of_all);
    ours_large.push_back(of_all);
  }
  Report& report = bench.report;
  const std::string reference = "the same at " + group_digits(part) + " people";
  report.begin("growth", "What a record costs in an import, beside " + reference);
  const auto line = [&](const char* name, const char* title, const Runs& large, const Runs& of_part,
                        double (*get)(const Figures&), Goal goal) {
    report.add({name, title, each(large, get), 2, reference, each(of_part, get), goal});
  };
  line("growth_cpu", "CPU a record, us", ours_large, ours_small, cpu_us, ratio_at_most(kGrowth));
  line("growth_time", "time a record, us", ours_large, ours_small, time_us, ratio_at_most(kGrowth));
  line("growth_bare_cpu", "bare pipeline, CPU a record, us", bare_large, bare_small, cpu_us, {});
  line("growth_bare_time", "bare pipeline, time a record, us", bare_large, bare_small, time_us, {});
  return small->finish();
}

}  // namespace prospectd::bench
