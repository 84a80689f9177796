// Rows: what the bench measures, one function each. A row tells its figures to the report, each beside a
// reference from the same run; the two take turns, so that the machine's moods meet both. No figure is ever
// an error. Blocking; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/bench/bed.h"
#include "tests/bench/report.h"

namespace prospectd::bench {

struct BenchOptions {
  int64_t people = 200'000;
  int runs = 3;                   ///< of each kind
  int64_t pages_per_commit = 10;  ///< of prospectd; 2,000 records a page
  std::string out;                ///< the JSON file; its folder holds the databases meanwhile
  bool profile = false;           ///< one more import under perf, and where its time goes
  std::vector<std::string> rows;  ///< of kRows; empty: all
};
constexpr int kRunsMax = 99;

/// What all rows share.
struct Bench {
  const BenchOptions& options;
  Report& report;
  Bed& bed;

  Result<std::unique_ptr<Bed>> other_bed(int64_t people) const;
  /// For who waits: "  1/3 bare, import".
  void tell(int round, const std::string& what) const;
};

/// prospectd's first import beside the bare pipeline's.
Result<void> bench_import(Bench& bench);
/// Everything read once more, nothing changed, beside the bare pipeline that upserts it all again. That no
/// page of the database is written is told by its files: SQLite writes each page to the log, and from there
/// to the file, and neither may have grown or been written to since the database was opened.
Result<void> bench_again(Bench& bench);
/// Polls of a linked database: 0, 100 and 10,000 records changed by the CRM's admin endpoint, spread over the
/// database, with the configured overlap of 10 minutes; and 10,000 that lie together, without it. The time
/// beyond the network is the cycle's time less that of a bare fetch of the same answers, one request after
/// another on a kept connection without decoding, right after the cycle. Its reference is the bare pipeline,
/// which upserts the same changes then.
Result<void> bench_poll(Bench& bench);
/// 100,000 changes made here (or half of the people) written to the CRM in one go, beside the same calls sent
/// once more from memory.
Result<void> bench_push(Bench& bench);
/// The import where each answer is 100 ms on its way, beside the bare pipeline's paging there.
Result<void> bench_latency(Bench& bench);
/// The greatest resident set of an import at several sizes, and when it is idle again.
Result<void> bench_memory(Bench& bench);
/// What a record costs in an import, beside one of a tenth of the size.
Result<void> bench_growth(Bench& bench);
/// From the start of `prospectd run` to the first byte of its first request, beside an empty database.
Result<void> bench_start(Bench& bench);
/// The status route of a running daemon under a fixed load, with slow connections open and a poll under way,
/// beside a server of the same kind that only answers the same bytes.
Result<void> bench_status(Bench& bench);
/// The sandbox itself: an export loaded, served page by page over one connection, and records written in
/// collections of 200.
Result<void> bench_sandbox(Bench& bench);

struct Row {
  const char* name;
  Result<void> (*run)(Bench&);
};
inline constexpr Row kRows[] = {
    {"import", bench_import},   {"again", bench_again},     {"poll", bench_poll},     {"push", bench_push},
    {"latency", bench_latency}, {"memory", bench_memory},   {"growth", bench_growth}, {"start", bench_start},
    {"status", bench_status},   {"sandbox", bench_sandbox},
};

/// Runs the rows that are asked for, prints a table and writes `out`.
/// **Errors:** kInternal when a part of it fails; never because of a figure.
Result<void> run_rows(const BenchOptions& options);

/// Figures of runs, one member of each.
template <class Get>
std::vector<double> each(const std::vector<Figures>& runs, Get get) {
  std::vector<double> values;
  for (const Figures& run : runs)
    values.push_back(static_cast<double>(get(run)));
  return values;
}

}  // namespace prospectd::bench
