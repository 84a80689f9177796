// Match: which prospect a record belongs to (SEMANTICS §2, §4), and the record-level decision that follows. A
// closed set, each with its reason; the order of the questions is the table in match.cpp. Pure, any thread.
#pragma once

#include "reconcile/page.h"

namespace prospectd::reconcile {

enum class Verdict {
  kUnchanged,    ///< known version and content: nothing to do
  kUpdate,       ///< linked: merge its fields
  kMarkDeleted,  ///< linked, and now in the CRM's bin
  kFollowMerge,  ///< linked, merged into a winner
  kFollowConversion,
  kCreate,
  kLink,  ///< an unlinked prospect has its address (§2.3)
  kHold,  ///< another record has the prospect with its address (§2.4)
  kSkip,
};

struct Decision {
  Verdict verdict = Verdict::kSkip;
  Reason reason = Reason::kUnchanged;
  ProspectId prospect;  ///< linked to, found by address, or 0
};

/// What the page so far and the store know of one record's keys.
struct Known {
  const Link* link = nullptr;       ///< of the record
  ProspectId by_email;              ///< whose address it is; 0: nobody's
  bool prospect_is_linked = false;  ///< that prospect has a link of this connection
  bool released = false;            ///< a remap let go of this id
  bool anew = false;                ///< decided again, known or not: a force update
};

Decision decide(const PersonType& type, const mapping::MappedRecord& record, const Known& known);

Known known_of(const mapping::MappedRecord& record, const PageSnapshot& snapshot);
/// What a page with this one record would decide of it. For explaining: nothing is planned.
Decision judge(const PersonType& type, const mapping::MappedRecord& record, const PageSnapshot& snapshot);

}  // namespace prospectd::reconcile
