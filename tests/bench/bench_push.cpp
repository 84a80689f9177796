#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr int64_t kUpdates = 100'000;
constexpr int64_t kRowsACall = 200;
constexpr double kGoalRate = 300'000;

struct PushFigures {
  std::vector<double> rate;
  std::vector<double> bare_rate;
  std::vector<double> cpu;
  std::vector<double> write_calls;
  std::vector<double> other_calls;
};

Result<void> take_push(const std::string& line, PushFigures& all) {
  PD_ASSIGN(updates, figure_in(line, "updates"));
  PD_ASSIGN(seconds, figure_in(line, "seconds"));
  PD_ASSIGN(cpu, figure_in(line, "cpu_seconds"));
  PD_ASSIGN(bare, figure_in(line, "bare_seconds"));
  PD_ASSIGN(write_calls, figure_in(line, "write_calls"));
  PD_ASSIGN(other_calls, figure_in(line, "other_calls"));
  all.rate.push_back(updates / seconds);
  all.bare_rate.push_back(updates / bare);
  all.cpu.push_back(cpu * 1e6 / updates);
  all.write_calls.push_back(write_calls);
  all.other_calls.push_back(other_calls);
  return {};
}

}  // namespace

Result<void> bench_push(Bench& bench) {
  std::fprintf(stderr, "  pushes\n");
  const int64_t updates = std::min(kUpdates, bench.options.people / 2);
  PD_ASSIGN(lines, bench.bed.push(updates, bench.options.runs));
  PushFigures all;
  for (const std::string& line : lines)
    PD_TRY(take_push(line, all));
  Report& report = bench.report;
  report.begin("push", group_digits(updates) +
                           " changes made here written to the CRM, beside the same "
                           "calls sent from memory");
  report.add({"push_rate", "updates/s, read from the database", all.rate, 0, "the calls alone", all.bare_rate,
              at_least(kGoalRate)});
  report.add({"push_cpu", "CPU an update, us", all.cpu, 2});
  report.add({"push_write_calls",
              "write calls",
              all.write_calls,
              0,
              {},
              {},
              at_most(static_cast<double>((updates + kRowsACall - 1) / kRowsACall))});
  report.add({"push_other_calls", "other calls", all.other_calls});
  return {};
}

}  // namespace prospectd::bench
