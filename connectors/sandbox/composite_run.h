// Requests inside a request: what a composite call, a graph and a batch have in common (SALESFORCE_API §7.2,
// §7.3, §7.5). Internal to the sandbox; one thread.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {

/// One request inside another. The body is kept in the call's own, which has to live longer.
struct SubRequest {
  std::string method;
  std::string url;   ///< "/services/data/v60.0/…", or "v60.0/…" in a batch
  std::string name;  ///< referenceId
  const nlohmann::json* body = nullptr;
  http::Headers headers;
};

/// The requests in a list, each with method, address and name; no two of one name.
/// **Errors:** JSON_PARSER_ERROR for what has another shape; INVALID_INPUT for a name that is none, or twice.
Outcome<std::vector<SubRequest>> sub_requests_of(const nlohmann::json& list);

/// The answer to one request, its address and body as they are by now. An error of the call becomes one of
/// the request.
http::Response run_sub_request(Call& call, const SubRequest& sub, const std::string& url,
                               const nlohmann::json* body, Nesting nesting);

/// "v60.0/sobjects/Lead" out of an address inside a composite call; empty for any other.
std::string_view path_below_data(std::string_view url);

/// What became of a list of requests that refer to each other.
struct CompositeResult {
  bool failed = false;
  std::string json;  ///< [{"body":…,"httpHeaders":{…},"httpStatusCode":…,"referenceId":…}, …]
};

/// Runs the requests in their order. When all or none of them count, the first failure takes back the others.
CompositeResult run_composite(Call& call, const std::vector<SubRequest>& subs, bool all_or_none,
                              Nesting nesting);

/// The same list where none of it is run, for the failures that came before.
CompositeResult halted_composite(const std::vector<SubRequest>& subs);

}  // namespace prospectd::sandbox
