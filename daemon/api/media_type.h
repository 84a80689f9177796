// Media types, by the rules of JSON:API 1.1 (content negotiation): what a body may be, and what an answer may
// be. Pure, any thread.
#pragma once

#include <optional>

#include "connectors/http/message.h"
#include "daemon/api/refusal.h"

namespace prospectd::api {

constexpr const char* kMediaType = "application/vnd.api+json";

/// A body is JSON, or it is refused: no form of a web page can send that. As application/vnd.api+json it may
/// have a profile, which is ignored, and no other parameter and no extension.
std::optional<Refusal> check_content_type(const http::ServerRequest& request);
/// Whether the Accept header, where there is one, takes JSON: refused where it names nothing that we send, or
/// application/vnd.api+json with parameters or extensions only.
std::optional<Refusal> check_accept(const http::ServerRequest& request);

}  // namespace prospectd::api
