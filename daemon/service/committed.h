// Committed: under which cause a change that somebody asked for stands in the journal, and whether undo takes
// it back (decision 0019). Plain data; found on the worker.
#pragma once

#include "base/ids.h"
#include "mapping/local_schema.h"
#include "reconcile/plan.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

struct Committed {
  CauseId cause;          ///< 0: nothing was written
  bool undoable = false;  ///< `prospectd undo` sets values of it back, and refuses none of its rows
};

/// Of the plan that was committed last: on the worker, before anything else is written.
Committed committed_under(store::Store& store, const mapping::LocalSchema& schema,
                          const reconcile::Plan& plan);

}  // namespace prospectd::service
