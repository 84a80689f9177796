// Saved plans (SEMANTICS §12): what a dry run of a pull or push was asked for, what it told, and the state
// that it was decided from, so that it can be applied while that is still the state. Pure data, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace prospectd::reconcile {

constexpr std::chrono::hours kSavedPlanKept{24};
constexpr size_t kSavedPlansMax = 100;               ///< the oldest go
constexpr size_t kSavedPlanTextMax = 1024UL * 1024;  ///< bytes of what it told

/// What one prospect's row was decided from, over one connection.
struct PlanInput {
  ProspectId prospect;
  std::string connection;
  int64_t version = 0;  ///< the prospect's; 0: there was none
  Timestamp record{};   ///< the record's version
  uint64_t hash = 0;    ///< … and content
  bool operator==(const PlanInput&) const = default;
};

struct SavedPlan {
  std::string id;    ///< "p-7f3a"
  std::string kind;  ///< "pull", "push"
  std::string actor;
  std::string connection;  ///< empty: all
  bool force = false;
  bool blanks = false;
  std::string filter;  ///< by which the prospects were found; empty: they were named
  Timestamp created_at{};
  Timestamp expires_at{};
  int64_t prospects = 0;
  std::vector<PlanInput> inputs;  ///< by prospect; at most kJobIdsMax prospects
  std::string told;               ///< JSON: the dry run's job, with its rows
  bool operator==(const SavedPlan&) const = default;
};

}  // namespace prospectd::reconcile
