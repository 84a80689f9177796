// The sandbox's organisation in an SQLite file (`prospectd sandbox --db FILE`): a format of its own, which is
// never taken for the daemon's database, nor that for it. Each request is one transaction; with a write-ahead
// log and synchronous = NORMAL a killed process loses none that was answered, and a power failure leaves a
// whole state from shortly before. Part of the composition root; one thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "connectors/sandbox/org_store.h"

namespace prospectd::wire {

/// Opens or makes the file, for this process alone. `reset` throws away what is in one of ours.
/// **Errors:** kStateDamaged for a damaged file, kConfigInvalid for one that is something else or can't be
/// read or made, kStateTooNew, kLockHeld, kDiskFull.
Result<std::unique_ptr<sandbox::OrgStore>> open_org_file(const std::string& path, bool reset);

}  // namespace prospectd::wire
