// The parts of a job: what each orders of the engine, and what they come to: rows over several connections as
// one prospect, counted. Pure, any thread.
#pragma once

#include <vector>

#include "daemon/engine/on_demand.h"
#include "daemon/service/jobs.h"

namespace prospectd::service {

/// What a part over these prospects orders of a connection.
engine::OnDemandOrder part_order(const JobView& view, std::vector<ProspectId> ids, bool dry_run);

/// Adds one part's rows, prospect by prospect: of several connections the most telling outcome counts.
void add_rows(reconcile::JobCounts& counts, const std::vector<JobRow>& rows);
/// Keeps those that are worth showing, as far as there is room; `whole`: unchanged ones, too.
void keep_rows(JobView& view, std::vector<JobRow> rows, bool whole);

}  // namespace prospectd::service
