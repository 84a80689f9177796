#include "connectors/sandbox/soql_names.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

// What a lookup to several types shows of the record that it leads to, besides Type.
constexpr std::string_view kNameFields[] = {"Id",    "Name",  "FirstName", "LastName", "Username",
                                            "Alias", "Email", "Phone",     "Title",    "IsActive"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Where a name stands in the query as a word of its own; 0 when it doesn't.
size_t find_word(std::string_view text, std::string_view word) {
  for (size_t i = 0; i + word.size() <= text.size(); ++i) {
    const bool begins = i == 0 || !is_word(text[i - 1]);
    const bool ends = i + word.size() == text.size() || !is_word(text[i + word.size()]);
    if (begins && ends && equals_ignore_case_ascii(text.substr(i, word.size()), word)) return i;
  }
  return 0;
}

// The CRM's way to point at a name: an excerpt, a caret under it, the place, and then the reason.
std::string pointing_at(std::string_view text, std::string_view word, const std::string& reason) {
  constexpr size_t kAround = 20;
  const size_t at = find_word(text, word);
  const size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const auto row = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const size_t from = std::max(line_begin, at > kAround ? at - kAround : 0);
  const size_t line_end = std::min(text.find('\n', at), text.size());
  const size_t to = std::min(line_end, at + word.size() + kAround);
  return "\n" + std::string(text.substr(from, to - from)) + "\n" + std::string(at - from, ' ') +
         "^\nERROR at Row:" + std::to_string(row) + ":Column:" + std::to_string(at - line_begin + 1) + "\n" +
         reason;
}

ApiError no_such_column(const BindScope& scope, std::string_view entity, const std::string& name) {
  return scope.refuse(
      code::kInvalidField, name,
      "No such column '" + name + "' on entity '" + std::string(entity) +
          "'. If you are attempting to use a custom field, be sure to append the '__c' after the custom "
          "field name. Please reference your WSDL or the describe call for the appropriate names.");
}

// Which functions a kind of field takes.
bool takes(FieldKind kind, soql::Function function) {
  const bool number = kind == FieldKind::kInt || kind == FieldKind::kDouble || kind == FieldKind::kCurrency;
  const bool comparable = kind != FieldKind::kBoolean && kind != FieldKind::kId &&
                          kind != FieldKind::kReference && kind != FieldKind::kAddress;
  switch (function) {
    case soql::Function::kNone:
    case soql::Function::kCount:
    case soql::Function::kCountDistinct:
    case soql::Function::kGrouping:
      return true;
    case soql::Function::kSum:
    case soql::Function::kAvg:
      return number;
    case soql::Function::kMin:
    case soql::Function::kMax:
      return comparable;
    case soql::Function::kToLabel:
      return kind == FieldKind::kPicklist || kind == FieldKind::kMultiPicklist;
    case soql::Function::kDayOnly:
    case soql::Function::kHourInDay:
      return kind == FieldKind::kDateTime;
    default:
      return kind == FieldKind::kDateTime || kind == FieldKind::kDate;
  }
}

Outcome<void> bind_function(const BindScope& scope, const soql::FieldPath& path, Source& source) {
  const FieldKind kind = kind_of(source);
  const std::string name(soql::name_of(path.function));
  const bool wrong_zone = path.in_user_zone && kind != FieldKind::kDateTime;
  if (!takes(kind, path.function) || wrong_zone) {
    const bool aggregate = soql::is_aggregate(path.function);
    return scope.refuse(code::kMalformedQuery, path.dotted(),
                        "field " + path.dotted() + " does not support " +
                            (aggregate ? "aggregate operator " : "function ") + name);
  }
  // Labels are the values themselves here.
  if (path.function != soql::Function::kToLabel) source.function = path.function;
  if (path.in_user_zone) source.zone = scope.zone();
  return {};
}

}  // namespace

UserZone BindScope::zone() const {
  const Table* users = org.table("User");
  const auto row = users == nullptr ? std::nullopt : users->find(context.user);
  return row ? zone_of(std::string(users->text(*row, users->type().column("TimeZoneSidKey")))) : UserZone{};
}

ApiError BindScope::refuse(std::string_view error, std::string_view at, const std::string& reason) const {
  return api_error(std::string(error), pointing_at(text, at, reason));
}

Outcome<const Table*> find_table(const BindScope& scope, const std::string& object) {
  const Table* table = scope.org.table(object);
  if (table != nullptr && scope.knobs.object_enabled(table->type().name())) return table;
  return scope.refuse(code::kInvalidType, object,
                      "sObject type '" + object +
                          "' is not supported. If you are attempting to use a custom object, be sure to "
                          "append the '__c' after the entity name. Please reference your WSDL or the "
                          "describe call for the appropriate names.");
}

const Field* visible_field(const BindScope& scope, const Table& table, std::string_view name) {
  const Field* field = table.type().find(name);
  const bool visible = field != nullptr && scope.knobs.field_visible(table.type().name(), field->name);
  return visible ? field : nullptr;
}

Outcome<const Field*> find_column(const BindScope& scope, const Table& table, const std::string& name) {
  const Field* field = visible_field(scope, table, name);
  if (field == nullptr) return no_such_column(scope, table.type().name(), name);
  return field;
}

Outcome<Relation> find_relation(const BindScope& scope, const Table& table, const std::string& name,
                                const soql::FieldPath& path) {
  Relation relation;
  for (const Field& field : table.type().fields()) {
    if (!equals_ignore_case_ascii(field.relationship, name)) continue;
    if (!scope.knobs.field_visible(table.type().name(), field.name)) continue;
    relation.reference = &field;
    for (const std::string& type : field.reference_to) {
      const Table* target = scope.org.table(type);
      if (target != nullptr && scope.knobs.object_enabled(type)) relation.targets.push_back(target);
    }
  }
  if (!relation.targets.empty()) return relation;
  return scope.refuse(
      code::kInvalidField, path.dotted(),
      "Didn't understand relationship '" + name +
          "' in field path. If you are attempting to use a custom relationship, be sure to append the "
          "'__r' after the custom relationship name. Please reference your WSDL or the describe call for "
          "the appropriate names.");
}

Outcome<std::vector<Choice>> find_choices(const BindScope& scope, const Relation& relation,
                                          const std::string& name) {
  const bool type = equals_ignore_case_ascii(name, "Type");
  const bool known = type || std::any_of(std::begin(kNameFields), std::end(kNameFields),
                                         [&](auto field) { return equals_ignore_case_ascii(field, name); });
  std::vector<Choice> choices;
  bool any = false;
  for (const Table* target : relation.targets) {
    Choice choice{target, known ? visible_field(scope, *target, name) : nullptr};
    // A queue tells its own type, a person that of its object.
    if (type && choice.field == nullptr) choice.constant = target->type().name();
    any = any || choice.field != nullptr || !choice.constant.empty();
    choices.push_back(std::move(choice));
  }
  if (!any) return no_such_column(scope, "Name", name);
  return choices;
}

Outcome<Source> find_source(const BindScope& scope, const soql::FieldPath& path) {
  Source source;
  const Table* at = scope.table;
  for (size_t i = 0; i + 1 < path.parts.size(); ++i) {
    PD_ASSIGN(relation, find_relation(scope, *at, path.parts[i], path));
    const bool several = relation.targets.size() > 1;
    source.hops.push_back({relation.reference, several ? nullptr : relation.targets.front()});
    if (several && i + 2 < path.parts.size()) {
      // Behind a lookup to several types there are fields, no further lookups.
      return no_such_column(scope, "Name", path.parts[i + 1]);
    }
    if (several) {
      PD_ASSIGN(choices, find_choices(scope, relation, path.parts.back()));
      for (const Choice& choice : choices)
        if (choice.field != nullptr) source.field = choice.field;
      source.choices = std::move(choices);
    }
    at = relation.targets.front();
  }
  if (source.choices.empty()) {
    PD_ASSIGN(field, find_column(scope, *at, path.parts.back()));
    source.field = field;
  }
  PD_TRY(bind_function(scope, path, source));
  return source;
}

}  // namespace prospectd::sandbox
