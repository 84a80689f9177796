// Which changes of a prospect do not go out to a CRM, and why (SEMANTICS §3, §11). Pure values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcile/model.h"
#include "reconcile/outbox.h"
#include "reconcile/plan.h"

namespace prospectd::reconcile {

enum class StaysFor : uint8_t {
  kNotUpdated,  ///< changed prospects don't change records of that object (outbound.update)
  kGone,        ///< the record was deleted in the CRM
  kNoLine,      ///< the mapping gives the fields to nothing of the record
  kBlank,       ///< the mapping keeps blanks of the fields here
  kNotCreated,  ///< there is no record, and none is made of such a prospect (outbound.create, create_when)
  kNoAddress,   ///< there is no record, and none is made without a usable address
};
/// "not_updated", …
std::string_view name_of(StaysFor why);

struct StaysHere {
  ConnectionId connection;
  std::string object;          ///< of the record, or of the one that would be made; empty: no type makes any
  std::vector<size_t> fields;  ///< that stay, positions in the local schema, in the order of the changes
  StaysFor why = StaysFor::kNoLine;

  bool operator==(const StaysHere&) const = default;
};

/// What of these changes goes to no CRM, by connection and reason; `after` and `links` are as the changes
/// leave them. A connection that has no record of the prospect, and makes none, is passed over where another
/// has one.
std::vector<StaysHere> stays_here(const std::vector<OutwardFlow>& outward, const Prospect& after,
                                  const std::vector<Link>& links, const std::vector<FieldChange>& changes);

}  // namespace prospectd::reconcile
