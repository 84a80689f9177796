#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr int64_t kDelayMs = 100;
constexpr double kRatio = 5;

Result<void> measure(Bench& bench, std::vector<Figures>& bare, std::vector<Figures>& ours) {
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "latency");
    PD_ASSIGN(piped, bench.bed.afresh(Program::kBare));
    PD_ASSIGN(imported, bench.bed.afresh(Program::kImport));
    bare.push_back(piped);
    ours.push_back(imported);
  }
  return {};
}

}  // namespace

Result<void> bench_latency(Bench& bench) {
  std::vector<Figures> bare, ours;
  PD_TRY(bench.bed.set_delay(kDelayMs));
  const Result<void> measured = measure(bench, bare, ours);
  PD_TRY(bench.bed.set_delay(0));
  PD_TRY(measured);
  const auto rate = [](const Figures& f) { return f.rate(); };
  const auto calls = [](const Figures& f) { return f.calls; };
  Report& report = bench.report;
  report.begin("latency", "An import at 100 ms a request, beside the bare pipeline's sequential paging");
  report.add({"latency_rate", "records/s", each(ours, rate), 0, "the bare pipeline", each(bare, rate),
              ratio_at_least(kRatio)});
  report.add({"latency_calls", "CRM calls", each(ours, calls), 0, "the bare pipeline", each(bare, calls)});
  return {};
}

}  // namespace prospectd::bench
