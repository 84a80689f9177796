// A simulated run: the real engine, connector and store in virtual time, an organisation that lives and a
// network that fails, all from one seed. The same plan gives the same run, bit by bit. One thread a run; runs
// in several threads don't meet.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/sim_orders.h"
#include "tests/sim/sim_plan.h"

namespace prospectd::test {

/// What the runs met, so that a test can tell that it tested something.
struct SimStats {
  int64_t runs = 0;
  int64_t writing = 0;  ///< … that write back
  int64_t exchanges = 0;
  std::array<int64_t, kFaultCount> faults{};
  int64_t crashes = 0;
  int64_t bad_records = 0;
  int64_t people = 0;
  int64_t prospects = 0;
  int64_t held = 0;
  int64_t waiting = 0;  ///< prospects that wait for an address that another has
  int64_t written = 0;  ///< changes that went out to their record
  int64_t created = 0;
  int64_t doubtful = 0;  ///< writes whose answer was lost
  int64_t whole_batches = 0;
  int64_t locked = 0;
  int64_t sessions_over = 0;
  OrderStats orders;

  SimStats& operator+=(const SimStats& o);
};

struct SimOutcome {
  uint64_t seed = 0;
  uint64_t digest = 0;  ///< over every request, answer, commit and moment, and over what came of it
  std::vector<std::string> failures;
  SimStats stats;
};

/// `trace`, where there is one, is told every event in words.
SimOutcome simulate(const SimPlan& plan, std::function<void(const std::string&)> trace = {});

/// The failures of a run with its seed and the command that replays it.
std::string report(const SimOutcome& outcome);

}  // namespace prospectd::test
