// What the engine does and has done, as resources: status and syncs.
#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

struct CountRow {
  const char* name;
  int64_t reconcile::PlanCounts::*count;
};

using reconcile::PlanCounts;
constexpr CountRow kCounts[] = {
    {"read", &PlanCounts::read},
    {"unchanged", &PlanCounts::unchanged},
    {"created", &PlanCounts::created},
    {"withoutKey", &PlanCounts::without_key},
    {"updated", &PlanCounts::updated},
    {"linked", &PlanCounts::linked},
    {"held", &PlanCounts::held},
    {"heldAgain", &PlanCounts::held_again},
    {"deleted", &PlanCounts::deleted},
    {"restored", &PlanCounts::restored},
    {"moved", &PlanCounts::moved},
    {"skipped", &PlanCounts::skipped},
    {"quarantined", &PlanCounts::quarantined},
    {"owners", &PlanCounts::owners},
    {"fieldErrors", &PlanCounts::field_errors},
};

struct TotalRow {
  const char* name;
  int64_t store::Totals::*count;
};

using store::Totals;
constexpr TotalRow kTotals[] = {
    {"prospects", &Totals::prospects},
    {"withoutKey", &Totals::without_key},
    {"links", &Totals::links},
    {"users", &Totals::users},
    {"accounts", &Totals::accounts},
    {"openDuplicates", &Totals::open_duplicates},
    {"deadLetters", &Totals::dead_letters},
    {"openConflicts", &Totals::open_conflicts},
    {"outbox", &Totals::outbox},
    {"outboxDead", &Totals::outbox_dead},
};

const char* name_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::kRetry:
      return "retry";
    case ErrorClass::kWait:
      return "wait";
    case ErrorClass::kReauth:
      return "reauth";
    case ErrorClass::kRecord:
      return "record";
    case ErrorClass::kConfig:
      return "config";
    case ErrorClass::kCorrupt:
      return "corrupt";
    case ErrorClass::kCancelled:
      return "cancelled";
  }
  return "";
}

template <class Rows, class Source>
Json numbers(const Rows& rows, const Source& source) {
  Json out = Json::object();
  for (const auto& row : rows)
    out[row.name] = source.*row.count;
  return out;
}

Json total_json(int64_t total) {
  return total > 0 ? Json(total) : Json();
}

Json progress_json(const engine::ObjectProgress& progress) {
  Json out;
  out["object"] = progress.object;
  out["read"] = progress.read;
  out["total"] = total_json(progress.total);
  return out;
}

Json cycle_json(const engine::CycleSummary& cycle) {
  Json out;
  out["objects"] = Json::object();
  for (const auto& [object, counts] : cycle.objects)
    out["objects"][object] = numbers(kCounts, counts);
  out["people"] = numbers(kCounts, cycle.people);
  out["calls"] = cycle.calls;
  out["tookMs"] = cycle.took.count();
  out["windowUpper"] = cycle.window_upper == Timestamp{} ? Json() : time_json(cycle.window_upper);
  out["alerts"] = cycle.alerts;
  out["complete"] = cycle.complete;
  out["firstError"] = error_json(cycle.first_error);
  return out;
}

Json row_json(const engine::DryRunRow& row) {
  Json out;
  out["action"] = row.action;
  out["object"] = row.object;
  out["remoteId"] = row.remote;
  out["prospectId"] = row.prospect;
  out["field"] = row.field;
  out["before"] = row.before;
  out["after"] = row.after;
  out["reason"] = row.reason;
  return out;
}

Json brake_json(const std::optional<reconcile::BrakeHold>& hold) {
  if (!hold) return nullptr;
  Json out;
  out["kind"] = name_of(hold->kind);
  out["most"] = hold->done;
  out["records"] = hold->records;
  out["object"] = hold->object;
  out["remoteId"] = hold->remote.str();
  return out;
}

Json report_json(const engine::DryRunReport& report) {
  Json out = cycle_json(report.summary);
  out["fields"] = Json::object();
  for (const auto& [field, count] : report.fields)
    out["fields"][field] = count;
  out["rows"] = Json::array();
  for (const engine::DryRunRow& row : report.rows)
    out["rows"].push_back(row_json(row));
  out["truncated"] = report.truncated;
  out["pushes"] = report.pushes;
  out["brake"] = brake_json(report.brake);
  return out;
}

Json duration_json(const std::optional<milliseconds>& duration) {
  return duration ? Json(duration->count()) : Json();
}

Json usage_json(const engine::ConnectionStatus& connection) {
  if (connection.usage.allowed == 0) return nullptr;
  const auto& forecast = connection.forecast;
  Json out;
  out["used"] = connection.usage.used;
  out["allowed"] = connection.usage.allowed;
  out["perHour"] = forecast ? Json(forecast->per_hour) : Json();
  out["runsOutInMs"] = forecast ? duration_json(forecast->runs_out_in) : Json();
  return out;
}

Json object_json(const engine::ObjectStatus& object) {
  Json out;
  out["object"] = object.object;
  out["verified"] = time_json(object.verified);
  out["lagMs"] = duration_json(object.lag);
  out["read"] = object.read;
  out["tookMs"] = object.took.count();
  out["complete"] = object.complete;
  out["verification"] = object.verification ? verification_json(*object.verification) : Json();
  return out;
}

/// Since the daemon started, and how the last turn went.
Json pushes_json(const engine::ConnectionStatus& connection) {
  const engine::PushSummary& pushed = connection.tally.pushed;
  Json out;
  out["written"] = pushed.written;
  out["created"] = pushed.created;
  out["linked"] = pushed.linked;
  out["atRest"] = pushed.at_rest;
  out["refused"] = pushed.refused;
  out["again"] = pushed.again;
  out["doubtful"] = pushed.doubtful;
  out["lastAt"] = time_json(connection.last_push_at);
  out["error"] = error_json(connection.push_error);
  out["heldBack"] = connection.push_held_back.empty() ? Json() : Json(connection.push_held_back);
  return out;
}

Json connection_json(const engine::ConnectionStatus& connection) {
  Json out;
  out["name"] = connection.name;
  out["state"] = engine::name_of(connection.state);
  out["progress"] = connection.progress ? progress_json(*connection.progress) : Json();
  out["rate"] = connection.rate;
  out["lastCycle"] = connection.last_cycle ? cycle_json(*connection.last_cycle) : Json();
  out["lastCycleAt"] = time_json(connection.last_cycle_at);
  out["nextPollAt"] = time_json(connection.next_poll_at);
  out["lastError"] = error_json(connection.last_error);
  out["failures"] = connection.consecutive_failures;
  out["alerts"] = connection.alerts;
  out["usage"] = usage_json(connection);
  out["calls"] = connection.calls;
  out["objects"] = Json::array();
  for (const engine::ObjectStatus& object : connection.objects)
    out["objects"].push_back(object_json(object));
  out["clockSkewMs"] = duration_json(connection.clock_skew);
  out["pushes"] = pushes_json(connection);
  out["verify"] = {{"everyMs", connection.verify.every.count()}, {"repair", connection.verify.repair}};
  return out;
}

Json cursor_json(const store::ObjectCursor& cursor, const service::Service& service) {
  Json out;
  out["connection"] = service.connection_name(cursor.connection);
  out["object"] = cursor.object;
  out["stamp"] = time_json(cursor.cursor.stamp);
  out["verified"] = time_json(cursor.cursor.verified);
  return out;
}

Json sync_progress(const Sync& sync, const std::vector<engine::ConnectionStatus>& connections) {
  Json out = Json::array();
  if (sync.finished_at) return out;
  for (const engine::ConnectionStatus& connection : connections) {
    if (!connection.progress) continue;
    if (!sync.order.connection.empty() && sync.order.connection != connection.name) continue;
    Json one_of_them;
    one_of_them["connection"] = connection.name;
    one_of_them.update(progress_json(*connection.progress));
    one_of_them["rate"] = connection.rate;
    out.push_back(std::move(one_of_them));
  }
  return out;
}

const char* state_of(const Sync& sync) {
  if (!sync.finished_at) return "running";
  return sync.error ? "failed" : "done";
}

Json result_of(const Sync& sync) {
  if (sync.report) return report_json(*sync.report);
  return sync.cycle ? cycle_json(*sync.cycle) : Json();
}

}  // namespace

Json counts_json(const PlanCounts& counts) {
  return numbers(kCounts, counts);
}

Json verification_json(const reconcile::Verification& verification) {
  const reconcile::DriftCounts& counts = verification.counts;
  Json out;
  out["beganAt"] = time_json(verification.began_at);
  out["finishedAt"] = time_json(verification.finished_at);
  out["compared"] = counts.compared;
  out["missingHere"] = counts.missing;
  out["stale"] = counts.stale;
  out["unexpected"] = counts.unexpected;
  out["goneThere"] = counts.gone;
  out["repaired"] = counts.repaired;
  out["reason"] = verification.code.empty() ? Json() : Json(verification.code);
  out["message"] = verification.code.empty() ? Json() : Json(verification.trouble);
  return out;
}

Json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  Json out;
  out["code"] = prospectd::name_of(error->code);
  out["class"] = name_of(error->error_class());
  out["message"] = error->text();
  out["retryAfterMs"] = error->retry_after ? Json(error->retry_after->count()) : Json();
  return out;
}

Json time_json(const std::optional<Timestamp>& time) {
  return time ? Json(format_timestamp(*time)) : Json();
}

void add_oldest_push(Json& totals, const std::optional<store::OldestPush>& oldest) {
  totals["outboxOldestAt"] = totals["outboxOldestState"] = totals["outboxOldestDueAt"] =
      totals["outboxOldestCode"] = Json();
  if (!oldest) return;
  totals["outboxOldestAt"] = format_timestamp(oldest->made);
  totals["outboxOldestState"] = reconcile::name_of(oldest->state);
  totals["outboxOldestDueAt"] = format_timestamp(oldest->due);
  if (!oldest->code.empty()) totals["outboxOldestCode"] = oldest->code;
}

Json configuration_json(const config::ReloadHistory& reloads) {
  return {{"takenAt", time_json(reloads.taken_at)},
          {"refusal", reloads.last_taken ? Json() : Json(reloads.refusal)},
          {"needsRestart", reloads.waiting}};
}

Json status_resource(const service::Status& status, const service::Service& service,
                     const std::optional<config::ReloadHistory>& reloads) {
  Json out;
  out["version"] = status.version;
  out["now"] = time_json(status.now);
  out["startedAt"] = time_json(status.started_at);
  out["dataset"] = status.dataset;
  out["configuration"] = reloads ? configuration_json(*reloads) : Json();
  out["totals"] = numbers(kTotals, status.totals);
  add_oldest_push(out["totals"], status.totals.outbox_oldest);
  out["connections"] = Json::array();
  for (const engine::ConnectionStatus& connection : status.connections)
    out["connections"].push_back(connection_json(connection));
  out["cursors"] = Json::array();
  for (const store::ObjectCursor& cursor : status.cursors)
    out["cursors"].push_back(cursor_json(cursor, service));
  return resource("status", "prospectd", std::move(out));
}

Json sync_resource(const Sync& sync, const std::vector<engine::ConnectionStatus>& connections) {
  Json out;
  out["state"] = state_of(sync);
  out["connection"] = sync.order.connection;
  out["dryRun"] = sync.order.dry_run;
  out["startedAt"] = time_json(sync.started_at);
  out["finishedAt"] = time_json(sync.finished_at);
  out["progress"] = sync_progress(sync, connections);
  out["result"] = result_of(sync);
  out["error"] = error_json(sync.error);
  return resource("syncs", sync.id, std::move(out));
}

}  // namespace prospectd::api
