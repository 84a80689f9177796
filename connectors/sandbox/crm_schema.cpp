// What becomes of an object's fields while the org lives (SALESFORCE_API §18).
#include <algorithm>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/field_text.h"
#include "connectors/sandbox/formula.h"
#include "connectors/sandbox/key_index.h"
#include "connectors/sandbox/plain_value.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

bool is_of_the_org(const ObjectType& type, const Field& field) {
  const SystemColumns& s = type.system();
  const int own[] = {s.id,    s.created, s.created_by, s.modified, s.modified_by,
                     s.stamp, s.deleted, s.master,     s.owner};
  return field.column < 0 || field.kind == FieldKind::kReference ||
         std::find(std::begin(own), std::end(own), field.column) != std::end(own);
}

// Every value as the new kind has it.
void retype(Table& table, Field& field, FieldKind kind) {
  std::vector<Assignment> values;
  for (Row row = 0; row < table.rows(); ++row) {
    std::string text;
    append_plain_value(text, table, row, field);
    const auto value = text.empty() ? std::nullopt : read_field_text(kind, text);
    values.push_back({field.column, kind, value.value_or(mapping::Value::null())});
  }
  for (Row row = 0; row < table.rows(); ++row)
    store_fields(table, row, {values[row]});
  field.kind = kind;
  field.flags &= ~uint32_t{kRestricted | kNotFilterable | kDefaulted};
  if (kind == FieldKind::kTextArea) field.flags |= kNotFilterable;
  if (kind == FieldKind::kBoolean) {
    field.flags = (field.flags & ~uint32_t{kNillable}) | kDefaulted;
    for (Row row = 0; row < table.rows(); ++row) {
      if (table.is_null(row, field.column)) table.set_flag(row, field.column, false);
    }
  }
}

Outcome<void> deactivate(Field& field, const std::string& value) {
  const auto at = std::find(field.picklist.begin(), field.picklist.end(), value);
  if (at == field.picklist.end() || field.picklist.size() < 2)
    return api_error("INVALID_INPUT", field.name + " has no active value " + value + " beside others");
  field.inactive.push_back(*at);
  field.picklist.erase(at);
  return {};
}

}  // namespace

Outcome<void> Org::change_field(std::string_view object, std::string_view field, const FieldChange& change) {
  Table* t = table(object);
  Field* f = t == nullptr ? nullptr : t->type_to_change().find_to_change(field);
  if (f == nullptr || is_of_the_org(t->type(), *f)) {
    return api_error(std::string(code::kInvalidField),
                     std::string(object) + " has no field " + std::string(field) + " that can change");
  }
  if (!change.inactive_value.empty()) PD_TRY(deactivate(*f, change.inactive_value));
  if (change.length) f->length = *change.length;
  if (change.kind && *change.kind != f->kind) {
    if (*change.kind == FieldKind::kReference || transactions_ > 0)
      return api_error("INVALID_INPUT", "a field can't become that");
    retype(*t, *f, *change.kind);
    // What waits for its commit was checked against the field as it was.
    for (Pending& waiting : pending_) {
      if (waiting.table == t)
        std::erase_if(waiting.fields, [&](const Assignment& a) { return a.column == f->column; });
    }
    indexes_.clear();
  }
  schema_changed_ = now();
  return {};
}

Outcome<void> Org::set_formula(Table& t, std::string_view name, std::string_view formula) {
  Field* field = t.type_to_change().find_to_change(name);
  if (field == nullptr || !field->has(kCustom) || field->column < 0) {
    return api_error(std::string(code::kInvalidField),
                     std::string(name) + " is no field that can be computed");
  }
  field->formula = formula;
  field->flags &= ~uint32_t{kWritable | kUnique | kExternalId};
  schema_changed_ = now();
  PD_ASSIGN(compiled, Formula::compile(t.type(), field->kind, formula));
  field->computed = std::move(compiled);
  formulas_[&t].push_back(field);
  for (Row row = 0; row < t.rows(); ++row)
    field->computed->compute(t, row, *field);
  return {};
}

// What follows from a record's values: formulas, which may use each other, and the keys it is found by.
void Org::derive(Table& t, Row row) {
  if (const auto found = formulas_.find(&t); found != formulas_.end()) {
    for (const Field* field : found->second)
      field->computed->compute(t, row, *field);
  }
  note_keys(t, row);
}

}  // namespace prospectd::sandbox
