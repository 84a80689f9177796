// Oracle: whether a simulated organisation and its prospect database agree (tests/support/agreement.h), both
// read whole. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/sim_plan.h"
#include "tests/support/agreement.h"
#include "tests/support/world.h"

namespace prospectd::test {

class Oracle {
 public:
  /// The first three have to outlive it.
  Oracle(World& world, const SimPlan& plan, const Memory& memory, Excused excused)
      : world_(world), plan_(plan), memory_(memory), excused_(std::move(excused)) {}

  /// As Agreement's.
  std::vector<std::string> judge() const;
  /// Of what was made here to be given records (I1, I4).
  std::vector<std::string> judge_outward() const;
  std::vector<std::string> judge_left_behind(
      const std::map<std::string, std::optional<Timestamp>>& cursors) const;

 private:
  World& world_;
  const SimPlan& plan_;
  const Memory& memory_;
  Excused excused_;
};

}  // namespace prospectd::test
