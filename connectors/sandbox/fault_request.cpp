#include "connectors/sandbox/fault_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/json_body.h"
#include "connectors/sandbox/path_pattern.h"
#include "connectors/sandbox/record_calls.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

constexpr size_t kBelowVersion = 3;  // services, data, v60.0

struct OperationRow {
  std::string_view pattern;  // whole paths; the first that fits is taken
  std::string_view methods;  // empty: any
  std::string_view operation;
};
constexpr OperationRow kOperations[] = {
    {"services/oauth2/userinfo", "", "identity"},
    {"services/oauth2/*", "", "login"},
    {"services/Soap/*/*", "", "login"},
    {"id/**", "", "identity"},
    {"cometd/**", "", "streaming"},
    {"services/data", "", "versions"},
    {"services/data/*", "", "describe"},
    {"services/data/*/sobjects", "", "describe"},
    {"services/data/*/sobjects/*", "POST", "create"},
    {"services/data/*/sobjects/*", "", "describe"},
    {"services/data/*/sobjects/*/describe", "", "describe"},
    {"services/data/*/sobjects/*/updated", "", "replication"},
    {"services/data/*/sobjects/*/deleted", "", "replication"},
    {"services/data/*/sobjects/*/*", "POST", "create"},
    {"services/data/*/sobjects/*/*", "PATCH", "update"},
    {"services/data/*/sobjects/*/**", "PATCH", "upsert"},
    {"services/data/*/sobjects/*/**", "DELETE", "delete"},
    {"services/data/*/sobjects/*/**", "", "read"},
    {"services/data/*/query", "", "query"},
    {"services/data/*/queryAll", "", "query"},
    {"services/data/*/query/*", "", "query_page"},
    {"services/data/*/queryAll/*", "", "query_page"},
    {"services/data/*/search", "", "search"},
    {"services/data/*/parameterizedSearch", "", "search"},
    {"services/data/*/composite/sobjects", "POST", "create"},
    {"services/data/*/composite/sobjects", "PATCH", "update"},
    {"services/data/*/composite/sobjects", "DELETE", "delete"},
    {"services/data/*/composite/sobjects/*", "", "read"},
    {"services/data/*/composite/sobjects/*/*", "", "upsert"},
    {"services/data/*/composite/tree/*", "", "create"},
    {"services/data/*/composite", "", "composite"},
    {"services/data/*/composite/*", "", "composite"},
    {"services/data/*/jobs/query", "", "bulk_query"},
    {"services/data/*/jobs/query/**", "", "bulk_query"},
    {"services/data/*/jobs/ingest", "", "bulk_ingest"},
    {"services/data/*/jobs/ingest/**", "", "bulk_ingest"},
    {"services/async/*/job", "", "bulk_ingest"},
    {"services/async/*/job/**", "", "bulk_ingest"},
    {"services/data/*/limits", "", "limits"},
    {"services/data/*/limits/*", "", "limits"},
};

std::string_view operation_of(const std::string& method, const std::vector<std::string>& segments) {
  for (const OperationRow& row : kOperations) {
    if ((row.methods.empty() || row.methods == method) && fits_pattern(row.pattern, segments))
      return row.operation;
  }
  return "other";
}

std::string method_meant(const http::ServerRequest& request) {
  if (request.method != "POST" || request.query().empty()) return request.method;
  const auto parameters = http::parse_form(request.query());
  if (!parameters) return request.method;
  for (const auto& [key, value] : *parameters) {
    if (key == "_HttpMethod") return value;
  }
  return request.method;
}

std::string parameter_of(const http::ServerRequest& request, std::string_view name) {
  const auto parameters = http::parse_form(request.query());
  if (!parameters) return {};
  for (const auto& [key, value] : *parameters) {
    if (key == name) return value;
  }
  return {};
}

std::string object_of_query(const std::string& text) {
  auto parsed = salesforce_wire::soql::parse(text);
  const auto* query = std::get_if<salesforce_wire::soql::Query>(&parsed);
  return query == nullptr ? std::string() : query->object;
}

std::string text_member(const Json& json, std::string_view name) {
  const Json* found = json.is_object() ? find_member(json, name) : nullptr;
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// A request whose object is looked for.
struct Sought {
  const Front::State& state;
  const http::ServerRequest& request;
  const std::vector<std::string>& segments;
  const std::string& object;

  bool is(std::string_view found) const { return equals_ignore_case_ascii(found, object); }
};

bool of_table(const Sought& s, const Table* table) {
  return table != nullptr && s.is(table->type().name());
}

bool in_records(const Sought& s) {
  for (const std::string& id : split_names(parameter_of(s.request, "ids"))) {
    if (of_table(s, s.state.org.table_of_id(id))) return true;
  }
  const auto body = parse_json_object(s.request.body);
  const Json* records = body ? find_member(*body, "records") : nullptr;
  if (records == nullptr || !records->is_array()) return false;
  return std::any_of(records->begin(), records->end(), [&](const Json& record) {
    const Json* attributes = record.is_object() ? find_member(record, "attributes") : nullptr;
    return attributes != nullptr && s.is(text_member(*attributes, "type"));
  });
}

// Requests inside the request name their object in their addresses.
bool in_sub_requests(const Sought& s) {
  const auto body = parse_json_object(s.request.body);
  if (!body) return false;
  const std::string part = to_lower_ascii("/sobjects/" + s.object);
  const std::string text = to_lower_ascii(body->dump(-1, ' ', false, Json::error_handler_t::replace));
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    const size_t end = at + part.size();
    if (end < text.size() && std::string_view("/\"?").find(text[end]) != std::string_view::npos) return true;
  }
  return false;
}

bool of_job(const Sought& s) {
  constexpr size_t kJobAt = kBelowVersion + 2;
  if (s.segments.size() > kJobAt) {
    const BulkKind kind = s.segments[kJobAt - 1] == "query" ? BulkKind::kQuery : BulkKind::kIngest;
    const BulkJob* job = s.state.bulk.find(kind, s.segments[kJobAt]);
    return job != nullptr && s.is(job->object);
  }
  const auto body = parse_json_object(s.request.body);
  if (!body) return false;
  return s.is(text_member(*body, "object")) || s.is(object_of_query(text_member(*body, "query")));
}

bool of_page(const Sought& s) {
  const auto locator = salesforce_wire::parse_locator(s.segments.back());
  return locator && of_table(s, s.state.sessions.table_of_cursor(locator->cursor));
}

struct ObjectRule {
  std::string_view pattern;  // below the version; the first that fits is taken
  bool (*fits)(const Sought&);
};
constexpr ObjectRule kObjectRules[] = {
    {"query", [](const Sought& s) { return s.is(object_of_query(parameter_of(s.request, "q"))); }},
    {"queryAll", [](const Sought& s) { return s.is(object_of_query(parameter_of(s.request, "q"))); }},
    {"query/*", of_page},
    {"queryAll/*", of_page},
    {"sobjects/**", [](const Sought& s) { return s.is(s.segments[kBelowVersion + 1]); }},
    {"composite/sobjects", in_records},
    {"composite/sobjects/**", [](const Sought& s) { return s.is(s.segments[kBelowVersion + 2]); }},
    {"composite/tree/*", [](const Sought& s) { return s.is(s.segments[kBelowVersion + 2]); }},
    {"composite", in_sub_requests},
    {"composite/*", in_sub_requests},
    {"jobs/**", of_job},
    {"parameterizedSearch", [](const Sought& s) { return s.is(parameter_of(s.request, "sobject")); }},
};

bool is_about(const Sought& s) {
  if (s.segments.size() <= kBelowVersion || s.segments[0] != "services" || s.segments[1] != "data")
    return false;
  const std::vector<std::string> below(s.segments.begin() + kBelowVersion, s.segments.end());
  for (const ObjectRule& rule : kObjectRules) {
    if (fits_pattern(rule.pattern, below)) return rule.fits(s);
  }
  return false;
}

constexpr int64_t kRowsOfBulk = 200;  // what a job writes in one go

int64_t rows_of(const http::ServerRequest& request) {
  const auto ids = split_names(parameter_of(request, "ids"));
  if (!ids.empty()) return static_cast<int64_t>(ids.size());
  const auto body = parse_json_object(request.body);
  if (!body) return 1;
  for (const char* list : {"records", "compositeRequest", "batchRequests"}) {
    const Json* found = find_member(*body, list);
    if (found != nullptr && found->is_array())
      return std::max<int64_t>(1, static_cast<int64_t>(found->size()));
  }
  return 1;
}

}  // namespace

FaultRequest fault_request_of(const Front::State& state, const http::ServerRequest& request) {
  FaultRequest out;
  out.method = method_meant(request);
  std::string_view path = request.path();
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.starts_with('/')) path.remove_prefix(1);
  if (auto segments = path_segments(path)) out.segments = *std::move(segments);
  out.operation = operation_of(out.method, out.segments);
  out.about = [&state, &request, segments = out.segments](const std::string& object) {
    return is_about({state, request, segments, object});
  };
  out.rows = [&request] { return rows_of(request); };
  return out;
}

FaultRequest bulk_fault_request() {
  FaultRequest out;
  out.operation = "bulk_ingest";
  out.about = [](const std::string&) { return false; };
  out.rows = [] { return kRowsOfBulk; };
  return out;
}

}  // namespace prospectd::sandbox
