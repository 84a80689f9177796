#include "daemon/api/acts_plans.h"

#include <nlohmann/json.hpp>

#include "daemon/api/names.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::SavedPlan;
using service::Plans;

Json plan_attributes(const SavedPlan& plan) {
  Json out;
  out["kind"] = plan.kind;
  out["force"] = plan.force;
  out["includeBlanks"] = plan.blanks;
  out["connection"] = plan.connection;
  out["filter"] = plan.filter.empty() ? Json() : Json(plan.filter);
  out["prospects"] = plan.prospects;
  out["actor"] = plan.actor;
  out["createdAt"] = time_json(plan.created_at);
  out["expiresAt"] = time_json(plan.expires_at);
  return out;
}

// With what it told, which is JSON of ours.
Json whole_plan(const SavedPlan& plan) {
  Json out = plan_attributes(plan);
  const Json told = Json::parse(plan.told, nullptr, false);
  for (const char* name : {"counts", "callsToCome", "rows", "rowsCut"})
    out[name] = told.is_object() && told.contains(name) ? told[name] : Json();
  return out;
}

asio::awaitable<http::Response> list_plans(Plans& plans) {
  const auto kept = co_await plans.list();
  if (!kept) co_return failed(kept.error());
  std::vector<Json> shown;
  for (const SavedPlan& plan : *kept)
    shown.push_back(resource("plans", plan.id, plan_attributes(plan)));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show_plan(service::Service& service, Plans& plans, Call call) {
  std::string id = call.id;
  const auto plan = co_await plans.show(std::move(id));
  if (!plan) co_return failed(plan.error());
  Json told = whole_plan(*plan);
  told = co_await with_names(service, std::move(told));
  co_return one(resource("plans", plan->id, std::move(told)));
}

asio::awaitable<http::Response> drop_plan(Plans& plans, Call call) {
  std::string id = call.id;
  std::string actor = call.actor();
  const bool others_too = !call.bearer || call.bearer->role >= reconcile::Role::kAdmin;
  const auto dropped = co_await plans.drop(std::move(id), std::move(actor), others_too);
  if (dropped) co_return removed();
  if (dropped.error().code == ErrorCode::kPermission)
    co_return refused(refuse(Refused::kForbidden, dropped.error().message));
  co_return failed(dropped.error());
}

}  // namespace

void add_plan_acts(Acts& acts, service::Service& service, Plans& plans) {
  acts[Operation::kPlans] = [&](const Call&) { return list_plans(plans); };
  acts[Operation::kPlan] = [&](Call call) { return show_plan(service, plans, std::move(call)); };
  acts[Operation::kDropPlan] = [&](Call call) { return drop_plan(plans, std::move(call)); };
}

}  // namespace prospectd::api
