#include "reconcile/store/sqlite_migrations.h"

namespace prospectd::store {
namespace {

Result<void> run_migration(Database& db, const FileFormat& format, size_t number) {
  const Migration& migration = format.migrations[number - 1];
  const std::string numbers = ";\nPRAGMA application_id = " + std::to_string(format.application_id) +
                              "; PRAGMA user_version = " + std::to_string(number) + "; COMMIT";
  auto done = db.exec("BEGIN IMMEDIATE;\n" + migration.sql + numbers);
  if (done) return {};
  Error error = std::move(done).error();
  if (db.in_transaction()) PD_TRY(db.exec("ROLLBACK"));
  return std::move(error).within("migration " + migration.name);
}

}  // namespace

Error too_new(const std::string& path, int64_t version, int64_t known) {
  return make_error(ErrorCode::kStateTooNew,
                    "the database " + path + " has schema " + std::to_string(version) +
                        ", this prospectd knows schemas up to " + std::to_string(known) +
                        ": start the newer version that wrote it, or restore a backup from before");
}

const FileFormat& store_format() {
  static const FileFormat format{kApplicationId, sqlite_migrations()};
  return format;
}

Result<void> migrate(Database& db, const FileFormat& format) {
  PD_ASSIGN(version, db.number("PRAGMA user_version"));
  const auto known = static_cast<int64_t>(format.migrations.size());
  if (version > known) return too_new(db.path(), version, known);
  for (auto next = static_cast<size_t>(version); next < format.migrations.size(); ++next)
    PD_TRY(run_migration(db, format, next + 1));
  return {};
}

}  // namespace prospectd::store
