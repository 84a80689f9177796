// Tally: how many there are of what, and the next free numbers, kept by the writer so that nothing is counted
// and empty tables are not asked. One row of the database, written with each transaction that changed it.
#pragma once

#include <cstdint>

#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

struct Tally {
  int64_t next_prospect = 1;
  int64_t next_user = 1;
  int64_t next_account = 1;
  int64_t prospects = 0;
  int64_t without_key = 0;
  int64_t links = 0;
  int64_t users = 0;
  int64_t accounts = 0;
  int64_t open_duplicates = 0;
  int64_t dead_letters = 0;
  int64_t open_conflicts = 0;
  int64_t lineage = 0;
  int64_t next_outbox = 1;
  int64_t outbox = 0;       ///< entries that wait or are under way
  int64_t outbox_dead = 0;  ///< entries that were given up
  int64_t pending = 0;      ///< links and accounts that wait for something

  bool operator==(const Tally&) const = default;
};

/// **Errors:** kStateDamaged when the row is missing.
Result<Tally> load_tally(Database& db);
Result<void> save_tally(Database& db, const Tally& tally);

}  // namespace prospectd::store
