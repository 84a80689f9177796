// The configuration held against the CRM itself: what `check --online` finds. The CRM is asked through a hook
// (verbs.h). One thread.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "config/faults.h"
#include "daemon/cli/verbs.h"

namespace prospectd::cli {

struct OnlineCheck {
  std::vector<config::Fault>
      faults;                  ///< connections in the configuration's order, each mapping's lines in theirs
  std::optional<Error> error;  ///< the first one that kept a whole connection from being asked
};

/// Describes every object that the configuration reads and holds the mappings against it: every fault at
/// once.
OnlineCheck check_online(const config::Config& config, const DescribeHook& describe);

}  // namespace prospectd::cli
