// The admin endpoint: what happens «in the organisation», and the knobs. Not part of the CRM's own API: its
// calls count against no limit. JSON in and out; the body of a write may say how it is committed
// (stamped_before_seconds, visible_after_seconds).
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/admin_fields.h"
#include "connectors/sandbox/admin_knobs.h"
#include "connectors/sandbox/admin_snapshots.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/fault_file.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/json_body.h"
#include "connectors/sandbox/record_writer.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

Outcome<Json> parse_body(const std::string& body) {
  if (body.empty()) return Json::object();
  auto json = parse_json_object(body);
  if (!json) return bad_request("the body is not a JSON object");
  return *std::move(json);
}

Outcome<std::string> text_of(const Json& body, const char* key, bool required = true) {
  const auto at = body.find(key);
  if (at == body.end() || at->is_null()) {
    if (!required) return std::string{};
    return bad_request(std::string("missing: ") + key);
  }
  if (!at->is_string()) return bad_request(std::string(key) + " must be a text");
  return at->get<std::string>();
}

Outcome<std::optional<seconds>> seconds_of(const Json& body, const char* key) {
  constexpr int64_t kSecondsMax = 100LL * 366 * 86'400;
  const auto at = body.find(key);
  if (at == body.end() || at->is_null()) return std::optional<seconds>{};
  if (!at->is_number_integer() || at->get<int64_t>() < 0 || at->get<int64_t>() > kSecondsMax) {
    return bad_request(std::string(key) + " must be a number of seconds");
  }
  return std::optional<seconds>{seconds(at->get<int64_t>())};
}

Outcome<WriteOptions> write_options(const Json& body) {
  PD_ASSIGN(before, seconds_of(body, "stamped_before_seconds"));
  PD_ASSIGN(after, seconds_of(body, "visible_after_seconds"));
  if (before && after) return bad_request("give stamped_before_seconds or visible_after_seconds, not both");
  return WriteOptions{before, after};
}

Json change_json(const Change& change) {
  return Json{{"object", change.object},
              {"id", change.id},
              {"stamp", format_timestamp(change.stamp)},
              {"visible_at", format_timestamp(change.visible_at)}};
}

using State = Front::State;

Outcome<Json> edit(State& s, const Json& body) {
  PD_ASSIGN(object, text_of(body, "object", false));
  PD_ASSIGN(id, text_of(body, "id"));
  PD_ASSIGN(options, write_options(body));
  PD_ASSIGN(fields, plain_fields(s.org, s.org.table_of_id(id), body, "fields"));
  PD_ASSIGN(change, s.org.update(object, id, fields, options));
  return change_json(change);
}

Outcome<Json> create(State& s, const Json& body) {
  PD_ASSIGN(object, text_of(body, "object"));
  PD_ASSIGN(options, write_options(body));
  PD_ASSIGN(fields, plain_fields(s.org, s.org.table(object), body, "fields"));
  PD_ASSIGN(change, s.org.create(object, fields, options));
  return change_json(change);
}

// All of a record, in the recycle bin too, whatever a client may see of it.
Outcome<Json> show(State& s, const Json& body) {
  PD_ASSIGN(id, text_of(body, "id"));
  PD_ASSIGN(record, s.org.record(id));
  const auto& [table, row] = record;
  Json fields = Json::object();
  for (const Field& field : table->type().fields()) {
    std::string text;
    append_field(text, *table, row, field);
    fields[field.name] = Json::parse(text);
  }
  return Json{{"object", table->type().name()},
              {"id", table->id(row)},
              {"deleted", table->state(row) == RowState::kDeleted},
              {"fields", std::move(fields)}};
}

// A late commit of an edit (with an id) or of a create (without).
Outcome<Json> late(State& s, const Json& body) {
  PD_ASSIGN(options, write_options(body));
  if (!options.stamped_before && !options.visible_after) {
    return bad_request("missing: stamped_before_seconds or visible_after_seconds");
  }
  return body.contains("id") ? edit(s, body) : create(s, body);
}

template <Outcome<Change> (Org::*kOperation)(std::string_view)>
Outcome<Json> by_id(State& s, const Json& body) {
  PD_ASSIGN(id, text_of(body, "id"));
  PD_ASSIGN(change, (s.org.*kOperation)(id));
  return change_json(change);
}

Outcome<Json> convert(State& s, const Json& body) {
  Conversion conversion;
  PD_ASSIGN(lead, text_of(body, "lead"));
  PD_ASSIGN(contact, text_of(body, "contact", false));
  PD_ASSIGN(account, text_of(body, "account", false));
  PD_ASSIGN(owner, text_of(body, "owner", false));
  conversion.lead = std::move(lead);
  conversion.contact = std::move(contact);
  conversion.account = std::move(account);
  conversion.owner = owner.find('@') == std::string::npos ? owner : user_by_address(s.org, owner);
  PD_ASSIGN(converted, s.org.convert(conversion));
  Json out = change_json(converted.lead);
  out["contact"] = converted.contact;
  out["account"] = converted.account;
  return out;
}

Outcome<Json> merge(State& s, const Json& body) {
  PD_ASSIGN(winner, text_of(body, "winner"));
  std::vector<std::string> losers;
  const auto at = body.find("losers");
  if (at == body.end() || !at->is_array()) return bad_request("losers must be a list of ids");
  for (const Json& id : *at) {
    if (!id.is_string()) return bad_request("losers must be a list of ids");
    losers.push_back(id.get<std::string>());
  }
  PD_ASSIGN(change, s.org.merge(winner, losers));
  return change_json(change);
}

Outcome<Json> expire_tokens(State& s, const Json&) {
  const size_t open = s.sessions.size();
  s.sessions.close_all();
  return Json{{"expired", open}};
}

Outcome<Json> counts(State& s, const Json&) {
  Json out = {{"pending", s.org.pending()}};
  for (const auto& table : s.org.tables()) {
    out[std::string(table->type().name())] = {{"live", table->count(RowState::kLive)},
                                              {"deleted", table->count(RowState::kDeleted)},
                                              {"purged", table->count(RowState::kPurged)}};
  }
  return out;
}

Outcome<Json> stats(State& s, const Json&) {
  const Stats& n = s.stats;
  return Json{{"logins", n.logins},
              {"logins_refused", n.logins_refused},
              {"identities", n.identities},
              {"versions", n.versions},
              {"describes", n.describes},
              {"queries", n.queries},
              {"query_pages", n.query_pages},
              {"records", n.records},
              {"limits", n.limits},
              {"bulk_calls", n.bulk_calls},
              {"cometd_calls", n.cometd_calls},
              {"refused_sessions", n.refused_sessions},
              {"refused_quota", n.refused_quota},
              {"records_served", n.records_served},
              {"api_calls", n.api_calls},
              {"sessions", s.sessions.size()},
              {"writes", s.org.writes()}};
}

Outcome<Json> get_knobs(State& s, const Json&) {
  return knobs_to_json(s.knobs);
}

Outcome<Json> set_knobs(State& s, const Json& body) {
  Knobs knobs = s.knobs;
  PD_TRY(knobs_from_json(body, knobs));
  s.change_knobs(std::move(knobs));
  return knobs_to_json(s.knobs);
}

Outcome<Json> get_faults(State& s, const Json&) {
  return fault_report(s.faults);
}

Outcome<Json> set_faults(State& s, const Json& body) {
  auto file = read_fault_plan(body);
  const auto taken = file ? s.play(*std::move(file)) : Result<void>(file.error());
  if (!taken) return bad_request(taken.error().message);
  return fault_report(s.faults);
}

Outcome<Json> end_faults(State& s, const Json&) {
  Json last = fault_report(s.faults);
  PD_TRY(set_faults(s, Json{{"rules", Json::array()}}));
  return last;
}

// A person is told which record or object is not there.
ApiError named(ApiError error, const Json& body) {
  if (error.code != code::kNotFound) return error;
  for (const char* key : {"id", "lead", "winner", "object", "name"}) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_string()) continue;
    error.message = "There is no " + std::string(key == std::string_view("id") ? "record" : key) + " " +
                    at->get<std::string>();
    break;
  }
  return error;
}

struct Route {
  std::string_view method;
  std::string_view path;
  Outcome<Json> (*handle)(State&, const Json&);
};
constexpr Route kRoutes[] = {
    {"POST", "show", show},
    {"POST", "edit", edit},
    {"POST", "create", create},
    {"POST", "late", late},
    {"POST", "delete", by_id<&Org::remove>},
    {"POST", "undelete", by_id<&Org::undelete>},
    {"POST", "purge", by_id<&Org::purge>},
    {"POST", "convert", convert},
    {"POST", "merge", merge},
    {"POST", "expire-tokens", expire_tokens},
    {"POST", "snapshot", take_snapshot},
    {"DELETE", "snapshot", drop_snapshot},
    {"GET", "snapshots", list_snapshots},
    {"POST", "restore", restore_snapshot},
    {"POST", "reset", reset_org},
    {"GET", "counts", counts},
    {"GET", "stats", stats},
    {"GET", "knobs", get_knobs},
    {"POST", "knobs", set_knobs},
    {"GET", "faults", get_faults},
    {"POST", "faults", set_faults},
    {"DELETE", "faults", end_faults},
};

}  // namespace

http::Response Front::State::admin(const http::ServerRequest& request, std::string_view path) {
  if (options.admin_token.empty()) return error_answer(not_found());
  const auto token = request.headers.get("X-Sandbox-Admin");
  if (!token || !options.admin_token.equals(*token)) {
    return error_answer(api_error(401, "INVALID_ADMIN_TOKEN", "X-Sandbox-Admin is missing or wrong"));
  }
  const Route* route = nullptr;
  std::string allowed;
  for (const Route& r : kRoutes) {
    if (r.path != path) continue;
    allowed += (allowed.empty() ? "" : ",") + std::string(r.method);
    if (r.method == request.method) route = &r;
  }
  if (allowed.empty()) return error_answer(not_found());
  if (route == nullptr) return method_not_allowed(request.method, allowed);
  auto body = parse_body(request.body);
  if (!body) return error_answer(body.error());
  auto answer = route->handle(*this, *body);
  if (!answer) return error_answer(named(std::move(answer).error(), *body));
  return json_answer(200, answer->dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace prospectd::sandbox
