// The scenarios: what happens in an organisation, told in acts with a sync after each. Every one of them is
// run as it is, a second time (no writes), and stopped at every commit point (same end). Pure tables; tests
// in scenario_test.cpp.
#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/world.h"

namespace prospectd::test {

/// The ids of the records of a scenario, by the names it gives them.
using Cast = std::map<std::string, std::string>;
using Act = std::function<void(World&, Cast&)>;

struct Scenario {
  const char* name;
  std::vector<Act> acts;
  /// What must hold at the end, besides being the same however it was interrupted.
  Act expect;
  std::function<void(WorldOptions&)> set_up = {};
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

std::vector<Scenario> import_scenarios();
std::vector<Scenario> change_scenarios();
std::vector<Scenario> lineage_scenarios();

}  // namespace prospectd::test
