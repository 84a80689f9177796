#include "reconcile/ping_pong.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace prospectd::reconcile {
namespace {

// What gives a prospect's field another value.
constexpr Reason kChanging[] = {
    Reason::kUpdatedFromCrm,    Reason::kConflictCrmWins, Reason::kConflictNewest, Reason::kConflictFillBlank,
    Reason::kReferenceResolved, Reason::kLocalEdit,       Reason::kForcedFromCrm,  Reason::kUndone,
};

}  // namespace

bool is_decision(Reason reason) {
  return reason == Reason::kReviewTookCrm || reason == Reason::kReviewKeptProspect;
}

bool is_past_change(Reason reason) {
  return is_decision(reason) || std::ranges::count(kChanging, reason) > 0;
}

bool is_ping_pong(const std::vector<PastChange>& lately, std::string_view field, const std::string& before,
                  const std::string& after) {
  int alternations = 1;  // the one that is to come
  const std::string* from = &after;
  const std::string* to = &before;
  for (const PastChange& change : lately) {
    if (change.field != field) continue;
    if (change.decided || change.before != *from || change.after != *to) break;
    std::swap(from, to);
    if (++alternations >= kAlternationsMax) return true;
  }
  return false;
}

}  // namespace prospectd::reconcile
