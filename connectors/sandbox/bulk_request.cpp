#include "connectors/sandbox/bulk_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/bulk_upload.h"
#include "connectors/sandbox/json_body.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr uint8_t bit_of(JobTaker taker) {
  return static_cast<uint8_t>(1u << static_cast<uint8_t>(taker));
}
constexpr uint8_t kByQuery = bit_of(JobTaker::kQuery);
constexpr uint8_t kByIngest = bit_of(JobTaker::kIngest);
constexpr uint8_t kByAsync = bit_of(JobTaker::kAsync);

struct JobKey {
  std::string_view key;
  std::string JobRequest::*text;
  uint8_t takers;
};
constexpr JobKey kJobKeys[] = {
    {"operation", &JobRequest::operation, kByQuery | kByIngest | kByAsync},
    {"object", &JobRequest::object, kByIngest | kByAsync},
    {"query", &JobRequest::query, kByQuery},
    {"externalIdFieldName", &JobRequest::key_field, kByIngest | kByAsync},
    {"assignmentRuleId", &JobRequest::assignment_rule, kByIngest | kByAsync},
    {"contentType", &JobRequest::content_type, kByQuery | kByIngest | kByAsync},
    {"columnDelimiter", &JobRequest::delimiter, kByQuery | kByIngest},
    {"lineEnding", &JobRequest::line_ending, kByQuery | kByIngest},
    {"concurrencyMode", &JobRequest::concurrency, kByQuery | kByIngest | kByAsync},
    {"state", &JobRequest::state, kByAsync},
};

ApiError invalid_entity(std::string_view object) {
  return api_error("INVALIDENTITY",
                   "InvalidEntity : Entity '" + std::string(object) + "' is not supported by the Bulk API.");
}

}  // namespace

ApiError invalid_job(std::string_view why) {
  return api_error("INVALIDJOB", "InvalidJob : " + std::string(why));
}

Outcome<JobRequest> job_request_of(const std::vector<std::pair<std::string, std::string>>& members,
                                   JobTaker taker) {
  JobRequest request;
  for (const auto& [name, text] : members) {
    const auto known = std::find_if(
        std::begin(kJobKeys), std::end(kJobKeys),
        [&key = name, taker](const JobKey& k) { return k.key == key && (k.takers & bit_of(taker)) != 0; });
    if (known == std::end(kJobKeys)) {
      return api_error(std::string(code::kJsonParserError), "Unrecognized field \"" + name + "\"");
    }
    request.*(known->text) = text;
  }
  return request;
}

Outcome<JobRequest> read_job_request(std::string_view json, JobTaker taker) {
  const auto body = parse_json_object(json);
  if (!body) return api_error(std::string(code::kJsonParserError), "The body is not a JSON object");
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, value] : body->items()) {
    // The older API knows the modes by their numbers, too.
    const bool numbered = taker == JobTaker::kAsync && value.is_number_integer();
    if (!value.is_string() && !value.is_null() && !numbered) {
      return api_error(std::string(code::kJsonParserError), "The value of \"" + name + "\" has to be a text");
    }
    const std::string text = value.is_string() ? value.get<std::string>() : numbered ? value.dump() : "";
    members.emplace_back(name, text);
  }
  return job_request_of(members, taker);
}

Outcome<BulkOperation> operation_of(const JobRequest& request, BulkOperation first, BulkOperation last) {
  if (request.operation.empty()) return invalid_job("No operation specified");
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    const auto operation = static_cast<BulkOperation>(i);
    if (name_of(operation) == request.operation) return operation;
  }
  return invalid_job("Unknown operation: " + request.operation);
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

}  // namespace prospectd::sandbox
