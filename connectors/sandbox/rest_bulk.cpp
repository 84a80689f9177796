// Bulk jobs over HTTP: the table of their resources, what jobs say of themselves, and their ends
// (SALESFORCE_API §8).
#include "connectors/sandbox/rest_bulk.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/json_body.h"

namespace prospectd::sandbox {
namespace {

using nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr size_t kJobsPerPage = 1'000;

json job_json(const BulkJob& job, JobDetail detail) {
  const bool ingest = job.kind() == BulkKind::kIngest;
  json out = {{"id", job.id},
              {"operation", name_of(job.operation)},
              {"object", job.object},
              {"createdById", job.created_by},
              {"createdDate", salesforce_wire::format_rest_datetime(job.created)},
              {"systemModstamp", salesforce_wire::format_rest_datetime(job.changed)},
              {"state", name_of(job.state)},
              {"concurrencyMode", "Parallel"},
              {"contentType", "CSV"},
              {"apiVersion", static_cast<double>(job.version.major)},
              {"lineEnding", job.dialect.line_ending_name},
              {"columnDelimiter", job.dialect.delimiter_name}};
  if (ingest) {
    if (job.state == BulkState::kOpen) {
      out["contentUrl"] = "services/data/" + job.version.text() + "/jobs/ingest/" + job.id + "/batches";
    }
    if (!job.key_field.empty()) out["externalIdFieldName"] = job.key_field;
    if (!job.assignment_rule.empty()) out["assignmentRuleId"] = job.assignment_rule;
  }
  if (detail == JobDetail::kShort) return out;
  const bool begun = job.started != Timestamp{};
  out["jobType"] = ingest ? "V2Ingest" : "V2Query";
  out["retries"] = 0;
  out["totalProcessingTime"] = begun ? (job.changed - job.started).count() : 0;
  out["numberRecordsProcessed"] = job.processed;
  if (ingest) {
    out["numberRecordsFailed"] = job.failed;
    out["apiActiveProcessingTime"] = out["totalProcessingTime"];
    out["apexProcessingTime"] = 0;
  } else {
    out["isPkChunkingSupported"] = true;
  }
  if (!job.error.empty()) out["errorMessage"] = job.error;
  return out;
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Outcome<http::Response> answer_job(Call&, BulkJob& job) {
  return job_answer(job, JobDetail::kWhole);
}

Outcome<http::Response> answer_job_delete(Call& call, BulkJob& job) {
  PD_TRY(call.state.bulk.remove(job));
  http::Response answer;
  answer.status = 204;
  return answer;
}

// {"state":"UploadComplete"} or {"state":"Aborted"}.
Outcome<http::Response> answer_job_change(Call& call, BulkJob& job) {
  const auto body = parse_json_object(call.request.body);
  const auto state = body ? body->find("state") : json::const_iterator{};
  if (!body || state == body->end() || !state->is_string()) {
    return api_error(std::string(code::kJsonParserError),
                     "The body has to be an object with a text \"state\"");
  }
  const auto& wanted = state->get_ref<const std::string&>();
  if (wanted == name_of(BulkState::kAborted)) {
    PD_TRY(call.state.bulk.abort(job));
  } else if (wanted == name_of(BulkState::kUploadComplete) && job.kind() == BulkKind::kIngest) {
    PD_TRY(call.state.bulk.close(job));
  } else {
    return api_error("INVALIDJOBSTATE", "InvalidJobState : a job can't be set to the state " + wanted);
  }
  return job_answer(job, JobDetail::kShort);
}

// A filter that the query string may name, and the only value that any job of this org has.
struct JobFilter {
  std::string_view name;
  std::string_view value_of_query;
  std::string_view value_of_ingest;
};
constexpr JobFilter kJobFilters[] = {{"jobType", "V2Query", "V2Ingest"},
                                     {"isPkChunkingEnabled", "false", "false"},
                                     {"concurrencyMode", "Parallel", "Parallel"}};

Outcome<http::Response> answer_job_list(Call& call, BulkKind kind) {
  std::string after;
  if (const auto locator = call.parameter("queryLocator")) {
    auto id = salesforce_wire::canonical_id(*locator);
    if (!id) return api_error(std::string(code::kInvalidQueryLocator), "invalid query locator");
    after = *std::move(id);
  }
  bool any = true;
  for (const JobFilter& filter : kJobFilters) {
    const auto wanted = call.parameter(filter.name);
    any = any &&
          (!wanted || *wanted == (kind == BulkKind::kQuery ? filter.value_of_query : filter.value_of_ingest));
  }
  const auto jobs = any ? call.state.bulk.list(kind, after, kJobsPerPage + 1) : std::vector<const BulkJob*>{};
  const bool more = jobs.size() > kJobsPerPage;
  json records = json::array();
  for (const BulkJob* job : jobs) {
    if (records.size() == kJobsPerPage) break;
    json record = job_json(*job, JobDetail::kShort);
    record["jobType"] = kind == BulkKind::kQuery ? "V2Query" : "V2Ingest";
    records.push_back(std::move(record));
  }
  json out = {{"done", !more}, {"nextRecordsUrl", nullptr}};
  if (more) {
    out["nextRecordsUrl"] = call.base() + "/jobs/" + std::string(path_of(kind)) +
                            "?queryLocator=" + records.back()["id"].get<std::string>();
  }
  out["records"] = std::move(records);
  return json_answer(200, dumped(out));
}

template <BulkKind kKind>
Outcome<http::Response> answer_jobs_of(Call& call) {
  return answer_job_list(call, kKind);
}

/// What the jobs of a kind answer as a whole.
struct KindRoute {
  BulkKind kind;
  std::string_view method;
  Outcome<http::Response> (*answer)(Call&);
};
constexpr KindRoute kKindRoutes[] = {{BulkKind::kQuery, "GET", answer_jobs_of<BulkKind::kQuery>},
                                     {BulkKind::kQuery, "POST", create_query_job},
                                     {BulkKind::kIngest, "GET", answer_jobs_of<BulkKind::kIngest>},
                                     {BulkKind::kIngest, "POST", create_ingest_job}};

/// What one job answers; `part` is what follows its id.
struct JobRoute {
  BulkKind kind;
  std::string_view part;
  std::string_view method;
  Outcome<http::Response> (*answer)(Call&, BulkJob&);
};
constexpr JobRoute kJobRoutes[] = {
    {BulkKind::kQuery, "", "GET", answer_job},
    {BulkKind::kQuery, "", "PATCH", answer_job_change},
    {BulkKind::kQuery, "", "DELETE", answer_job_delete},
    {BulkKind::kQuery, "results", "GET", answer_query_results},
    {BulkKind::kQuery, "resultPages", "GET", answer_result_pages},
    {BulkKind::kIngest, "", "GET", answer_job},
    {BulkKind::kIngest, "", "PATCH", answer_job_change},
    {BulkKind::kIngest, "", "DELETE", answer_job_delete},
    {BulkKind::kIngest, "batches", "PUT", answer_upload},
    {BulkKind::kIngest, "successfulResults", "GET", answer_successful_results},
    {BulkKind::kIngest, "failedResults", "GET", answer_failed_results},
    {BulkKind::kIngest, "unprocessedrecords", "GET", answer_unprocessed},
};

}  // namespace

std::string_view path_of(BulkKind kind) {
  return kind == BulkKind::kQuery ? "query" : "ingest";
}

http::Response job_answer(const BulkJob& job, JobDetail detail) {
  return json_answer(200, dumped(job_json(job, detail)));
}

Outcome<http::Response> answer_jobs(Call& call) {
  const std::vector<std::string>& path = call.segments;
  if (path.size() < 2 || path.size() > 4) return not_found();
  const BulkKind kind = path[1] == path_of(BulkKind::kQuery) ? BulkKind::kQuery : BulkKind::kIngest;
  if (path[1] != path_of(kind)) return not_found();
  std::string allowed;
  if (path.size() == 2) {
    const auto fits = [&](const KindRoute& route) { return route.kind == kind; };
    const KindRoute* route = route_of(kKindRoutes, call.request.method, fits, allowed);
    return route == nullptr ? method_not_allowed(call.request.method, allowed) : route->answer(call);
  }
  const std::string_view part = path.size() == 4 ? std::string_view(path[3]) : std::string_view{};
  const auto fits = [&](const JobRoute& route) { return route.kind == kind && route.part == part; };
  const JobRoute* route = route_of(kJobRoutes, call.request.method, fits, allowed);
  BulkJob* job = call.state.bulk.find(kind, path[2]);
  if (allowed.empty() || job == nullptr) return not_found();
  if (route == nullptr) return method_not_allowed(call.request.method, allowed);
  return route->answer(call, *job);
}

}  // namespace prospectd::sandbox
