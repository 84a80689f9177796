// Opening the database file: makes it when there is none, looks whether it is ours and whole before SQLite
// touches it, migrates it. Nothing is ever repaired silently. On the writer's thread, under the lock.
#pragma once

#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

/// Above this size a file that was not closed properly is not read through at start.
constexpr int64_t kQuickCheckBytesMax = 64LL * 1024 * 1024;

/// The folder of `path`, made (only for us) when it is missing.
/// **Errors:** kConfigInvalid.
Result<void> make_folder_of(const std::string& path);

/// Opens or creates the database file and brings its schema up to date.
/// **Errors:** kStateDamaged, kStateTooNew, kConfigInvalid, kDiskFull.
Result<std::shared_ptr<Database>> open_database_file(const std::string& path, int64_t cache_bytes);

/// The same in memory.
Result<std::shared_ptr<Database>> open_database_in_memory(int64_t cache_bytes);

}  // namespace prospectd::store
