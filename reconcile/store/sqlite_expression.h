// The compiler of expressions about prospects into SQL. It says the same as reconcile::matches; the contract
// test in tests/contract holds the two equal. Values are parameters, never part of the text. Logic has two
// values as the language has it: an unknown answer counts as false, and NOT is written IS NOT TRUE. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include "mapping/expression.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

struct FilterSql {
  std::string condition;                   ///< over "prospects AS p"; true, false or NULL
  std::vector<mapping::Value> parameters;  ///< texts and whole numbers, from the first number on
};

/// `first` is the number of the first parameter. The expression was made with reconcile::prospect_catalogue
/// of the same schema.
/// **Errors:** kInternal for a field that the schema does not have.
Result<FilterSql> filter_sql(const mapping::expression::Expression& expression,
                             const mapping::LocalSchema& schema, int first);

}  // namespace prospectd::store
