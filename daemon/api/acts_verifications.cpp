#include "daemon/api/acts_verifications.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/acts_jobs.h"
#include "daemon/api/body.h"
#include "daemon/api/job_order.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using service::Jobs;
using service::JobView;
using ScanPtr = std::shared_ptr<const JobView>;

Json drift_row(const service::JobDriftRow& one_of_them) {
  const engine::DriftRow& row = one_of_them.row;
  Json out;
  out["connection"] = one_of_them.connection;
  out["object"] = row.object;
  out["remoteId"] = row.remote.str();
  out["prospectId"] = row.prospect ? Json(std::to_string(row.prospect.value)) : Json();
  out["kind"] = name_of(row.kind);
  out["crmVersion"] = time_json(row.there);
  out["ownVersion"] = time_json(row.here);
  out["action"] = row.action;
  out["reason"] = row.code;
  out["message"] = row.message;
  out["repaired"] = row.repaired;
  return out;
}

/// `rows` too, where one scan is looked at.
Json scan_resource(const JobView& view, bool with_rows) {
  const reconcile::Job& job = view.job;
  Json out;
  out["state"] = name_of(job.state);
  out["cancelling"] = view.cancelling;
  out["object"] = text_or_null(job.verify.object);
  out["connection"] = text_or_null(job.connection);
  out["repair"] = job.verify.repair;
  out["yes"] = job.verify.yes;
  out["dryRun"] = view.dry_run;
  out["actor"] = job.actor;
  out["createdAt"] = time_json(job.created_at);
  out["finishedAt"] = time_json(job.finished_at);
  out["done"] = job.counts.done;
  out["total"] = job.total ? Json(*job.total) : Json();
  out["heldBack"] = text_or_null(view.held_back);
  out["objects"] = Json::array();
  for (const auto& [connection, verification] : job.verify.objects) {
    Json object = verification_json(verification);
    object["connection"] = connection;
    object["object"] = verification.object;
    out["objects"].push_back(std::move(object));
  }
  out["effects"] = counts_json(view.effects);
  out["calls"] = job.calls;
  out["error"] = error_json(error_of_job(job));
  if (with_rows) {
    out["rows"] = Json::array();
    for (const service::JobDriftRow& row : view.drift)
      out["rows"].push_back(drift_row(row));
    out["rowsCut"] = view.rows_cut;
  }
  return resource("verifications", view.id, std::move(out));
}

/// What the connections read; nothing while one of those that are asked has read nothing yet, so that it is
/// not known.
std::set<std::string> objects_read(const service::Service& service, const std::string& connection) {
  constexpr std::array kNotCompared = {"User", "Group"};  // users and queues: read, and not compared
  std::set<std::string> objects;
  const std::vector<engine::ConnectionStatus> all = service.connections();
  for (const engine::ConnectionStatus& one : all) {
    if (!connection.empty() && one.name != connection) continue;
    if (!one.last_cycle) return {};
    for (const auto& [object, counts] : one.last_cycle->objects)
      if (std::ranges::find(kNotCompared, object) == kNotCompared.end()) objects.insert(object);
  }
  return objects;
}

std::optional<Refusal> refusal_of_object(const service::Service& service, const service::JobOrder& order) {
  const std::set<std::string> objects = objects_read(service, order.connection);
  const std::string& wanted = order.verify->object;
  if (wanted.empty() || objects.empty() || objects.contains(wanted)) return std::nullopt;
  std::string known;
  for (const std::string& object : objects)
    known += (known.empty() ? "" : ", ") + object;
  const auto meant = did_you_mean(wanted, std::vector<std::string>(objects.begin(), objects.end()));
  return refuse(Refused::kNotFound, "no connection compares an object " + quoted_member(wanted) +
                                        (meant ? " (did you mean " + *meant + "?)" : "") + "; there are " +
                                        known);
}

asio::awaitable<http::Response> start_scan(const service::Service& service, Jobs& jobs, Call call) {
  auto parsed = parse_verification_order(call.body);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  service::JobOrder order = std::get<service::JobOrder>(std::move(parsed));
  if (order.verify->yes && call.bearer && call.bearer->role < reconcile::Role::kAdmin) {
    co_return refused(refuse(Refused::kForbidden,
                             "only an admin may confirm that a large share of the links is closed; nothing "
                             "was done"));
  }
  if (const auto unknown = refusal_of_object(service, order)) co_return refused(*unknown);
  order.actor = call.actor();
  const Result<ScanPtr> scan = co_await jobs.start(std::move(order));
  if (scan) co_return accepted(scan_resource(**scan, true), "/v1/verifications/" + (*scan)->id);
  if (scan.error().code == ErrorCode::kLocked)
    co_return refused(refuse(Refused::kTooManyRequests, scan.error().message));
  co_return failed(scan.error());
}

asio::awaitable<http::Response> list_scans(Jobs& jobs) {
  std::vector<Json> shown;
  const std::vector<ScanPtr> all = jobs.all();
  for (const ScanPtr& one : all)
    if (one->job.kind == reconcile::kVerifyKind) shown.push_back(scan_resource(*one, false));
  co_return many(std::move(shown));
}

asio::awaitable<http::Response> show_scan(Jobs& jobs, Call call) {
  const ScanPtr scan = jobs.find(call.id);
  if (scan == nullptr || scan->job.kind != reconcile::kVerifyKind) {
    co_return refused(
        refuse(Refused::kNotFound, "no drift scan of this id; /v1/verifications lists those that are kept"));
  }
  co_return one(scan_resource(*scan, true));
}

}  // namespace

void add_verification_acts(Acts& acts, const service::Service& service, Jobs& jobs) {
  acts[Operation::kStartVerification] = [&](Call call) { return start_scan(service, jobs, std::move(call)); };
  acts[Operation::kVerifications] = [&](const Call&) { return list_scans(jobs); };
  acts[Operation::kVerification] = [&](Call call) { return show_scan(jobs, std::move(call)); };
}

}  // namespace prospectd::api
