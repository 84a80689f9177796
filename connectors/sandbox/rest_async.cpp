// The Bulk API 1.0: the way in, the table of its resources, and what each does (SALESFORCE_API §9).
#include "connectors/sandbox/rest_async.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/bulk_request.h"
#include "connectors/sandbox/bulk_upload.h"
#include "connectors/sandbox/path_pattern.h"
#include "connectors/sandbox/rest_bulk.h"
#include "connectors/sandbox/xml_text.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr std::string_view kJsonMedia = "application/json";
constexpr std::string_view kCsvMedia = "text/csv";
constexpr std::string_view kBatchResultPrefix = "752";

Outcome<JobRequest> async_request_of(const http::ServerRequest& request) {
  const std::string type = request.content_type();
  if (type == kJsonMedia) return read_job_request(request.body, JobTaker::kAsync);
  if (!type.empty() && type != "application/xml" && type != "text/xml") {
    return api_error("CLIENTINPUTERROR", "ClientInputError : a job is told in XML or JSON, not in " + type);
  }
  const auto members = flat_elements(request.body, "jobInfo");
  if (!members) return api_error("INVALIDXML", "InvalidXML : the body is no jobInfo with texts in it");
  return job_request_of(*members, JobTaker::kAsync);
}

Outcome<BulkForm> form_of(const JobRequest& request) {
  for (const BulkForm form : {BulkForm::kCsv, BulkForm::kJson}) {
    if (request.content_type == name_of(form)) return form;
  }
  const std::string type = request.content_type.empty() ? "XML" : request.content_type;
  return invalid_job("Unsupported contentType: " + type + "; this org takes CSV and JSON");
}

// The modes are known by number, too.
Outcome<bool> is_serial(const JobRequest& request) {
  for (const std::string_view word : {"", "Parallel", "0"}) {
    if (request.concurrency == word) return false;
  }
  if (request.concurrency == "Serial" || request.concurrency == "1") return true;
  return invalid_job("Unsupported concurrencyMode: " + request.concurrency);
}

Outcome<http::Response> create_async_job(AsyncCall& of) {
  Call& call = of.call;
  PD_ASSIGN(request, async_request_of(call.request));
  if (!request.state.empty()) return invalid_job("a new job is open; its state can't be set");
  PD_ASSIGN(operation, operation_of(request, BulkOperation::kQuery, BulkOperation::kHardDelete));
  PD_ASSIGN(table, object_of(call, request, operation));
  PD_ASSIGN(key, key_field_of(*table, request, operation));
  PD_ASSIGN(form, form_of(request));
  PD_ASSIGN(serial, is_serial(request));
  PD_ASSIGN(chunking, chunking_of(call.request.headers.get("Sforce-Enable-PKChunking").value_or("")));
  auto job = std::make_unique<AsyncJob>();
  job->operation = operation;
  job->object = table->type().name();
  job->key_field = std::move(key);
  job->assignment_rule = request.assignment_rule;
  job->created_by = call.session.user;
  job->origin = change_origin("bulkapi", call.version, call.request);
  job->version = call.version;
  job->form = form;
  job->serial = serial;
  if (job->queries()) job->chunking = chunking;
  PD_ASSIGN(added, call.state.async_jobs.add(std::move(job)));
  of.job = added;
  return job_info_answer(201, of);
}

Outcome<http::Response> answer_async_job(AsyncCall& of) {
  return job_info_answer(200, of);
}

// A job that is there already can be closed and aborted, and nothing else of it can be changed.
Outcome<http::Response> change_async_job(AsyncCall& of) {
  PD_ASSIGN(request, async_request_of(of.call.request));
  AsyncJobs& jobs = of.call.state.async_jobs;
  if (request.state == name_of(AsyncState::kClosed)) {
    PD_TRY(jobs.close(*of.job));
  } else if (request.state == name_of(AsyncState::kAborted)) {
    PD_TRY(jobs.abort(*of.job));
  } else {
    return api_error("INVALIDJOBSTATE",
                     "InvalidJobState : a job can't be set to the state \"" + request.state + "\"");
  }
  return job_info_answer(200, of);
}

Outcome<http::Response> add_async_batch(AsyncCall& of) {
  const std::string_view wanted = of.job->form == BulkForm::kJson ? kJsonMedia : kCsvMedia;
  const std::string type = of.call.request.content_type();
  if (type != wanted) {
    return invalid_batch("the content type of a batch of this job is " + std::string(wanted) + ", not " +
                         type);
  }
  PD_ASSIGN(batch, of.call.state.async_jobs.add_batch(*of.job, of.call.request.body, of.call.state.knobs));
  of.batch = batch;
  return batch_info_answer(201, of);
}

Outcome<http::Response> answer_async_batches(AsyncCall& of) {
  return batch_list_answer(of);
}

Outcome<http::Response> answer_async_batch(AsyncCall& of) {
  return batch_info_answer(200, of);
}

// What failed or was aborted has the results of the records that were written before.
Outcome<void> check_batch_results(const BulkJob& batch) {
  const bool any = batch.state == BulkState::kJobComplete ||
                   (batch.over() && batch.kind() == BulkKind::kIngest && batch.processed > 0);
  if (any) return {};
  return api_error("INVALIDBATCH", "InvalidBatch : Batch not completed");
}

// A query's rows are in one result, whose number is its batch's.
std::string result_id_of(const BulkJob& batch) {
  constexpr size_t kNumberSize = salesforce_wire::kShortIdSize - salesforce_wire::kIdPrefixSize;
  return *salesforce_wire::canonical_id(std::string(kBatchResultPrefix) +
                                        batch.id.substr(salesforce_wire::kIdPrefixSize, kNumberSize));
}

http::Response results_answer(const BulkJob& batch, const std::vector<std::string>& columns) {
  if (batch.form == BulkForm::kJson) return json_answer(200, "[" + batch.json_results + "]");
  std::string body = csv_line(batch.dialect, columns);
  return csv_answer(body.append(batch.results.all()));
}

Outcome<http::Response> answer_async_results(AsyncCall& of) {
  PD_TRY(check_batch_results(*of.batch));
  if (of.job->queries()) return result_list_answer(of, {result_id_of(*of.batch)});
  return results_answer(*of.batch, {"Id", "Success", "Created", "Error"});
}

Outcome<http::Response> answer_async_result(AsyncCall& of) {
  PD_TRY(check_batch_results(*of.batch));
  const auto wanted = salesforce_wire::canonical_id(of.call.segments[5]);
  if (!of.job->queries() || !wanted || *wanted != result_id_of(*of.batch)) {
    return invalid_batch("Unable to find a result with the id " + of.call.segments[5]);
  }
  of.call.state.stats.records_served += of.batch->processed;
  if (of.batch->form == BulkForm::kCsv && of.batch->processed == 0)
    return csv_answer("Records not found for this query");
  return results_answer(*of.batch, of.batch->columns);
}

struct AsyncRoute {
  std::string_view pattern;  ///< of what follows the version
  std::string_view method;
  Outcome<http::Response> (*answer)(AsyncCall&);
};
constexpr AsyncRoute kAsyncRoutes[] = {
    {"job", "POST", create_async_job},
    {"job/*", "GET", answer_async_job},
    {"job/*", "POST", change_async_job},
    {"job/*/batch", "GET", answer_async_batches},
    {"job/*/batch", "POST", add_async_batch},
    {"job/*/batch/*", "GET", answer_async_batch},
    {"job/*/batch/*/result", "GET", answer_async_results},
    {"job/*/batch/*/result/*", "GET", answer_async_result},
};

// Finds the job and the batch that the path names.
Outcome<void> find_named(AsyncCall& of) {
  const std::vector<std::string>& path = of.call.segments;
  if (path.size() < 2) return {};
  of.job = of.call.state.async_jobs.find(path[1]);
  if (of.job == nullptr) return invalid_job("Unable to find a job with the id " + path[1]);
  if (path.size() < 4) return {};
  of.batch = AsyncJobs::find_batch(*of.job, path[3]);
  if (of.batch == nullptr) return invalid_batch("Unable to find a batch with the id " + path[3]);
  return {};
}

Outcome<http::Response> answer_async(AsyncCall& of) {
  std::string allowed;
  const auto fits = [&](const AsyncRoute& route) { return fits_pattern(route.pattern, of.call.segments); };
  const AsyncRoute* route = route_of(kAsyncRoutes, of.call.method, fits, allowed);
  if (allowed.empty()) return not_found();
  if (route == nullptr) {
    http::Response refusal = async_error_answer(
        api_error(405, std::string(code::kMethodNotAllowed), "Allowed are " + allowed), of.json());
    refusal.headers.set("Allow", allowed);
    return refusal;
  }
  PD_TRY(find_named(of));
  return route->answer(of);
}

}  // namespace

http::Response Front::State::async(const http::ServerRequest& request, std::string_view path) {
  ++stats.bulk_calls;
  const std::string_view header = request.headers.get("X-SFDC-Session").value_or("");
  Session* session = sessions.use(header.empty() ? token_in(request).value_or("") : header, org.now(), knobs);
  Session nobody;
  Call call{*this, request, session == nullptr ? nobody : *session, {}, request.method, {}, {}};
  AsyncCall of{call};
  const auto run = [&]() -> Outcome<http::Response> {
    if (session == nullptr) {
      ++stats.refused_sessions;
      return api_error(401, std::string(code::kInvalidSessionId), "Invalid session id");
    }
    PD_TRY(check_access(*this));
    auto segments = path_segments(path);
    if (!segments || segments->empty()) return not_found();
    PD_ASSIGN(version, version_of(*this, "v" + segments->front()));
    call.version = version;
    call.segments.assign(segments->begin() + 1, segments->end());
    return answer_async(of);
  };
  auto answer = run();
  return answer ? *std::move(answer) : async_error_answer(answer.error(), of.json());
}

}  // namespace prospectd::sandbox
