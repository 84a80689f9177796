#include "daemon/service/plan_shelf.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "daemon/service/desk.h"
#include "daemon/service/plan_inputs.h"

namespace prospectd::service {

Result<reconcile::SavedPlan> find_plan(store::Reader& reader, const std::string& id, Timestamp now) {
  PD_ASSIGN(plan, reader.saved_plan(id, now));
  if (plan) return *std::move(plan);
  PD_ASSIGN(jobs, reader.jobs());
  const auto job = std::ranges::find_if(
      jobs, [&](const reconcile::Job& one) { return one.plan == id && one.counts.done > 0; });
  if (job == jobs.end()) return no_such_plan(id);
  const std::string number = std::to_string(job->id.value);
  return make_error(ErrorCode::kNotFound,
                    "plan " + id + " was applied by job " + number + ": prospectd jobs show " + number);
}

Result<std::string> shelve_plan(store::Store& store, reconcile::SavedPlan plan, uint64_t chance) {
  PD_ASSIGN(reader, store.reader());
  for (uint64_t i = 0; plan.id.empty(); ++i) {  // ends: there are far fewer plans than names
    char name[16];
    std::snprintf(name, sizeof name, "p-%04x", static_cast<unsigned>((chance + i) & 0xffff));
    PD_ASSIGN(taken, reader->saved_plan(name, Timestamp{}));
    if (!taken) plan.id = name;
  }
  reconcile::Plan steps;
  steps.cause = {"plan", plan.id, plan.actor};
  const Timestamp now = plan.created_at;
  std::string id = plan.id;
  steps.steps.emplace_back(reconcile::SavePlan{std::move(plan)});
  PD_TRY(commit_plan(store, steps, now));
  return id;
}

}  // namespace prospectd::service
