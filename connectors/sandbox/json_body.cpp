#include "connectors/sandbox/json_body.h"

#include <nlohmann/json.hpp>

#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {

std::optional<nlohmann::json> parse_json_text(std::string_view body) {
  auto json = parse_json(body);
  return json ? std::optional(*std::move(json)) : std::nullopt;
}

std::optional<nlohmann::json> parse_json_object(std::string_view body) {
  auto json = parse_json_text(body);
  return json && json->is_object() ? std::move(json) : std::nullopt;
}

}  // namespace prospectd::sandbox
