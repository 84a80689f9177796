#include <algorithm>
#include <map>

#include "base/text.h"
#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr int64_t kSmall = 10'000;
constexpr int64_t kMiddle = 200'000;
constexpr double kMegabyte = 1e6;
constexpr double kPeakMegabytes = 64;
constexpr double kIdleMegabytes = 32;
constexpr double kGrowthGoal = 1.10;

struct Size {
  std::unique_ptr<Bed> own;  ///< none: the bench's
  Bed* bed = nullptr;
  std::vector<Figures> bare;
  std::vector<Figures> ours;
};
using Sizes = std::map<int64_t, Size>;

double peak(const Figures& f) {
  return static_cast<double>(f.peak_bytes) / kMegabyte;
}

Result<Sizes> make_sizes(Bench& bench) {
  Sizes sizes;
  for (const int64_t people : {kSmall, kMiddle, bench.options.people}) {
    // What is larger than asked for would take longer than asked for.
    if (people > bench.options.people || sizes.contains(people)) continue;
    Size& size = sizes[people];
    size.bed = &bench.bed;
    if (people == bench.options.people) continue;
    PD_ASSIGN(bed, bench.other_bed(people));
    size.own = std::move(bed);
    size.bed = size.own.get();
  }
  return sizes;
}

}  // namespace

Result<void> bench_memory(Bench& bench) {
  PD_ASSIGN(sizes, make_sizes(bench));
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "memory");
    for (auto& [people, size] : sizes) {
      PD_ASSIGN(piped, size.bed->afresh(Program::kBare));
      PD_ASSIGN(imported, size.bed->afresh(Program::kImportIdle));
      size.bare.push_back(piped);
      size.ours.push_back(imported);
    }
  }
  Report& report = bench.report;
  report.begin("memory", "The resident set of an import, beside the bare pipeline's");
  for (const auto& [people, size] : sizes) {
    report.add({"peak_" + std::to_string(people), "peak at " + group_digits(people) + " people, MB",
                each(size.ours, peak), 1, "the bare pipeline", each(size.bare, peak),
                at_most(kPeakMegabytes)});
  }
  const Size& smallest = sizes.begin()->second;
  const Size& largest = sizes.rbegin()->second;
  if (sizes.size() > 1) {
    report.add({"peak_growth", "largest beside smallest, MB", each(largest.ours, peak), 1,
                "the smallest size", each(smallest.ours, peak), ratio_at_most(kGrowthGoal)});
  }
  report.add(
      {"idle",
       "idle after the largest import, MB",
       each(largest.ours, [](const Figures& f) { return static_cast<double>(f.idle_bytes) / kMegabyte; }),
       1,
       {},
       {},
       at_most(kIdleMegabytes)});
  return {};
}

}  // namespace prospectd::bench
