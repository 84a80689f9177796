// The editions of mappings in their table. On the writer's thread; adding one is the caller's transaction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reconcile/model.h"
#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Of one object, oldest first. **Errors:** kStateDamaged for lines that are none.
Result<std::vector<reconcile::MappingEdition>> read_editions(Database& db, reconcile::ConnectionId connection,
                                                             const std::string& object);
/// Adds the edition with these lines; there must be none yet.
Result<reconcile::EditionId> add_edition(Database& db, reconcile::ConnectionId connection,
                                         const std::string& object, const std::vector<uint64_t>& lines);

}  // namespace prospectd::store
