// What differs between the configuration that is in force and one that is read again, and what of it can take
// effect without a restart. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "config/faults.h"
#include "config/origin.h"

namespace prospectd::config {

/// One thing that differs.
struct Change {
  std::string key;  ///< "plugins.salesforce.poll.interval", or a mapping file's name
  std::string before;
  std::string after;  ///< both empty for a mapping file
  Place place;        ///< where it is written now; empty where it isn't any more
  bool restart = false;

  bool operator==(const Change&) const = default;
};

/// What a reload came to. With errors among `faults` nothing was changed.
struct ReloadReport {
  std::vector<Fault> faults;
  std::vector<Change> changes;
  std::vector<Overridden> overridden;

  bool taken() const { return !has_errors(faults); }
};

/// What became of the reloads since the start, which counts as one that was taken.
struct ReloadHistory {
  int64_t taken = 0;
  int64_t refused = 0;
  bool last_taken = true;
  Timestamp taken_at{};                ///< the last that was
  std::string refusal{};               ///< why the last one was not: its first error, with its place
  std::vector<std::string> waiting{};  ///< keys whose change takes effect with the next start
};

/// Whether a change of this key waits for a restart: its row says so, or its connection is new or gone.
bool waits_for_restart(const Listed& listed, const Config& running, const Config& next);

/// Keys whose values differ, in the order of `after`, those that are gone at the end; then the mapping files
/// whose lines mean something else.
std::vector<Change> changes_between(const std::vector<Listed>& before, const Config& running,
                                    const std::vector<Listed>& after, const Config& next);

/// Makes of `next` what can be in force without a restart of what runs as `running`: keys that need one keep
/// their value, connections that are new or gone wait. Lines that fill a custom field which `schema` (the
/// store's) doesn't have, or has with another type, are taken out; each is one of the changes given back.
std::vector<Change> keep_until_restart(Config& next, const Config& running,
                                       const mapping::LocalSchema& schema);

}  // namespace prospectd::config
