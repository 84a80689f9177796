// One call of the data API after its session, quota and version have been looked at, and the handlers of the
// resources. Internal to the sandbox; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/salesforce_wire/formats.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {

/// What a request stands in.
enum class Nesting : uint8_t { kNone, kBatch, kComposite };

struct Call {
  Front::State& state;
  const http::ServerRequest& request;
  Session& session;
  salesforce_wire::ApiVersion version;
  std::string method;                 ///< as meant: POST with _HttpMethod=PATCH is PATCH
  std::vector<std::string> segments;  ///< what follows the version, decoded
  std::vector<std::pair<std::string, std::string>> parameters;

  std::optional<std::string_view> parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  /// "/services/data/v60.0"
  std::string base() const { return "/services/data/" + version.text(); }
};

// rest.cpp
/// Answers a call below a version ("v60.0/sobjects/Lead") that has been let in and counted already.
Outcome<http::Response> run_call(Front::State& state, const http::ServerRequest& request, Session& session,
                                 std::string_view path, Nesting nesting = Nesting::kNone);
/// Counts one more call. **Errors:** 403 REQUEST_LIMIT_EXCEEDED.
Outcome<void> count_call(Front::State& state);
/// The same for a call that comes from outside, as far as this org has an API. **Errors:** 403
/// API_DISABLED_FOR_ORG.
Outcome<void> check_access(Front::State& state);
/// The version that a path begins with, "v60.0", among those that this org has.
/// **Errors:** 404 NOT_FOUND, 410 UNSUPPORTED_API_VERSION.
Outcome<salesforce_wire::ApiVersion> version_of(const Front::State& state, std::string_view segment);
/// "com/salesforce/api/rest/60.0;client=acme-sync": where a change comes from, as its event tells (§16.2);
/// the client is that of Sforce-Call-Options. (rest.cpp)
std::string change_origin(std::string_view api, const salesforce_wire::ApiVersion& version,
                          const http::ServerRequest& request);

// rest_query.cpp
Outcome<http::Response> answer_query(Call& call);
Outcome<http::Response> answer_query_page(Call& call);

// rest_search.cpp
Outcome<http::Response> answer_search(Call& call);
Outcome<http::Response> answer_parameterized_search(Call& call);

// rest_objects.cpp
Outcome<http::Response> answer_resources(Call& call);
Outcome<http::Response> answer_objects(Call& call);
Outcome<http::Response> answer_object(Call& call);
Outcome<http::Response> answer_describe(Call& call);
Outcome<http::Response> answer_limits(Call& call);

// rest_records.cpp
Outcome<http::Response> answer_create(Call& call);
Outcome<http::Response> answer_record(Call& call);
Outcome<http::Response> answer_related(Call& call);
Outcome<http::Response> answer_keyed_record(Call& call);

// rest_collections.cpp
Outcome<http::Response> answer_collection_create(Call& call);
Outcome<http::Response> answer_collection_update(Call& call);
Outcome<http::Response> answer_collection_delete(Call& call);
Outcome<http::Response> answer_collection_read(Call& call);
Outcome<http::Response> answer_collection_upsert(Call& call);

// rest_composite.cpp
Outcome<http::Response> answer_composite(Call& call);
Outcome<http::Response> answer_graph(Call& call);
Outcome<http::Response> answer_batch(Call& call);

// rest_tree.cpp
Outcome<http::Response> answer_tree(Call& call);

// rest_replication.cpp
Outcome<http::Response> answer_updated(Call& call);
Outcome<http::Response> answer_deleted(Call& call);
Outcome<http::Response> answer_record_count(Call& call);

// rest_bulk.cpp: everything under jobs/
Outcome<http::Response> answer_jobs(Call& call);

}  // namespace prospectd::sandbox
