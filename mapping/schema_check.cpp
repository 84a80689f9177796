#include "mapping/schema_check.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::mapping {
namespace {

constexpr size_t kValuesShownMax = 5;

using enum SchemaFaultKind;
using enum SchemaFaultWeight;

bool is_textual(FieldType type) {
  switch (type) {
    case FieldType::kString:
    case FieldType::kTextArea:
    case FieldType::kPicklist:
    case FieldType::kMultiPicklist:
    case FieldType::kEmail:
    case FieldType::kPhone:
    case FieldType::kUrl:
    case FieldType::kOther:
      return true;
    default:
      return false;
  }
}

bool is_number(FieldType type) {
  return type == FieldType::kInteger || type == FieldType::kDouble;
}

bool is_day(FieldType type) {
  return type == FieldType::kDate || type == FieldType::kDateTime;
}

bool refers_to(const FieldSchema& field, std::string_view object) {
  if (field.type != FieldType::kReference) return false;
  return field.reference_to.empty() ||
         std::find(field.reference_to.begin(), field.reference_to.end(), object) != field.reference_to.end();
}

// Whether coerce() can make a local value of the CRM's: text may say a number, a number is no day.
bool can_hold(LocalType local, const FieldSchema& remote) {
  switch (local) {
    case LocalType::kText:
      return true;
    case LocalType::kEmail:
      return is_textual(remote.type);
    case LocalType::kBoolean:
      return remote.type == FieldType::kBoolean || is_textual(remote.type);
    case LocalType::kInteger:
    case LocalType::kNumber:
      return is_number(remote.type) || is_textual(remote.type);
    case LocalType::kDate:
    case LocalType::kDateTime:
      return is_day(remote.type) || is_textual(remote.type);
    case LocalType::kUser:
      return refers_to(remote, "User");
    case LocalType::kAccount:
      return refers_to(remote, "Account");
  }
  return false;
}

// Whether the CRM takes such a local value.
bool can_take(const FieldSchema& remote, const MapEntry& entry) {
  const LocalType local = entry.type;
  const bool reference = local == LocalType::kUser || local == LocalType::kAccount;
  if (remote.type == FieldType::kReference) return can_hold(local, remote);
  if (reference) return false;
  // The words of a value map are the CRM's own.
  if (local == LocalType::kText && !entry.spec.value_map.empty()) return true;
  if (remote.type == FieldType::kBoolean) return local == LocalType::kBoolean;
  if (is_number(remote.type)) return local == LocalType::kInteger || local == LocalType::kNumber;
  if (is_day(remote.type)) return local == LocalType::kDate || local == LocalType::kDateTime;
  return true;
}

std::string_view kind_words(FieldType type) {
  switch (type) {
    case FieldType::kId:
      return "a record id";
    case FieldType::kReference:
      return "a reference";
    case FieldType::kBoolean:
      return "true or false";
    case FieldType::kInteger:
      return "a whole number";
    case FieldType::kDouble:
      return "a number";
    case FieldType::kDate:
      return "a date";
    case FieldType::kDateTime:
      return "a date with time";
    case FieldType::kTime:
      return "a time of day";
    default:
      return "a text";
  }
}

// The type that a custom field would need, as a mapping file says it.
std::string_view type_for(FieldType type) {
  switch (type) {
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kDouble:
      return "number";
    case FieldType::kDate:
      return "date";
    case FieldType::kDateTime:
      return "datetime";
    default:
      return "text";
  }
}

std::string type_hint(const MapEntry& entry, const FieldSchema& field) {
  if (entry.spec.local.starts_with(kCustomPrefix)) return "use type: " + std::string(type_for(field.type));
  if (entry.type == LocalType::kUser) return "map a reference to User, such as OwnerId";
  if (entry.type == LocalType::kAccount) return "map a reference to Account, such as AccountId";
  return "keep it in a custom.* field of type: " + std::string(type_for(field.type));
}

class SchemaCheck {
 public:
  SchemaCheck(const FieldMap& map, const ObjectSchema& schema, Outward outward)
      : map_(map), schema_(schema), outward_(outward) {}

  std::vector<SchemaFault> run() {
    for (at_ = 0; at_ < map_.entries().size(); ++at_)
      line(map_.entries()[at_]);
    at_ = SchemaFault::kWholeMapping;
    if (outward_.create) required();
    if (outward_.create && !outward_.external_id.empty()) key();
    return std::move(faults_);
  }

 private:
  void add(SchemaFaultKind kind, SchemaFaultWeight weight, std::string message, std::string hint) {
    faults_.push_back(SchemaFault{kind, weight, at_, std::move(message), std::move(hint)});
  }

  void line(const MapEntry& entry) {
    const FieldSchema* field = schema_.find(entry.spec.remote);
    if (field == nullptr) {
      const auto near = did_you_mean(entry.spec.remote, schema_.field_names());
      return add(kMissing, kFatal, schema_.name + " has no field " + entry.spec.remote,
                 near ? "did you mean " + *near + "?" : "");
    }
    const std::string name = schema_.name + "." + field->name;
    if (field->type == FieldType::kCompound)
      return add(kCompound, kFatal, name + " is a compound", "map its parts instead");
    // What goes nowhere yet is worth knowing, and stops nothing.
    const SchemaFaultWeight outward = outward_.any() ? kWrong : kDoubtful;
    const bool read_only = entry.gives_out() && !field->createable && !field->updateable;
    if (read_only) add(kReadOnly, outward, name + " is read-only for this connection", "use direction: in");
    if (entry.takes_in() && !can_hold(entry.type, *field)) {
      add(kWrongType, kWrong, type_message(entry, *field, name), type_hint(entry, *field));
    } else if (entry.gives_out() && !read_only && !can_take(*field, entry)) {
      add(kWrongType, outward, type_message(entry, *field, name), "use direction: in");
    }
    if (field->type == FieldType::kPicklist && !entry.spec.value_map.empty()) values(entry, *field, name);
  }

  static std::string type_message(const MapEntry& entry, const FieldSchema& field, const std::string& name) {
    std::string kind(kind_words(field.type));
    for (const std::string& object : field.reference_to)
      kind += (&object == &field.reference_to.front() ? " to " : " or ") + object;
    return name + " is " + kind + ", and " + entry.spec.local + " is of type " +
           std::string(name_of(entry.type));
  }

  void values(const MapEntry& entry, const FieldSchema& field, const std::string& name) {
    std::vector<std::string> known;
    for (const PicklistValue& value : field.picklist)
      known.push_back(value.value);
    for (const auto& [remote, local] : entry.spec.value_map) {
      if (std::find(known.begin(), known.end(), remote) != known.end()) continue;
      const auto near = did_you_mean(remote, known);
      add(kUnknownValue, field.restricted_picklist ? kWrong : kDoubtful,
          name + " has no value " + json_quote(remote),
          near ? "did you mean " + json_quote(*near) + "?" : "");
    }
    std::string missing;
    size_t count = 0;
    for (const PicklistValue& value : field.picklist) {
      const auto is_it = [&](const auto& pair) { return pair.first == value.value; };
      if (!value.active || std::ranges::any_of(entry.spec.value_map, is_it)) continue;
      if (++count <= kValuesShownMax) missing += (count > 1 ? ", " : "") + json_quote(value.value);
    }
    if (count == 0) return;
    if (count > kValuesShownMax) missing += " and " + std::to_string(count - kValuesShownMax) + " more";
    add(kUncoveredValues, kDoubtful, "the value map has nothing for " + missing + " of " + name,
        "they are taken as they are");
  }

  void required() {
    for (const FieldSchema& field : schema_.fields) {
      if (!field.required_on_create()) continue;
      const bool given = std::ranges::any_of(map_.entries(), [&](const MapEntry& entry) {
        return entry.gives_out() && equals_ignore_case_ascii(entry.spec.remote, field.name);
      });
      if (given) continue;
      add(kRequired, kWrong,
          schema_.name + "." + field.name + " must be there when a record is created, and no line gives it",
          "map it with direction: both or out, or switch outbound.create off");
    }
  }

  void key() {
    const std::string wanted(outward_.external_id);
    const FieldSchema* field = schema_.find(wanted);
    const std::string what = ", by which its new records are to be made (external_id)";
    if (field == nullptr) {
      const auto near = did_you_mean(wanted, schema_.field_names());
      add(kKey, kWrong, schema_.name + " has no field " + wanted + what,
          near ? "did you mean " + *near + "?" : "");
    } else if (!field->external_id) {
      add(kKey, kWrong, schema_.name + "." + field->name + " is no external id in the CRM" + what,
          "make it one in Setup, or leave external_id out");
    }
  }

  const FieldMap& map_;
  const ObjectSchema& schema_;
  const Outward outward_;
  size_t at_ = 0;
  std::vector<SchemaFault> faults_;
};

}  // namespace

std::vector<SchemaFault> check_against(const FieldMap& map, const ObjectSchema& schema, Outward outward) {
  return SchemaCheck(map, schema, outward).run();
}

}  // namespace prospectd::mapping
