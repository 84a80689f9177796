#include "reconcile/job.h"

#include <algorithm>
#include <iterator>

namespace prospectd::reconcile {
namespace {

// In the order of the enum.
constexpr std::string_view kJobStateNames[] = {"queued", "running", "done", "cancelled", "failed"};

}  // namespace

std::string_view name_of(JobState state) {
  return kJobStateNames[static_cast<size_t>(state)];
}

std::optional<JobState> job_state_named(std::string_view name) {
  const auto found = std::ranges::find(kJobStateNames, name);
  if (found == std::end(kJobStateNames)) return std::nullopt;
  return static_cast<JobState>(found - std::begin(kJobStateNames));
}

}  // namespace prospectd::reconcile
