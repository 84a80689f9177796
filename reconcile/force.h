// Force updates (SEMANTICS §6): whose value each field of a record and its prospect is to have, whatever the
// agreement says. The directions of the mapping hold, and so does
// its rule for blanks unless they are mirrored too; an opt-out is cleared by neither side. Pure, any thread.
#pragma once

#include <cstdint>

#include "mapping/field_map.h"
#include "reconcile/model.h"

namespace prospectd::reconcile {

/// Whose value is taken.
enum class ForceSide : uint8_t { kNone, kCrm, kProspect };

/// A force update of the records on a page.
struct Forcing {
  ForceSide side = ForceSide::kNone;
  bool blanks = false;  ///< blanks are mirrored, too
};

/// Whose value one field is to have. kNone: the force update does not touch it, because the mapping has no
/// such direction, holds the blank back, or the other side's opt-out would be lost.
ForceSide forced_side(const Forcing& forcing, const mapping::FieldMap& map, const mapping::MapEntry& entry,
                      const Value& remote, const Value& local);

}  // namespace prospectd::reconcile
