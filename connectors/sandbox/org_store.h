// OrgStore: where an org is kept between two runs of the sandbox. What is in memory stays the truth for
// whoever reads; behind each request the store is told to write what has changed. One owner, the front's
// thread.
#pragma once

#include "base/result.h"
#include "connectors/sandbox/bulk_jobs.h"
#include "connectors/sandbox/change_log.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/sessions.h"

namespace prospectd::sandbox {

/// What is kept, or has to go on where it was. Bulk jobs, query cursors, events and late commits that are not
/// visible yet end with the run; the numbers in their ids are never given again.
struct OrgParts {
  Org& org;
  Sessions& sessions;
  ChangeLog& events;
  BulkJobs& bulk;
};

class OrgStore {
 public:
  virtual ~OrgStore() = default;
  /// Fills an org without records with what is kept; false where nothing is.
  /// **Errors:** kStateDamaged, kStateTooNew, kDiskFull. Then part of it may be in the org.
  virtual Result<bool> restore(OrgParts parts) = 0;
  /// Writes what has changed since the last time, all of it or nothing.
  /// **Errors:** kDiskFull, kStateDamaged, kLocked; the next call tries again.
  virtual Result<void> keep(OrgParts parts) = 0;
};

}  // namespace prospectd::sandbox
