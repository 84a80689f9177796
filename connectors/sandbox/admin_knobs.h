// The knobs as JSON, for the admin endpoint only: whoever includes this has the JSON library anyway. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

nlohmann::json knobs_to_json(const Knobs& knobs);
/// Sets the knobs that the object names and leaves the others.
/// **Errors:** INVALID_INPUT for an unknown name, a wrong type, or a number out of range.
Outcome<void> knobs_from_json(const nlohmann::json& json, Knobs& knobs);

}  // namespace prospectd::sandbox
