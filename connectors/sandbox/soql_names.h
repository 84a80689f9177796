// Names of a query: objects, fields, paths through lookups, and the way to point at one in a refusal.
// Internal to the sandbox's SOQL; pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/soql_bind.h"

namespace prospectd::sandbox {

/// Everything that binding a query needs to know, shared by its parts.
struct BindScope {
  const Org& org;
  const Knobs& knobs;
  std::string_view text;
  const QueryContext& context;
  const Table* table = nullptr;  ///< of the query that is being bound
  bool inside_join = false;      ///< in a query inside IN
  size_t depth = 0;              ///< subqueries of SELECT around this one

  /// The zone of who asks.
  UserZone zone() const;
  /// A refusal with an excerpt, a caret under `at`, and its place.
  ApiError refuse(std::string_view error, std::string_view at, const std::string& reason) const;
};

/// **Errors:** INVALID_TYPE
Outcome<const Table*> find_table(const BindScope& scope, const std::string& object);
/// A field of the table itself. **Errors:** INVALID_FIELD
Outcome<const Field*> find_column(const BindScope& scope, const Table& table, const std::string& name);
/// A visible field, or nullptr.
const Field* visible_field(const BindScope& scope, const Table& table, std::string_view name);

/// The lookup behind a relationship's name and the tables that it leads to, one or more.
struct Relation {
  const Field* reference = nullptr;
  std::vector<const Table*> targets;
};
/// **Errors:** INVALID_FIELD
Outcome<Relation> find_relation(const BindScope& scope, const Table& table, const std::string& name,
                                const salesforce_wire::soql::FieldPath& path);
/// What the name of a field means in each of the tables that a lookup to several leads to. Only the fields
/// that all of them share under the type Name are known, and Type. **Errors:** INVALID_FIELD
Outcome<std::vector<Choice>> find_choices(const BindScope& scope, const Relation& relation,
                                          const std::string& name);
/// A path from the query's own table with its function, which has to fit the field's kind.
/// **Errors:** INVALID_FIELD, MALFORMED_QUERY
Outcome<Source> find_source(const BindScope& scope, const salesforce_wire::soql::FieldPath& path);

/// Binds a query whose table the scope tells; the selection is always set. (soql_bind.cpp)
Outcome<BoundQuery> bind_scoped(const BindScope& scope, const salesforce_wire::soql::Query& query);
/// What a query without aggregates selects. (soql_select.cpp)
Outcome<Selection> bind_selection(const BindScope& scope, const salesforce_wire::soql::Query& query);
/// Keys, aggregates, HAVING and ORDER BY of a query that brings rows together. (soql_grouping.cpp)
Outcome<Grouping> bind_grouping(const BindScope& scope, const salesforce_wire::soql::Query& query);

}  // namespace prospectd::sandbox
