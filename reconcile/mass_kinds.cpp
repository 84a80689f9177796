#include "reconcile/mass_kinds.h"

namespace prospectd::reconcile {

MassKinds mass_kinds_of(const std::vector<FieldChange>& changes) {
  MassKinds kinds{};
  for (const FieldChange& change : changes) {
    const bool owner = change.field == mapping::field::kOwner;
    const MassChange kind = owner ? MassChange::kReowning : MassChange::kBlanking;
    if (!change.before.is_blank() && (owner || change.after.is_blank()))
      kinds[static_cast<size_t>(kind)] = true;
  }
  return kinds;
}

}  // namespace prospectd::reconcile
