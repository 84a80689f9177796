// Sums over several connections, for who asks for all of them at once. Plain data, any thread.
#pragma once

#include "daemon/engine/connection.h"

namespace prospectd::engine {

CycleSummary& operator+=(CycleSummary& sum, const CycleSummary& one);
/// At most kDryRunRowsMax rows are kept.
DryRunReport& operator+=(DryRunReport& sum, DryRunReport one);

}  // namespace prospectd::engine
