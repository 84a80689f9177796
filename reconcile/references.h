// Resolving what a record refers to: its owner through the users, its account through the accounts (SEMANTICS
// §11; FAULTS F23). What can't be resolved follows the policy, and is remembered raw until the referenced
// record arrives. Pure, any thread.
#pragma once

#include <optional>

#include "reconcile/page.h"

namespace prospectd::reconcile {

struct Resolved {
  Value value;  ///< in the prospect's terms; absent: leave what is there
  std::optional<PendingRef> pending;
  std::optional<Reason> note;  ///< why the policy was followed
};

/// `remote` is the owner's id as text, null, or absent; `current` the owner now. A user who was deactivated
/// keeps what they own already: only new work is kept from them.
Resolved resolve_owner(const Value& remote, const Value& current, size_t field, const Policy& policy,
                       const PageSnapshot& snapshot);
Resolved resolve_account(const Value& remote, const PageSnapshot& snapshot);

}  // namespace prospectd::reconcile
