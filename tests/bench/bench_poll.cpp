#include <algorithm>
#include <cstdio>
#include <map>

#include "base/text.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

struct Case {
  int64_t changes;
  int repeats;  ///< for each of the bench's runs: short polls vary more
  double goal_ms;
};
constexpr Case kCases[] = {{0, 5, 5}, {100, 5, 10}, {10'000, 1, 100}};

struct Polled {
  std::vector<double> beyond;
  std::vector<double> cycle;
  std::vector<double> fetch;
  std::vector<double> bare;
  std::vector<double> read;
  std::vector<double> calls;
  std::vector<double> calls_an_object;
};

Result<void> take(const std::string& line, Polled& polled) {
  PD_ASSIGN(cycle, figure_in(line, "cycle_ms"));
  PD_ASSIGN(fetch, figure_in(line, "fetch_ms"));
  PD_ASSIGN(bare, figure_in(line, "bare_ms"));
  PD_ASSIGN(read, figure_in(line, "read"));
  PD_ASSIGN(calls, figure_in(line, "calls"));
  PD_ASSIGN(metered, figure_in(line, "metered"));
  PD_ASSIGN(objects, figure_in(line, "objects"));
  polled.beyond.push_back(cycle - fetch);
  polled.cycle.push_back(cycle);
  polled.fetch.push_back(fetch);
  polled.bare.push_back(bare);
  polled.read.push_back(read);
  polled.calls.push_back(calls);
  polled.calls_an_object.push_back(metered / std::max(objects, 1.0));
  return {};
}

Result<std::map<int64_t, Polled>> measure_poll(Bench& bench) {
  std::vector<int64_t> changes;
  for (const Case& one : kCases)
    changes.insert(changes.end(), static_cast<size_t>(one.repeats * bench.options.runs), one.changes);
  PD_ASSIGN(lines, bench.bed.poll(changes));
  std::map<int64_t, Polled> all;
  for (size_t i = 0; i < lines.size(); ++i)
    PD_TRY(take(lines[i], all[changes[i]]));
  return all;
}

}  // namespace

Result<void> bench_poll(Bench& bench) {
  std::fprintf(stderr, "  polls\n");
  PD_ASSIGN(all, measure_poll(bench));
  Report& report = bench.report;
  report.begin("poll", "A poll of a linked database, beside the bare pipeline and a bare fetch");
  for (const Case& one : kCases) {
    const Polled& polled = all[one.changes];
    const std::string name = "poll_" + std::to_string(one.changes);
    const std::string changed = group_digits(one.changes) + " changed: ";
    report.add({name, changed + "ms beyond network", polled.beyond, 1, "a bare upsert of the changes",
                polled.bare, at_most(one.goal_ms)});
    report.add({name + "_cycle", changed + "ms a cycle", polled.cycle, 1, "a bare fetch", polled.fetch});
    report.add({name + "_read", changed + "records read", polled.read});
    report.add({name + "_calls", changed + "CRM calls", polled.calls});
    if (one.changes > 0) continue;
    report.add({name + "_calls_an_object",
                changed + "metered calls an object",
                polled.calls_an_object,
                2,
                {},
                {},
                at_most(1)});
  }
  return {};
}

}  // namespace prospectd::bench
