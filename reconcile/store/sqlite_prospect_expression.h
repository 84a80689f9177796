// How expressions about prospects name the database's columns (over "prospects AS p"), for filter_sql. The
// expression was made with reconcile::prospect_catalogue of the same schema. Pure, any thread.
#pragma once

#include "mapping/local_schema.h"
#include "reconcile/store/sqlite_expression.h"

namespace prospectd::store {

/// The schema outlives it.
FieldSql prospect_fields(const mapping::LocalSchema& schema);

}  // namespace prospectd::store
