#include "connectors/sandbox/schema_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;

Error bad_schema(const std::string& where, const std::string& what) {
  return make_error(ErrorCode::kConfigInvalid, "schema: " + where + ": " + what);
}

std::string text_at(const Json& object, const char* key, std::string otherwise = {}) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::move(otherwise);
}
bool flag_at(const Json& object, const char* key, bool otherwise) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() ? at->get<bool>() : otherwise;
}
std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array()) return out;
  for (const Json& text : *at) {
    if (text.is_string()) out.push_back(text.get<std::string>());
  }
  return out;
}
const Json& list_at(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto at = object.find(key);
  return at != object.end() && at->is_array() ? *at : kNone;
}

struct DescribeFlag {
  const char* key;
  uint32_t flag;
  bool otherwise;  ///< where the key is missing
};
constexpr DescribeFlag kDescribeFlags[] = {
    {"nillable", kNillable, true},     {"createable", kCreateable, true},
    {"updateable", kUpdateable, true}, {"externalId", kExternalId, false},
    {"unique", kUnique, false},        {"caseSensitive", kCaseSensitive, false},
    {"idLookup", kIdLookup, false},    {"restrictedPicklist", kRestricted, false},
    {"custom", kCustom, true},
};

// The active values, that which new records get before the others.
std::vector<std::string> picklist_of(const Json& described, bool& has_default) {
  std::vector<std::string> values;
  for (const Json& item : list_at(described, "picklistValues")) {
    const std::string value = item.is_string()   ? item.get<std::string>()
                              : item.is_object() ? text_at(item, "value")
                                                 : std::string();
    if (value.empty() || (item.is_object() && !flag_at(item, "active", true))) continue;
    const bool first = item.is_object() && flag_at(item, "defaultValue", false) && !has_default;
    has_default = has_default || first;
    values.insert(first ? values.begin() : values.end(), value);
  }
  return values;
}

Field field_described(const Json& described, FieldKind kind) {
  constexpr int kTextLength = 255;
  constexpr int kMultiPicklistLength = 4'099;
  constexpr int kTextLengthMax = 131'072;
  Field field;
  field.name = text_at(described, "name");
  field.label = text_at(described, "label", field.name);
  field.kind = kind;
  field.length = kind == FieldKind::kMultiPicklist ? kMultiPicklistLength : kTextLength;
  const auto length = described.find("length");
  if (length != described.end() && length->is_number_integer())
    field.length = static_cast<int>(std::clamp<int64_t>(length->get<int64_t>(), 0, kTextLengthMax));
  field.flags = 0;
  for (const DescribeFlag& row : kDescribeFlags) {
    if (flag_at(described, row.key, row.otherwise)) field.flags |= row.flag;
  }
  if (!flag_at(described, "filterable", true)) field.flags |= kNotFilterable;
  field.reference_to = texts_at(described, "referenceTo");
  if (field.reference_to.size() > 1) field.flags |= kPolymorphic;
  field.relationship = text_at(described, "relationshipName");
  field.children = text_at(described, "childRelationshipName");
  bool has_default = false;
  field.picklist = picklist_of(described, has_default);
  if (kind == FieldKind::kBoolean) {
    field.flags = (field.flags & ~uint32_t{kNillable}) | kDefaulted;
    if (flag_at(described, "defaultValue", false)) field.flags |= kDefaultTrue;
  } else if (has_default) {
    field.flags |= kDefaulted;
  } else if (flag_at(described, "defaultedOnCreate", false)) {
    field.flags |= kNillable;  // by a formula that this org doesn't know
  }
  return field;
}

// What a query's error says behind its text and the mark below it, which are not the file's.
std::string last_line(const std::string& message) {
  const size_t at = message.rfind('\n');
  return at == std::string::npos ? message : message.substr(at + 1);
}

class SchemaReader {
 public:
  explicit SchemaReader(Org& org) : org_(org) {}

  Result<SchemaReport> read(const Json& file) {
    const Json list = file.is_array()            ? file
                      : file.contains("objects") ? file["objects"]
                                                 : Json::array({file});
    if (!list.is_array()) return bad_schema("objects", "must be a list of describe results");
    for (const Json& object : list) {
      if (!object.is_object() || text_at(object, "name").empty())
        return bad_schema("an object", "has no name; a describe result of an object is expected");
      if (org_.table(text_at(object, "name")) == nullptr) PD_TRY(add_object(object));
    }
    // Every object is there before the fields that refer to it, and every field before the rules.
    for (const Json& object : list)
      PD_TRY(add_fields(object));
    for (const Json& object : list)
      add_formulas(object);
    for (const Json& object : list)
      PD_TRY(add_rules(object));
    return std::move(report_);
  }

 private:
  Result<void> add_object(const Json& object) {
    const std::string name = text_at(object, "name");
    const std::string label = text_at(object, "label", name);
    const auto added = org_.add_object(
        {name, label, text_at(object, "labelPlural", label + "s"), text_at(object, "keyPrefix")});
    if (!added) return bad_schema(name, added.error().message);
    ++report_.objects;
    return {};
  }

  Result<void> add_fields(const Json& object) {
    Table& table = *org_.table(text_at(object, "name"));
    for (const Json& described : list_at(object, "fields")) {
      if (!described.is_object()) return bad_schema(std::string(table.type().name()), "a field is no object");
      const std::string name = text_at(described, "name");
      if (table.type().find(name) != nullptr) continue;
      const std::string where = std::string(table.type().name()) + "." + name;
      const std::string type = text_at(described, "type", "string");
      const auto kind = kind_of_describe_type(type);
      if (!kind) {
        report_.passed_over.push_back(where + ": " + type);
        continue;
      }
      Field field = field_described(described, *kind);
      if (*kind == FieldKind::kReference && field.reference_to.empty())
        return bad_schema(where, "a reference needs referenceTo");
      if (org_.add_custom(table, std::move(field)) == nullptr)
        return bad_schema(where, "is no name of a field, or there are too many fields");
      ++report_.fields;
    }
    return {};
  }

  // A describe result may have formulas that only the real organisation can compute: such a field stays
  // blank.
  void add_formulas(const Json& object) {
    Table& table = *org_.table(text_at(object, "name"));
    for (const Json& described : list_at(object, "fields")) {
      const std::string name = text_at(described, "name");
      const Field* field = table.type().find(name);
      if (field == nullptr || field->computed != nullptr || !flag_at(described, "calculated", false))
        continue;
      const auto taken = org_.set_formula(table, name, text_at(described, "calculatedFormula"));
      if (!taken) {
        report_.passed_over.push_back(std::string(table.type().name()) + "." + name + ": " +
                                      taken.error().message);
      }
    }
  }

  Result<void> add_rules(const Json& object) {
    const Table& table = *org_.table(text_at(object, "name"));
    const std::string name(table.type().name());
    ObjectRules rules;
    for (const Json& rule : list_at(object, "fieldUpdates"))
      rules.updates.push_back({text_at(rule, "when"), values_of(rule)});
    for (const Json& rule : list_at(object, "validationRules")) {
      rules.validations.push_back({text_at(rule, "name"), text_at(rule, "when"),
                                   text_at(rule, "errorMessage", "The record is not valid."),
                                   text_at(rule, "errorField")});
      if (rules.validations.back().when.empty())
        return bad_schema(name, "a validation rule needs its condition, \"when\"");
    }
    for (const Json& rule : list_at(object, "duplicateRules")) {
      DuplicateRule duplicates{text_at(rule, "name", name + "_Duplicate_Rule"), texts_at(rule, "fields"),
                               texts_at(rule, "objects"), !flag_at(rule, "allowSave", false),
                               text_at(rule, "errorMessage", "Use one of these records?")};
      if (duplicates.fields.empty()) return bad_schema(name, "a duplicate rule needs its fields");
      if (duplicates.objects.empty()) duplicates.objects = {name};
      rules.duplicates.push_back(std::move(duplicates));
    }
    for (const Json& rule : list_at(object, "assignmentRules"))
      rules.assignments.push_back({text_at(rule, "when"), text_at(rule, "owner")});
    const size_t count =
        rules.updates.size() + rules.validations.size() + rules.duplicates.size() + rules.assignments.size();
    if (count == 0) return {};
    const auto taken = org_.set_rules(table, std::move(rules));
    if (!taken) return bad_schema(name + ", its rules", last_line(taken.error().message));
    report_.rules += count;
    return {};
  }

  static FieldValues values_of(const Json& rule) {
    FieldValues values;
    const auto set = rule.find("set");
    if (set == rule.end() || !set->is_object()) return values;
    for (const auto& [field, value] : set->items())
      values.emplace_back(field, plain_value(value));
    return values;
  }

  Org& org_;
  SchemaReport report_;
};

}  // namespace

Result<SchemaReport> apply_schema(std::string_view text, Org& org) {
  const auto json = parse_json(text);
  if (!json) return bad_schema("the file", json.error().message);
  if (!json->is_structured()) return bad_schema("the file", "holds neither an object nor a list");
  PD_ASSIGN(report, SchemaReader(org).read(*json));
  org.note_schema(text);
  return report;
}

}  // namespace prospectd::sandbox
