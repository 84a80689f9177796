#include "connectors/salesforce/page_layout.h"

#include <array>

#include "base/text.h"

namespace prospectd::salesforce {
namespace {

using mapping::FieldType;

struct SystemColumn {
  std::string_view name;
  ColumnKind kind;
  Role role;
  bool required;
};

constexpr std::array kSystemColumns{
    SystemColumn{"Id", ColumnKind::kReference, Role::kId, true},
    SystemColumn{"SystemModstamp", ColumnKind::kDateTime, Role::kVersion, true},
    SystemColumn{"IsDeleted", ColumnKind::kBoolean, Role::kDeleted, false},
    SystemColumn{"MasterRecordId", ColumnKind::kReference, Role::kMergedInto, false},
    SystemColumn{"IsConverted", ColumnKind::kBoolean, Role::kConverted, false},
    SystemColumn{"ConvertedContactId", ColumnKind::kReference, Role::kConvertedContact, false},
    SystemColumn{"ConvertedAccountId", ColumnKind::kReference, Role::kConvertedAccount, false},
};

ColumnKind kind_of(FieldType type) {
  switch (type) {
    case FieldType::kId:
    case FieldType::kReference:
      return ColumnKind::kReference;
    case FieldType::kBoolean:
      return ColumnKind::kBoolean;
    case FieldType::kInteger:
      return ColumnKind::kInteger;
    case FieldType::kDouble:
      return ColumnKind::kDouble;
    case FieldType::kDate:
      return ColumnKind::kDate;
    case FieldType::kDateTime:
      return ColumnKind::kDateTime;
    case FieldType::kCompound:
    case FieldType::kOther:
      return ColumnKind::kLoose;
    default:
      return ColumnKind::kText;
  }
}

}  // namespace

Error unknown_field(const mapping::ObjectSchema& schema, std::string_view name) {
  std::string message =
      schema.name + " has no field '" + repair_utf8(name.substr(0, 255)) + "' that this login may read";
  if (auto guess = did_you_mean(name, schema.field_names())) message += " (did you mean " + *guess + "?)";
  return make_error(ErrorCode::kUnknownField, std::move(message));
}

Result<void> PageLayout::add_field(const mapping::ObjectSchema& schema, const std::string& name,
                                   size_t slot) {
  for (Column& column : columns_) {
    if (!equals_ignore_case_ascii(column.key, name)) continue;
    if (column.slot == mapping::FieldList::npos) {
      column.slot = slot;
    } else {
      copies_.emplace_back(column.slot, slot);
    }
    return {};
  }
  const mapping::FieldSchema* field = schema.find(name);
  if (field == nullptr) return unknown_field(schema, name);
  Column column;
  column.key = field->name;
  column.kind = kind_of(field->type);
  column.slot = slot;
  columns_.push_back(std::move(column));
  return {};
}

Result<PageLayout> PageLayout::make(const mapping::ObjectSchema& schema,
                                    const std::vector<std::string>& fields) {
  if (fields.size() + kSystemColumns.size() > kColumnsMax) {
    return make_error(ErrorCode::kInvalidInput, "a query asks for " + std::to_string(fields.size()) +
                                                    " fields; the most is " +
                                                    std::to_string(kColumnsMax - kSystemColumns.size()));
  }
  PageLayout layout;
  for (const SystemColumn& system : kSystemColumns) {
    const mapping::FieldSchema* field = schema.find(system.name);
    if (field == nullptr) {
      if (system.required) return unknown_field(schema, system.name);
      continue;
    }
    Column column;
    column.key = field->name;
    column.kind = system.kind;
    column.role = system.role;
    layout.columns_.push_back(std::move(column));
  }
  for (size_t i = 0; i < fields.size(); ++i)
    PD_TRY(layout.add_field(schema, fields[i], i));
  layout.fields_ = std::make_shared<const mapping::FieldList>(fields);
  return layout;
}

}  // namespace prospectd::salesforce
