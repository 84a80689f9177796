// Custom fields in SQL: how one is read out of the JSON column, and the expression indexes of those that a
// mapping wants indexed. Filters use the same words as the indexes, or SQLite would not recognise them. On
// the writer's thread.
#pragma once

#include <string>

#include "mapping/local_schema.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// The value of a custom field in the column `custom` ("custom", "p.custom"), with the collation in which its
/// kind is compared. An index is used only beside "custom IS NOT NULL".
std::string custom_value_sql(const std::string& column, const mapping::LocalField& field);

/// Makes the indexes that the schema wants, and drops those that it wants no longer or that have another
/// form.
Result<void> make_custom_indexes(Database& db, const mapping::LocalSchema& schema);

}  // namespace prospectd::store
