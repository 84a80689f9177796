// Which changes of a prospect do not go out to a CRM, and why (SEMANTICS §3, §11). Pure values, any thread.
#pragma once

#include <string>
#include <vector>

#include "reconcile/model.h"
#include "reconcile/outbox.h"
#include "reconcile/plan.h"

namespace prospectd::reconcile {

struct StaysHere {
  ConnectionId connection;
  std::string object;          ///< of the record, or of the one that would be made; empty: no type makes any
  std::vector<size_t> fields;  ///< that stay, positions in the local schema, in the order of the changes
  /// kNotGivenOut, kBlankKept, kOutboundUpdateOff or kRecordGone; where there is no record
  /// kOutboundCreateOff, kCreateConditionNotMet or kNoKey.
  Reason reason = Reason::kNotGivenOut;

  bool operator==(const StaysHere&) const = default;
};

/// What of these changes goes to no CRM, by connection and reason; `after` and `links` are as the changes
/// leave them. A connection that has no record of the prospect, and makes none, is passed over where another
/// has one.
std::vector<StaysHere> stays_here(const std::vector<OutwardFlow>& outward, const Prospect& after,
                                  const std::vector<Link>& links, const std::vector<FieldChange>& changes);

}  // namespace prospectd::reconcile
