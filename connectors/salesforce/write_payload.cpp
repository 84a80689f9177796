#include "connectors/salesforce/write_payload.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

namespace wire = salesforce_wire;
using mapping::FieldType;
using mapping::Value;

constexpr double kWholeNumberMax = 9'007'199'254'740'992.0;  ///< 2^53: beyond it doubles skip integers
constexpr size_t kDigitsMax = 32;

Error wrong_batch(std::string why) {
  return make_error(ErrorCode::kInvalidInput, "the batch can't be written: " + std::move(why));
}

bool addresses_by_id(WriteKind kind) {
  return kind == WriteKind::kUpdate || kind == WriteKind::kDelete;
}

/// What the row is told apart from others by, letter case aside; empty for a row that is to be created.
std::string identity_of_row(const WriteRow& row, WriteKind kind) {
  if (addresses_by_id(kind)) return wire::canonical_id(row.id.str()).value_or(row.id.str());
  return kind == WriteKind::kUpsert ? to_lower_ascii(row.key.to_text()) : std::string();
}

Result<void> check_rows(const WriteBatch& batch) {
  std::set<std::string> seen;
  for (const WriteRow& row : batch.rows) {
    if (row.fields.size() > kWriteFieldsMax) return wrong_batch("a row has too many fields");
    if (batch.kind == WriteKind::kUpsert && row.key.is_blank()) return wrong_batch("a row has no key");
    std::string identity = identity_of_row(row, batch.kind);
    if (!identity.empty() && !seen.insert(std::move(identity)).second)
      return wrong_batch("it names one record twice");
  }
  return {};
}

// ---- values ----

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, kDigitsMax> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_text(std::string& out, std::string_view text) {
  out += json_quote(text);
}

bool append_as_text(std::string& out, const Value& value) {
  const auto* real = value.get<double>();
  if (real != nullptr && !std::isfinite(*real)) return false;
  if (!is_valid_utf8(value.str())) return false;
  append_text(out, value.is_string() ? std::string(value.str()) : value.to_text());
  return true;
}

bool append_boolean(std::string& out, const Value& value) {
  const bool* flag = value.get<bool>();
  if (flag == nullptr) return false;
  out += *flag ? "true" : "false";
  return true;
}

bool append_integer(std::string& out, const Value& value) {
  if (const auto* whole = value.get<int64_t>()) {
    append_number(out, *whole);
    return true;
  }
  const auto* real = value.get<double>();
  if (real == nullptr || !(std::abs(*real) < kWholeNumberMax) || *real != std::trunc(*real)) return false;
  append_number(out, static_cast<int64_t>(*real));
  return true;
}

bool append_double(std::string& out, const Value& value) {
  const auto* real = value.get<double>();
  if (real == nullptr) return append_integer(out, value);
  if (!std::isfinite(*real)) return false;
  append_number(out, *real);
  return true;
}

bool append_date(std::string& out, const Value& value) {
  const auto* date = value.get<Date>();
  const auto parsed = date != nullptr ? std::optional(*date) : parse_date(value.str());
  if (!parsed) return false;
  append_text(out, format_date(*parsed));
  return true;
}

bool append_datetime(std::string& out, const Value& value) {
  const auto* moment = value.get<Timestamp>();
  const auto parsed = moment != nullptr ? std::optional(*moment) : wire::parse_datetime(value.str());
  if (!parsed) return false;
  append_text(out, wire::format_rest_datetime(*parsed));
  return true;
}

struct TypeWriter {
  FieldType type;
  bool (*append)(std::string&, const Value&);
};
/// The types that are not written as text.
constexpr std::array kTypeWriters{
    TypeWriter{FieldType::kBoolean, append_boolean},   TypeWriter{FieldType::kInteger, append_integer},
    TypeWriter{FieldType::kDouble, append_double},     TypeWriter{FieldType::kDate, append_date},
    TypeWriter{FieldType::kDateTime, append_datetime},
};

// ---- rows ----

Refusal refused(RefusalClass what, std::string_view code, std::string why, std::string_view field = {}) {
  Refusal refusal;
  refusal.what = what;
  refusal.code = code;
  refusal.message = "not sent: " + std::move(why);
  if (wire::is_api_name(field)) refusal.fields.emplace_back(field);
  return refusal;
}

std::optional<Refusal> check_field(const FieldValue& field, const WriteBatch& batch,
                                   const mapping::ObjectSchema& schema) {
  const auto& [name, value] = field;
  const mapping::FieldSchema* known = schema.find(name);
  if (known == nullptr) {
    return refused(RefusalClass::kMapping, wire::error_name::kInvalidField,
                   schema.name + " has no such field that this login may read", name);
  }
  const bool names_record =
      known->type == FieldType::kId || equals_ignore_case_ascii(known->name, batch.key_field);
  if (names_record) {
    return refused(RefusalClass::kRequest, wire::error_name::kInvalidField,
                   "the field names the record and is no value of it", name);
  }
  std::string ignored;
  if (!append_value(ignored, value, known->type)) {
    return refused(RefusalClass::kMapping, wire::error_name::kJsonParserError,
                   "the value is none of the field's type", name);
  }
  return std::nullopt;
}

/// {"attributes":{"type":"Lead"},"id":"00Q…","LastName":"A"}, without attributes and id where the address has
/// them.
void append_record(std::string& out, const WriteBatch& batch, const WriteRow& row,
                   const mapping::ObjectSchema& schema, bool alone) {
  const size_t start = out.size();
  const auto next = [&] { out += out.size() == start ? '{' : ','; };
  const auto member = [&](std::string_view name, const Value& value, FieldType type) {
    const size_t before = out.size();
    next();
    append_text(out, name);
    out += ':';
    if (!append_value(out, value, type)) out.resize(before);
  };
  if (!alone) {
    next();
    out += "\"attributes\":{\"type\":" + json_quote(batch.object) + "}";
    if (batch.kind == WriteKind::kUpdate)
      member("id", Value(identity_of_row(row, batch.kind)), FieldType::kId);
  }
  if (batch.kind == WriteKind::kUpsert) {
    const mapping::FieldSchema* key = schema.find(batch.key_field);
    if (key != nullptr) member(key->name, row.key, key->type);
  }
  for (const auto& [name, value] : row.fields) {
    const mapping::FieldSchema* field = schema.find(name);
    if (field != nullptr && !value.is_absent()) member(field->name, value, field->type);
  }
  out += out.size() == start ? "{}" : "}";
}

std::string collection_body(const WriteBatch& batch, const std::vector<const WriteRow*>& rows,
                            const mapping::ObjectSchema& schema) {
  std::string body = "{\"allOrNone\":false,\"records\":[";
  for (const WriteRow* row : rows) {
    if (row != rows.front()) body += ',';
    append_record(body, batch, *row, schema, false);
  }
  return body + "]}";
}

std::string delete_query(const std::vector<const WriteRow*>& rows) {
  std::string query = "?ids=";
  for (const WriteRow* row : rows)
    query += (row == rows.front() ? "" : ",") + identity_of_row(*row, WriteKind::kDelete);
  return query + "&allOrNone=false";
}

http::Headers write_headers(const WriteBatch& batch, const WriteAddress& address) {
  http::Headers headers;
  headers.add("Sforce-Auto-Assign", batch.auto_assign ? "TRUE" : "FALSE");
  headers.add("Sforce-Duplicate-Rule-Header", batch.save_duplicates ? "allowSave=true" : "allowSave=false");
  if (!address.client_name.empty()) headers.add("Sforce-Call-Options", "client=" + address.client_name);
  return headers;
}

}  // namespace

Result<void> check_batch(const WriteBatch& batch) {
  if (batch.rows.empty()) return wrong_batch("it has no rows");
  if (batch.rows.size() > kWriteRowsMax) {
    return wrong_batch("it has " + std::to_string(batch.rows.size()) + " rows, the most is " +
                       std::to_string(kWriteRowsMax));
  }
  const bool keyed = batch.kind == WriteKind::kUpsert;
  if (keyed != !batch.key_field.empty() || (keyed && !wire::is_api_name(batch.key_field)))
    return wrong_batch("an upsert, and nothing else, goes by a key");
  return check_rows(batch);
}

std::optional<Refusal> check_row(const WriteRow& row, const WriteBatch& batch,
                                 const mapping::ObjectSchema& schema) {
  if (addresses_by_id(batch.kind) && !wire::canonical_id(row.id.str()))
    return refused(RefusalClass::kRecord, wire::error_name::kMalformedId, "the row has no id of a record");
  if (batch.kind == WriteKind::kUpsert) {
    const mapping::FieldSchema* key = schema.find(batch.key_field);
    std::string ignored;
    if (key == nullptr || !append_value(ignored, row.key, key->type)) {
      return refused(RefusalClass::kMapping, wire::error_name::kInvalidField,
                     "the key is none of this object's", batch.key_field);
    }
  }
  std::set<std::string> names;
  for (const FieldValue& field : row.fields) {
    if (field.second.is_absent()) continue;
    if (auto refusal = check_field(field, batch, schema)) return refusal;
    if (!names.insert(to_lower_ascii(field.first)).second) {
      return refused(RefusalClass::kRequest, wire::error_name::kInvalidField, "the field comes twice",
                     field.first);
    }
  }
  return std::nullopt;
}

bool append_value(std::string& out, const Value& value, FieldType type) {
  const bool writable = type != FieldType::kCompound;  // made of other fields
  if (value.is_absent() || !writable) return false;
  if (value.is_null()) {
    out += "null";
    return true;
  }
  const auto writer = std::find_if(kTypeWriters.begin(), kTypeWriters.end(),
                                   [type](const TypeWriter& w) { return w.type == type; });
  return writer == kTypeWriters.end() ? append_as_text(out, value) : writer->append(out, value);
}

Result<WriteRequest> write_request(const WriteBatch& batch, const std::vector<const WriteRow*>& rows,
                                   const mapping::ObjectSchema& schema, const WriteAddress& address) {
  const std::string root = "/services/data/" + address.api_version;
  WriteRequest request;
  request.headers = write_headers(batch, address);
  const bool own_address = batch.kind == WriteKind::kCreate || batch.kind == WriteKind::kUpdate;
  request.alone = own_address && rows.size() == 1;
  request.target = root + (request.alone ? "/sobjects/" + batch.object : "/composite/sobjects");
  switch (batch.kind) {
    case WriteKind::kCreate:
      request.method = "POST";
      break;
    case WriteKind::kUpdate:
      request.method = "PATCH";
      if (request.alone) request.target += "/" + identity_of_row(*rows.front(), batch.kind);
      break;
    case WriteKind::kUpsert:
      request.method = "PATCH";
      request.target += "/" + batch.object + "/" + batch.key_field;
      break;
    case WriteKind::kDelete:
      request.method = "DELETE";
      request.target += delete_query(rows);
      return request;
  }
  if (request.alone) {
    append_record(request.body, batch, *rows.front(), schema, true);
  } else {
    request.body = collection_body(batch, rows, schema);
  }
  if (request.body.size() > kWriteBytesMax) {
    return make_error(ErrorCode::kTooLarge, "a batch of " + std::to_string(rows.size()) + " rows has " +
                                                group_digits(static_cast<int64_t>(request.body.size())) +
                                                " bytes; the most is " + group_digits(kWriteBytesMax));
  }
  return request;
}

}  // namespace prospectd::salesforce
