#include "connectors/sandbox/bulk_ingest.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr size_t kChunkRows = 200;  // rows whose keys must differ from each other (§7.1)

// The refusal as bulk results tell it: a record that is not there has another code than in a URL.
ApiError as_row_error(const ApiError& error) {
  if (error.code != code::kNotFound) return error;
  return api_error(std::string(code::kInvalidCrossReferenceKey), "invalid cross reference id");
}

// "CODE:message:Field1 Field2 --" (§8.2).
std::string error_cell(const ApiError& error) {
  std::string text = error.code + ":" + error.message + ":";
  for (const std::string& field : error.fields)
    text += field + " ";
  text += "--";
  for (const ApiError& other : error.more)
    text += ";" + error_cell(other);
  return text;
}

}  // namespace

BulkIngest::BulkIngest(Org& org, BulkJob& job)
    : org_(org),
      job_(job),
      table_(*org.table(job.object)),
      upload_(job.form == BulkForm::kJson ? make_json_upload(org, job) : make_csv_upload(org, job)) {}

Outcome<void> BulkIngest::begin(const Knobs& knobs) {
  return upload_->begin(knobs);
}

bool BulkIngest::step(int64_t rows, const Knobs& knobs) {
  while (upload_->more() && rows > 0) {
    std::vector<UploadRecord> chunk;
    while (upload_->more() && rows > 0 && chunk.size() < kChunkRows) {
      chunk.push_back(upload_->take());
      --rows;
    }
    take_chunk(chunk, knobs);
  }
  return upload_->more();
}

void BulkIngest::set_aside_rest() {
  while (upload_->more()) {
    const UploadRecord record = upload_->take();
    for (const std::string& value : record.cells)
      job_.unprocessed.add(value);
    job_.unprocessed.end_row();
  }
}

void BulkIngest::take_chunk(const std::vector<UploadRecord>& chunk, const Knobs& knobs) {
  std::map<std::string, int, std::less<>> times;
  for (const UploadRecord& record : chunk) {
    if (!record.key.empty()) ++times[key_form(record.key)];
  }
  for (const UploadRecord& record : chunk) {
    const bool twice = !record.key.empty() && times[key_form(record.key)] > 1;
    report(record, write(record, twice, knobs));
  }
}

void BulkIngest::report(const UploadRecord& record, const Outcome<Written>& outcome) {
  ++job_.processed;
  if (!outcome) ++job_.failed;
  if (job_.is_batch()) {
    report_in_order(outcome);
  } else {
    report_sorted(record, outcome);
  }
}

// As the results of the Bulk API 2.0: by what became of the records, with all that was sent.
void BulkIngest::report_sorted(const UploadRecord& record, const Outcome<Written>& outcome) {
  CsvRows& rows = outcome ? job_.succeeded : job_.refused;
  if (outcome) {
    rows.add(outcome->id);
    rows.add(outcome->created ? "true" : "false");
  } else {
    rows.add(salesforce_wire::canonical_id(record.id).value_or(""));
    rows.add(repair_utf8(error_cell(as_row_error(outcome.error()))));
  }
  for (const std::string& value : record.cells)
    rows.add(value);
  rows.end_row();
}

// As the result of a batch of the Bulk API 1.0: one line a record, in the order of the upload.
void BulkIngest::report_in_order(const Outcome<Written>& outcome) {
  const std::string id = outcome ? outcome->id : std::string();
  const std::string_view created = outcome && outcome->created ? "true" : "false";
  const std::string_view success = outcome ? "true" : "false";
  if (job_.form == BulkForm::kCsv) {
    job_.results.add(id);
    job_.results.add(success);
    job_.results.add(created);
    job_.results.add(outcome ? "" : repair_utf8(error_cell(as_row_error(outcome.error()))));
    job_.results.end_row();
    return;
  }
  job_.json_results += job_.json_results.empty() ? "{\"success\":" : ",{\"success\":";
  job_.json_results += std::string(success) + ",\"created\":" + std::string(created) +
                       ",\"id\":" + (outcome ? json_quote(id) : "null") + ",\"errors\":[" +
                       (outcome ? std::string() : item_errors_json(as_row_error(outcome.error()))) + "]}";
}

Outcome<BulkIngest::Written> BulkIngest::write(const UploadRecord& record, bool twice, const Knobs& knobs) {
  if (record.problem) return *record.problem;
  switch (job_.operation) {
    case BulkOperation::kInsert:
      if (record.id.empty()) return create(record, true, knobs);
      return api_error(std::string(code::kInvalidFieldForInsertUpdate), "cannot specify Id in an insert call",
                       {"Id"});
    case BulkOperation::kUpdate:
      if (record.id.empty())
        return api_error("MISSING_ARGUMENT", "Id not specified in an update call", {"Id"});
      return update(record.id, record, knobs);
    case BulkOperation::kUpsert:
      return upsert(record, twice, knobs);
    default:
      if (record.id.empty())
        return api_error("MISSING_ARGUMENT", "Id not specified in a delete call", {"Id"});
      return erase(record.id);
  }
}

Outcome<BulkIngest::Written> BulkIngest::upsert(const UploadRecord& record, bool twice, const Knobs& knobs) {
  const Field& field = *table_.type().find(job_.key_field);
  if (twice) {
    return api_error(std::string(code::kDuplicateValue), "Duplicate external id specified: " + record.key,
                     {field.name});
  }
  if (!upserts_by_key(job_)) {
    return record.id.empty() ? create(record, false, knobs) : update(record.id, record, knobs);
  }
  if (!record.id.empty()) {
    return api_error(
        std::string(code::kInvalidField),
        "cannot specify both an external ID reference " + field.name + " and a salesforce id, Id",
        {std::string(kIdField)});
  }
  if (record.key.empty()) return api_error("MISSING_ARGUMENT", field.name + " not specified", {field.name});
  const std::vector<Row> found = rows_with_key(org_, table_, field, record.key);
  if (found.empty()) return create(record, true, knobs);
  if (found.size() == 1) return update(std::string(table_.id(found.front())), record, knobs);
  std::string ids;
  for (const Row row : found)
    ids += (ids.empty() ? "" : ", ") + std::string(table_.id(row));
  return api_error(std::string(code::kDuplicateExternalId),
                   field.name + ": more than one record found for external id field: [" + ids + "]");
}

Outcome<BulkIngest::Written> BulkIngest::create(const UploadRecord& record, bool with_key,
                                                const Knobs& knobs) {
  PD_ASSIGN(fields, upload_->fields_of(record, with_key, knobs));
  PD_ASSIGN(change, org_.create(job_.object, fields));
  return Written{change.id, true};
}

Outcome<BulkIngest::Written> BulkIngest::update(const std::string& id, const UploadRecord& record,
                                                const Knobs& knobs) {
  PD_ASSIGN(fields, upload_->fields_of(record, false, knobs));
  PD_ASSIGN(change, org_.update(job_.object, id, fields));
  return Written{change.id, false};
}

Outcome<BulkIngest::Written> BulkIngest::erase(const std::string& id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  if (!canonical || org_.table_of_id(*canonical) != &table_) {
    return api_error(std::string(code::kMalformedId), "malformed id " + id);
  }
  PD_ASSIGN(change, org_.remove(*canonical));
  if (job_.operation == BulkOperation::kHardDelete) PD_TRY(org_.purge(*canonical));
  return Written{change.id, false};
}

}  // namespace prospectd::sandbox
