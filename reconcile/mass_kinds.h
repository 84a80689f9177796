// What the mass-change brake counts of the change of one record (SEMANTICS §11). Pure, any thread.
#pragma once

#include <vector>

#include "reconcile/brake.h"
#include "reconcile/plan.h"

namespace prospectd::reconcile {

constexpr MassKinds kOneDeletion = {true, false, false};

/// Values that are blanked, and an owner that becomes another or nobody; what was empty before counts as
/// neither.
MassKinds mass_kinds_of(const std::vector<FieldChange>& changes);

}  // namespace prospectd::reconcile
