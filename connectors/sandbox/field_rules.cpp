#include "connectors/sandbox/field_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/field_text.h"
#include "connectors/sandbox/multipicklist.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
using mapping::Value;

ApiError refuse(std::string_view error, std::string message, const Field& field) {
  return api_error(std::string(error), std::move(message), {field.name});
}

std::string_view json_kind(const Value& value) {
  if (value.get<bool>() != nullptr) return "VALUE_BOOLEAN";
  if (value.get<int64_t>() != nullptr) return "VALUE_NUMBER_INT";
  if (value.get<double>() != nullptr) return "VALUE_NUMBER_FLOAT";
  return "VALUE_STRING";
}

ApiError wrong_type(const Field& field, const Value& value) {
  return refuse(code::kJsonParserError,
                "Cannot deserialize instance of " + std::string(describe_type(field.kind)) + " from " +
                    std::string(json_kind(value)) + " value " + value.to_text() +
                    " or request may be missing a required field",
                field);
}

// One '@', something before it, and a dot inside what is behind it.
bool looks_like_email(std::string_view text) {
  const size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const size_t dot = domain.find('.');
  const bool blank =
      std::any_of(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t' || c == ','; });
  return !blank && dot != 0 && dot != std::string_view::npos && domain.back() != '.';
}

Outcome<void> check_length(const Field& field, std::string_view text) {
  if (field.length <= 0 || count_characters(text) <= static_cast<size_t>(field.length)) return {};
  return refuse(code::kStringTooLong,
                field.label + ": data value too large: " + std::string(text) +
                    " (max length=" + std::to_string(field.length) + ")",
                field);
}

// One of the values that a restricted picklist has.
Outcome<void> check_picked(const Field& field, std::string_view value) {
  if (std::find(field.picklist.begin(), field.picklist.end(), value) != field.picklist.end()) return {};
  return refuse(code::kInvalidPicklistValue,
                field.label + ": bad value for restricted picklist field: " + std::string(value), field);
}

Outcome<Value> check_text(const Field& field, const Value& value) {
  if (!value.is_string()) return wrong_type(field, value);
  const std::string_view text = trim_ascii(value.str());
  if (text.empty()) return Value::null();
  PD_TRY(check_length(field, text));
  if (field.kind == FieldKind::kEmail && !looks_like_email(text)) {
    return refuse(code::kInvalidEmailAddress, field.label + ": invalid email address: " + std::string(text),
                  field);
  }
  if (field.has(kRestricted)) PD_TRY(check_picked(field, text));
  return Value(repair_utf8(text));
}

Outcome<Value> check_several(const Field& field, const Value& value) {
  if (!value.is_string()) return wrong_type(field, value);
  PD_TRY(check_length(field, trim_ascii(value.str())));
  if (values_of_multipicklist(value.str()).size() > kMultipicklistValuesMax) {
    return refuse(code::kTooManyEnumValue, field.label + ": too many values for a multi-select picklist",
                  field);
  }
  const std::string text = normal_multipicklist(repair_utf8(value.str()), field.picklist);
  if (field.has(kRestricted)) {
    for (const std::string_view one : values_of_multipicklist(text))
      PD_TRY(check_picked(field, one));
  }
  return text.empty() ? Value::null() : Value(text);
}

bool is_queue(const Table& groups, Row row) {
  return groups.text(row, groups.type().column("Type")) == "Queue";
}

Outcome<Value> check_reference(const Org& org, const Table& owner_table, const Field& field,
                               const Value& value) {
  if (!value.is_string()) return wrong_type(field, value);
  if (trim_ascii(value.str()).empty()) return Value::null();
  const auto id = salesforce_wire::canonical_id(value.str());
  const Table* target = id ? org.table_of_id(*id) : nullptr;
  const bool fits = target != nullptr && std::find(field.reference_to.begin(), field.reference_to.end(),
                                                   target->type().name()) != field.reference_to.end();
  if (!fits) {
    return refuse(code::kMalformedId,
                  field.label + ": id value of incorrect type: " + std::string(value.str()), field);
  }
  const auto row = target->find(*id);
  const bool is_group = target->type().name() == "Group";
  if (!row || target->state(*row) != RowState::kLive || (is_group && !is_queue(*target, *row))) {
    return refuse(code::kInvalidCrossReferenceKey, "invalid cross reference id", field);
  }
  if (field.name == "OwnerId" && !is_group && !target->flag(*row, target->type().column("IsActive"))) {
    return refuse(code::kInactiveOwnerOrUser,
                  "operation performed with inactive user [" + id->substr(0, salesforce_wire::kShortIdSize) +
                      "] as owner of " + to_lower_ascii(owner_table.type().name()),
                  field);
  }
  return Value(*id);
}

Outcome<Value> check_whole_number(const Field& field, const Value& value) {
  double number = 0;
  if (const auto* n = value.get<int64_t>()) {
    number = static_cast<double>(*n);
  } else if (const auto* d = value.get<double>()) {
    number = *d;
  } else {
    return wrong_type(field, value);
  }
  if (number != std::floor(number)) return wrong_type(field, value);
  if (std::abs(number) > std::numeric_limits<int32_t>::max()) {
    return refuse(code::kNumberOutsideValidRange,
                  field.label + ": value outside of valid range on numeric field: " + value.to_text(), field);
  }
  return Value(static_cast<int64_t>(number));
}

Outcome<Value> check_number(const Field& field, const Value& value) {
  constexpr double kCurrencyMax = 1e16;
  double number = 0;
  if (const auto* n = value.get<int64_t>()) {
    number = static_cast<double>(*n);
  } else if (const auto* d = value.get<double>()) {
    number = *d;
  } else {
    return wrong_type(field, value);
  }
  if (!(std::abs(number) < kCurrencyMax)) {
    return refuse(code::kNumberOutsideValidRange,
                  field.label + ": value outside of valid range on numeric field: " + value.to_text(), field);
  }
  return Value(number);
}

Outcome<Value> check_value(const Org& org, const Table& table, const Field& field, const Value& value) {
  switch (field.kind) {
    case FieldKind::kReference:
      return check_reference(org, table, field, value);
    case FieldKind::kMultiPicklist:
      return check_several(field, value);
    case FieldKind::kBoolean:
      if (value.get<bool>() == nullptr) return wrong_type(field, value);
      return value;
    case FieldKind::kInt:
      return check_whole_number(field, value);
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return check_number(field, value);
    case FieldKind::kDate: {
      if (value.get<Date>() != nullptr) return value;
      const auto day = parse_date(value.str());
      if (!day) return wrong_type(field, value);
      return Value(*day);
    }
    case FieldKind::kDateTime: {
      if (value.get<Timestamp>() != nullptr) return value;
      const auto moment = salesforce_wire::parse_datetime(value.str());
      if (!moment) return wrong_type(field, value);
      return Value(*moment);
    }
    default:
      return check_text(field, value);
  }
}

Outcome<const Field*> writable_field(const Table& table, const std::string& name, WritePurpose purpose) {
  const Field* field = table.type().find(name);
  if (field == nullptr) {
    return api_error(std::string(code::kInvalidField),
                     "No such column '" + name + "' on sobject of type " + std::string(table.type().name()));
  }
  if (!field->has(purpose == WritePurpose::kCreate ? kCreateable : kUpdateable) || field->column < 0) {
    return refuse(
        code::kInvalidFieldForInsertUpdate,
        "Unable to create/update fields: " + field->name +
            ". Please check the security settings of this field and verify that it is read/write for your "
            "profile or permission set.",
        *field);
  }
  return field;
}

// Names the fields that a create leaves out, and those that any write sets to nothing.
std::vector<std::string> missing_fields(const Table& table, const std::vector<Assignment>& given,
                                        WritePurpose purpose) {
  std::vector<std::string> missing;
  for (const Field& field : table.type().fields()) {
    if (field.has(kNillable) || field.column < 0) continue;
    const auto at = std::find_if(given.begin(), given.end(),
                                 [&](const Assignment& a) { return a.column == field.column; });
    const bool required = field.has(kCreateable) && !field.has(kDefaulted);
    const bool absent = at == given.end() && required && purpose == WritePurpose::kCreate;
    if (absent || (at != given.end() && at->value.is_null())) missing.push_back(field.name);
  }
  return missing;
}

}  // namespace

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Outcome<std::vector<Assignment>> check_fields(const Org& org, const Table& table, const FieldValues& fields,
                                              WritePurpose purpose) {
  std::vector<Assignment> out;
  out.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    if (value.is_absent()) continue;
    PD_ASSIGN(field, writable_field(table, name, purpose));
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const Assignment& a) { return a.column == field->column; });
    if (same != out.end()) {
      return refuse(code::kInvalidField, "Duplicate field specified: " + field->name, *field);
    }
    if (value.is_null()) {
      if (field->kind == FieldKind::kBoolean) return wrong_type(*field, value);
      out.push_back({field->column, field->kind, Value::null()});
      continue;
    }
    PD_ASSIGN(checked, check_value(org, table, *field, value));
    out.push_back({field->column, field->kind, std::move(checked)});
  }
  const auto missing = missing_fields(table, out, purpose);
  if (!missing.empty()) {
    std::string list;
    for (const auto& name : missing)
      list += (list.empty() ? "" : ", ") + name;
    return api_error(std::string(code::kRequiredFieldMissing), "Required fields are missing: [" + list + "]",
                     missing);
  }
  return out;
}

std::optional<Value> value_of_text(const Field& field, std::string_view text) {
  if (holds_text(field.kind)) return std::nullopt;
  if (field.kind != FieldKind::kBoolean && text.empty()) return Value::null();
  const bool flag_word = equals_ignore_case_ascii(text, "true") || equals_ignore_case_ascii(text, "false");
  if (field.kind == FieldKind::kBoolean && !flag_word) return std::nullopt;
  return read_field_text(field.kind, text);
}

void store_fields(Table& table, Row row, const std::vector<Assignment>& fields) {
  for (const Assignment& a : fields) {
    if (a.value.is_null()) {
      table.set_null(row, a.column);
    } else if (a.kind == FieldKind::kPicklist || a.kind == FieldKind::kReference) {
      table.set_shared_text(row, a.column, a.value.str());
    } else if (const auto* b = a.value.get<bool>()) {
      table.set_flag(row, a.column, *b);
    } else if (const auto* n = a.value.get<int64_t>()) {
      table.set_number(row, a.column, *n);
    } else if (const auto* d = a.value.get<double>()) {
      table.set_real(row, a.column, *d);
    } else if (const auto* day = a.value.get<Date>()) {
      table.set_date(row, a.column, *day);
    } else if (const auto* moment = a.value.get<Timestamp>()) {
      table.set_datetime(row, a.column, *moment);
    } else {
      table.set_text(row, a.column, a.value.str());
    }
  }
}

}  // namespace prospectd::sandbox
