// Soak: the real daemon follows a sandbox CRM that never stands still, for as long as it is told; then the
// edits stop, and everything is judged: whether both sides agree, and what memory, calls, log and polls were
// like. Blocking; one thread.
#pragma once

#include <cstdint>

namespace prospectd::soak {

struct SoakOptions {
  int64_t minutes = 30;
  int64_t people = 12'000;
  uint64_t seed = 1;
  bool faults = false;  ///< the CRM's sessions, limits and permissions change all the time, too
};

/// Runs and tells; true when all is good. What is left of a run that is not stays in build/soak/.
/// Throws std::runtime_error when a part can't be started.
bool run_soak(const SoakOptions& options);

}  // namespace prospectd::soak
