// The organisation's own rules at work: what they change, refuse and hand over while a record is saved, in
// the order of SALESFORCE_API §14.8.
#include <algorithm>
#include <variant>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/knobs.h"
#include "connectors/sandbox/soql_bind.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

constexpr size_t kMatchesToldMax = 10;

Outcome<std::vector<Row>> rows_where(const Org& org, const Table& table, const std::string& condition) {
  const std::string text = "SELECT Id FROM " + std::string(table.type().name()) + condition;
  auto parsed = soql::parse(text);
  if (const auto* error = std::get_if<soql::ParseError>(&parsed))
    return api_error(error->code, error->message);
  PD_ASSIGN(bound, bind_query(org, Knobs{}, std::get<soql::Query>(parsed), text));
  return run_query(bound, false);
}

// Whether two records agree in all fields of a rule, which both have.
bool agree(const DuplicateRule& rule, const Table& a, Row row_a, const Table& b, Row row_b) {
  return std::all_of(rule.fields.begin(), rule.fields.end(), [&](const std::string& name) {
    const int column = b.type().column(name);
    return column >= 0 && fold_case(a.text(row_a, a.type().column(name))) == fold_case(b.text(row_b, column));
  });
}

bool lacks_any(const DuplicateRule& rule, const Table& table, Row row) {
  return std::any_of(rule.fields.begin(), rule.fields.end(), [&](const std::string& name) {
    return table.text(row, table.type().column(name)).empty();
  });
}

Outcome<void> check_text_fields(const Table& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const Field* field = table.type().find(name);
    if (field != nullptr && field->column >= 0 && holds_text(field->kind)) continue;
    return api_error(std::string(code::kInvalidField), std::string(table.type().name()) +
                                                           " has no text field " + name +
                                                           " that duplicates could be found by");
  }
  return {};
}

}  // namespace

Outcome<bool> Org::condition_holds(const Table& table, const std::string& when, std::string_view id) const {
  if (when.empty()) return true;
  PD_ASSIGN(rows, rows_where(*this, table, " WHERE (" + when + ") AND Id = '" + std::string(id) + "'"));
  return !rows.empty();
}

Outcome<std::vector<Row>> Org::rows_matching(const Table& table, const std::string& when) const {
  return rows_where(*this, table, when.empty() ? "" : " WHERE (" + when + ")");
}

Outcome<void> Org::check_condition(const Table& table, const std::string& when) const {
  PD_TRY(condition_holds(table, when, salesforce_wire::make_id(table.type().row().key_prefix, 0)));
  return {};
}

Outcome<void> Org::set_rules(const Table& table, ObjectRules rules) {
  for (const FieldUpdate& rule : rules.updates) {
    PD_TRY(check_condition(table, rule.when));
    PD_TRY(check_fields(*this, table, rule.set, WritePurpose::kUpdate));
  }
  for (const ValidationRule& rule : rules.validations) {
    PD_TRY(check_condition(table, rule.when));
    const bool known = rule.field.empty() || table.type().find(rule.field) != nullptr;
    if (!known) return api_error(std::string(code::kInvalidField), "there is no field " + rule.field);
  }
  for (const DuplicateRule& rule : rules.duplicates) {
    PD_TRY(check_text_fields(table, rule.fields));
    for (const std::string& object : rule.objects) {
      const Table* target = this->table(object);
      if (target == nullptr)
        return api_error(std::string(code::kInvalidType), "there is no object " + object);
      PD_TRY(check_text_fields(*target, rule.fields));
    }
  }
  for (const AssignmentRule& rule : rules.assignments)
    PD_TRY(check_condition(table, rule.when));
  const bool owned = table.type().system().owner >= 0 || rules.assignments.empty();
  if (!owned) return api_error(std::string(code::kInvalidField), "records of this object have no owner");
  rules_[&table] = std::move(rules);
  return {};
}

Outcome<Change> Org::save(Table& table, std::string id, bool create, std::vector<Assignment> fields,
                          const WriteOptions& options) {
  static const ObjectRules kNone;
  const auto found = rules_.find(&table);
  const bool judged = found != rules_.end() || guard_ != nullptr;
  if (!judged || options.visible_after) {
    const auto self = create ? std::nullopt : table.find(id);
    PD_TRY(check_unique(table, fields, self));
    return commit(table, std::move(id), create, std::move(fields), options);
  }
  Transaction transaction(*this);
  PD_ASSIGN(change, commit(table, std::move(id), create, std::move(fields), options));
  const Place place{&table, *table.find(change.id)};
  auto allowed = apply_rules(place, found == rules_.end() ? kNone : found->second, create, options);
  if (allowed && guard_ != nullptr) allowed = guard_({table, place.row, create ? "create" : "update"});
  if (!allowed) {
    --writes_;
    return allowed.error();
  }
  transaction.commit();
  return change;
}

Outcome<void> Org::apply_rules(const Place& place, const ObjectRules& rules, bool create,
                               const WriteOptions& options) {
  Table& t = *place.table;
  const std::string id(t.id(place.row));
  const auto set = [&](const FieldValues& fields) -> Outcome<void> {
    PD_ASSIGN(checked, check_fields(*this, t, fields, WritePurpose::kUpdate));
    store_fields(t, place.row, checked);
    derive(t, place.row);
    return {};
  };
  for (const FieldUpdate& rule : rules.updates) {
    PD_ASSIGN(holds, condition_holds(t, rule.when, id));
    if (holds) PD_TRY(set(rule.set));
  }
  PD_TRY(check_validations(t, rules.validations, id));
  for (const DuplicateRule& rule : rules.duplicates)
    PD_TRY(check_duplicates(place, rule, options));
  PD_TRY(check_unique_row(place));
  for (const AssignmentRule& rule : rules.assignments) {
    if (!create || !options.auto_assign) break;
    PD_ASSIGN(holds, condition_holds(t, rule.when, id));
    if (!holds) continue;
    return set({{"OwnerId", owner_named(rule.owner)}});
  }
  return {};
}

// Every rule is looked at, so that a person is told all at once.
Outcome<void> Org::check_validations(const Table& table, const std::vector<ValidationRule>& rules,
                                     std::string_view id) const {
  std::vector<ApiError> broken;
  for (const ValidationRule& rule : rules) {
    PD_ASSIGN(holds, condition_holds(table, rule.when, id));
    if (!holds) continue;
    std::vector<std::string> fields;
    if (!rule.field.empty()) fields.push_back(rule.field);
    broken.push_back(api_error(std::string(code::kFieldCustomValidation), rule.message, std::move(fields)));
  }
  if (broken.empty()) return {};
  ApiError error = broken.front();
  error.more.assign(broken.begin() + 1, broken.end());
  return error;
}

std::string Org::owner_named(const std::string& owner) const {
  const Table& users = *table("User");
  const auto rows = find_by_key(users, *users.type().find("Username"), mapping::Value(owner));
  return rows.empty() ? owner : std::string(users.id(rows.front()));
}

Outcome<void> Org::check_duplicates(const Place& place, const DuplicateRule& rule,
                                    const WriteOptions& options) const {
  const Table& t = *place.table;
  if (lacks_any(rule, t, place.row) || (options.save_duplicates && !rule.blocks)) return {};
  const std::string_view first = t.text(place.row, t.type().column(rule.fields.front()));
  DuplicateReport report{!rule.blocks, rule.name, std::string(t.type().name()), {}};
  for (const std::string& object : rule.objects) {
    const Table& other = *table(object);
    const Field& field = *other.type().find(rule.fields.front());
    DuplicateReport::Matches matches{std::string(other.type().name()), {}};
    for (const Row row : find_by_key(other, field, mapping::Value(first))) {
      const bool itself = &other == &t && row == place.row;
      if (itself || !agree(rule, t, place.row, other, row)) continue;
      matches.ids.emplace_back(other.id(row));
      if (matches.ids.size() == kMatchesToldMax) break;
    }
    if (!matches.ids.empty()) report.matches.push_back(std::move(matches));
  }
  if (report.matches.empty()) return {};
  ApiError error = api_error(std::string(code::kDuplicatesDetected), rule.message);
  error.duplicates = std::make_shared<const DuplicateReport>(std::move(report));
  return error;
}

}  // namespace prospectd::sandbox
