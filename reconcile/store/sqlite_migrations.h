// Migrations: the numbered SQL files of migrations/, in order, each applied in one transaction together with
// the schema's new number (SQLite's user_version). On the writer's thread.
#pragma once

#include <string>
#include <vector>

#include "reconcile/store/sqlite_db.h"

namespace prospectd::store {

constexpr int64_t kApplicationId = 0x50524F53;  ///< "PROS", in the file's header

struct Migration {
  std::string name;  ///< "0001_first.sql"
  std::string sql;
};

/// The files that were built in.
const std::vector<Migration>& sqlite_migrations();

/// Whose file it is, and how it became what it is.
struct FileFormat {
  int64_t application_id;
  std::vector<Migration> migrations;
};
/// That of the daemon's database.
const FileFormat& store_format();

/// What a person is told about a database that a newer program has migrated.
Error too_new(const std::string& path, int64_t version, int64_t known);

/// Brings the schema to the number of the format's migrations.
/// **Errors:** kStateTooNew when the file is beyond them; what a migration's SQL fails with: the schema stays
/// as the migrations before it left it.
Result<void> migrate(Database& db, const FileFormat& format);

}  // namespace prospectd::store
