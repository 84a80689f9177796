// Undo (SEMANTICS §12): what a cause has changed becomes again what it was, field by field, where it still is
// as the cause left it. Decided from the journal's rows and the state of now, as a plan of its own: an edit
// whose values come from the journal, and values that a CRM is given back. What can be undone is a table by
// reason. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcile/edit.h"

namespace prospectd::reconcile {

/// What undoing a row of the journal takes.
enum class UndoWay {
  kNote,            ///< nothing: the row tells of something else than a change
  kProspect,        ///< the prospect's field is set back
  kPulled,          ///< the same; the CRM keeps its own value, as before
  kCrm,             ///< the CRM's field is given its value back; the prospect keeps its own
  kReviewTaken,     ///< the prospect's field is set back, and a person decides again
  kReviewKept,      ///< the CRM's field is given back, and a person decides again
  kReviewReopened,  ///< the decision that was taken back stands again
  kRefused,         ///< it is not undone
};
struct UndoRule {
  Reason reason = Reason::kUnchanged;
  UndoWay way = UndoWay::kNote;
  std::string_view why;  ///< of kRefused: a sentence, with what to do instead
};
const UndoRule& undo_rule(Reason reason);

/// One field of one prospect, from what it was before the cause to what the cause left.
struct UndoItem {
  ProspectId prospect;
  size_t field = 0;  ///< position in the local schema
  UndoWay way = UndoWay::kProspect;
  Value before;
  Value after;
  RemoteId remote;  ///< the record that the row is about; may be empty for kProspect
  /// Of kProspect: what records held where that was not `before`, and are to hold again.
  std::vector<HeldApart> held_apart = {};
  bool kept_here = false;  ///< of kProspect: what the cause left never went out
};

enum class UndoOutcome {
  kRestored,
  kAlready,  ///< it is what it was before the cause: nothing to do
  kChanged,  ///< it has changed since, and stays
  kRefused,
};
std::string_view name_of(UndoOutcome outcome);  // "restored", "already", "changed_since", "refused"

struct UndoRow {
  UndoItem item;
  UndoOutcome outcome = UndoOutcome::kRestored;
  Value now;                        ///< what it was when the undo looked
  Reason reason = Reason::kUndone;  ///< of kRefused: why
  std::string message;              ///< of kRefused: a sentence, without the value
};

struct UndoPlan {
  Plan plan;
  std::vector<UndoRow> rows;  ///< parallel to the items
  int64_t pushes = 0;         ///< writes to a CRM that follow, as far as is known here
};

/// What an undo of these needs to know.
EditKeys keys_of_undo(const std::vector<UndoItem>& items);

/// Plans the undo of `of` ("c-12") over `scene`, which becomes what the plan leaves behind. At most one item
/// for each prospect, field and way. A value goes to a CRM only where that still holds what it held when both
/// sides were last compared: so it says when it is sent, and what was changed there since stays.
UndoPlan plan_undo(const EditContext& context, const std::string& of, const std::vector<UndoItem>& items,
                   EditScene& scene);

}  // namespace prospectd::reconcile
