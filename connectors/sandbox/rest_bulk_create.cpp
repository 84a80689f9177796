// The creation of bulk jobs: what a client may ask for, and the refusal of the rest (SALESFORCE_API §8.1,
// §8.2).
#include <algorithm>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/bulk_query.h"
#include "connectors/sandbox/bulk_request.h"
#include "connectors/sandbox/multipart.h"
#include "connectors/sandbox/rest_bulk.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr size_t kMultipartCharsMax = 100'000;
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kMultipartType = "multipart/form-data";

Outcome<CsvDialect> dialect_of(const JobRequest& request) {
  CsvDialect dialect;
  if (!request.content_type.empty() && request.content_type != "CSV") {
    return invalid_job("Unsupported contentType: " + request.content_type);
  }
  if (!request.concurrency.empty() && request.concurrency != "Parallel") {
    return invalid_job("Unsupported concurrencyMode: " + request.concurrency);
  }
  if (!request.delimiter.empty() && !set_delimiter(dialect, request.delimiter)) {
    return invalid_job("Unknown columnDelimiter: " + request.delimiter);
  }
  if (!request.line_ending.empty() && !set_line_ending(dialect, request.line_ending)) {
    return invalid_job("Unknown lineEnding: " + request.line_ending);
  }
  return dialect;
}

Outcome<std::unique_ptr<BulkJob>> new_job(const Call& call, const JobRequest& request,
                                          BulkOperation operation) {
  PD_ASSIGN(dialect, dialect_of(request));
  auto job = std::make_unique<BulkJob>(dialect);
  job->operation = operation;
  job->version = call.version;
  job->created_by = call.session.user;
  job->origin = change_origin("bulkapi", call.version, call.request);
  return job;
}

Outcome<std::unique_ptr<BulkJob>> ingest_job_of(const Call& call, std::string_view body) {
  PD_ASSIGN(request, read_job_request(body, JobTaker::kIngest));
  PD_ASSIGN(operation, operation_of(request, BulkOperation::kInsert, BulkOperation::kHardDelete));
  PD_ASSIGN(table, object_of(call, request, operation));
  PD_ASSIGN(key, key_field_of(*table, request, operation));
  PD_ASSIGN(job, new_job(call, request, operation));
  job->object = table->type().name();
  job->key_field = std::move(key);
  job->assignment_rule = request.assignment_rule;
  return job;
}

const FormPart* part_named(const std::vector<FormPart>& parts, std::string_view name) {
  const auto at = std::find_if(parts.begin(), parts.end(), [&](const FormPart& p) { return p.name == name; });
  return at == parts.end() ? nullptr : &*at;
}

// The job and its data in one request: it need not be closed.
Outcome<http::Response> create_with_content(Call& call) {
  const auto header = call.request.headers.get("Content-Type");
  const auto parts = parse_multipart(header.value_or(""), call.request.body);
  if (!parts) return api_error("CLIENTINPUTERROR", "ClientInputError : the body is no multipart/form-data");
  const FormPart* description = part_named(*parts, "job");
  const FormPart* content = part_named(*parts, "content");
  if (description == nullptr || content == nullptr) {
    return api_error("CLIENTINPUTERROR", "ClientInputError : the body needs the parts job and content");
  }
  if (count_characters(content->body) > kMultipartCharsMax) {
    return api_error("CLIENTINPUTERROR", "ClientInputError : the part content has more than " +
                                             std::to_string(kMultipartCharsMax) + " characters");
  }
  PD_ASSIGN(wanted, ingest_job_of(call, description->body));
  PD_ASSIGN(job, call.state.bulk.add(std::move(wanted), call.state.knobs));
  PD_TRY(call.state.bulk.upload(*job, std::string(content->body)));
  PD_TRY(call.state.bulk.close(*job));
  return job_answer(*job, JobDetail::kShort);
}

Outcome<void> check_json_type(const Call& call) {
  const std::string type = call.request.content_type();
  if (type.empty() || type == kJsonType) return {};
  return api_error(415, std::string(code::kUnsupportedMediaType), "a job is created with application/json");
}

}  // namespace

Outcome<http::Response> create_query_job(Call& call) {
  PD_TRY(check_json_type(call));
  PD_ASSIGN(request, read_job_request(call.request.body, JobTaker::kQuery));
  PD_ASSIGN(operation, operation_of(request, BulkOperation::kQuery, BulkOperation::kQueryAll));
  if (request.query.empty()) return invalid_job("No query specified");
  QueryContext context;
  context.user = call.session.user;
  context.api_version = call.version.major;
  PD_ASSIGN(bound, bind_bulk_query(call.state.org, call.state.knobs, request.query, context));
  PD_ASSIGN(wanted, new_job(call, request, operation));
  wanted->object = bound.table->type().name();
  wanted->query = request.query;
  PD_ASSIGN(job, call.state.bulk.add(std::move(wanted), call.state.knobs));
  return job_answer(*job, JobDetail::kShort);
}

Outcome<http::Response> create_ingest_job(Call& call) {
  if (call.request.content_type() == kMultipartType) return create_with_content(call);
  PD_TRY(check_json_type(call));
  PD_ASSIGN(wanted, ingest_job_of(call, call.request.body));
  PD_ASSIGN(job, call.state.bulk.add(std::move(wanted), call.state.knobs));
  return job_answer(*job, JobDetail::kShort);
}

}  // namespace prospectd::sandbox
