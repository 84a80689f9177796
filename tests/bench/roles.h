// Roles: what a child of the bench does in its process: the CRM, the reference, or prospectd itself. Each
// writes one line to standard output: where it can be reached, or its figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/bench/figures.h"

namespace prospectd::bench {

/// A sandbox CRM with `people` generated records; tells its address and credentials in one line and answers
/// until standard input ends.
/// **Errors:** as sandbox::make_sandbox.
Result<void> serve_sandbox(int64_t people);

struct ImportOptions {
  std::string config;    ///< a configuration file of prospectd
  std::string database;  ///< a new file, or one that was imported into
  bool again = false;    ///< reads everything once more, and fails when anything is written
  size_t pages_per_commit = 10;
};
/// One cycle of the real engine: transport, connector, core and store, as the daemon wires them.
/// **Errors:** the configuration's, the store's, the cycle's; kInternal when a second reading wrote
/// something.
Result<Figures> run_import(const ImportOptions& options);

}  // namespace prospectd::bench
