#include "tests/bench/rows.h"

namespace prospectd::bench {
namespace {

constexpr double kImportRatio = 1.0;
constexpr double kAgainRatio = 1.0;
constexpr double kCpuMicroseconds = 8;

using Runs = std::vector<Figures>;

double rate(const Figures& f) {
  return f.rate();
}

// A rate tells nothing when one of the two has read less.
Result<void> compare_people(const Runs& ours, const Runs& bare) {
  for (size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].people == bare[i].people) continue;
    return make_error(ErrorCode::kInternal, "prospectd read " + std::to_string(ours[i].people) +
                                                " people, the bare pipeline " +
                                                std::to_string(bare[i].people));
  }
  return {};
}

Line beside(const char* name, const char* title, int decimals, const Runs& ours, const Runs& bare,
            double (*get)(const Figures&), Goal goal = {}) {
  return {name, title, each(ours, get), decimals, "the bare pipeline", each(bare, get), goal};
}

}  // namespace

Result<void> bench_import(Bench& bench) {
  Runs fetch, bare, ours;
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "import");
    PD_ASSIGN(fetched, bench.bed.afresh(Program::kBareFetch));
    PD_ASSIGN(piped, bench.bed.afresh(Program::kBare));
    PD_ASSIGN(imported, bench.bed.afresh(Program::kImport));
    fetch.push_back(fetched);
    bare.push_back(piped);
    ours.push_back(imported);
  }
  PD_TRY(compare_people(ours, bare));
  Report& report = bench.report;
  report.begin("import", "A first import, beside the bare pipeline, until the database is closed");
  report.add(beside("import_rate", "records/s", 0, ours, bare, rate, ratio_at_least(kImportRatio)));
  report.add(beside("import_committed_rate", "records/s, to the last commit", 0, ours, bare,
                    [](const Figures& f) { return f.committed_rate(); }));
  report.add(beside(
      "import_cpu", "CPU a record, us", 2, ours, bare, [](const Figures& f) { return f.cpu_us_per_record(); },
      at_most(kCpuMicroseconds)));
  report.add(beside("import_calls", "CRM calls", 0, ours, bare,
                    [](const Figures& f) { return static_cast<double>(f.calls); }));
  report.add({"fetch_rate", "bare fetch and decode, records/s", each(fetch, rate)});
  return {};
}

Result<void> bench_again(Bench& bench) {
  Runs bare, ours;
  if (!bench.bed.has_database(Program::kBare)) PD_TRY(bench.bed.afresh(Program::kBare));
  PD_TRY(bench.bed.ensure_imported());
  for (int round = 0; round < bench.options.runs; ++round) {
    bench.tell(round, "again");
    PD_ASSIGN(piped, bench.bed.again(Program::kBare));
    PD_ASSIGN(read, bench.bed.again(Program::kAgain));
    bare.push_back(piped);
    ours.push_back(read);
  }
  PD_TRY(compare_people(ours, bare));
  Report& report = bench.report;
  report.begin("again", "Everything read again, nothing changed, beside the bare pipeline upserting it");
  report.add(beside("again_rate", "records/s", 0, ours, bare, rate, ratio_at_least(kAgainRatio)));
  report.add(beside("again_cpu", "CPU a record, us", 2, ours, bare,
                    [](const Figures& f) { return f.cpu_us_per_record(); }));
  report.add({"again_rows",
              "rows written",
              each(ours, [](const Figures& f) { return f.rows_written; }),
              0,
              {},
              {},
              at_most(0)});
  report.add({"again_log",
              "bytes of the database's log written",
              each(ours, [](const Figures& f) { return f.log_bytes; }),
              0,
              {},
              {},
              at_most(0)});
  report.add({"again_touches",
              "files of the database written to",
              each(ours, [](const Figures& f) { return f.touches; }),
              0,
              {},
              {},
              at_most(0)});
  return {};
}

}  // namespace prospectd::bench
