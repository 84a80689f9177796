// Answers: JSON:API documents and error documents as responses, with the headers that every answer has. Any
// thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "connectors/http/message.h"
#include "daemon/api/refusal.h"

namespace prospectd::api {

using Json = nlohmann::ordered_json;

/// One resource: {"data": resource}.
http::Response one(Json resource);
/// The same with status 202 and where the resource is found.
http::Response accepted(Json resource, std::string location);
/// The same with status 201: it was made.
http::Response created(Json resource, std::string location);
/// A list; `next` is the path of the next page, empty for the last one.
http::Response many(std::vector<Json> resources, const std::string& next);
/// 200 with nothing but `meta`: it is gone.
http::Response removed();
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
