// The JSON of a batch: a list of records as the REST API takes them (SALESFORCE_API §9). The list is taken
// apart as text, and one record at a time is read, so that no tree of the whole is ever in memory.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/bulk_upload.h"
#include "connectors/sandbox/json_body.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

// What stands at `at` in a text that is known to be JSON, up to the comma or the bracket behind it.
std::string_view element_at(std::string_view list, size_t at) {
  int depth = 0;
  bool quoted = false;
  size_t end = at;
  for (; end < list.size(); ++end) {
    const char c = list[end];
    if (quoted) {
      if (c == '\\') ++end;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (depth == 0 && (c == ',' || c == ']')) break;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return list.substr(at, end - at);
}

std::string key_text(const Json* value) {
  const bool none = value == nullptr || value->is_structured() || value->is_null();
  return none ? std::string() : plain_value(*value).to_text();
}

class JsonUpload final : public BulkUpload {
 public:
  JsonUpload(const Org& org, const BulkJob& job) : org_(org), job_(job), table_(*org.table(job.object)) {}

  Outcome<void> begin(const Knobs& knobs) override;
  bool more() override { return next_ < records_.size(); }
  UploadRecord take() override;
  Outcome<FieldValues> fields_of(const UploadRecord& record, bool with_key, const Knobs& knobs) override;

 private:
  const Org& org_;
  const BulkJob& job_;
  const Table& table_;
  std::vector<std::string_view> records_;  // in job_.data
  size_t next_ = 0;
};

Outcome<void> JsonUpload::begin(const Knobs&) {
  const std::string_view data = trim_ascii(job_.data);
  if (!data.starts_with('[') || !Json::accept(data))
    return invalid_batch("the data is no JSON list of records");
  size_t at = 1;
  while (data[at] != ']') {
    const std::string_view element = element_at(data, at);
    at += element.size();
    if (data[at] == ',') ++at;
    if (trim_ascii(element).empty()) continue;  // nothing but blanks: the list is empty
    if (records_.size() == static_cast<size_t>(kBulkBatchRows)) {
      return invalid_batch("Records not processed : more than " + std::to_string(kBulkBatchRows) +
                           " records in a batch");
    }
    records_.push_back(element);
  }
  return {};
}

UploadRecord JsonUpload::take() {
  UploadRecord record;
  record.place = next_++;
  const auto json = parse_json_object(records_[record.place]);
  if (!json) {
    record.problem = api_error("CLIENTINPUTERROR", "a record has to be an object, and not nested too deep");
    return record;
  }
  record.id = trim_ascii(key_text(find_member(*json, kIdField)));
  if (upserts_by_key(job_)) record.key = trim_ascii(key_text(find_member(*json, job_.key_field)));
  return record;
}

Outcome<FieldValues> JsonUpload::fields_of(const UploadRecord& record, bool with_key, const Knobs& knobs) {
  const auto json = parse_json_object(records_[record.place]);
  const bool key_apart = upserts_by_key(job_) && !with_key;
  const std::string_view set_apart[] = {kIdField, key_apart ? std::string_view(job_.key_field) : kIdField};
  return record_fields(org_, knobs, table_, *json, set_apart);
}

}  // namespace

std::unique_ptr<BulkUpload> make_json_upload(const Org& org, const BulkJob& job) {
  return std::make_unique<JsonUpload>(org, job);
}

}  // namespace prospectd::sandbox
