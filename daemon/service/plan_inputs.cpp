#include "daemon/service/plan_inputs.h"

#include <algorithm>
#include <map>
#include <utility>

namespace prospectd::service {

using reconcile::PlanInput;
using reconcile::SavedPlan;

namespace {

constexpr size_t kOutdatedNamedMax = 5;

PlanInput input_of(const JobRow& row) {
  return {row.row.prospect, row.connection, row.row.input.version, row.row.input.record, row.row.input.hash};
}

}  // namespace

std::vector<PlanInput> inputs_of_rows(const std::vector<JobRow>& rows) {
  std::vector<PlanInput> inputs;
  inputs.reserve(rows.size());
  for (const JobRow& row : rows)
    inputs.push_back(input_of(row));
  return inputs;
}

std::vector<ProspectId> changed_inputs(const SavedPlan& plan, const std::vector<JobRow>& rows) {
  std::map<std::pair<ProspectId, std::string>, const PlanInput*> kept;
  for (const PlanInput& input : plan.inputs)
    kept[{input.prospect, input.connection}] = &input;
  std::vector<ProspectId> changed;
  for (const JobRow& row : rows) {
    const auto found = kept.find({row.row.prospect, row.connection});
    if (found == kept.end() || *found->second != input_of(row)) changed.push_back(row.row.prospect);
  }
  std::ranges::sort(changed);
  const auto repeated = std::ranges::unique(changed);
  changed.erase(repeated.begin(), repeated.end());
  return changed;
}

std::optional<Error> outdated(const SavedPlan& plan, const std::vector<ProspectId>& changed) {
  if (changed.empty()) return std::nullopt;
  std::string text =
      std::to_string(changed.size()) + " of the inputs of plan " + plan.id + " have changed since: prospect";
  if (changed.size() > 1) text += "s";
  for (size_t i = 0; i < std::min(changed.size(), kOutdatedNamedMax); ++i)
    text += (i == 0 ? " " : ", ") + std::to_string(changed[i].value);
  if (changed.size() > kOutdatedNamedMax) text += " and others";
  return make_error(ErrorCode::kConflict, text + "; nothing was done, make the plan anew");
}

std::map<ProspectId, engine::OnDemandInput> inputs_of_plan(const SavedPlan& plan,
                                                           const std::string& connection) {
  std::map<ProspectId, engine::OnDemandInput> inputs;
  for (const PlanInput& input : plan.inputs)
    if (input.connection == connection) inputs[input.prospect] = {input.version, input.record, input.hash};
  return inputs;
}

std::vector<ProspectId> prospects_of_plan(const SavedPlan& plan) {
  std::vector<ProspectId> ids;
  for (const PlanInput& input : plan.inputs)
    ids.push_back(input.prospect);
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  return ids;
}

Error no_such_plan(const std::string& id) {
  return make_error(
      ErrorCode::kNotFound,
      "there is no plan " + id + ", or its 24 hours are over; prospectd plan list says what there is");
}

void take_plan(const reconcile::SavedPlan& plan, JobOrder& order) {
  const bool pushes = plan.kind == name_of(engine::Direction::kPush);
  order.direction = pushes ? engine::Direction::kPush : engine::Direction::kPull;
  order.force = plan.force;
  order.blanks = plan.blanks;
  order.connection = plan.connection;
  order.prospects = prospects_of_plan(plan);
}

reconcile::SavedPlan plan_of_job(const reconcile::Job& job, std::vector<reconcile::PlanInput> inputs,
                                 Timestamp now) {
  reconcile::SavedPlan plan;
  plan.kind = job.kind;
  plan.actor = job.actor;
  plan.connection = job.connection;
  plan.force = job.force;
  plan.blanks = job.blanks;
  plan.filter = job.filter;
  plan.prospects = job.counts.done;
  plan.inputs = std::move(inputs);
  plan.created_at = now;
  plan.expires_at = now + reconcile::kSavedPlanKept;
  return plan;
}

Error too_large_to_keep() {
  return make_error(ErrorCode::kTooLarge, "a plan of more than " + std::to_string(reconcile::kJobIdsMax) +
                                              " prospects is not kept: name fewer, or leave --save out");
}

}  // namespace prospectd::service
