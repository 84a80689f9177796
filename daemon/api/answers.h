// Answers: JSON:API documents and error documents as responses, with the headers that every answer has. Any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "connectors/http/message.h"
#include "daemon/api/refusal.h"

namespace prospectd::api {

using Json = nlohmann::ordered_json;

/// One resource: {"data": resource}, and what was asked to be included.
http::Response one(Json resource, std::optional<std::vector<Json>> included = std::nullopt);
/// The same with status 202 and where the resource is found.
http::Response accepted(Json resource, std::string location);
/// The same with status 201: it was made.
http::Response created(Json resource, std::string location);
/// A list, with what was asked to be included and where it is found.
struct ListDocument {
  std::vector<Json> resources;
  std::optional<std::vector<Json>> included;
  std::string self;  ///< path and query; empty: not told
  std::string next;  ///< of the next page; empty for the last one
};
http::Response many(ListDocument document);
/// A list that is told whole.
http::Response many(std::vector<Json> resources);
/// 200 with nothing but `meta`: it is gone.
http::Response removed();
/// 200 with nothing but this `meta`.
http::Response only_meta(Json meta);
/// Adds `meta` to a document.
void add_meta(http::Response& answer, Json meta);
/// A document that is JSON, but no resource.
http::Response json_text(std::string_view text);
/// For probes: 200 or 503, and no more than that in words.
http::Response probe_text(bool ok);
http::Response probe_document(bool ok, Json resource);

http::Response refused(const Refusal& refusal);
/// A service's error. What is our own fault is told in general words: the log has the rest.
http::Response failed(const Error& error);

/// 422: the request was good, and what it led to is not. Each error has its code, title and detail.
http::Response unprocessable(std::vector<Json> errors);

/// 200 with what is no document.
http::Response plain(const char* media_type, std::string body);

/// {"type": …, "id": …, "attributes": …}
Json resource(std::string type, std::string id, Json attributes);

}  // namespace prospectd::api
