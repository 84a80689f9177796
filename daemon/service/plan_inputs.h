// What the rows of a dry run were decided from, kept with its plan and held against the rows of another.
// Internal to the service. Pure, any thread.
#pragma once

#include <map>
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

/// What the plan was decided from over a connection.
std::map<ProspectId, engine::OnDemandInput> inputs_of_plan(const reconcile::SavedPlan& plan,
                                                           const std::string& connection);

/// The prospects of a plan, each once, ascending.
std::vector<ProspectId> prospects_of_plan(const reconcile::SavedPlan& plan);

/// What a plan says of the order that applies it; the actor is left alone.
void take_plan(const reconcile::SavedPlan& plan, JobOrder& order);
/// The plan that a dry run becomes, but for its name and what it tells.
reconcile::SavedPlan plan_of_job(const reconcile::Job& job, std::vector<reconcile::PlanInput> inputs,
                                 Timestamp now);

Error no_such_plan(const std::string& id);
/// Of a dry run over more prospects than a plan keeps.
Error too_large_to_keep();

}  // namespace prospectd::service
