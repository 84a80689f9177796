#include "daemon/api/resources_configuration.h"

#include <nlohmann/json.hpp>

#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

Json place_json(const config::Place& place) {
  if (place.file.empty()) return nullptr;
  return Json{{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

// What is wrong is in files, not in the request: `meta` says where.
Json error_of(const config::Fault& fault) {
  Json error;
  error["code"] = "config_invalid";
  error["title"] = "The configuration is not valid";
  error["detail"] = config::format_fault(fault);
  error["meta"] = {{"file", fault.place.file}, {"line", fault.place.line}, {"column", fault.place.column},
                   {"path", fault.path},       {"message", fault.message}, {"hint", fault.hint}};
  return error;
}

}  // namespace

http::Response reload_answer(const config::ReloadReport& report) {
  if (!report.taken()) {
    std::vector<Json> errors;
    for (const config::Fault& fault : report.faults) {
      if (fault.severity == config::Severity::kError) errors.push_back(error_of(fault));
    }
    return unprocessable(std::move(errors));
  }
  Json changed = Json::array();
  Json waiting = Json::array();
  for (const config::Change& change : report.changes) {
    Json one{{"key", change.key},
             {"before", change.before},
             {"after", change.after},
             {"place", place_json(change.place)}};
    (change.restart ? waiting : changed).push_back(std::move(one));
  }
  Json overridden = Json::array();
  for (const config::Overridden& value : report.overridden) {
    overridden.push_back({{"key", value.key},
                          {"place", place_json(value.place)},
                          {"by", config::name_of(value.by)},
                          {"name", value.by_name}});
  }
  Json warnings = Json::array();
  for (const config::Fault& fault : report.faults)
    warnings.push_back(config::format_fault(fault));
  Json attributes;
  attributes["changed"] = std::move(changed);
  attributes["needsRestart"] = std::move(waiting);
  attributes["overridden"] = std::move(overridden);
  attributes["warnings"] = std::move(warnings);
  return one(resource("reloads", "prospectd", std::move(attributes)));
}

Json setting_resource(const SettingInForce& setting) {
  Json attributes;
  attributes["value"] = setting.value;
  attributes["origin"] = config::name_of(setting.origin);
  attributes["place"] = place_json(setting.place);
  attributes["about"] = setting.about.help;
  attributes["takes"] = setting.about.takes;
  attributes["set"] = nullptr;
  if (setting.stored) {
    attributes["set"] = {{"value", setting.stored->value},
                         {"actor", setting.stored->actor},
                         {"changedAt", time_json(setting.stored->changed_at)}};
  }
  return resource("settings", setting.about.key, std::move(attributes));
}

}  // namespace prospectd::api
