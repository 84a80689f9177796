#include "daemon/api/acts_rows.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/acts_lists.h"
#include "daemon/api/entity_tag.h"
#include "daemon/api/keyed.h"
#include "daemon/api/names.h"
#include "daemon/api/resources.h"
#include "daemon/api/row_order.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;
using reconcile::RowVerdict;
using service::RowEdits;
using service::RowReport;
using service::Service;
using service::TagAct;

// ---- what is told ----

Json row_report_json(const RowReport& report, const Service& service, bool dry_run) {
  Json out;
  out["dryRun"] = dry_run;
  out["changes"] = Json::array();
  for (const reconcile::RowChange& change : report.changes) {
    Json one_of_them;
    one_of_them["type"] = change.row.type;
    one_of_them["id"] = std::to_string(change.row.id);
    one_of_them["field"] = change.cell;
    one_of_them["before"] = value_json(change.before);
    one_of_them["after"] = value_json(change.after);
    out["changes"].push_back(std::move(one_of_them));
  }
  out["prospectChanges"] = changes_json(report.prospect_changes, service);
  out["pushes"] = pushes_json(report.pushes);
  add_committed(out, report.committed);
  return out;
}

Refusal stale_row(const reconcile::RowKind& kind, const RowReport& report) {
  return refuse(Refused::kPreconditionFailed, "the " + kind.noun + " has changed since: it is at version " +
                                                  std::to_string(report.version) +
                                                  " now; read it again, and nothing was done");
}

Refusal others_row(const reconcile::RowKind& kind) {
  return refuse(Refused::kForbidden, "this " + kind.noun +
                                         " is not the asker's own: whose it is or an admin may change it; "
                                         "nothing was done");
}

// The row as it is now, with what has changed.
asio::awaitable<http::Response> answer_with_row(Service& service, std::string type, RowReport report,
                                                bool is_new) {
  store::ListQuery query;
  query.of = store::collection_named(type);
  query.ids = std::vector<int64_t>{report.id};
  query.limit = 1;
  const store::Collection& of = *query.of;
  const auto rows = co_await service.list(std::move(query));
  if (!rows) co_return failed(rows.error());
  const std::string id = std::to_string(report.id);
  if (rows->empty()) co_return refused(not_there(of, id));
  Json shown = row_resource(of, rows->front());
  http::Response answer =
      is_new ? created(std::move(shown), "/v1/" + type + "/" + id) : one(std::move(shown));
  Json told = row_report_json(report, service, false);
  told = co_await with_names(service, std::move(told));
  add_meta(answer, std::move(told));
  answer.headers.add("ETag", entity_tag(rows->front().version));
  co_return answer;
}

// ---- one row ----

std::optional<Refusal> refusal_of(const reconcile::RowKind& kind, const Call& call, const RowReport& report) {
  switch (report.verdict) {
    case RowVerdict::kNoRow:
      return not_there(*store::collection_named(kind.type), call.id);
    case RowVerdict::kStale:
      return stale_row(kind, report);
    case RowVerdict::kForbidden:
      return others_row(kind);
    default:
      return std::nullopt;
  }
}

// What can't be read of a body does not hide what else is wrong with it: the rest is tried, and not done.
asio::awaitable<http::Response> edit_row(Service& service, RowEdits& rows, Call call, RowBody body) {
  const reconcile::RowKind& kind = *reconcile::row_kind_named(call.type);
  const bool dry_run = call.parameters.flag("dryRun");
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  service::RowOrder order;
  order.edit = body.edit;
  order.actor = call.actor();
  order.role = call.bearer ? call.bearer->role : reconcile::Role::kRead;
  order.dry_run = dry_run || !body.faults.empty();
  if (call.key) {
    order.keep = [key = *call.key, path = "/v1/" + call.type + "/"](const RowReport& report) {
      return done_at(key, 201, path + std::to_string(report.id));
    };
  }
  const Result<RowReport> report = co_await rows.change(std::move(order));
  if (!report) co_return failed(report.error());
  if (const auto refusal = refusal_of(kind, call, *report)) co_return refused(*refusal);
  std::vector<MemberFault> faults = body.faults;
  std::ranges::move(faults_at(body, report->faults), std::back_inserter(faults));
  if (!faults.empty()) co_return unprocessable(faults_json(faults));
  if (dry_run || body.edit.remove) {
    Json told = row_report_json(*report, service, dry_run);
    told = co_await with_names(service, std::move(told));
    co_return only_meta(std::move(told));
  }
  RowReport done = *report;
  std::string type = call.type;
  http::Response answer =
      co_await answer_with_row(service, std::move(type), std::move(done), body.edit.id == 0);
  co_return answer;
}

asio::awaitable<http::Response> create_row(Service& service, RowEdits& rows, Call call) {
  auto parsed = parse_row_edit(call.body, "", *reconcile::row_kind_named(call.type));
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  RowBody body = std::get<RowBody>(std::move(parsed));
  http::Response answer = co_await edit_row(service, rows, std::move(call), std::move(body));
  co_return answer;
}

// The row of the path, as it was seen.
std::optional<Refusal> name_row(const Call& call, RowBody& body) {
  const auto number = number_of(call.id);
  if (!number) return not_there(*store::collection_named(call.type), call.id);
  auto expected = expected_version(call.if_match);
  if (const auto* refusal = std::get_if<Refusal>(&expected)) return *refusal;
  body.edit.type = call.type;
  body.edit.id = *number;
  body.edit.expected = std::get<std::optional<int64_t>>(expected);
  return std::nullopt;
}

asio::awaitable<http::Response> change_row(Service& service, RowEdits& rows, Call call) {
  auto parsed = parse_row_edit(call.body, call.id, *reconcile::row_kind_named(call.type));
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
  RowBody body = std::get<RowBody>(std::move(parsed));
  if (const auto refusal = name_row(call, body)) co_return refused(*refusal);
  http::Response answer = co_await edit_row(service, rows, std::move(call), std::move(body));
  co_return answer;
}

asio::awaitable<http::Response> remove_row(Service& service, RowEdits& rows, Call call) {
  RowBody body;
  if (const auto refusal = name_row(call, body)) co_return refused(*refusal);
  body.edit.remove = true;
  http::Response answer = co_await edit_row(service, rows, std::move(call), std::move(body));
  co_return answer;
}

// ---- a prospect's tags ----

http::Response tags_answer(const Call& call, const service::TagReport& report, bool dry_run) {
  ListDocument document;
  document.self = call.path;
  for (const int64_t id : report.tags) {
    Json tag;
    tag["type"] = "tags";
    tag["id"] = std::to_string(id);
    document.resources.push_back(std::move(tag));
  }
  http::Response answer = many(std::move(document));
  Json meta;
  meta["count"] = report.tags.size();
  meta["dryRun"] = dry_run;
  meta["added"] = report.added;
  meta["removed"] = report.removed;
  add_committed(meta, report.committed);
  add_meta(answer, std::move(meta));
  return answer;
}

std::vector<Json> unknown_tags(const service::TagReport& report) {
  std::vector<MemberFault> faults;
  for (const size_t at : report.unknown)
    faults.push_back(
        {"/data/" + std::to_string(at) + "/id", "reference_unknown", "there is no such tag", {}});
  return faults_json(faults);
}

asio::awaitable<http::Response> tag_prospect(RowEdits& rows, Call call, TagAct act) {
  const auto number = number_of(call.id);
  if (!number) co_return refused(not_there(store::prospect_collection(), call.id));
  service::TagOrder order;
  order.prospect = ProspectId{*number};
  order.act = act;
  order.actor = call.actor();
  order.dry_run = call.parameters.flag("dryRun");
  if (call.parameters.fault()) co_return refused(*call.parameters.fault());
  if (!call.body.empty()) {
    auto parsed = parse_linkage(call.body, "tags", service::kTagsOfOrderMax);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refused(*refusal);
    order.tags = std::get<std::vector<int64_t>>(std::move(parsed));
  }
  const bool dry_run = order.dry_run;
  if (call.key) {
    order.keep = [call](const service::TagReport& report) {
      return told_with(*call.key, tags_answer(call, report, false));
    };
  }
  const Result<service::TagReport> report = co_await rows.tag(std::move(order));
  if (!report) co_return failed(report.error());
  if (!report->found) co_return refused(not_there(store::prospect_collection(), call.id));
  if (!report->unknown.empty()) co_return unprocessable(unknown_tags(*report));
  co_return tags_answer(call, *report, dry_run);
}

}  // namespace

void add_row_acts(Acts& acts, Service& service, RowEdits& rows) {
  acts[Operation::kCreateRow] = [&](Call call) { return create_row(service, rows, std::move(call)); };
  acts[Operation::kChangeRow] = [&](Call call) { return change_row(service, rows, std::move(call)); };
  acts[Operation::kRemoveRow] = [&](Call call) { return remove_row(service, rows, std::move(call)); };
  // To be told what there is, is to add nothing.
  acts[Operation::kProspectTags] = [&](Call call) {
    call.body.clear();
    return tag_prospect(rows, std::move(call), TagAct::kAdd);
  };
  acts[Operation::kAddTags] = [&](Call call) { return tag_prospect(rows, std::move(call), TagAct::kAdd); };
  acts[Operation::kReplaceTags] = [&](Call call) {
    return tag_prospect(rows, std::move(call), TagAct::kReplace);
  };
  acts[Operation::kRemoveTags] = [&](Call call) {
    return tag_prospect(rows, std::move(call), TagAct::kRemove);
  };
}

}  // namespace prospectd::api
