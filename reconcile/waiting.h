// Who waited for a user or an account that has now arrived: their owner or account is merged as a change of
// the CRM's side. Pure, any thread.
#pragma once

#include "reconcile/merge_record.h"

namespace prospectd::reconcile {

/// Gives every prospect that waits for `remote` in `field` the value `resolved`, by its mapping's rule. Steps
/// are added to `plan` and applied to `snapshot`.
void settle_waiting_prospects(Plan& plan, PageSnapshot& snapshot, const std::vector<PersonType>& types,
                              const RemoteId& remote, size_t field, const Value& resolved);

}  // namespace prospectd::reconcile
