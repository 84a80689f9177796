// What the Bulk API 1.0 says of jobs, batches and errors (SALESFORCE_API §9).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/rest_async.h"
#include "connectors/sandbox/xml_text.h"

namespace prospectd::sandbox {
namespace {

using nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
constexpr std::string_view kAsyncNamespace = "http://www.force.com/2009/06/asyncapi/dataload";

// The names that this API has for the refusals of the other ones.
struct ExceptionName {
  std::string_view error;
  std::string_view exception;
};
constexpr ExceptionName kExceptionNames[] = {
    {"CLIENTINPUTERROR", "ClientInputError"},
    {"EXCEEDEDQUOTA", "ExceededQuota"},
    {"INVALIDBATCH", "InvalidBatch"},
    {"INVALIDENTITY", "InvalidEntity"},
    {"INVALIDJOB", "InvalidJob"},
    {"INVALIDJOBSTATE", "InvalidJobState"},
    {"INVALIDXML", "InvalidXML"},
    {code::kApiDisabledForOrg, "FeatureNotEnabled"},
    {code::kInvalidAuthHeader, "InvalidSessionId"},
    {code::kInvalidSessionId, "InvalidSessionId"},
    {code::kJsonParserError, "InvalidJob"},
    {code::kMethodNotAllowed, "InvalidOperation"},
    {code::kNotFound, "InvalidUrl"},
    {code::kRequestLimitExceeded, "ExceededQuota"},
    {code::kUnsupportedApiVersion, "InvalidUrl"},
};

std::string_view exception_of(std::string_view error) {
  const auto* known = std::find_if(std::begin(kExceptionNames), std::end(kExceptionNames),
                                   [&](const ExceptionName& n) { return n.error == error; });
  return known == std::end(kExceptionNames) ? "ClientInputError" : known->exception;
}

std::string moment_text(Timestamp moment, bool as_json) {
  return as_json ? salesforce_wire::format_rest_datetime(moment)
                 : salesforce_wire::format_csv_datetime(moment);
}

http::Response xml_document(int status, std::string_view root, const std::string& inside) {
  http::Response answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/xml");
  const std::string name(root);
  answer.body = std::string(kXmlHead) + "<" + name + " xmlns=\"" + std::string(kAsyncNamespace) + "\">" +
                inside + "</" + name + ">";
  return answer;
}

std::string xml_members(const AsyncMembers& members) {
  std::string out;
  for (const auto& [name, value] : members)
    out += xml_element(name, value.is_string() ? value.get_ref<const std::string&>() : value.dump());
  return out;
}

json json_members(const AsyncMembers& members) {
  json out = json::object();
  for (const auto& [name, value] : members)
    out[std::string(name)] = value;
  return out;
}

std::string json_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

http::Response members_answer(int status, std::string_view root, const AsyncMembers& members, bool as_json) {
  return as_json ? json_answer(status, json_text(json_members(members)))
                 : xml_document(status, root, xml_members(members));
}

int64_t run_time_of(const BulkJob& batch) {
  return batch.started == Timestamp{} ? 0 : (batch.changed - batch.started).count();
}

AsyncMembers members_of(const BulkJob& batch, bool as_json) {
  AsyncMembers out = {{"id", batch.id},
                      {"jobId", batch.parent},
                      {"state", batch_state_name(batch.state)},
                      {"createdDate", moment_text(batch.created, as_json)},
                      {"systemModstamp", moment_text(batch.changed, as_json)},
                      {"numberRecordsProcessed", batch.processed},
                      {"numberRecordsFailed", batch.failed},
                      {"totalProcessingTime", run_time_of(batch)},
                      {"apiActiveProcessingTime", run_time_of(batch)},
                      {"apexProcessingTime", 0}};
  if (!batch.error.empty()) out.insert(out.begin() + 3, {"stateMessage", batch.error});
  return out;
}

struct BatchSums {
  int64_t by_state[6] = {};  ///< in the order of BulkState
  int64_t processed = 0;
  int64_t failed = 0;
  int64_t run_time = 0;

  int64_t in(BulkState state) const { return by_state[static_cast<size_t>(state)]; }
};

BatchSums sums_of(const AsyncJob& job) {
  BatchSums sums;
  for (const BulkJob* batch : job.batches) {
    ++sums.by_state[static_cast<size_t>(batch->state)];
    sums.processed += batch->processed;
    sums.failed += batch->failed;
    sums.run_time += run_time_of(*batch);
  }
  return sums;
}

AsyncMembers members_of(const AsyncJob& job, bool as_json) {
  const BatchSums sums = sums_of(job);
  AsyncMembers out = {{"id", job.id},
                      {"operation", name_of(job.operation)},
                      {"object", job.object},
                      {"createdById", job.created_by},
                      {"createdDate", moment_text(job.created, as_json)},
                      {"systemModstamp", moment_text(job.changed, as_json)},
                      {"state", name_of(job.state)}};
  if (!job.key_field.empty()) out.emplace_back("externalIdFieldName", job.key_field);
  if (!job.assignment_rule.empty()) out.emplace_back("assignmentRuleId", job.assignment_rule);
  const AsyncMembers rest = {{"concurrencyMode", job.serial ? "Serial" : "Parallel"},
                             {"contentType", name_of(job.form)},
                             {"numberBatchesQueued", sums.in(BulkState::kUploadComplete)},
                             {"numberBatchesInProgress", sums.in(BulkState::kInProgress)},
                             {"numberBatchesCompleted", sums.in(BulkState::kJobComplete)},
                             {"numberBatchesFailed", sums.in(BulkState::kFailed)},
                             {"numberBatchesTotal", job.batches.size()},
                             {"numberRecordsProcessed", sums.processed},
                             {"numberRetries", 0},
                             {"apiVersion", static_cast<double>(job.version.major)},
                             {"numberRecordsFailed", sums.failed},
                             {"totalProcessingTime", sums.run_time},
                             {"apiActiveProcessingTime", sums.run_time},
                             {"apexProcessingTime", 0}};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

// "application/json" among what a client says of an answer or of its own body.
bool says(const http::ServerRequest& request, std::string_view header, std::string_view media) {
  return to_lower_ascii(request.headers.get(header).value_or("")).find(media) != std::string::npos;
}

}  // namespace

bool AsyncCall::json() const {
  constexpr std::string_view kJson = "application/json";
  const http::ServerRequest& request = call.request;
  if (says(request, "Accept", kJson)) return true;
  if (says(request, "Accept", "/xml")) return false;
  if (!request.content_type().empty()) return says(request, "Content-Type", kJson);
  return job != nullptr && job->form == BulkForm::kJson;
}

http::Response job_info_answer(int status, const AsyncCall& of) {
  return members_answer(status, "jobInfo", members_of(*of.job, of.json()), of.json());
}

http::Response batch_info_answer(int status, const AsyncCall& of) {
  return members_answer(status, "batchInfo", members_of(*of.batch, of.json()), of.json());
}

http::Response batch_list_answer(const AsyncCall& of) {
  const bool as_json = of.json();
  std::string inside;
  json list = json::array();
  for (const BulkJob* batch : of.job->batches) {
    const AsyncMembers members = members_of(*batch, as_json);
    if (as_json) list.push_back(json_members(members));
    if (!as_json) inside += "<batchInfo>" + xml_members(members) + "</batchInfo>";
  }
  return as_json ? json_answer(200, json_text({{"batchInfo", std::move(list)}}))
                 : xml_document(200, "batchInfoList", inside);
}

http::Response result_list_answer(const AsyncCall& of, const std::vector<std::string>& ids) {
  if (of.json()) return json_answer(200, json(ids).dump());
  std::string inside;
  for (const std::string& id : ids)
    inside += xml_element("result", id);
  return xml_document(200, "result-list", inside);
}

http::Response async_error_answer(const ApiError& error, bool as_json) {
  constexpr int kUnauthorized = 401;  // this API has a code for it, but not the status
  const std::string exception(exception_of(error.code));
  const std::string prefix = exception + " : ";
  const bool named = error.message.starts_with(prefix);
  const AsyncMembers members = {
      {"exceptionCode", exception},
      {"exceptionMessage", repair_utf8(named ? error.message.substr(prefix.size()) : error.message)}};
  return members_answer(error.status == kUnauthorized ? 400 : error.status, "error", members, as_json);
}

}  // namespace prospectd::sandbox
