// Tokens and saved filters as the database has them. The tables are small and bounded, and are read whole.
// Belongs to its connection's thread; AccessWriter (sqlite_writer.h) writes them.
#pragma once

#include <vector>

#include "reconcile/access.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// By number.
Result<std::vector<reconcile::Token>> read_tokens(Database& db);
/// By name.
Result<std::vector<reconcile::SavedFilter>> read_saved_filters(Database& db);

}  // namespace prospectd::store
