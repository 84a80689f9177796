// A database looked at from outside, beside a daemon that works on it or without one: for `prospectd doctor`.
// Read-only, on connections of its own; takes no lock and migrates nothing. Blocking; any one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

struct NamedCursor {
  std::string connection;
  std::string object;
  std::optional<Timestamp> verified;
};

struct Inspection {
  bool found = false;  ///< false: there is no database yet, and the rest is empty
  int64_t bytes = 0;
  int64_t log_bytes = 0;
  int64_t log_bytes_max = 0;  ///< from which size on a commit moves it into the database
  int64_t schema = 0;
  int64_t newest_schema = 0;         ///< that this program knows
  Totals totals;                     ///< this and the cursors only where the schemas are the same
  std::vector<NamedCursor> cursors;  ///< by connection and object
};

/// **Errors:** kStateDamaged, kStateTooNew, kConfigInvalid (can't be read), kDiskFull, kLocked.
Result<Inspection> inspect_sqlite(const std::string& path);

/// Reads the whole database through, looking for damage (SQLite's quick_check, and our pages' checksums).
/// `stop` is asked now and then; when it answers true, that is the end.
/// **Errors:** those of inspect_sqlite; kCancelled when it was stopped.
Result<void> look_through_sqlite(const std::string& path, std::function<bool()> stop);

/// Who works on the database ("process 4711"); none when nobody does.
std::optional<std::string> sqlite_owner(const std::string& path);

}  // namespace prospectd::store
