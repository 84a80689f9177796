#include "connectors/sandbox/schema_file.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

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

// Types of the API (SALESFORCE_API §3.5) that no field here has.
constexpr std::string_view kTypesElsewhere[] = {
    "address", "anyType", "base64", "complexvalue", "datacategorygroupreference", "id", "location", "time"};

std::string types_in_words() {
  std::string words;
  for (const std::string_view type : held_describe_types())
    words.append(words.empty() ? "there are " : ", ").append(type);
  return words;
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
  // A describe tells 0 for what has no text; where that is kept as text, it has the usual length.
  const bool tells = length != described.end() && length->is_number_integer() &&
                     (length->get<int64_t>() > 0 || !holds_text(kind));
  if (tells) field.length = static_cast<int>(std::clamp<int64_t>(length->get<int64_t>(), 0, kTextLengthMax));
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
  SchemaReader(Org& org, SchemaSource source) : org_(org), source_(source) {}

  Result<SchemaReport> read(const Json& file) {
    const Json list = file.is_array()            ? file
                      : file.contains("objects") ? file["objects"]
                                                 : Json::array({file});
    if (!list.is_array()) return bad_schema("objects", "must be a list of describe results");
    NamesSeen objects;
    for (const Json& object : list) {
      const std::string name = object.is_object() ? text_at(object, "name") : std::string();
      if (name.empty())
        return bad_schema("an object", "has no name; a describe result of an object is expected");
      PD_TRY(check_once(objects, name, name));
      if (org_.table(name) == nullptr) PD_TRY(add_object(object));
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
  using NamesSeen = std::set<std::string>;

  Result<void> check_once(NamesSeen& seen, const std::string& name, const std::string& where) const {
    if (seen.insert(to_lower_ascii(name)).second || source_ == SchemaSource::kKept) return {};
    return bad_schema(where, "is declared twice");
  }

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
    NamesSeen fields;
    for (const Json& described : list_at(object, "fields")) {
      if (!described.is_object()) return bad_schema(std::string(table.type().name()), "a field is no object");
      const std::string name = text_at(described, "name");
      const std::string where = std::string(table.type().name()) + "." + name;
      PD_TRY(check_once(fields, name, where));
      std::string note;
      PD_ASSIGN(field, field_of(described, where, note));
      if (table.type().find(name) != nullptr) continue;
      if (org_.add_custom(table, std::move(field)) == nullptr)
        return bad_schema(where, "is no name of a field, or there are too many fields");
      if (!note.empty()) report_.notes.push_back(where + ": " + note);
      ++report_.fields;
    }
    return {};
  }

  // What an organisation tells of itself is taken as far as it goes here: it has more types and objects. A
  // person's slip would only be found when a client misses something.
  bool is_taken_as_it_goes(const Json& described) const {
    return described.contains("soapType") || source_ == SchemaSource::kKept;
  }

  Result<Field> field_of(const Json& described, const std::string& where, std::string& note) const {
    PD_ASSIGN(kind, kind_of(described, where, note));
    if (kind == FieldKind::kReference) PD_TRY(check_reference(described, where, note));
    const bool leads_nowhere = kind == FieldKind::kReference && texts_at(described, "referenceTo").empty();
    return field_described(described, leads_nowhere ? FieldKind::kString : kind);
  }

  Result<FieldKind> kind_of(const Json& described, const std::string& where, std::string& note) const {
    const std::string type = text_at(described, "type", "string");
    const auto at = described.find("type");
    if (at != described.end() && !at->is_string()) return bad_schema(where, "its type must be a text");
    if (const auto kind = kind_of_describe_type(type)) return *kind;
    const bool of_the_api =
        std::find(std::begin(kTypesElsewhere), std::end(kTypesElsewhere), type) != std::end(kTypesElsewhere);
    if (!of_the_api && !is_taken_as_it_goes(described))
      return bad_schema(where, "\"" + type + "\" is no type of a field; " + types_in_words());
    note = type + ", as text";
    return FieldKind::kString;
  }

  Result<void> check_reference(const Json& described, const std::string& where, std::string& note) const {
    const std::vector<std::string> targets = texts_at(described, "referenceTo");
    if (is_taken_as_it_goes(described)) {
      if (targets.empty()) note = "reference to nothing, as text";
      return {};
    }
    if (targets.empty()) return bad_schema(where, "a reference needs referenceTo");
    for (const std::string& target : targets) {
      if (org_.table(target) == nullptr)
        return bad_schema(where, "refers to " + target + ", which is no object here or in this file");
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
  const SchemaSource source_;
  SchemaReport report_;
};

}  // namespace

Result<SchemaReport> apply_schema(std::string_view text, Org& org, SchemaSource source) {
  const auto json = parse_json(text);
  if (!json) return bad_schema("the file", json.error().message);
  if (!json->is_structured()) return bad_schema("the file", "holds neither an object nor a list");
  PD_ASSIGN(report, SchemaReader(org, source).read(*json));
  org.note_schema(text);
  return report;
}

}  // namespace prospectd::sandbox
