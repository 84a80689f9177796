// What the database holds, as resources: prospects, duplicates, dead letters, explanations; and health.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"
#include "daemon/api/shapes.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;

struct ToJson {
  Json operator()(mapping::Absent) const { return nullptr; }
  Json operator()(mapping::Null) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(int64_t value) const { return value; }
  Json operator()(double value) const { return value; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(Date value) const { return format_date(value); }
  Json operator()(Timestamp value) const { return format_timestamp(value); }
};

void add_fields(const store::ProspectRow& row, const mapping::LocalSchema& schema, Json& out) {
  Json custom = Json::object();
  const size_t count = std::min(schema.size(), row.prospect.fields.size());
  for (size_t at = 0; at < count; ++at) {
    if (at == field::kOwner || at == field::kAccount) continue;
    const std::string& name = schema.fields()[at].name;
    if (name.starts_with(mapping::kCustomPrefix)) {
      custom[name.substr(mapping::kCustomPrefix.size())] = value_json(row.prospect.fields[at]);
    } else {
      out[camel_case(name)] = value_json(row.prospect.fields[at]);
    }
  }
  out["custom"] = std::move(custom);
}

std::optional<int64_t> reference_at(const store::ProspectRow& row, size_t field) {
  const auto* id = field < row.prospect.fields.size() ? row.prospect.fields[field].get<int64_t>() : nullptr;
  return id != nullptr ? std::optional(*id) : std::nullopt;
}

Json addresses_json(const std::vector<reconcile::Address>& addresses) {
  Json out = Json::array();
  for (const reconcile::Address& address : addresses) {
    Json one_of_them;
    one_of_them["address"] = address.typed.empty() ? address.key : address.typed;
    one_of_them["key"] = address.key;
    one_of_them["primary"] = out.empty();
    out.push_back(std::move(one_of_them));
  }
  return out;
}

Json link_json(const reconcile::Link& link, const service::Service& service) {
  Json out;
  out["connection"] = service.connection_name(link.connection);
  out["object"] = link.object;
  out["remoteId"] = link.remote.str();
  out["deleted"] = link.deleted;
  out["version"] = link.version == Timestamp{} ? Json() : time_json(link.version);
  return out;
}

Json because_json(const service::Because& step) {
  Json out;
  out["at"] = time_json(step.at);
  out["what"] = step.what;
  out["reason"] = step.reason;
  out["cause"] = step.cause;
  out["field"] = step.field;
  out["before"] = step.before;
  out["after"] = step.after;
  return out;
}

}  // namespace

Json value_json(const mapping::Value& value) {
  return std::visit(ToJson{}, value.variant());
}

std::string camel_case(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool raised = name[i] == '_' && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    out += raised ? static_cast<char>(name[++i] - 'a' + 'A') : name[i];
  }
  return out;
}

Json prospect_resource(const store::ProspectRow& row, const service::Service& service) {
  Json out = Json::object();
  add_fields(row, service.schema(), out);
  out["addresses"] = addresses_json(row.prospect.addresses);
  out["links"] = Json::array();
  for (const reconcile::Link& link : row.links)
    out["links"].push_back(link_json(link, service));
  out["tags"] = row.tags;
  out["createdAt"] = time_json(row.prospect.created_at);
  out["updatedAt"] = time_json(row.prospect.updated_at);
  out["touchedAt"] = time_json(row.prospect.touched_at);
  Json made = resource("prospects", std::to_string(row.prospect.id.value), std::move(out));
  add_relationship(made, {"owner", "users"}, reference_at(row, field::kOwner), row.owner_name);
  add_relationship(made, {"account", "accounts"}, reference_at(row, field::kAccount), row.account_name);
  add_self(made);
  return made;
}

Json duplicate_resource(const reconcile::Duplicate& row, const service::Service& service) {
  const reconcile::Reason reason = reason_of(row.kind);
  Json out;
  out["kind"] = service::name_of(row.kind);
  out["reason"] = reconcile::code_of(reason);
  out["sentence"] = reconcile::sentence_of(reason);
  out["connection"] = service.connection_name(row.connection);
  out["object"] = row.object;
  out["remoteId"] = row.remote.str();
  out["prospectId"] = std::to_string(row.prospect.value);
  out["linkedObject"] = row.linked_object;
  out["linkedRemoteId"] = row.linked_remote.str();
  out["emailKey"] = row.email_key;
  out["policy"] = row.policy;
  out["firstSeen"] = time_json(row.first_seen);
  out["open"] = row.open;
  Json made = resource("duplicates", std::to_string(row.id.value), std::move(out));
  add_relationship(made, {"prospect", "prospects"}, row.prospect.value);
  return made;
}

Json dead_letter_resource(const reconcile::DeadLetter& letter, const service::Service& service) {
  Json out;
  out["connection"] = service.connection_name(letter.connection);
  out["object"] = letter.object;
  out["remoteId"] = letter.remote.str();
  out["version"] = time_json(letter.version);
  out["reason"] = letter.reason;
  out["payload"] = letter.payload.substr(0, kPayloadShownBytesMax);
  out["payloadBytes"] = letter.payload.size();
  out["firstSeen"] = time_json(letter.first_seen);
  out["lastSeen"] = time_json(letter.last_seen);
  out["seen"] = letter.seen;
  return resource("deadLetters", std::to_string(letter.id.value), std::move(out));
}

Json explanation_resource(const std::string& subject, const service::Explanation& explanation) {
  Json out;
  out["subject"] = explanation.subject;
  out["facts"] = Json::array();
  for (const auto& [name, value] : explanation.facts) {
    Json fact;
    fact["name"] = name;
    fact["value"] = value;
    out["facts"].push_back(std::move(fact));
  }
  out["because"] = Json::array();
  for (const service::Because& step : explanation.because)
    out["because"].push_back(because_json(step));
  out["next"] = explanation.next;
  return resource("explanations", subject, std::move(out));
}

Json health_resource(const std::string& id, const std::vector<service::Check>& checks) {
  Json out;
  out["ok"] = std::ranges::all_of(checks, &service::Check::ok);
  out["checks"] = Json::array();
  for (const service::Check& check : checks) {
    Json one_of_them;
    one_of_them["name"] = check.name;
    one_of_them["ok"] = check.ok;
    one_of_them["why"] = check.why;
    out["checks"].push_back(std::move(one_of_them));
  }
  return resource("health", id, std::move(out));
}

}  // namespace prospectd::api
