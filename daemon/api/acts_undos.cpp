#include "daemon/api/acts_undos.h"

#include <nlohmann/json.hpp>

#include "daemon/api/body.h"
#include "daemon/api/names.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using service::UndoReport;
using service::Undos;
using service::UndoTold;

service::UndoOrder undo_order_of(const Body& attributes, const std::string& pointer) {
  check_members(attributes, pointer, {"cause", "dryRun"});
  service::UndoOrder order;
  order.of = text_member(attributes, pointer, "cause");
  const Body dry_run = attributes.value("dryRun", Body(false));
  if (!dry_run.is_boolean()) refuse_member(pointer + "/dryRun", "\"dryRun\" must be true or false");
  order.dry_run = dry_run.get<bool>();
  return order;
}

std::variant<service::UndoOrder, Refusal> parse_undo_order(const std::string& body) {
  return read_body<service::UndoOrder>(body, [](const Body& whole) {
    std::string pointer;
    const Body& attributes = attributes_in(whole, "undos", pointer, "");
    return undo_order_of(attributes, pointer);
  });
}

Json cause_ids(const std::vector<CauseId>& causes) {
  Json out = Json::array();
  for (const CauseId id : causes)
    out.push_back(cause_json(id));
  return out;
}

Json undo_row(const UndoTold& told) {
  const bool is_field = told.outcome != reconcile::UndoOutcome::kRefused;
  Json out;
  out["prospectId"] = told.prospect ? Json(std::to_string(told.prospect.value)) : Json();
  out["prospects"] = told.prospects;
  out["field"] = told.field.empty() ? Json() : Json(told.field);
  out["side"] = told.in_crm ? "crm" : "prospect";
  out["outcome"] = name_of(told.outcome);
  out["now"] = is_field ? value_json(told.now) : Json();
  out["before"] = is_field ? value_json(told.before) : Json();
  out["reason"] = told.reason;
  out["message"] = told.message;
  out["changedBy"] = cause_json(told.later);
  return out;
}

Json undo_attributes(const UndoReport& report) {
  Json out;
  out["kind"] = report.kind;
  out["detail"] = report.detail;
  out["actor"] = report.actor;
  out["at"] = time_json(report.at);
  out["dryRun"] = report.dry_run;
  out["undone"] = cause_ids(report.undone);
  out["counts"] = {{"restored", report.counts.restored},
                   {"already", report.counts.already},
                   {"changedSince", report.counts.changed_since},
                   {"refused", report.counts.refused}};
  out["pushes"] = report.pushes;
  out["causes"] = cause_ids(report.made);
  out["rows"] = Json::array();
  for (const UndoTold& told : report.rows)
    out["rows"].push_back(undo_row(told));
  out["rowsCut"] = report.rows_cut;
  return out;
}

asio::awaitable<http::Response> undo_cause(service::Service& service, Undos& undos, Call call) {
  auto parsed = parse_undo_order(call.body);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  service::UndoOrder order = std::get<service::UndoOrder>(std::move(parsed));
  order.actor = call.actor();
  order.others_too = !call.bearer || call.bearer->role >= reconcile::Role::kAdmin;
  const Result<UndoReport> report = co_await undos.undo(std::move(order));
  if (report) {
    Json told = undo_attributes(*report);
    told = co_await with_names(service, std::move(told));
    co_return one(resource("undos", report->of, std::move(told)));
  }
  if (report.error().code == ErrorCode::kPermission)
    co_return refused(refuse(Refused::kForbidden, report.error().message));
  co_return failed(report.error());
}

}  // namespace

void add_undo_acts(Acts& acts, service::Service& service, Undos& undos) {
  acts[Operation::kUndo] = [&](Call call) { return undo_cause(service, undos, std::move(call)); };
}

}  // namespace prospectd::api
