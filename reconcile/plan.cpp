#include "reconcile/plan.h"

namespace prospectd::reconcile {

PlanCounts& PlanCounts::operator+=(const PlanCounts& o) {
  constexpr int64_t PlanCounts::*kAll[] = {
      &PlanCounts::read,        &PlanCounts::unchanged, &PlanCounts::created,      &PlanCounts::without_key,
      &PlanCounts::updated,     &PlanCounts::linked,    &PlanCounts::held,         &PlanCounts::held_again,
      &PlanCounts::deleted,     &PlanCounts::restored,  &PlanCounts::moved,        &PlanCounts::skipped,
      &PlanCounts::quarantined, &PlanCounts::owners,    &PlanCounts::field_errors, &PlanCounts::frozen,
  };
  static_assert(sizeof(PlanCounts) == sizeof(int64_t) * std::size(kAll), "every count has its row");
  for (const auto count : kAll)
    this->*count += o.*count;
  return *this;
}

Reason reason_of(DuplicateKind kind) {
  switch (kind) {
    case DuplicateKind::kMergeConflict:
      return Reason::kMergeConflict;
    case DuplicateKind::kAmbiguousMatch:
      return Reason::kAmbiguousMatch;
    case DuplicateKind::kDuplicateEmail:
      break;
  }
  return Reason::kDuplicateEmail;
}

JournalEntry entry_of(const Link& link, Reason reason) {
  JournalEntry entry;
  entry.reason = reason;
  entry.prospect = link.prospect;
  entry.object = link.object;
  entry.remote = link.remote;
  return entry;
}

}  // namespace prospectd::reconcile
