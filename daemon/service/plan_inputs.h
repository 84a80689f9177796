// What the rows of a dry run were decided from, kept with its plan and held against the rows of another.
// Internal to the service. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "daemon/service/jobs.h"
#include "reconcile/saved_plan.h"

namespace prospectd::service {

std::vector<reconcile::PlanInput> inputs_of_rows(const std::vector<JobRow>& rows);

/// Prospects of `rows` whose inputs are not those of the plan.
std::vector<ProspectId> changed_inputs(const reconcile::SavedPlan& plan, const std::vector<JobRow>& rows);
/// kConflict, with how many and the first of them; nothing for none.
std::optional<Error> outdated(const reconcile::SavedPlan& plan, const std::vector<ProspectId>& changed);

/// The prospects of a plan, each once, ascending.
std::vector<ProspectId> prospects_of_plan(const reconcile::SavedPlan& plan);

Error no_such_plan(const std::string& id);

}  // namespace prospectd::service
