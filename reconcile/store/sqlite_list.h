// SQL of lists: a page of a collection, and the order and place of any page. Belongs to its connection's
// thread.
#pragma once

#include <string>
#include <vector>

#include "reconcile/store/list.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_expression.h"

namespace prospectd::store {

/// Order and place as parts of a SELECT whose first parameter is ListPlace::after.
struct PlaceSql {
  std::string selected;                    ///< ", key, key": to be read behind the row's own columns
  std::string condition;                   ///< after the place
  std::string order;                       ///< " ORDER BY …"
  std::vector<mapping::Value> parameters;  ///< from the first number on
};
/// `id`: the column of the row's number. `first`: the number of the first parameter.
/// **Errors:** kInvalidInput for a place that doesn't fit its keys.
Result<PlaceSql> place_sql(const Collection& collection, const ListPlace& place, const std::string& id,
                           int first);
/// The keys of the current row, from this column on.
std::vector<mapping::Value> read_keys(const Query& query, const Collection& collection,
                                      const ListPlace& place, int column);

/// How expressions made with catalogue_of name the columns. The collection outlives it.
FieldSql collection_fields(const Collection& collection);

Result<std::vector<ListRow>> read_list(Database& db, const ListQuery& query, size_t limit);

}  // namespace prospectd::store
