#include "daemon/cli/sync_call.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kAskEvery{100};

bool sleep_a_little() {
  std::this_thread::sleep_for(kAskEvery);
  return true;
}

}  // namespace

Result<Json> run_sync(const DaemonClient& client, const SyncCall& call) {
  Json wanted = {{"connection", call.connection}, {"dryRun", call.dry_run}};
  if (call.accept_mass_change) wanted["acceptMassChange"] = true;
  PD_ASSIGN(answer, client.post("/v1/syncs", wanted));
  // Bounded by the daemon: it has a sync's end, or ends itself, and then the next question fails.
  for (;;) {
    const Json& data = member(answer, "data");
    Json attributes = member(data, "attributes");
    const std::string id = text_at(data, "id");
    const std::string state = text_at(attributes, "state");
    if (state == "failed") return error_of_json(member(attributes, "error"));
    if (state == "done") {
      attributes["id"] = id;
      return attributes;
    }
    if (state != "running" || id.empty()) {
      return make_error(ErrorCode::kBadPayload, "the daemon's answer about the sync is not understood");
    }
    if (call.on_progress) call.on_progress(attributes);
    if (!(call.wait ? call.wait() : sleep_a_little())) {
      return make_error(ErrorCode::kCancelled, "stopped waiting for the sync");
    }
    PD_ASSIGN(next, client.get("/v1/syncs/" + id));
    answer = std::move(next);
  }
}

}  // namespace prospectd::cli
