// Opening the database file: makes it when there is none, looks whether it is ours and whole before SQLite
// touches it, migrates it. Nothing is ever repaired silently. On the writer's thread, under the lock.
#pragma once

#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_migrations.h"

namespace prospectd::store {

/// Above this size a file that was not closed properly is not read through at start.
constexpr int64_t kQuickCheckBytesMax = 64LL * 1024 * 1024;

/// The file whose lock says that somebody works on the database.
inline std::string lock_file(const std::string& path) {
  return path + ".lock";
}

/// The folder of `path`, made (only for us) when it is missing.
/// **Errors:** kConfigInvalid.
Result<void> make_folder_of(const std::string& path);

/// Whether there is a database at `path`: ours, and whole as far as its header can tell. Touches nothing.
/// **Errors:** kStateDamaged, kConfigInvalid (can't be read), kDiskFull.
Result<bool> find_database_file(const std::string& path, const FileFormat& format = store_format());

/// Reads the whole database through (SQLite's quick_check; each page's checksum on the way).
/// **Errors:** kStateDamaged; kCancelled when it was interrupted.
Result<void> look_through(Database& db);

/// Opens or creates the database file and brings its schema up to date.
/// **Errors:** kStateDamaged, kStateTooNew, kConfigInvalid, kDiskFull.
Result<std::shared_ptr<Database>> open_database_file(const std::string& path, int64_t cache_bytes,
                                                     const FileFormat& format = store_format());

/// The same in memory.
Result<std::shared_ptr<Database>> open_database_in_memory(int64_t cache_bytes);

}  // namespace prospectd::store
