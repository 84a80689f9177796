#include "reconcile/store/inspect.h"

#include <sqlite3.h>

#include <filesystem>

#include "reconcile/store/file_lock.h"
#include "reconcile/store/sqlite_file.h"
#include "reconcile/store/sqlite_migrations.h"
#include "reconcile/store/sqlite_rows.h"
#include "reconcile/store/sqlite_tally.h"

namespace prospectd::store {
namespace {

constexpr int64_t kCacheBytes = 2LL * 1024 * 1024;
constexpr int kStepsBetweenQuestions = 10'000;  // of SQLite's machine; some milliseconds

int64_t bytes_of(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : static_cast<int64_t>(size);
}

Result<std::vector<NamedCursor>> read_cursors(Database& db) {
  Statement statement(db,
                      "SELECT name, object, verified FROM cursors JOIN connections ON id = connection "
                      "ORDER BY name, object");
  Query query(statement);
  std::vector<NamedCursor> cursors;
  while (query.step())
    cursors.push_back(
        {std::string(query.text(0)), std::string(query.text(1)), time_of(query.integer_or_null(2))});
  PD_TRY(query.done());
  return cursors;
}

int should_stop(void* stop) {
  return (*static_cast<std::function<bool()>*>(stop))() ? 1 : 0;
}

}  // namespace

Result<Inspection> inspect_sqlite(const std::string& path) {
  Inspection seen;
  seen.newest_schema = static_cast<int64_t>(sqlite_migrations().size());
  seen.log_bytes_max = kLogBytesMax;
  PD_ASSIGN(found, find_database_file(path));
  if (!found) return seen;
  seen.found = true;
  seen.bytes = bytes_of(path);
  seen.log_bytes = bytes_of(path + "-wal");
  PD_ASSIGN(db, Database::open(path, Database::Mode::kRead, kCacheBytes));
  PD_ASSIGN(schema, db->number("PRAGMA user_version"));
  seen.schema = schema;
  if (seen.schema > seen.newest_schema) return too_new(path, schema, seen.newest_schema);
  if (seen.schema < seen.newest_schema) return seen;
  PD_ASSIGN(tally, load_tally(*db));
  seen.totals.prospects = tally.prospects;
  seen.totals.open_duplicates = tally.open_duplicates;
  seen.totals.dead_letters = tally.dead_letters;
  seen.totals.open_conflicts = tally.open_conflicts;
  seen.totals.outbox_dead = tally.outbox_dead;
  PD_ASSIGN(cursors, read_cursors(*db));
  seen.cursors = std::move(cursors);
  return seen;
}

Result<void> look_through_sqlite(const std::string& path, std::function<bool()> stop) {
  PD_ASSIGN(found, find_database_file(path));
  if (!found) return {};
  PD_ASSIGN(db, Database::open(path, Database::Mode::kRead, kCacheBytes));
  sqlite3_progress_handler(db->handle(), kStepsBetweenQuestions, should_stop, &stop);
  return look_through(*db);
}

std::optional<std::string> sqlite_owner(const std::string& path) {
  return FileLock::holder(lock_file(path));
}

}  // namespace prospectd::store
