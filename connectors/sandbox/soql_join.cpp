// Queries inside IN: their ids become the literals of the comparison around them.
#include <algorithm>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/soql_conditions.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

// The objects whose ids a source holds; none when it holds no ids.
std::vector<std::string> objects_of(const Table& from, const Source& source) {
  if (source.field == nullptr) return {};
  if (source.field->kind == FieldKind::kReference) return source.field->reference_to;
  if (source.field->kind != FieldKind::kId) return {};
  if (source.hops.empty()) return {std::string(from.type().name())};
  return source.hops.back().reference->reference_to;
}

ApiError not_one_field(const BindScope& scope, const std::string& object) {
  return scope.refuse(code::kMalformedQuery, object, "a semi join sub-select selects exactly one field");
}

}  // namespace

Outcome<std::vector<std::string>> ids_of_join(const BindScope& scope, const soql::Query& query,
                                              const Operand& left) {
  if (scope.inside_join) {
    return scope.refuse(code::kMalformedQuery, left.name,
                        "Nesting of semi join sub-selects is not supported");
  }
  const std::vector<std::string> wanted = objects_of(*scope.table, left.source);
  if (left.cell >= 0 || wanted.empty()) {
    return scope.refuse(code::kMalformedQuery, left.name,
                        "The left operand field in the where expression for outer query should be an id "
                        "field, cannot use: '" +
                            left.name + "'");
  }
  const soql::FieldPath* path = query.select.size() == 1 ? query.select.front().field() : nullptr;
  if (path == nullptr || query.aggregates()) return not_one_field(scope, query.object);

  BindScope inner = scope;
  inner.inside_join = true;
  PD_ASSIGN(table, find_table(scope, query.object));
  inner.table = table;
  if (inner.table == scope.table) {
    return scope.refuse(code::kMalformedQuery, query.object,
                        "The inner and outer selects should not be on the same object type");
  }
  PD_ASSIGN(source, find_source(inner, *path));
  const std::vector<std::string> given = objects_of(*inner.table, source);
  if (std::find_first_of(given.begin(), given.end(), wanted.begin(), wanted.end()) == given.end()) {
    return scope.refuse(code::kMalformedQuery, path->text(),
                        "The selected field '" + path->text() +
                            "' in the subquery and the left operand field in the where expression in the "
                            "outer query '" +
                            left.name + "' should point to the same object type");
  }
  PD_ASSIGN(bound, bind_scoped(inner, query));
  std::vector<std::string> ids;
  for (const Row row : run_query(bound, scope.context.with_deleted)) {
    Datum id = read_source(scope.org, {inner.table, row}, source);
    if (!id.null) ids.push_back(std::move(id.text));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace prospectd::sandbox
