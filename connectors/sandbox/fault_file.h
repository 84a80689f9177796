// A fault plan as JSON: what the admin endpoint takes and tells, and what a file holds (docs/sandbox.md).
// Pure; whoever includes this has the JSON library anyway.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/sandbox/fault_plan.h"

namespace prospectd::sandbox {

constexpr size_t kFaultRulesMax = 1'000;

struct FaultFile {
  uint64_t seed = 1;
  std::vector<FaultRule> rules;
};

/// Reads a plan: {"seed": 7, "rules": [...]}.
/// **Errors:** kConfigInvalid with the place at fault: "rules[2].with.status must be …".
Result<FaultFile> read_fault_plan(const nlohmann::json& plan);
/// The same from a text. **Errors:** also for what is no JSON, with line and column.
Result<FaultFile> read_fault_plan(std::string_view text);

/// What the plan is, what it has done so far, and under "replay" a plan that does it again.
nlohmann::json fault_report(const FaultPlan& plan);

}  // namespace prospectd::sandbox
