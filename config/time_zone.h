// The organisation's time zone, for those who count in its days. The one other place of the daemon beside the
// check of its name that knows the time zone database. Any thread.
#pragma once

#include <functional>
#include <string>

#include "base/time.h"

namespace prospectd::config {

/// Whether the machine's time zone database has a zone of this name.
bool knows_zone(const std::string& zone);

/// The first moment of a day in a zone of this (checked) name; where midnight is skipped, the first after it.
/// Days are those of UTC when the machine does not know the zone.
std::function<Timestamp(Date)> day_starts(const std::string& zone);

}  // namespace prospectd::config
