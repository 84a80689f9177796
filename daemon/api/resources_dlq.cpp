// What was given up, as resources.
#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json dlq_resource(const service::DlqItem& item) {
  Json out;
  out["direction"] = item.id.kind == reconcile::GivenUpId::Kind::kOut ? "out" : "in";
  out["connection"] = item.connection;
  out["object"] = item.object;
  out["remoteId"] = text_or_null(item.remote.str());
  out["operation"] = text_or_null(item.operation);
  out["code"] = item.code;
  out["message"] = item.message;
  out["advice"] = item.advice;
  out["attempts"] = item.attempts;
  out["since"] = time_json(item.since);
  out["givenUpAt"] = time_json(item.given_up_at);
  Json made = resource("dlqEntries", to_text(item.id), std::move(out));
  add_relationship(made, {"prospect", "prospects"}, item.prospect.value, item.name);
  add_self(made);
  return made;
}

Json dlq_resource(const service::DlqDetail& detail, const mapping::LocalSchema& schema) {
  Json made = dlq_resource(detail.item);
  Json fields = Json::array();
  for (const reconcile::FieldDifference& difference : detail.fields) {
    Json one_of_them;
    one_of_them["field"] = schema.fields()[difference.field].name;
    one_of_them["crm"] = value_json(difference.remote);
    one_of_them["prospect"] = value_json(difference.local);
    fields.push_back(std::move(one_of_them));
  }
  made["attributes"]["fields"] = std::move(fields);
  made["attributes"]["payload"] = text_or_null(detail.payload.substr(0, kPayloadShownBytesMax));
  return made;
}

}  // namespace prospectd::api
