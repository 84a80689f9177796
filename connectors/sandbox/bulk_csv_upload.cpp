// The CSV of bulk jobs: its header, where each column goes, and what a cell means (SALESFORCE_API §8.2).
#include <algorithm>

#include "base/csv.h"
#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/bulk_upload.h"
#include "connectors/sandbox/field_text.h"
#include "connectors/sandbox/request_body.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
using mapping::Value;

// SALESFORCE_API §8.3; a character may take four bytes.
constexpr CsvLimits kUploadLimits{4 * 131'072, 4 * 400'000, 5'000};
constexpr std::string_view kSetNull = "#N/A";

ApiError no_such_column(std::string_view name) {
  return invalid_batch("Field name not found : " + std::string(name));
}

ApiError not_of_type(const Field& field, std::string_view text) {
  return api_error("INVALID_TYPE_ON_FIELD_IN_RECORD",
                   field.label + ": value not of required type: " + std::string(text), {field.name});
}

bool is_id(const Field& field) {
  return field.kind == FieldKind::kId;
}

class CsvUpload final : public BulkUpload {
 public:
  CsvUpload(const Org& org, BulkJob& job)
      : org_(org), job_(job), table_(*org.table(job.object)), reader_(data_reader(job)) {}

  Outcome<void> begin(const Knobs& knobs) override;
  bool more() override {
    read_header();
    return has_row_;
  }
  UploadRecord take() override;
  Outcome<FieldValues> fields_of(const UploadRecord& record, bool with_key, const Knobs& knobs) override;

 private:
  struct Column {
    const Field* field = nullptr;   ///< where the value goes; the reference for a parent's key
    const Table* parent = nullptr;  ///< set: the value is a key of this object's records
    const Field* parent_key = nullptr;
    bool names_record = false;  ///< the Id, or the key of an upsert
  };

  static CsvReader data_reader(const BulkJob& job);
  void read_header();
  Outcome<void> check_line_end() const;
  Outcome<void> check_size() const;
  Outcome<Column> column_of(std::string_view name, const Knobs& knobs) const;
  Outcome<Column> parent_column_of(std::string_view name, const Knobs& knobs) const;
  Outcome<void> check_columns() const;
  std::string_view cell_of(const UploadRecord& record, std::string_view field) const;
  Outcome<Value> value_of(const Column& column, std::string_view text) const;

  const Org& org_;
  BulkJob& job_;
  const Table& table_;
  CsvReader reader_;
  bool header_read_ = false;
  bool has_row_ = false;
  size_t taken_ = 0;
  std::vector<Column> columns_;
};

CsvReader CsvUpload::data_reader(const BulkJob& job) {
  return CsvReader(
      [&data = job.data, at = size_t{0}](char* to, size_t size) mutable {
        const size_t n = std::min(size, data.size() - at);
        data.copy(to, n, at);
        at += n;
        return n;
      },
      kUploadLimits, job.dialect.delimiter);
}

void CsvUpload::read_header() {
  if (header_read_) return;
  header_read_ = true;
  has_row_ = reader_.next();
  if (!has_row_) return;
  for (const std::string_view name : reader_.fields())
    job_.columns.push_back(repair_utf8(trim_ascii(name)));
  has_row_ = reader_.next();
}

// The first line end must be of the kind that the job was made for; a batch takes either.
Outcome<void> CsvUpload::check_line_end() const {
  const size_t end = job_.data.find_first_of("\r\n");
  if (end == std::string::npos || job_.is_batch()) return {};
  const std::string_view found =
      std::string_view(job_.data).substr(end, job_.data.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  if (found == job_.dialect.line_end) return {};
  return api_error("CLIENTINPUTERROR",
                   "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " +
                       std::string(job_.dialect.line_ending_name));
}

// A batch is refused as a whole when it has too many records, so they are counted before the first is taken.
Outcome<void> CsvUpload::check_size() const {
  if (!job_.is_batch()) return {};
  CsvReader counting = data_reader(job_);
  int64_t rows = -1;  // the header is none
  while (rows <= kBulkBatchRows && counting.next())
    ++rows;
  if (rows <= kBulkBatchRows) return {};
  return invalid_batch("Records not processed : more than " + std::to_string(kBulkBatchRows) +
                       " records in a batch");
}

Outcome<void> CsvUpload::begin(const Knobs& knobs) {
  PD_TRY(check_size());
  read_header();
  PD_TRY(check_line_end());
  if (job_.columns.empty()) return invalid_batch("the data has no header row that can be read");
  for (const std::string& name : job_.columns) {
    PD_ASSIGN(column, column_of(name, knobs));
    const bool twice = std::any_of(columns_.begin(), columns_.end(),
                                   [&](const Column& c) { return c.field == column.field; });
    if (twice) return invalid_batch("Field name comes twice : " + name);
    columns_.push_back(column);
  }
  return check_columns();
}

Outcome<CsvUpload::Column> CsvUpload::column_of(std::string_view name, const Knobs& knobs) const {
  if (name.find('.') != std::string_view::npos) return parent_column_of(name, knobs);
  const Field* field = table_.type().find(name);
  if (field == nullptr || !knobs.field_visible(table_.type().name(), field->name))
    return no_such_column(name);
  Column column{field};
  column.names_record = is_id(*field) || field->name == job_.key_field;
  return column;
}

// "Account.Ext__c", or "User:Owner.Username" where the reference has several targets.
Outcome<CsvUpload::Column> CsvUpload::parent_column_of(std::string_view name, const Knobs& knobs) const {
  const size_t colon = name.find(':');
  const std::string_view type = colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
  const std::string_view path = colon == std::string_view::npos ? name : name.substr(colon + 1);
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) return no_such_column(name);
  for (const Field& field : table_.type().fields()) {
    if (field.relationship.empty() || !equals_ignore_case_ascii(field.relationship, path.substr(0, dot)) ||
        !knobs.field_visible(table_.type().name(), field.name)) {
      continue;
    }
    for (const std::string& target : field.reference_to) {
      if (!type.empty() && !equals_ignore_case_ascii(target, type)) continue;
      const Table* parent = org_.table(target);
      const Field* key = parent == nullptr ? nullptr : upsert_key(*parent, path.substr(dot + 1));
      if (key != nullptr && !is_id(*key)) return Column{&field, parent, key, false};
    }
  }
  return no_such_column(name);
}

// An operation needs what tells the record, and a delete takes nothing else.
Outcome<void> CsvUpload::check_columns() const {
  const std::string_view wanted = upserts_by_key(job_) ? std::string_view(job_.key_field) : kIdField;
  const bool there = std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) {
    return c.parent == nullptr && c.field->name == wanted;
  });
  if (!there && job_.operation != BulkOperation::kInsert) return no_such_column(wanted);
  const bool deletes =
      job_.operation == BulkOperation::kDelete || job_.operation == BulkOperation::kHardDelete;
  if (deletes && columns_.size() > 1) return invalid_batch("a delete takes the column Id and no other");
  return {};
}

UploadRecord CsvUpload::take() {
  UploadRecord record;
  const auto& fields = reader_.fields();
  const CsvOddity oddity = reader_.oddity();
  record.place = taken_++;
  record.cells.resize(job_.columns.size());
  for (size_t i = 0; i < fields.size() && i < record.cells.size(); ++i)
    record.cells[i] = fields[i];
  if (oddity == CsvOddity::kTooLarge || oddity == CsvOddity::kUnclosedQuote) {
    record.problem = api_error("CLIENTINPUTERROR", std::string(describe(oddity)));
  } else if (fields.size() > record.cells.size()) {
    record.problem = api_error("CLIENTINPUTERROR", "more fields than columns");
  }
  record.id = cell_of(record, kIdField);
  if (upserts_by_key(job_)) record.key = cell_of(record, job_.key_field);
  has_row_ = reader_.next();
  return record;
}

// What a record has in the column of a field; empty where there is no such column.
std::string_view CsvUpload::cell_of(const UploadRecord& record, std::string_view field) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].parent == nullptr && columns_[i].field->name == field) return trim_ascii(record.cells[i]);
  }
  return {};
}

Outcome<FieldValues> CsvUpload::fields_of(const UploadRecord& record, bool with_key, const Knobs&) {
  FieldValues fields;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const std::string_view text = trim_ascii(record.cells[i]);
    const bool told_otherwise = column.names_record && (is_id(*column.field) || !with_key);
    if (text.empty() || told_otherwise) continue;
    PD_ASSIGN(value, value_of(column, text));
    fields.emplace_back(column.field->name, std::move(value));
  }
  return fields;
}

Outcome<Value> CsvUpload::value_of(const Column& column, std::string_view text) const {
  if (text == kSetNull) {
    if (column.field->kind == FieldKind::kBoolean) return not_of_type(*column.field, text);
    return Value::null();
  }
  if (column.parent == nullptr) {
    auto value = read_field_text(column.field->kind, text);
    if (!value) return not_of_type(*column.field, text);
    return *std::move(value);
  }
  const std::vector<Row> found = rows_with_key(org_, *column.parent, *column.parent_key, text);
  if (found.size() == 1) return Value(column.parent->id(found.front()));
  const std::string object(column.parent->type().name());
  if (found.size() > 1) {
    return api_error(std::string(code::kDuplicateExternalId),
                     "Foreign key external ID: " + key_form(text) + " is found more than once for field " +
                         column.parent_key->name + " in entity " + object);
  }
  return api_error(std::string(code::kInvalidField), "Foreign key external ID: " + key_form(text) +
                                                         " not found for field " + column.parent_key->name +
                                                         " in entity " + object);
}

}  // namespace

std::unique_ptr<BulkUpload> make_csv_upload(const Org& org, BulkJob& job) {
  return std::make_unique<CsvUpload>(org, job);
}

const Field* upsert_key(const Table& table, std::string_view name) {
  const Field* field = table.type().find(name);
  return field != nullptr && is_key(*field) ? field : nullptr;
}

bool upserts_by_key(const BulkJob& job) {
  return job.operation == BulkOperation::kUpsert && job.key_field != kIdField;
}

std::string key_form(std::string_view text) {
  return fold_case(trim_ascii(text));
}

std::vector<Row> rows_with_key(const Org& org, const Table& table, const Field& field,
                               std::string_view text) {
  const auto value = read_field_text(field.kind, text);
  return value ? org.find_by_key(table, field, *value) : std::vector<Row>{};
}

ApiError invalid_batch(std::string_view why) {
  return api_error("INVALIDBATCH", "InvalidBatch : " + std::string(why));
}

}  // namespace prospectd::sandbox
