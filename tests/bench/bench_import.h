// The import bench: prospectd's first import, and its second reading of records that have not changed, each
// beside the bare pipeline doing the same, against one sandbox CRM in a process of its own. A figure is good
// only as a ratio to another from the same run, so the runs take turns, and medians are told. Every run is a
// fresh process, so that its memory and processor time are its own. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace prospectd::bench {

struct BenchOptions {
  int64_t people = 200'000;
  int runs = 3;                   ///< of each kind
  int64_t pages_per_commit = 10;  ///< of prospectd; 2,000 records a page
  std::string out;                ///< the JSON file; its folder holds the databases meanwhile
  bool profile = false;           ///< one more import under perf, and where its time goes
};
constexpr int kRunsMax = 99;

/// Prints a table and writes `out`.
/// **Errors:** kInternal when a part of it fails; never because of a figure.
Result<void> bench_import(const BenchOptions& options);

}  // namespace prospectd::bench
