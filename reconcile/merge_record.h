// Merging one record into its prospect: every mapped field through decide_field, the outcome as steps of a
// plan. Shared by updates, dedupe links (§2.3) and references that resolve late. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcile/merge.h"
#include "reconcile/page.h"

namespace prospectd::reconcile {

/// A field's new value from the CRM, already in the prospect's terms.
struct Incoming {
  const mapping::MapEntry* entry = nullptr;
  Value value;
  bool keeps_blanks =
      false;  ///< a blank that is an answer (no owner, by policy): the blank rule does not apply
  ForceSide forced = ForceSide::kNone;  ///< whose value a force update gives it
  bool new_line = false;                ///< not part of the link's last comparison (PersonType::has_compared)
};

struct MergeResult {
  std::vector<FieldChange> changes;
  std::optional<std::vector<Address>> addresses;
  Shadow shadow;
  std::vector<PendingRef> pending;  ///< addresses that belong to another prospect now
  std::vector<JournalEntry> notes;  ///< what was decided against, where that must be kept
  std::vector<OpenConflict> conflicts;
  /// Fields under the rule `review`, or frozen, of which nobody has to decide any more.
  std::vector<size_t> decided;
  bool email_taken = false;
  int64_t frozen = 0;  ///< fields that were not before
};

struct MergeContext {
  const mapping::LocalSchema& schema;
  const PageSnapshot& snapshot;
  bool first_link = false;
  bool takes_nothing = false;  ///< the type's inbound update is off: every value from the CRM stays outside
  Timestamp remote_version{};
  bool writes = false;  ///< the type's outbound update is on: what was changed here goes out
};

/// Decides all fields of one record. `link` is the link as it stands (its shadow is the agreement).
MergeResult merge_record(const MergeContext& context, const Prospect& prospect, const Link& link,
                         const std::vector<Incoming>& incoming);

/// Adds the steps and journal rows of a merge to `plan`; `link` gets the new shadow. Nothing is added when
/// nothing changed. Returns whether the prospect itself changes.
bool add_merge_steps(Plan& plan, const mapping::LocalSchema& schema, const Prospect& prospect, Link& link,
                     MergeResult merge);

}  // namespace prospectd::reconcile
