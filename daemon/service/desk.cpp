#include "daemon/service/desk.h"

#include "base/text.h"

namespace prospectd::service {

Result<std::vector<reconcile::OutwardFlow>> numbered_flows(store::Store& store,
                                                           const std::vector<engine::ConnectionFlow>& flows) {
  std::vector<reconcile::OutwardFlow> outward;
  for (const engine::ConnectionFlow& flow : flows) {
    PD_ASSIGN(id, store.connection(flow.connection));
    outward.push_back({id, flow.types});
  }
  return outward;
}

Result<Desk> open_desk(store::Store& store, const std::vector<engine::ConnectionFlow>& flows) {
  Desk desk;
  PD_ASSIGN(outward, numbered_flows(store, flows));
  for (size_t i = 0; i < flows.size(); ++i)
    desk.connections[outward[i].connection] = flows[i].connection;
  desk.outward = std::move(outward);
  PD_ASSIGN(reader, store.reader());
  desk.reader = std::move(reader);
  return desk;
}

Result<CauseId> commit_plan(store::Store& store, const reconcile::Plan& plan, Timestamp now) {
  PD_ASSIGN(transaction, store.begin());
  PD_TRY(transaction->apply(plan, now));
  const CauseId cause = transaction->cause();
  PD_TRY(transaction->commit());
  return cause;
}

Result<store::ConnectionId> Desk::connection_named(const std::string& name) const {
  if (name.empty()) return store::ConnectionId{};
  std::vector<std::string> names;
  for (const auto& [id, known] : connections) {
    if (known == name) return id;
    names.push_back(known);
  }
  const auto meant = did_you_mean(name, names);
  return make_error(ErrorCode::kNotFound, "no connection of this name in the configuration" +
                                              (meant ? " (did you mean " + *meant + "?)" : std::string()));
}

}  // namespace prospectd::service
