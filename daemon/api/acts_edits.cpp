#include "daemon/api/acts_edits.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/edit_order.h"
#include "daemon/api/entity_tag.h"
#include "daemon/api/keyed.h"
#include "daemon/api/names.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::EditVerdict;
using service::EditReport;
using service::Edits;
using service::Service;

// ---- what is told ----

Json report_json(const EditReport& report, const Service& service, bool dry_run) {
  Json out;
  out["dryRun"] = dry_run;
  out["changes"] = changes_json(report.changes, service);
  out["pushes"] = pushes_json(report.pushes);
  out["stays"] = stays_json(report.stays, service);
  add_committed(out, report.committed);
  return out;
}

Refusal no_prospect(const std::string& id) {
  return refuse(Refused::kNotFound,
                number_of(id) ? "there is no prospect " + id : "a prospect is found by its number");
}

Refusal stale(const EditReport& report) {
  return refuse(Refused::kPreconditionFailed, "the prospect has changed since: it is at version " +
                                                  std::to_string(report.version) +
                                                  " now; read it again, and nothing was done");
}

// ---- one prospect ----

service::KeepWith<std::vector<EditReport>> made_once(const reconcile::AnswerKey& key) {
  return [key](const std::vector<EditReport>& reports) {
    return done_at(key, 201, "/v1/prospects/" + std::to_string(reports.front().prospect.value));
  };
}

asio::awaitable<Result<EditReport>> carry_out(Edits& edits, EditBody body, const Call& call, bool dry_run) {
  service::EditOrder order;
  if (call.key && !body.edit.prospect) order.keep = made_once(*call.key);
  order.edits.push_back(std::move(body.edit));
  order.actor = call.actor();
  order.dry_run = dry_run;
  Result<std::vector<EditReport>> reports = co_await edits.edit(std::move(order));
  if (!reports) co_return std::move(reports).error();
  co_return std::move(reports->front());
}

// The prospect as it is now, with what has changed.
asio::awaitable<http::Response> answer_with(Service& service, EditReport report, bool is_new) {
  store::ProspectQuery query;
  query.ids = std::vector<int64_t>{report.prospect.value};
  query.limit = 1;
  const auto rows = co_await service.prospects(std::move(query));
  if (!rows) co_return failed(rows.error());
  const std::string id = std::to_string(report.prospect.value);
  if (rows->empty()) co_return refused(no_prospect(id));
  Json shown = prospect_resource(rows->front(), service);
  http::Response answer = is_new ? created(std::move(shown), "/v1/prospects/" + id) : one(std::move(shown));
  Json told = report_json(report, service, false);
  told = co_await with_names(service, std::move(told));
  add_meta(answer, std::move(told));
  answer.headers.add("ETag", entity_tag(rows->front().prospect.version));
  co_return answer;
}

// What can't be read of a body does not hide what else is wrong with it: the rest is tried, and not done.
asio::awaitable<http::Response> edit_one(Service& service, Edits& edits, Call call, EditBody body) {
  const bool is_new = !body.edit.prospect;
  const bool refused_already = !body.faults.empty();
  const bool dry_run = call.parameters.flag("dryRun");
  body.edit.opt_in = call.parameters.flag("optIn");
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  EditBody asked = body;
  const Result<EditReport> report =
      co_await carry_out(edits, std::move(asked), call, dry_run || refused_already);
  if (!report) co_return failed(report.error());
  if (report->verdict == EditVerdict::kNoProspect) co_return refused(no_prospect(call.id));
  if (report->verdict == EditVerdict::kStale) co_return refused(stale(*report));
  std::vector<MemberFault> faults = body.faults;
  std::ranges::move(faults_at(body, report->faults), std::back_inserter(faults));
  if (!faults.empty()) co_return unprocessable(faults_json(faults));
  if (dry_run) {
    Json told = report_json(*report, service, true);
    told = co_await with_names(service, std::move(told));
    co_return only_meta(std::move(told));
  }
  EditReport done = *report;
  http::Response answer = co_await answer_with(service, std::move(done), is_new);
  co_return answer;
}

asio::awaitable<http::Response> change(Service& service, Edits& edits, Call call) {
  const auto number = number_of(call.id);
  if (!number) co_return refused(no_prospect(call.id));
  auto parsed = parse_prospect_edit(call.body, call.id, service.schema());
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  EditBody body = std::get<EditBody>(std::move(parsed));
  body.edit.prospect = ProspectId{*number};
  auto expected = expected_version(call.if_match);
  if (const auto* refusal = std::get_if<Refusal>(&expected)) co_return refused(*refusal);
  body.edit.expected = std::get<std::optional<int64_t>>(expected);
  http::Response answer = co_await edit_one(service, edits, std::move(call), std::move(body));
  co_return answer;
}

// A prospect of nothing would be nobody.
bool has_value(const EditBody& body) {
  return std::ranges::any_of(body.edit.values, [](const auto& value) { return !value.second.is_blank(); });
}

asio::awaitable<http::Response> create(Service& service, Edits& edits, Call call) {
  auto parsed = parse_prospect_edit(call.body, "", service.schema());
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  EditBody body = std::get<EditBody>(std::move(parsed));
  if (!has_value(body) && body.faults.empty())
    co_return refused(refuse(Refused::kInvalidInput, "a new prospect needs a value at least"));
  http::Response answer = co_await edit_one(service, edits, std::move(call), std::move(body));
  co_return answer;
}

// ---- rows ----

// Rows that can't be read are not asked for.
bool is_asked(const ImportRow& row) {
  return row.body.faults.empty() && has_value(row.body);
}

/// The lines of rows that would be made, by the numbers that a dry run supposes.
using SupposedLines = std::map<ProspectId, int64_t>;

// A number that nobody has yet tells nothing: who would be made of an earlier row is named by its line.
void name_by_line(MemberFault& fault, const SupposedLines& made) {
  const auto line = made.find(fault.holder);
  if (line == made.end()) return;
  const std::string number = "prospect " + std::to_string(fault.holder.value);
  const size_t at = fault.detail.rfind(number);
  if (at != std::string::npos)
    fault.detail.replace(at, number.size(), "the prospect of line " + std::to_string(line->second));
  fault.holder = {};
}

Json row_json(const ImportRow& row, const EditReport& report, const SupposedLines& made) {
  Json out;
  out["line"] = row.line;
  std::vector<MemberFault> faults = row.body.faults;
  std::ranges::move(faults_at(row.body, report.faults), std::back_inserter(faults));
  if (faults.empty() && !has_value(row.body))
    faults.push_back({{}, "field_error", "the row has no value in it", {}});
  for (MemberFault& fault : faults)
    name_by_line(fault, made);
  out["outcome"] = faults.empty() ? "created" : "refused";
  out["prospectId"] = faults.empty() ? Json(std::to_string(report.prospect.value)) : Json();
  out["pushes"] = pushes_json(report.pushes);
  out["errors"] = Json::array();
  for (const MemberFault& fault : faults)
    out["errors"].push_back(fault_json(fault));
  return out;
}

Json import_meta(const std::vector<ImportRow>& rows, const std::vector<EditReport>& reports, bool dry_run) {
  static const EditReport kNotAsked{};
  Json meta;
  meta["dryRun"] = dry_run;
  meta["created"] = 0;
  meta["refused"] = 0;
  meta["rows"] = Json::array();
  size_t next = 0;
  SupposedLines made;
  for (const ImportRow& row : rows) {
    const EditReport& report = is_asked(row) ? reports[next++] : kNotAsked;
    Json told = row_json(row, report, made);
    if (dry_run && report.verdict == EditVerdict::kPlanned) made[report.prospect] = row.line;
    Json& count = meta[told["outcome"].get<std::string>()];
    count = count.get<int64_t>() + 1;
    meta["rows"].push_back(std::move(told));
  }
  const auto committed = std::ranges::find_if(
      reports, [](const EditReport& report) { return static_cast<bool>(report.committed.cause); });
  add_committed(meta, committed == reports.end() ? service::Committed{} : committed->committed);
  return meta;
}

asio::awaitable<http::Response> bring_in(Service& service, Edits& edits, Call call) {
  auto parsed = parse_import(call.body, service.schema());
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  const auto& rows = std::get<std::vector<ImportRow>>(parsed);
  service::EditOrder order;
  order.actor = call.actor();
  order.dry_run = call.parameters.flag("dryRun");
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  const bool dry_run = order.dry_run;
  for (const ImportRow& row : rows)
    if (is_asked(row)) order.edits.push_back(row.body.edit);
  if (call.key) {
    order.keep = [key = *call.key, rows](const std::vector<EditReport>& reports) {
      return told_with(key, only_meta(import_meta(rows, reports, false)));
    };
  }
  const Result<std::vector<EditReport>> reports = co_await edits.edit(std::move(order));
  if (!reports) co_return failed(reports.error());
  co_return only_meta(import_meta(rows, *reports, dry_run));
}

}  // namespace

void add_edit_acts(Acts& acts, Service& service, Edits& edits) {
  acts[Operation::kChangeProspect] = [&](Call call) { return change(service, edits, std::move(call)); };
  acts[Operation::kCreateProspect] = [&](Call call) { return create(service, edits, std::move(call)); };
  acts[Operation::kImport] = [&](Call call) { return bring_in(service, edits, std::move(call)); };
}

}  // namespace prospectd::api
