// A prospect's addresses when its email field changes. The field holds the primary address as typed; the list
// holds every usable one, the primary first. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/model.h"

namespace prospectd::reconcile {

/// The list once `typed` is the email field: its key replaces that of the old primary address; an address
/// that was in the list already moves to the front and takes no other away; without a key only the old
/// primary goes.
std::vector<Address> with_primary(const Prospect& prospect, const Value& typed);

}  // namespace prospectd::reconcile
