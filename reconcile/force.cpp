#include "reconcile/force.h"

namespace prospectd::reconcile {
namespace {

bool says_yes(const Value& value) {
  const bool* yes = value.get<bool>();
  return yes != nullptr && *yes;
}

// A blank of the prospect's goes out where the mapping writes something for it.
bool lets_out(const Forcing& forcing, const mapping::FieldMap& map, const mapping::MapEntry& entry,
              const Value& local) {
  return !local.is_blank() || forcing.blanks || !map.to_remote(entry, Value::null()).is_absent();
}

}  // namespace

ForceSide forced_side(const Forcing& forcing, const mapping::FieldMap& map, const mapping::MapEntry& entry,
                      const Value& remote, const Value& local) {
  const bool opt_out = entry.local == mapping::field::kOptedOut;
  switch (forcing.side) {
    case ForceSide::kNone:
      return ForceSide::kNone;
    case ForceSide::kCrm:
      return entry.takes_in() ? ForceSide::kCrm : ForceSide::kNone;
    case ForceSide::kProspect:
      break;
  }
  const bool goes =
      entry.gives_out() && lets_out(forcing, map, entry, local) && !(opt_out && says_yes(remote));
  return goes ? ForceSide::kProspect : ForceSide::kNone;
}

}  // namespace prospectd::reconcile
