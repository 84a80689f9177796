// What the system says of this process and of the files that it keeps. Blocks; any thread.
#pragma once

#include <string>

#include "daemon/metrics/figures.h"

namespace prospectd::metrics {

/// What can't be found out is left open.
ProcessFigures process_figures();
/// `database`: the path of the database file.
StorageFigures storage_figures(const std::string& database);

}  // namespace prospectd::metrics
