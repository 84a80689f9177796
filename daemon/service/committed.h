// Committed: under which cause a change that somebody asked for stands in the journal, and whether undo takes
// it back (decision 0019). Pure, any thread.
#pragma once

#include "base/ids.h"
#include "mapping/local_schema.h"
#include "reconcile/plan.h"

namespace prospectd::service {

struct Committed {
  CauseId cause;          ///< 0: nothing was written
  bool undoable = false;  ///< `prospectd undo` sets values of it back, and refuses none of its rows
};

/// Of a plan that was committed under `cause` (Transaction::cause).
Committed committed_under(CauseId cause, const mapping::LocalSchema& schema, const reconcile::Plan& plan);

}  // namespace prospectd::service
