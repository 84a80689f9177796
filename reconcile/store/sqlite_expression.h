// The compiler of expressions into SQL. About prospects it says the same as reconcile::matches; the contract
// test in tests/contract holds the two equal. Values are parameters, never part of the text. Logic has two
// values as the language has it: an unknown answer counts as false, and NOT is written IS NOT TRUE. Pure, any
// thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mapping/expression.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

struct FilterSql {
  std::string condition;                   ///< true, false or NULL
  std::vector<mapping::Value> parameters;  ///< texts and whole numbers, from the first number on
};

/// The test of one node as SQL over any value; its parameters are numbered once, however often it is used.
using TestSql = std::function<std::string(const std::string& value)>;
/// The condition that a node's field passes the test; nothing for a field that the database does not have.
using FieldSql =
    std::function<std::optional<std::string>(const mapping::expression::Node& node, const TestSql& test)>;

/// `first` is the number of the first parameter.
/// **Errors:** kInternal for a field that `fields` does not have.
Result<FilterSql> filter_sql(const mapping::expression::Expression& expression, const FieldSql& fields,
                             int first);

}  // namespace prospectd::store
