// What edits made here are decided on, read from SQLite. On the connection's thread.
#pragma once

#include "reconcile/edit.h"
#include "reconcile/store/sqlite_loader.h"

namespace prospectd::store {

/// Transaction::edit_scene.
Result<reconcile::EditScene> read_edit_scene(Database& db, Loader& loader, const reconcile::EditKeys& keys,
                                             const Tally& tally);

}  // namespace prospectd::store
