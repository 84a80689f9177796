// What the parts of a job come to: rows over several connections as one prospect, counted. Pure, any thread.
#pragma once

#include <vector>

#include "daemon/engine/on_demand.h"
#include "daemon/service/jobs.h"

namespace prospectd::service {

/// Adds one part's rows, prospect by prospect: of several connections the most telling outcome counts.
void add_rows(reconcile::JobCounts& counts, const std::vector<JobRow>& rows);
/// Keeps those that are worth showing, as far as there is room; `whole`: unchanged ones, too.
void keep_rows(JobView& view, std::vector<JobRow> rows, bool whole);

}  // namespace prospectd::service
