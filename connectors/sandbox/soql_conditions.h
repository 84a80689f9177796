// Binding what stands behind WHERE and HAVING. Internal to the sandbox's SOQL; pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connectors/sandbox/soql_names.h"

namespace prospectd::sandbox {

/// What a comparison compares: a source of a row, or a cell of a group.
struct Operand {
  Source source = {};
  int cell = -1;
  FieldKind kind = FieldKind::kString;
  std::string name;  ///< for refusals
};
using BindOperand = std::function<Outcome<Operand>(const salesforce_wire::soql::FieldPath&)>;

/// The tests of a condition, its root last. **Errors:** those of the operands, and INVALID_FIELD,
/// INVALID_QUERY_FILTER_OPERATOR, MALFORMED_QUERY.
Outcome<std::vector<Test>> bind_condition(const BindScope& scope,
                                          const salesforce_wire::soql::Condition& condition,
                                          const BindOperand& operand);

/// The ids that a query inside IN gives, sorted, each once. (soql_join.cpp)
/// **Errors:** MALFORMED_QUERY, and those of the inner query.
Outcome<std::vector<std::string>> ids_of_join(const BindScope& scope,
                                              const salesforce_wire::soql::Query& query, const Operand& left);

}  // namespace prospectd::sandbox
