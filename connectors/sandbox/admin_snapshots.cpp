#include "connectors/sandbox/admin_snapshots.h"

#include <nlohmann/json.hpp>

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

Outcome<std::string> snapshot_name(const Json& body) {
  const auto at = body.find("name");
  if (at == body.end() || !at->is_string()) return api_error("INVALID_INPUT", "missing: name, a text");
  return at->get<std::string>();
}

Json snapshot_json(const std::string& name, const Snapshot& snapshot) {
  return {{"name", name}, {"records", snapshot.org.records}, {"taken", format_timestamp(snapshot.taken)}};
}

}  // namespace

Outcome<Json> take_snapshot(Front::State& s, const Json& body) {
  PD_ASSIGN(name, snapshot_name(body));
  PD_ASSIGN(kept, s.snapshots.keep(name, s.snapshot()));
  return snapshot_json(name, *kept);
}

Outcome<Json> restore_snapshot(Front::State& s, const Json& body) {
  PD_ASSIGN(name, snapshot_name(body));
  PD_ASSIGN(snapshot, s.snapshots.find(name));
  s.go_back_to(*snapshot);
  return snapshot_json(name, *snapshot);
}

Outcome<Json> drop_snapshot(Front::State& s, const Json& body) {
  PD_ASSIGN(name, snapshot_name(body));
  PD_ASSIGN(dropped, s.snapshots.drop(name));
  return snapshot_json(name, dropped);
}

Outcome<Json> reset_org(Front::State& s, const Json&) {
  s.go_back_to(s.beginning);
  return snapshot_json("", s.beginning);
}

Outcome<Json> list_snapshots(Front::State& s, const Json&) {
  Json list = Json::array();
  for (const auto& [name, snapshot] : s.snapshots.all())
    list.push_back(snapshot_json(name, snapshot));
  return Json{{"snapshots", std::move(list)}};
}

}  // namespace prospectd::sandbox
