// What writing prospects to a CRM depends on, read from SQLite. On the connection's thread.
#pragma once

#include <vector>

#include "reconcile/push.h"
#include "reconcile/store/sqlite_loader.h"

namespace prospectd::store {

/// Transaction::push_scene.
Result<reconcile::PushScene> read_push_scene(Database& db, Loader& loader, reconcile::ConnectionId connection,
                                             const std::vector<ProspectId>& prospects);

}  // namespace prospectd::store
