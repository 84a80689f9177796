// What a change did, and what a person decides: values before and after, writes that follow, reviews.
#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {

Json changes_json(const std::vector<reconcile::FieldChange>& changes, const service::Service& service) {
  Json out = Json::array();
  for (const reconcile::FieldChange& change : changes) {
    Json one_of_them;
    one_of_them["field"] = service.schema().fields()[change.field].name;
    one_of_them["before"] = value_json(change.before);
    one_of_them["after"] = value_json(change.after);
    out.push_back(std::move(one_of_them));
  }
  return out;
}

Json pushes_json(const std::vector<service::PushToCome>& pushes) {
  Json out = Json::array();
  for (const service::PushToCome& push : pushes) {
    Json one_of_them;
    one_of_them["connection"] = push.connection;
    one_of_them["object"] = push.object;
    one_of_them["operation"] = name_of(push.operation);
    one_of_them["lane"] = name_of(push.lane);
    out.push_back(std::move(one_of_them));
  }
  return out;
}

Json stays_json(const std::vector<service::Staying>& stays, const service::Service& service) {
  Json out = Json::array();
  for (const service::Staying& one : stays) {
    Json fields = Json::array();
    for (const size_t field : one.what.fields)
      fields.push_back(service.schema().fields()[field].name);
    Json one_of_them;
    one_of_them["connection"] = one.connection;
    one_of_them["object"] = one.what.object;
    one_of_them["fields"] = std::move(fields);
    one_of_them["reason"] = reconcile::code_of(one.what.reason);
    one_of_them["message"] = reconcile::sentence_of(one.what.reason);
    out.push_back(std::move(one_of_them));
  }
  return out;
}

Json cause_json(CauseId id) {
  return id ? Json("c-" + std::to_string(id.value)) : Json();
}

void add_committed(Json& meta, const service::Committed& committed) {
  meta["cause"] = cause_json(committed.cause);
  meta["undoable"] = committed.undoable;
}

Json fault_json(const MemberFault& fault) {
  Json out;
  out["code"] = fault.code;
  out["title"] = "A field can't be taken";
  out["detail"] = fault.detail;
  if (!fault.pointer.empty()) out["source"]["pointer"] = fault.pointer;
  if (fault.holder) out["meta"]["prospect"] = std::to_string(fault.holder.value);
  return out;
}

std::vector<Json> faults_json(const std::vector<MemberFault>& faults) {
  std::vector<Json> out;
  for (const MemberFault& fault : faults)
    out.push_back(fault_json(fault));
  return out;
}

Json review_resource(const service::Review& review, const service::Service& service) {
  Json out;
  out["connection"] = review.connection;
  out["object"] = review.object.empty() ? Json() : Json(review.object);
  out["remoteId"] = review.remote.empty() ? Json() : Json(review.remote.str());
  out["field"] = service.schema().fields()[review.field].name;
  out["crmValue"] = value_json(review.crm);
  out["prospectValue"] = value_json(review.own);
  out["agreedValue"] = review.agreed ? value_json(*review.agreed) : Json();
  out["agreedKnown"] = review.agreed.has_value();
  out["goesOut"] = review.goes_out;
  out["frozen"] = review.frozen;
  out["openedAt"] = time_json(review.opened_at);
  out["version"] = review.version;
  Json made = resource("conflictReviews", std::to_string(review.id.value), std::move(out));
  add_relationship(made, {"prospect", "prospects"}, review.prospect.value, review.name);
  add_self(made);
  return made;
}

}  // namespace prospectd::api
