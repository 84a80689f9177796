// The creation of bulk jobs: what a client may ask for, and the refusal of the rest (SALESFORCE_API §8.1,
// §8.2).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/bulk_ingest.h"
#include "connectors/sandbox/bulk_query.h"
#include "connectors/sandbox/json_body.h"
#include "connectors/sandbox/multipart.h"
#include "connectors/sandbox/rest_bulk.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr size_t kMultipartCharsMax = 100'000;
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kMultipartType = "multipart/form-data";

/// The texts of a creation as they were sent; empty: not there.
struct JobRequest {
  std::string operation;
  std::string object;
  std::string query;
  std::string key_field;
  std::string assignment_rule;
  std::string content_type;
  std::string delimiter;
  std::string line_ending;
  std::string concurrency;
};

struct JobKey {
  std::string_view key;
  std::string JobRequest::*text;
  bool query;   ///< query jobs have it
  bool ingest;  ///< ingest jobs have it
};
constexpr JobKey kJobKeys[] = {{"operation", &JobRequest::operation, true, true},
                               {"object", &JobRequest::object, false, true},
                               {"query", &JobRequest::query, true, false},
                               {"externalIdFieldName", &JobRequest::key_field, false, true},
                               {"assignmentRuleId", &JobRequest::assignment_rule, false, true},
                               {"contentType", &JobRequest::content_type, true, true},
                               {"columnDelimiter", &JobRequest::delimiter, true, true},
                               {"lineEnding", &JobRequest::line_ending, true, true},
                               {"concurrencyMode", &JobRequest::concurrency, true, true}};

ApiError invalid_job(std::string_view why) {
  return api_error("INVALIDJOB", "InvalidJob : " + std::string(why));
}

ApiError invalid_entity(std::string_view object) {
  return api_error("INVALIDENTITY",
                   "InvalidEntity : Entity '" + std::string(object) + "' is not supported by the Bulk API.");
}

Outcome<JobRequest> read_job(std::string_view text, BulkKind kind) {
  const auto body = parse_json_object(text);
  if (!body) return api_error(std::string(code::kJsonParserError), "The body is not a JSON object");
  JobRequest request;
  for (const auto& [name, value] : body->items()) {
    const std::string_view key = name;
    const auto known = std::find_if(std::begin(kJobKeys), std::end(kJobKeys), [&](const JobKey& k) {
      return k.key == key && (kind == BulkKind::kQuery ? k.query : k.ingest);
    });
    if (known == std::end(kJobKeys)) {
      return api_error(std::string(code::kJsonParserError), "Unrecognized field \"" + name + "\"");
    }
    if (value.is_null()) continue;
    if (!value.is_string()) {
      return api_error(std::string(code::kJsonParserError), "The value of \"" + name + "\" has to be a text");
    }
    request.*(known->text) = value.get<std::string>();
  }
  return request;
}

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

Outcome<BulkOperation> operation_of(const JobRequest& request, BulkOperation first, BulkOperation last) {
  if (request.operation.empty()) return invalid_job("No operation specified");
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    const auto operation = static_cast<BulkOperation>(i);
    if (name_of(operation) == request.operation) return operation;
  }
  return invalid_job("Unknown operation: " + request.operation);
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

Outcome<const Table*> object_of(const Call& call, const JobRequest& request, BulkOperation operation) {
  if (request.object.empty()) return invalid_job("No object specified");
  const Table* table = call.state.org.table(request.object);
  if (table == nullptr || !call.state.knobs.object_enabled(table->type().name())) {
    return invalid_entity(request.object);
  }
  const ObjectRow& type = table->type().row();
  const bool deletes = operation == BulkOperation::kDelete || operation == BulkOperation::kHardDelete;
  const bool creates = operation == BulkOperation::kInsert || operation == BulkOperation::kUpsert;
  if ((deletes && !type.deletable) || (creates && !type.createable)) return invalid_entity(request.object);
  return table;
}

// The canonical name of the key that an upsert needs, and no other operation has.
Outcome<std::string> key_field_of(const Table& table, const JobRequest& request, BulkOperation operation) {
  if (operation != BulkOperation::kUpsert) {
    if (request.key_field.empty()) return std::string{};
    return invalid_job("externalIdFieldName is for the operation upsert only");
  }
  if (request.key_field.empty()) return invalid_job("External ID was not specified for upsert");
  const Field* field = upsert_key(table, request.key_field);
  if (field != nullptr) return field->name;
  return invalid_job("Field name provided, " + request.key_field +
                     " does not match an External ID, Salesforce Id, or indexed field for " +
                     std::string(table.type().name()));
}

Outcome<std::unique_ptr<BulkJob>> ingest_job_of(const Call& call, std::string_view body) {
  PD_ASSIGN(request, read_job(body, BulkKind::kIngest));
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
  PD_ASSIGN(request, read_job(call.request.body, BulkKind::kQuery));
  PD_ASSIGN(operation, operation_of(request, BulkOperation::kQuery, BulkOperation::kQueryAll));
  if (request.query.empty()) return invalid_job("No query specified");
  PD_ASSIGN(bound, bind_bulk_query(call.state.org, call.state.knobs, request.query));
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
