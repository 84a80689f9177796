// GROUP BY, aggregates, HAVING and the order of groups (SALESFORCE_API §5, §5.1).
#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/soql_conditions.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;
using soql::Function;

// More than any report asks for, and little enough to hold for every group.
constexpr size_t kGroupKeysMax = 32;
constexpr size_t kAggregatesMax = 100;

class GroupingBinder {
 public:
  explicit GroupingBinder(const BindScope& scope) : scope_(scope) {}

  Outcome<Grouping> bind(const soql::Query& query) {
    PD_TRY(check_clauses(query));
    if (query.group.fields.size() > kGroupKeysMax || query.order.size() > kGroupKeysMax)
      return too_many(kGroupKeysMax, "fields in GROUP BY or ORDER BY");
    PD_TRY(bind_keys(query.group));
    PD_TRY(bind_columns(query));
    if (query.having) {
      const auto operand = [&](const soql::FieldPath& path) { return operand_of(path); };
      PD_ASSIGN(tests, bind_condition(scope_, *query.having, operand));
      out_.having = std::move(tests);
    }
    for (const soql::OrderBy& by : query.order) {
      PD_ASSIGN(cell, cell_of(by.field, "Ordered field must be grouped or aggregated: "));
      out_.order.push_back({cell, by.descending, by.nulls == soql::Nulls::kLast});
    }
    if (out_.aggregates.size() > kAggregatesMax) return too_many(kAggregatesMax, "aggregates");
    return std::move(out_);
  }

 private:
  ApiError too_many(size_t most, const std::string& what) const {
    return scope_.refuse(code::kQueryTooComplicated, "SELECT",
                         "a query has at most " + std::to_string(most) + " " + what);
  }

  Outcome<void> check_clauses(const soql::Query& query) const {
    if (query.count) {
      return scope_.refuse(code::kMalformedQuery, "COUNT", "Grouped query cannot select COUNT()");
    }
    if (query.group.fields.empty() && query.limit) {
      return scope_.refuse(code::kMalformedQuery, "LIMIT",
                           "Non-grouped query that uses overall aggregate functions cannot also use LIMIT");
    }
    const bool fields_only = std::all_of(query.select.begin(), query.select.end(),
                                         [](const soql::SelectItem& i) { return i.field() != nullptr; });
    if (fields_only) return {};
    return scope_.refuse(code::kMalformedQuery, "SELECT",
                         "a query that aggregates selects nothing but fields and aggregates");
  }

  Outcome<void> bind_keys(const soql::GroupBy& group) {
    out_.kind = group.kind;
    for (const soql::FieldPath& path : group.fields) {
      PD_ASSIGN(source, find_source(scope_, path));
      const bool by_function = soql::is_date_function(path.function);
      const bool good = path.function == Function::kNone || path.function == Function::kToLabel
                            ? source.field == nullptr || groupable(*source.field)
                            : by_function;
      if (!good) {
        return scope_.refuse(code::kInvalidField, path.dotted(),
                             "field '" + path.text() + "' can not be grouped in a query call");
      }
      out_.keys.push_back(std::move(source));
    }
    return {};
  }

  Outcome<void> bind_columns(const soql::Query& query) {
    size_t unnamed = 0;
    for (const soql::SelectItem& item : query.select) {
      const soql::FieldPath& path = *item.field();
      PD_ASSIGN(cell, cell_of(path, "Field must be grouped or aggregated: "));
      Grouping::Column column;
      column.cell = cell;
      if (!item.alias.empty()) {
        column.name = item.alias;
      } else if (path.function != Function::kNone && path.function != Function::kToLabel) {
        column.name = "expr" + std::to_string(unnamed++);
      } else {
        const Source& key = out_.keys[static_cast<size_t>(cell)];
        column.name = key.field != nullptr ? key.field->name : path.parts.back();
      }
      const bool twice = std::any_of(out_.columns.begin(), out_.columns.end(), [&](const auto& known) {
        return equals_ignore_case_ascii(known.name, column.name);
      });
      if (twice) return scope_.refuse(code::kMalformedQuery, column.name, "duplicate alias: " + column.name);
      out_.columns.push_back(std::move(column));
    }
    return {};
  }

  Outcome<Operand> operand_of(const soql::FieldPath& path) {
    PD_ASSIGN(cell, cell_of(path, "Field must be grouped or aggregated: "));
    Operand operand;
    operand.cell = cell;
    operand.name = path.text();
    const auto place = static_cast<size_t>(cell);
    operand.kind =
        place < out_.keys.size() ? kind_of(out_.keys[place]) : out_.aggregates[place - out_.keys.size()].kind;
    return operand;
  }

  // The place of a key, or of an aggregate, which is taken up where it is new.
  Outcome<int> cell_of(const soql::FieldPath& path, const std::string& refusal) {
    PD_ASSIGN(source, find_source(scope_, path));
    const bool aggregate = soql::is_aggregate(path.function);
    if (aggregate || path.function == Function::kGrouping) source.function = Function::kNone;
    const auto key = std::find(out_.keys.begin(), out_.keys.end(), source);
    if (!aggregate && key == out_.keys.end()) {
      return scope_.refuse(code::kMalformedQuery, path.dotted(), refusal + path.text());
    }
    if (!aggregate && path.function != Function::kGrouping) return static_cast<int>(key - out_.keys.begin());
    if (aggregate && source.field != nullptr && source.field->has(kNotFilterable)) {
      return scope_.refuse(code::kMalformedQuery, path.dotted(),
                           "field " + path.dotted() + " does not support aggregate operator " +
                               std::string(soql::name_of(path.function)));
    }
    return aggregate_cell(path.function, std::move(source));
  }

  int aggregate_cell(Function function, Source source) {
    size_t place = 0;
    while (place < out_.aggregates.size() &&
           !(out_.aggregates[place].function == function && out_.aggregates[place].source == source))
      ++place;
    if (place == out_.aggregates.size()) {
      const FieldKind kind = result_kind(function, kind_of(source));
      out_.aggregates.push_back({function, std::move(source), kind});
    }
    return static_cast<int>(out_.keys.size() + place);
  }

  static FieldKind result_kind(Function function, FieldKind of) {
    switch (function) {
      case Function::kSum:
      case Function::kMin:
      case Function::kMax:
        return of;
      case Function::kAvg:
        return FieldKind::kDouble;
      default:
        return FieldKind::kInt;
    }
  }

  const BindScope& scope_;
  Grouping out_;
};

}  // namespace

Outcome<Grouping> bind_grouping(const BindScope& scope, const soql::Query& query) {
  return GroupingBinder(scope).bind(query);
}

}  // namespace prospectd::sandbox
