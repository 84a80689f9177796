// Snapshots: what the records and the knobs were at some moment, for tests that go back to it. They live as
// long as the sandbox does. One owner (the front), one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

constexpr size_t kSnapshotsMax = 20;

struct Snapshot {
  Org::Image org;
  Knobs knobs;
  Timestamp taken{};
};

class Snapshots {
 public:
  /// Keeps a snapshot, in place of the one of that name. **Errors:** LIMIT_EXCEEDED; INVALID_INPUT for what
  /// is no name: letters, digits, '.', '-' and '_', at most 80.
  Outcome<const Snapshot*> keep(const std::string& name, Snapshot snapshot);
  /// **Errors:** NOT_FOUND.
  Outcome<const Snapshot*> find(const std::string& name) const;
  /// **Errors:** NOT_FOUND.
  Outcome<Snapshot> drop(const std::string& name);
  const std::map<std::string, Snapshot>& all() const { return all_; }

 private:
  std::map<std::string, Snapshot> all_;
};

}  // namespace prospectd::sandbox
