// The admin calls about snapshots, as handlers of its routes (admin.cpp). One thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

/// {"name": "before"} in, {"name", "records", "taken"} out; so does each of them but the list.
Outcome<nlohmann::json> take_snapshot(Front::State& s, const nlohmann::json& body);
Outcome<nlohmann::json> restore_snapshot(Front::State& s, const nlohmann::json& body);
Outcome<nlohmann::json> drop_snapshot(Front::State& s, const nlohmann::json& body);
/// Back to what the org was when the sandbox began; without a name.
Outcome<nlohmann::json> reset_org(Front::State& s, const nlohmann::json& body);
/// {"snapshots": [...]}, by name.
Outcome<nlohmann::json> list_snapshots(Front::State& s, const nlohmann::json& body);

}  // namespace prospectd::sandbox
