#include "connectors/sandbox/soql_bind.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/soql_conditions.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

// The CRM sorts by so many fields at most.
constexpr size_t kOrderKeysMax = 32;

// A field of WHERE.
Outcome<Operand> bind_row_operand(const BindScope& scope, const soql::FieldPath& path) {
  if (soql::is_aggregate(path.function) || path.function == soql::Function::kGrouping) {
    return scope.refuse(code::kMalformedQuery, path.dotted(),
                        "aggregate functions are not allowed in WHERE: " + path.text());
  }
  PD_ASSIGN(source, find_source(scope, path));
  if (source.field != nullptr && source.field->has(kNotFilterable)) {
    return scope.refuse(code::kInvalidField, source.field->name,
                        "field '" + source.field->name + "' can not be filtered in a query call");
  }
  Operand operand;
  operand.kind = kind_of(source);
  operand.name = source.direct() ? source.field->name : path.text();
  operand.source = std::move(source);
  return operand;
}

Outcome<std::vector<OrderKey>> bind_order(const BindScope& scope, const soql::Query& query) {
  std::vector<OrderKey> keys;
  if (query.order.size() > kOrderKeysMax) {
    return scope.refuse(code::kMalformedQuery, "ORDER",
                        "ORDER BY takes at most " + std::to_string(kOrderKeysMax) + " fields");
  }
  for (const soql::OrderBy& by : query.order) {
    PD_ASSIGN(source, find_source(scope, by.field));
    if (source.field != nullptr && !sortable(*source.field)) {
      return scope.refuse(code::kInvalidField, source.field->name,
                          "field '" + source.field->name + "' can not be sorted in a query call");
    }
    if (soql::is_aggregate(by.field.function) || by.field.function == soql::Function::kGrouping) {
      return scope.refuse(code::kMalformedQuery, by.field.dotted(),
                          "Ordered field must be grouped or aggregated: " + by.field.text());
    }
    OrderKey key;
    key.field = source.direct() ? source.field : nullptr;
    key.descending = by.descending;
    key.nulls_last = by.nulls == soql::Nulls::kLast;
    key.source = std::move(source);
    keys.push_back(std::move(key));
  }
  return keys;
}

// WHERE, narrowed by USING SCOPE.
Outcome<std::optional<soql::Condition>> condition_of(const BindScope& scope, const soql::Query& query) {
  if (query.scope.empty() || equals_ignore_case_ascii(query.scope, "everything")) return query.where;
  if (!equals_ignore_case_ascii(query.scope, "mine")) {
    return scope.refuse(code::kMalformedQuery, query.scope, "invalid scope: " + query.scope);
  }
  std::vector<soql::Condition> terms;
  if (query.where) terms.push_back(*query.where);
  terms.push_back(soql::compare("OwnerId", soql::Operator::kEqual, scope.context.user));
  return std::optional<soql::Condition>(soql::all_of(std::move(terms)));
}

bool shows_own_fields(const Selection& selection) {
  return std::all_of(selection.columns.begin(), selection.columns.end(),
                     [](const auto& c) { return c.field != nullptr && c.name == c.field->name; });
}

}  // namespace

Outcome<BoundQuery> bind_scoped(const BindScope& scope, const soql::Query& query) {
  BoundQuery out;
  out.org = &scope.org;
  out.table = scope.table;
  out.count = query.count;
  out.limit = query.limit.value_or(-1);
  out.offset = query.offset.value_or(0);
  PD_ASSIGN(where, condition_of(scope, query));
  if (where) {
    const auto operand = [&](const soql::FieldPath& path) { return bind_row_operand(scope, path); };
    PD_ASSIGN(tests, bind_condition(scope, *where, operand));
    out.tests = std::move(tests);
  }
  if (query.aggregates()) {
    PD_ASSIGN(grouping, bind_grouping(scope, query));
    out.grouping = std::make_shared<const Grouping>(std::move(grouping));
    return out;
  }
  PD_ASSIGN(selection, bind_selection(scope, query));
  out.selection = std::make_shared<const Selection>(std::move(selection));
  PD_ASSIGN(order, bind_order(scope, query));
  out.order = std::move(order);
  return out;
}

Outcome<BoundQuery> bind_query(const Org& org, const Knobs& knobs, const soql::Query& query,
                               std::string_view text, const QueryContext& context) {
  BindScope scope{org, knobs, text, context};
  PD_ASSIGN(table, find_table(scope, query.object));
  scope.table = table;
  PD_ASSIGN(out, bind_scoped(scope, query));
  if (out.selection != nullptr && shows_own_fields(*out.selection)) {
    for (const Selection::Column& column : out.selection->columns)
      out.select.push_back(column.field);
    out.selection.reset();
  }
  return out;
}

}  // namespace prospectd::sandbox
