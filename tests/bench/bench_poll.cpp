#include <algorithm>
#include <cstdio>
#include <map>

#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

struct Case {
  const char* name;
  const char* title;
  int64_t changes;
  bool together;  ///< in the database, as after an import of just these
  int repeats;    ///< for each of the bench's runs: short polls vary more
  double goal_ms;
};
constexpr Case kCases[] = {{"poll_0", "0 changed", 0, false, 5, 5},
                           {"poll_100", "100 changed", 100, false, 5, 10},
                           {"poll_10000", "10,000 changed", 10'000, false, 1, 100},
                           {"poll_10000_together", "10,000 that lie together", 10'000, true, 1, 100}};

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

using Measured = std::map<const Case*, Polled>;

// The cases of one kind in one process.
Result<void> measure_poll(Bench& bench, bool together, Measured& all) {
  std::vector<const Case*> cases;
  for (const Case& one : kCases) {
    if (one.together == together)
      cases.insert(cases.end(), static_cast<size_t>(one.repeats * bench.options.runs), &one);
  }
  std::vector<int64_t> changes;
  for (const Case* one : cases)
    changes.push_back(one->changes);
  PD_ASSIGN(lines, bench.bed.poll(changes, together));
  for (size_t i = 0; i < lines.size(); ++i)
    PD_TRY(take(lines[i], all[cases[i]]));
  return {};
}

}  // namespace

Result<void> bench_poll(Bench& bench) {
  std::fprintf(stderr, "  polls\n");
  Measured all;
  for (const bool together : {false, true})
    PD_TRY(measure_poll(bench, together, all));
  Report& report = bench.report;
  report.begin("poll", "A poll of a linked database, beside the bare pipeline and a bare fetch");
  for (const Case& one : kCases) {
    const Polled& polled = all[&one];
    const std::string name = one.name;
    const std::string changed = std::string(one.title) + ": ";
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
