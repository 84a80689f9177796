#include "connectors/sandbox/json_body.h"

#include <nlohmann/json.hpp>

#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {

std::optional<nlohmann::json> parse_json_object(std::string_view body) {
  auto json = parse_json(body);
  if (!json || !json->is_object()) return std::nullopt;
  return *std::move(json);
}

}  // namespace prospectd::sandbox
