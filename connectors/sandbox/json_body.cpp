#include "connectors/sandbox/json_body.h"

#include <nlohmann/json.hpp>

namespace prospectd::sandbox {

std::optional<nlohmann::json> parse_json_object(std::string_view body) {
  bool too_deep = false;
  const auto guard = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kJsonBodyDepthMax;
    return !too_deep;
  };
  nlohmann::json json = nlohmann::json::parse(body, guard, false);
  if (json.is_discarded() || too_deep || !json.is_object()) return std::nullopt;
  return json;
}

}  // namespace prospectd::sandbox
