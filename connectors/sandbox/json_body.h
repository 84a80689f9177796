// A request's body as JSON, read without trust. Pure; whoever uses it has the JSON library anyway.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace prospectd::sandbox {

/// nullopt for what is no JSON, or nests deeper than kBodyDepthMax (request_body.h); for who refuses that in
/// words of their own.
std::optional<nlohmann::json> parse_json_text(std::string_view body);
/// The same for what is no JSON object.
std::optional<nlohmann::json> parse_json_object(std::string_view body);

}  // namespace prospectd::sandbox
