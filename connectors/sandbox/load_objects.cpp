#include "connectors/sandbox/load_objects.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/child_relationships.h"
#include "connectors/sandbox/load_rows.h"

namespace prospectd::sandbox {
namespace {

constexpr std::string_view kCustomEnding = "__c";

// "Old Key" of Old_Key__c.
std::string label_of_name(std::string_view name) {
  if (name.ends_with(kCustomEnding)) name.remove_suffix(kCustomEnding.size());
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string plural_of(const std::string& label) {
  if (label.ends_with('y')) return label.substr(0, label.size() - 1) + "ies";
  return label + (label.ends_with('s') ? "es" : "s");
}

bool is_taken(const ObjectType& type, const std::string& relationship) {
  const auto same = [&](const Field& f) { return equals_ignore_case_ascii(f.relationship, relationship); };
  return type.find(relationship) != nullptr || std::any_of(type.fields().begin(), type.fields().end(), same);
}

// Firm__r of Firm__c, Account of AccountId; empty where the name tells none.
std::string relationship_of(const ObjectType& type, const std::string& field) {
  constexpr std::string_view kIdEnding = "Id";
  std::string name;
  if (field.ends_with(kCustomEnding)) {
    name = field.substr(0, field.size() - 1) + "r";
  } else if (field.ends_with(kIdEnding)) {
    name = field.substr(0, field.size() - kIdEnding.size());
  }
  return is_api_name(name) && !is_taken(type, name) ? name : std::string();
}

// What the target calls the records that refer to it: Opportunities, Deals__r; empty where it has that
// already.
std::string children_of_target(const Org& org, const Table& from, const std::string& target) {
  const std::string name(from.type().name());
  const std::string children = name.ends_with(kCustomEnding)
                                   ? plural_of(name.substr(0, name.size() - kCustomEnding.size())) + "__r"
                                   : plural_of(name);
  for (const auto& table : org.tables()) {
    for (const Field& field : table->type().fields()) {
      const bool same_target =
          std::find(field.reference_to.begin(), field.reference_to.end(), target) != field.reference_to.end();
      if (same_target && equals_ignore_case_ascii(child_relationship(table->type(), field), children))
        return {};
    }
  }
  return is_api_name(children) ? children : std::string();
}

void refer(Field& field, const TypeGuess& guess, const Table& from, const Org& org) {
  constexpr int kIdLength = 18;
  for (const std::string& prefix : guess.prefixes()) {
    const Table* target = org.table_of_id(prefix);
    if (target != nullptr) field.reference_to.emplace_back(target->type().name());
  }
  field.length = kIdLength;
  if (field.reference_to.empty()) {
    field.kind = FieldKind::kString;
    return;
  }
  if (field.reference_to.size() > 1) field.flags |= kPolymorphic;
  field.relationship = relationship_of(from.type(), field.name);
  if (field.reference_to.size() == 1)
    field.children = children_of_target(org, from, field.reference_to.front());
}

Field field_of_column(const PlannedColumn& column, const Table& table, const Org& org) {
  constexpr int kLongTextLength = 131'072;
  Field field;
  field.name = column.name;
  field.label = label_of_name(column.name);
  field.kind = column.guess.kind();
  if (column.name.ends_with(kCustomEnding)) field.flags |= kCustom;
  if (field.kind == FieldKind::kReference) {
    refer(field, column.guess, table, org);
  } else if (field.kind == FieldKind::kTextArea) {
    field.length = kLongTextLength;
    field.flags |= kNotFilterable;
  } else if (field.kind == FieldKind::kBoolean) {
    field.flags = (field.flags & ~uint32_t{kNillable}) | kDefaulted;
  }
  if (!holds_text(field.kind)) field.length = 0;
  return field;
}

// Why an object can't be made, or can't have the ids of its file; empty: it can.
std::string hindrance(const ObjectPlan& plan, const Org& org) {
  if (plan.prefix.empty()) return "no row has a record id in a column Id; the file was left out";
  const Table* owner = org.table_of_id(plan.prefix);
  if (owner == nullptr || owner == plan.table || (owner->type().row().custom && owner->rows() == 0))
    return {};
  return "its ids are those of " + std::string(owner->type().name()) + "; the file was left out";
}

}  // namespace

bool FileLook::is_known(std::string_view name) const {
  if (plan_.table != nullptr) return plan_.table->type().find(name) != nullptr;
  const auto fields = custom_object_fields();
  return std::any_of(fields.begin(), fields.end(),
                     [&](const FieldRow& f) { return equals_ignore_case_ascii(f.name, name); });
}

void FileLook::header(const std::vector<std::string_view>& cells) {
  for (size_t place = 0; place < cells.size(); ++place) {
    const std::string_view name = trim_ascii(cells[place]);
    if (id_place_ == kNowhere && equals_ignore_case_ascii(name, "Id")) id_place_ = place;
    if (!is_api_name(name) || is_known(name)) continue;
    const auto planned =
        std::find_if(plan_.columns.begin(), plan_.columns.end(),
                     [&](const PlannedColumn& c) { return equals_ignore_case_ascii(c.name, name); });
    const auto column = static_cast<size_t>(planned - plan_.columns.begin());
    const auto twice = [&](const LookedAt& l) { return l.column == column; };
    if (std::any_of(looked_at_.begin(), looked_at_.end(), twice) || column >= kCustomFieldsMax) continue;
    if (planned == plan_.columns.end()) plan_.columns.push_back({std::string(name)});
    looked_at_.push_back({place, column});
  }
}

bool FileLook::wants_more() const {
  if (id_place_ == kNowhere) return !plan_.has_rows;  // nothing of the file will be taken
  const bool fixed = plan_.table != nullptr && !plan_.table->type().row().custom;
  return wants_all_rows() || (plan_.prefix.empty() && !fixed);
}

void FileLook::row(const std::vector<std::string_view>& cells) {
  if (cells.empty()) return;
  plan_.has_rows = true;
  for (const LookedAt& looked : looked_at_) {
    const std::string_view value = looked.place < cells.size() ? trim_ascii(cells[looked.place]) : "";
    plan_.columns[looked.column].guess.look_at(value);
  }
  if (!plan_.prefix.empty() || id_place_ >= cells.size()) return;
  const auto id = salesforce_wire::canonical_id(trim_ascii(cells[id_place_]));
  if (id && *id != salesforce_wire::kNullId) plan_.prefix = salesforce_wire::id_prefix(*id);
}

void make_object(ObjectPlan& plan, Org& org, LoadReport& report) {
  if (plan.table != nullptr && (!plan.table->type().row().custom || plan.prefix.empty())) return;
  if (plan.table == nullptr && !plan.has_rows) return;
  std::string why = hindrance(plan, org);
  // An object that only waits for records may have been given this prefix.
  Table* waiting = why.empty() ? org.table_of_id(plan.prefix) : nullptr;
  if (waiting != nullptr && waiting != plan.table) org.set_key_prefix(*waiting, {});
  if (why.empty() && plan.table == nullptr) {
    const std::string label = label_of_name(plan.object);
    const auto made = org.add_object({plan.object, label, plural_of(label), plan.prefix});
    if (made) {
      plan.table = *made;
      plan.made = true;
    } else {
      why = made.error().message;
    }
  } else if (why.empty()) {
    org.set_key_prefix(*plan.table, plan.prefix);
  }
  plan.refused = !why.empty();
  for (const ExportFile* file : plan.files) {
    if (plan.refused) add_issue(report, file->name, 0, why);
  }
  if (plan.refused) plan.table = nullptr;
}

void make_fields(ObjectPlan& plan, Org& org) {
  if (plan.table == nullptr) return;
  for (const PlannedColumn& column : plan.columns) {
    Field field = field_of_column(column, *plan.table, org);
    const bool lost = column.guess.kind() == FieldKind::kReference && field.kind != FieldKind::kReference;
    const Field* made = org.add_custom(*plan.table, std::move(field));
    if (made == nullptr) continue;  // too many: the rows' reader reports it
    plan.made_fields.push_back(made->name);
    if (lost) plan.text_lookups.push_back(plan.object + "." + made->name);
  }
}

}  // namespace prospectd::sandbox
