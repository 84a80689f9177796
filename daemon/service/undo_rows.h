// A cause's rows of the journal as what an undo is decided from: one item for each field, from what it was
// before the cause to what the cause left, and what is not undone. Internal to the service. Pure, any thread.
#pragma once

#include <vector>

#include "daemon/service/undo.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

struct UndoRows {
  std::vector<reconcile::UndoItem> items;  ///< by prospect
  std::vector<UndoTold> refused;
};

/// `rows`: of one cause, oldest first. Rows that tell of no change are left out, and so are fields that the
/// schema does not name any more.
UndoRows undo_rows_of(const mapping::LocalSchema& schema, const std::vector<store::JournalRow>& rows);

/// What the CRM's people had put there and the item's change was decided to go over, by the prospect's own
/// journal: that is given back (`held_apart`; of a forced push, `before`). Only where the change was the
/// first since both sides agreed.
void note_overruled(const mapping::LocalSchema& schema, const std::vector<store::JournalRow>& of_prospect,
                    reconcile::UndoItem& item);

}  // namespace prospectd::service
