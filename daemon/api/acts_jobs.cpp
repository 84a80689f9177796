#include "daemon/api/acts_jobs.h"

#include <nlohmann/json.hpp>

#include "daemon/api/job_order.h"
#include "daemon/api/keyed.h"
#include "daemon/api/names.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using service::Jobs;
using service::JobView;
using JobPtr = std::shared_ptr<const JobView>;

Json field_changes(const std::vector<reconcile::FieldChange>& changes, const service::Service& service) {
  Json out = Json::array();
  for (const reconcile::FieldChange& change : changes) {
    Json shown;
    shown["field"] = service.schema().fields()[change.field].name;
    shown["before"] = value_json(change.before);
    shown["after"] = value_json(change.after);
    shown["reason"] = code_of(change.reason);
    out.push_back(std::move(shown));
  }
  return out;
}

Json job_row(const service::JobRow& one_of_them, const service::Service& service) {
  const engine::OnDemandRow& row = one_of_them.row;
  Json out;
  out["prospectId"] = std::to_string(row.prospect.value);
  out["connection"] = one_of_them.connection;
  out["object"] = row.object.empty() ? Json() : Json(row.object);
  out["remoteId"] = row.remote.empty() ? Json() : Json(row.remote.str());
  out["outcome"] = name_of(row.outcome);
  out["reason"] = row.code;
  out["message"] = row.message;
  out["changes"] = field_changes(row.changes, service);
  out["errors"] = Json::array();
  for (const engine::FieldTrouble& trouble : row.troubles)
    out["errors"].push_back(
        {{"field", trouble.field}, {"reason", trouble.code}, {"message", trouble.message}});
  return out;
}

Json job_counts(const reconcile::JobCounts& counts) {
  Json out;
  out["done"] = counts.done;
  out["changed"] = counts.changed;
  out["unchanged"] = counts.unchanged;
  out["waiting"] = counts.waiting;
  out["refused"] = counts.refused;
  out["refusedBy"] = Json::object();
  for (const auto& [code, count] : counts.refused_by)
    out["refusedBy"][code] = count;
  return out;
}

void add_job_rows(Json& out, const JobView& view, const service::Service& service) {
  out["rows"] = Json::array();
  for (const service::JobRow& row : view.rows)
    out["rows"].push_back(job_row(row, service));
  out["rowsCut"] = view.rows_cut;
}

// What a plan tells: the dry run's counts and rows.
std::string told_of_plan(const JobView& view, const service::Service& service) {
  Json out;
  out["counts"] = job_counts(view.job.counts);
  out["callsToCome"] = view.calls_to_come;
  add_job_rows(out, view, service);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json job_attributes(const JobView& view) {
  const reconcile::Job& job = view.job;
  Json out;
  out["kind"] = job.kind;
  out["state"] = name_of(job.state);
  out["cancelling"] = view.cancelling;
  out["force"] = job.force;
  out["includeBlanks"] = job.blanks;
  out["dryRun"] = view.dry_run;
  out["connection"] = job.connection;
  out["prospects"] = job.prospects.empty() ? Json() : Json(job.prospects.size());
  out["filter"] = job.filter.empty() ? Json() : Json(job.filter);
  out["plan"] = job.plan.empty() ? Json() : Json(job.plan);
  out["savedAs"] = view.saved_as.empty() ? Json() : Json(view.saved_as);
  out["actor"] = job.actor;
  out["createdAt"] = time_json(job.created_at);
  out["finishedAt"] = time_json(job.finished_at);
  out["total"] = job.total ? Json(*job.total) : Json();
  out["counts"] = job_counts(job.counts);
  out["calls"] = job.calls;
  out["callsToCome"] = view.dry_run ? Json(view.calls_to_come) : Json();
  out["error"] = error_json(error_of_job(job));
  out["cause"] = view.dry_run ? Json() : Json("job-" + view.id);
  out["undoable"] = !view.dry_run && job.force && job.counts.changed > 0;
  return out;
}

/// With its rows, where one job is looked at.
asio::awaitable<Json> whole_job(service::Service& service, JobPtr view) {
  Json out = job_attributes(*view);
  add_job_rows(out, *view, service);
  out = co_await with_names(service, std::move(out));
  co_return resource("jobs", view->id, std::move(out));
}

Refusal no_job() {
  return refuse(Refused::kNotFound, "no job of this id; /v1/jobs lists those that are kept");
}

asio::awaitable<http::Response> start_job(service::Service& service, Jobs& jobs, Call call) {
  auto parsed = parse_job_order(call.body);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  JobBody body = std::get<JobBody>(std::move(parsed));
  body.order.actor = call.actor();
  const bool filtered = !body.order.filter.empty();
  if (body.save) body.order.tell = [&service](const JobView& view) { return told_of_plan(view, service); };
  service::JobOrder order = std::move(body.order);
  if (call.key) {
    order.keep = [key = *call.key](const JobView& job) { return done_at(key, 202, "/v1/jobs/" + job.id); };
  }
  const Result<JobPtr> job = co_await jobs.start(std::move(order));
  if (job) {
    JobPtr begun = *job;
    Json told = co_await whole_job(service, std::move(begun));
    co_return accepted(std::move(told), "/v1/jobs/" + (*job)->id);
  }
  if (job.error().code == ErrorCode::kLocked)
    co_return refused(refuse(Refused::kTooManyRequests, job.error().message));
  if (!filtered || job.error().code != ErrorCode::kInvalidInput) co_return failed(job.error());
  Refusal refusal = refuse(Refused::kInvalidInput, job.error().message);
  refusal.pointer = body.pointer + "/filter";
  co_return refused(refusal);
}

asio::awaitable<http::Response> list_jobs(Jobs& jobs) {
  std::vector<Json> shown;
  const std::vector<JobPtr> all = jobs.all();
  for (const JobPtr& job : all)
    shown.push_back(resource("jobs", job->id, job_attributes(*job)));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show_job(service::Service& service, Jobs& jobs, Call call) {
  JobPtr job = jobs.find(call.id);
  if (job == nullptr) co_return refused(no_job());
  Json told = co_await whole_job(service, std::move(job));
  co_return one(std::move(told));
}

/// People cancel what they have started; an admin, everybody's.
asio::awaitable<http::Response> cancel_job(service::Service& service, Jobs& jobs, Call call) {
  const JobPtr found = jobs.find(call.id);
  if (found == nullptr) co_return refused(no_job());
  const bool own =
      !call.bearer || call.bearer->role >= reconcile::Role::kAdmin || call.bearer->user == found->job.actor;
  if (!own) {
    co_return refused(refuse(Refused::kForbidden,
                             "this job is somebody else's: who started it or an admin "
                             "may cancel it; nothing was done"));
  }
  std::string id = call.id;
  const Result<JobPtr> job = co_await jobs.cancel(std::move(id));
  if (!job) co_return failed(job.error());
  JobPtr ended = *job;
  Json told = co_await whole_job(service, std::move(ended));
  co_return one(std::move(told));
}

}  // namespace

std::optional<Error> error_of_job(const reconcile::Job& job) {
  if (job.code.empty()) return std::nullopt;
  return make_error(error_code_named(job.code).value_or(ErrorCode::kInternal), job.error);
}

void add_job_acts(Acts& acts, service::Service& service, Jobs& jobs) {
  acts[Operation::kStartJob] = [&](Call call) { return start_job(service, jobs, std::move(call)); };
  acts[Operation::kJobs] = [&](const Call&) { return list_jobs(jobs); };
  acts[Operation::kJob] = [&](Call call) { return show_job(service, jobs, std::move(call)); };
  acts[Operation::kCancelJob] = [&](Call call) { return cancel_job(service, jobs, std::move(call)); };
}

}  // namespace prospectd::api
