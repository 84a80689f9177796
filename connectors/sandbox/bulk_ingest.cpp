#include "connectors/sandbox/bulk_ingest.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/field_text.h"
#include "connectors/sandbox/request_body.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

// A key as it is compared.
std::string key_form(std::string_view text) {
  return fold_case(trim_ascii(text));
}

namespace code = salesforce_wire::error_name;
using mapping::Value;

// SALESFORCE_API §8.3; a character may take four bytes.
constexpr CsvLimits kUploadLimits{4 * 131'072, 4 * 400'000, 5'000};
constexpr size_t kChunkRows = 200;  // rows whose keys must differ from each other (§7.1)
constexpr std::string_view kSetNull = "#N/A";
constexpr std::string_view kIdName = "Id";

ApiError invalid_batch(std::string_view why) {
  return api_error("INVALIDBATCH", "InvalidBatch : " + std::string(why));
}

ApiError no_such_column(std::string_view name) {
  return invalid_batch("Field name not found : " + std::string(name));
}

ApiError not_of_type(const Field& field, std::string_view text) {
  return api_error("INVALID_TYPE_ON_FIELD_IN_RECORD",
                   field.label + ": value not of required type: " + std::string(text), {field.name});
}

// "CODE:message:Field1 Field2 --" (§8.2). A record that is not there has another code than in a URL.
std::string error_cell(const ApiError& error) {
  const bool missing = error.code == code::kNotFound;
  std::string text = missing ? std::string(code::kInvalidCrossReferenceKey) + ":invalid cross reference id:"
                             : error.code + ":" + error.message + ":";
  for (const std::string& field : error.fields)
    text += field + " ";
  return text + "--";
}

bool is_id(const Field& field) {
  return field.kind == FieldKind::kId;
}

}  // namespace

const Field* upsert_key(const Table& table, std::string_view name) {
  const Field* field = table.type().find(name);
  return field != nullptr && is_key(*field) ? field : nullptr;
}

BulkIngest::BulkIngest(Org& org, BulkJob& job)
    : org_(org),
      job_(job),
      table_(*org.table(job.object)),
      reader_(
          [this](char* to, size_t size) {
            const size_t n = std::min(size, job_.data.size() - at_);
            job_.data.copy(to, n, at_);
            at_ += n;
            return n;
          },
          kUploadLimits, job.dialect.delimiter) {}

void BulkIngest::read_header() {
  if (header_read_) return;
  header_read_ = true;
  has_row_ = reader_.next();
  if (!has_row_) return;
  for (const std::string_view name : reader_.fields())
    job_.columns.push_back(repair_utf8(trim_ascii(name)));
  has_row_ = reader_.next();
}

// The first line end must be of the kind that the job was made for.
Outcome<void> BulkIngest::check_line_end() const {
  const size_t end = job_.data.find_first_of("\r\n");
  if (end == std::string::npos) return {};
  const std::string_view found =
      std::string_view(job_.data).substr(end, job_.data.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  if (found == job_.dialect.line_end) return {};
  return api_error("CLIENTINPUTERROR",
                   "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " +
                       std::string(job_.dialect.line_ending_name));
}

Outcome<void> BulkIngest::begin(const Knobs& knobs) {
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

Outcome<BulkIngest::Column> BulkIngest::column_of(std::string_view name, const Knobs& knobs) const {
  if (name.find('.') != std::string_view::npos) return parent_column_of(name, knobs);
  const Field* field = table_.type().find(name);
  if (field == nullptr || !knobs.field_visible(table_.type().name(), field->name))
    return no_such_column(name);
  Column column{field};
  column.names_record = is_id(*field) || field->name == job_.key_field;
  return column;
}

// "Account.Ext__c", or "User:Owner.Username" where the reference has several targets.
Outcome<BulkIngest::Column> BulkIngest::parent_column_of(std::string_view name, const Knobs& knobs) const {
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
Outcome<void> BulkIngest::check_columns() const {
  const std::string_view wanted = by_key() ? std::string_view(job_.key_field) : kIdName;
  const bool there = std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) {
    return c.parent == nullptr && c.field->name == wanted;
  });
  if (!there && job_.operation != BulkOperation::kInsert) return no_such_column(wanted);
  const bool deletes =
      job_.operation == BulkOperation::kDelete || job_.operation == BulkOperation::kHardDelete;
  if (deletes && columns_.size() > 1) return invalid_batch("a delete takes the column Id and no other");
  return {};
}

bool BulkIngest::step(int64_t rows) {
  while (has_row_ && rows > 0) {
    std::vector<Cells> chunk;
    while (has_row_ && rows > 0 && chunk.size() < kChunkRows) {
      chunk.push_back(take_cells());
      --rows;
    }
    take_chunk(chunk);
  }
  return has_row_;
}

BulkIngest::Cells BulkIngest::take_cells() {
  const auto& fields = reader_.fields();
  Cells cells;
  cells.oddity = reader_.oddity();
  cells.sent = fields.size();
  cells.values.resize(job_.columns.size());
  for (size_t i = 0; i < fields.size() && i < cells.values.size(); ++i)
    cells.values[i] = fields[i];
  has_row_ = reader_.next();
  return cells;
}

void BulkIngest::set_aside_rest() {
  read_header();
  while (has_row_ && !job_.columns.empty()) {
    const Cells cells = take_cells();
    for (const std::string& value : cells.values)
      job_.unprocessed.add(value);
    job_.unprocessed.end_row();
  }
}

// What a row has in the column of a field; empty where there is no such column.
std::string_view BulkIngest::cell_of(const Cells& cells, std::string_view field) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].parent == nullptr && columns_[i].field->name == field) return trim_ascii(cells.values[i]);
  }
  return {};
}

bool BulkIngest::by_key() const {
  return job_.operation == BulkOperation::kUpsert && job_.key_field != kIdName;
}

std::string_view BulkIngest::key_of(const Cells& cells) const {
  return cell_of(cells, by_key() ? std::string_view(job_.key_field) : kIdName);
}

void BulkIngest::take_chunk(const std::vector<Cells>& chunk) {
  std::map<std::string, int, std::less<>> times;
  if (by_key()) {
    for (const Cells& cells : chunk)
      ++times[key_form(key_of(cells))];
  }
  for (const Cells& cells : chunk) {
    const bool twice = by_key() && !key_of(cells).empty() && times[key_form(key_of(cells))] > 1;
    report(cells, write(cells, twice));
  }
}

void BulkIngest::report(const Cells& cells, const Outcome<Written>& outcome) {
  ++job_.processed;
  CsvRows& rows = outcome ? job_.succeeded : job_.refused;
  if (outcome) {
    rows.add(outcome->id);
    rows.add(outcome->created ? "true" : "false");
  } else {
    ++job_.failed;
    rows.add(salesforce_wire::canonical_id(cell_of(cells, kIdName)).value_or(""));
    rows.add(repair_utf8(error_cell(outcome.error())));
  }
  for (const std::string& value : cells.values)
    rows.add(value);
  rows.end_row();
}

Outcome<BulkIngest::Written> BulkIngest::write(const Cells& cells, bool twice) {
  if (cells.oddity == CsvOddity::kTooLarge || cells.oddity == CsvOddity::kUnclosedQuote) {
    return api_error("CLIENTINPUTERROR", std::string(describe(cells.oddity)));
  }
  if (cells.sent > columns_.size()) return api_error("CLIENTINPUTERROR", "more fields than columns");
  const std::string key(key_of(cells));
  switch (job_.operation) {
    case BulkOperation::kInsert:
      if (key.empty()) return create(cells, true);
      return api_error(std::string(code::kInvalidFieldForInsertUpdate), "cannot specify Id in an insert call",
                       {"Id"});
    case BulkOperation::kUpdate:
      if (key.empty()) return api_error("MISSING_ARGUMENT", "Id not specified in an update call", {"Id"});
      return update(key, cells);
    case BulkOperation::kUpsert:
      return upsert(cells, twice);
    default:
      if (key.empty()) return api_error("MISSING_ARGUMENT", "Id not specified in a delete call", {"Id"});
      return erase(key);
  }
}

Outcome<BulkIngest::Written> BulkIngest::upsert(const Cells& cells, bool twice) {
  const std::string key(key_of(cells));
  const Field& field = *table_.type().find(job_.key_field);
  if (twice) {
    return api_error(std::string(code::kDuplicateValue), "Duplicate external id specified: " + key,
                     {field.name});
  }
  if (is_id(field)) return key.empty() ? create(cells, false) : update(key, cells);
  if (!cell_of(cells, kIdName).empty()) {
    return api_error(
        std::string(code::kInvalidField),
        "cannot specify both an external ID reference " + field.name + " and a salesforce id, Id",
        {std::string(kIdName)});
  }
  if (key.empty()) return api_error("MISSING_ARGUMENT", field.name + " not specified", {field.name});
  const std::vector<Row> found = with_key(table_, field, key);
  if (found.empty()) return create(cells, true);
  if (found.size() == 1) return update(std::string(table_.id(found.front())), cells);
  std::string ids;
  for (const Row row : found)
    ids += (ids.empty() ? "" : ", ") + std::string(table_.id(row));
  return api_error(std::string(code::kDuplicateExternalId),
                   field.name + ": more than one record found for external id field: [" + ids + "]");
}

Outcome<BulkIngest::Written> BulkIngest::create(const Cells& cells, bool with_key) {
  PD_ASSIGN(fields, values_of(cells, with_key));
  PD_ASSIGN(change, org_.create(job_.object, fields));
  return Written{change.id, true};
}

Outcome<BulkIngest::Written> BulkIngest::update(const std::string& id, const Cells& cells) {
  PD_ASSIGN(fields, values_of(cells, false));
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

Outcome<FieldValues> BulkIngest::values_of(const Cells& cells, bool with_key) {
  FieldValues fields;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const std::string_view text = trim_ascii(cells.values[i]);
    const bool told_otherwise = column.names_record && (is_id(*column.field) || !with_key);
    if (text.empty() || told_otherwise) continue;
    PD_ASSIGN(value, value_of(column, text));
    fields.emplace_back(column.field->name, std::move(value));
  }
  return fields;
}

Outcome<Value> BulkIngest::value_of(const Column& column, std::string_view text) {
  if (text == kSetNull) {
    if (column.field->kind == FieldKind::kBoolean) return not_of_type(*column.field, text);
    return Value::null();
  }
  if (column.parent == nullptr) {
    auto value = read_field_text(column.field->kind, text);
    if (!value) return not_of_type(*column.field, text);
    return *std::move(value);
  }
  const std::vector<Row> found = with_key(*column.parent, *column.parent_key, text);
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

std::vector<Row> BulkIngest::with_key(const Table& table, const Field& field, std::string_view text) const {
  const auto value = read_field_text(field.kind, text);
  return value ? org_.find_by_key(table, field, *value) : std::vector<Row>{};
}

}  // namespace prospectd::sandbox
