// The resources of bulk jobs (SALESFORCE_API §8), between the table of routes and the jobs themselves.
// Internal to the sandbox; one thread.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {

/// What jobs say of themselves: when they are made or changed, and to who asks for one.
enum class JobDetail : uint8_t { kShort, kWhole };
http::Response job_answer(const BulkJob& job, JobDetail detail);
/// The name of the CSV's kind in paths: "query", "ingest".
std::string_view path_of(BulkKind kind);

/// The route for a method among those that `fits`; nullptr without one. `allowed` gets the methods that there
/// are, "GET,POST".
template <class Routes, class Fits>
auto route_of(const Routes& routes, const std::string& method, const Fits& fits, std::string& allowed) {
  const auto* found = static_cast<decltype(&routes[0])>(nullptr);
  for (const auto& route : routes) {
    if (!fits(route)) continue;
    allowed += (allowed.empty() ? "" : ",") + std::string(route.method);
    if (route.method == (method == "HEAD" ? "GET" : method)) found = &route;
  }
  return found;
}

// rest_bulk_create.cpp
Outcome<http::Response> create_query_job(Call& call);
Outcome<http::Response> create_ingest_job(Call& call);

// rest_bulk_results.cpp
http::Response csv_answer(std::string body);
Outcome<http::Response> answer_upload(Call& call, BulkJob& job);
Outcome<http::Response> answer_query_results(Call& call, BulkJob& job);
Outcome<http::Response> answer_result_pages(Call& call, BulkJob& job);
Outcome<http::Response> answer_successful_results(Call& call, BulkJob& job);
Outcome<http::Response> answer_failed_results(Call& call, BulkJob& job);
Outcome<http::Response> answer_unprocessed(Call& call, BulkJob& job);

}  // namespace prospectd::sandbox
