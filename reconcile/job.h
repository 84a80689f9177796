// Jobs: long work over many prospects as the database keeps it: what was asked for, how far it has come, and
// what it has come to, so that it goes on where it was after a restart. Pure data, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "reconcile/drift.h"

namespace prospectd::reconcile {

using JobId = LocalId<struct JobTag>;

enum class JobState { kQueued, kRunning, kDone, kCancelled, kFailed };
std::string_view name_of(JobState state);  // "queued", "running", "done", "cancelled", "failed"
std::optional<JobState> job_state_named(std::string_view name);
/// Does it go on by itself?
inline bool is_open(JobState state) {
  return state == JobState::kQueued || state == JobState::kRunning;
}

/// What becomes of prospects in a job, counted.
struct JobCounts {
  int64_t done = 0;  ///< the sum of the others
  int64_t changed = 0;
  int64_t unchanged = 0;
  int64_t waiting = 0;  ///< to be written by and by
  int64_t refused = 0;
  std::map<std::string, int64_t> refused_by;  ///< by reason's code, at most kJobReasonsMax
  bool operator==(const JobCounts&) const = default;
};
constexpr size_t kJobReasonsMax = 50;
constexpr size_t kJobIdsMax = 5'000;   ///< prospects that one order names
constexpr size_t kEndedJobsMax = 200;  ///< that are kept; the oldest go

constexpr std::string_view kVerifyKind = "verify";

/// What a drift scan is to do, and how far each object has come.
struct VerifyWork {
  std::string object;   ///< empty: all
  bool repair = false;  ///< else it only tells
  bool yes = false;     ///< past the mass-change brake, too
  /// One for each connection and object, in the order in which they were begun.
  std::vector<std::pair<std::string, Verification>> objects;
  bool operator==(const VerifyWork&) const = default;
};

struct Job {
  JobId id;
  std::string kind;  ///< "pull", "push", kVerifyKind
  JobState state = JobState::kQueued;
  std::string actor;
  std::string connection;  ///< empty: all
  bool force = false;
  bool blanks = false;
  std::vector<ProspectId> prospects;  ///< those that were named, ascending; empty: see `filter`
  std::string filter;                 ///< an expression; empty, too: all
  std::string plan;                   ///< the saved plan that it applies; empty: none
  ProspectId after;                   ///< how far it has come: by number
  std::optional<int64_t> total;       ///< of prospects; none: not known
  /// Of kVerifyKind: of records; `changed` are repaired, `waiting` are apart and stay so.
  JobCounts counts;
  int64_t calls = 0;  ///< of the CRM
  VerifyWork verify;  ///< of kVerifyKind
  Timestamp created_at{};
  std::optional<Timestamp> finished_at;
  std::string code;  ///< why it failed
  std::string error;
  bool operator==(const Job&) const = default;
};

}  // namespace prospectd::reconcile
