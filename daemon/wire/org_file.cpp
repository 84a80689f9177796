#include "daemon/wire/org_file.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/schema_file.h"
#include "daemon/wire/org_definitions.h"
#include "daemon/wire/org_rows.h"
#include "reconcile/store/file_lock.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/sqlite_file.h"

namespace prospectd::wire {
namespace {

using sandbox::OrgParts;
using sandbox::Row;
using sandbox::RowState;
using sandbox::Table;
using store::Database;
using store::Query;
using store::Statement;

constexpr int64_t kOrgCacheBytes = 16LL * 1024 * 1024;
constexpr int64_t kOrgLogBytesMax =
    32LL * 1024 * 1024;       // of the write-ahead log, before it goes into the file
constexpr int kRowBits = 32;  // a record's place: object, then row
constexpr const char* kTables[] = {"note", "object", "field", "record", "token", "schema"};

// Numbers in ids that end with a run go on far behind those of the runs before.
constexpr uint64_t kNumbersOfARun = 1ULL << 32;

const store::FileFormat& org_format() {
  static const store::FileFormat format{0x50445362,  // "PDSb"
                                        {{"0001_organisation", R"sql(
CREATE TABLE note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE object (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  label_plural TEXT NOT NULL,
  key_prefix TEXT NOT NULL,
  custom INTEGER NOT NULL,
  last_number INTEGER NOT NULL -- of an id that was given
);
-- Those with a column, in the order of the columns, as JSON.
CREATE TABLE field (object INTEGER, position INTEGER, definition TEXT NOT NULL, PRIMARY KEY (object, position)) WITHOUT ROWID;
-- place: the object's number, then 32 bits of the row; state: 0 live, 1 in the recycle bin, 2 purged.
CREATE TABLE record (place INTEGER PRIMARY KEY, state INTEGER NOT NULL, cells BLOB NOT NULL);
CREATE TABLE token (token TEXT PRIMARY KEY, refresh INTEGER NOT NULL, user TEXT NOT NULL) WITHOUT ROWID;
-- What --schema was given, for the rules in it.
CREATE TABLE schema (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
)sql"}}};
  return format;
}

// In the sandbox's terms: there is no backup to restore, and nothing to read again.
Error explained(const std::string& path, Error error) {
  if (error.code != ErrorCode::kStateDamaged) return error;
  const std::string why = error.message.substr(0, error.message.find(". Nothing was changed"));
  return make_error(ErrorCode::kStateDamaged,
                    why + ". Nothing was changed. Name another file with --db, or move " + path +
                        " away (with " + path + "-wal) to begin a new organisation");
}

/// What the file has of one object.
struct KeptObject {
  int64_t number = 0;
  const Table* table = nullptr;
  int columns = 0;  ///< whose fields are written
  uint64_t last_number = 0;
  bool written = false;
};

class OrgFile final : public sandbox::OrgStore {
 public:
  OrgFile(std::string path, store::FileLock lock, std::shared_ptr<Database> db)
      : path_(std::move(path)), lock_(std::move(lock)), db_(std::move(db)) {}

  Result<void> empty() {
    std::string sql = "BEGIN IMMEDIATE;";
    for (const char* table : kTables)
      sql += std::string("DELETE FROM ") + table + ";";
    return db_->exec(sql + "COMMIT; VACUUM");
  }

  Result<bool> restore(OrgParts parts) override {
    parts.org.track_changes();
    auto found = read(parts);
    if (!found) return explained(path_, std::move(found).error());
    return found;
  }

  Result<void> keep(OrgParts parts) override {
    if (!has_changed(parts)) return {};
    PD_TRY(db_->exec("BEGIN IMMEDIATE"));
    auto written = write(parts);
    if (written) written = db_->exec("COMMIT");
    if (!written) {
      if (db_->in_transaction()) (void)db_->exec("ROLLBACK");
      return explained(path_, std::move(written).error());
    }
    forget_changes(parts);
    // A log that can't be moved now is moved another time; it says the same.
    if (db_->log_bytes() > kOrgLogBytesMax) (void)db_->checkpoint();
    return {};
  }

 private:
  Result<bool> read(OrgParts parts) {
    PD_ASSIGN(runs, db_->number("SELECT value FROM note WHERE name = 'runs'"));
    PD_ASSIGN(events, db_->number("SELECT value FROM note WHERE name = 'events'"));
    PD_ASSIGN(objects, db_->number("SELECT count(*) FROM object"));
    runs_ = runs + 1;
    parts.sessions.number_from(static_cast<uint64_t>(runs) * kNumbersOfARun);
    parts.bulk.number_from(static_cast<uint64_t>(runs) * kNumbersOfARun);
    if (objects == 0) return false;
    parts.events.go_on_behind(events);
    PD_TRY(read_objects(parts.org));
    for (KeptObject& object : objects_)
      PD_TRY(read_records(object, parts.org));
    PD_TRY(read_schemas(parts.org));
    parts.org.complete();
    PD_TRY(read_tokens(parts));
    return true;
  }

  Error spoilt(const std::string& what) const { return store::damaged(path_, what); }

  Result<void> read_objects(sandbox::Org& org) {
    Statement statement(
        *db_,
        "SELECT number, name, label, label_plural, key_prefix, custom, last_number FROM object "
        "ORDER BY number");
    Query query(statement);
    while (query.step()) {
      const std::string name(query.text(1));
      Table* table = org.table(name);
      if (table == nullptr && query.integer(5) != 0) {
        const auto made = org.add_object(
            {name, std::string(query.text(2)), std::string(query.text(3)), std::string(query.text(4))});
        table = made ? *made : nullptr;
      }
      if (table == nullptr || table->type().row().key_prefix != query.text(4))
        return spoilt("it has an object that can't be: " + name);
      const auto last = static_cast<uint64_t>(query.integer(6));
      org.set_last_number(*table, last);
      objects_.push_back({query.integer(0), table, 0, last, true});
    }
    return query.done();
  }

  // Makes the custom fields, and finds out where the kept columns are now.
  Result<ColumnMap> read_fields(const KeptObject& object, Table& table, sandbox::Org& org) {
    ColumnMap columns;
    Statement statement(*db_, "SELECT definition FROM field WHERE object = ? ORDER BY position");
    Query query(statement);
    query.bind(object.number);
    while (query.step()) {
      auto field = field_of_definition(query.text(0));
      if (!field) return spoilt("it has a field that can't be");
      const sandbox::Field* known = table.type().find(field->name);
      const bool custom = field->column < 0;
      if (known == nullptr && custom) known = org.add_custom(table, *std::move(field));
      columns.push_back(known == nullptr ? -1 : known->column);
    }
    PD_TRY(query.done());
    return columns;
  }

  Result<void> read_records(KeptObject& object, sandbox::Org& org) {
    Table& table = *org.table(object.table->type().name());
    PD_ASSIGN(columns, read_fields(object, table, org));
    bool same = columns.size() == static_cast<size_t>(table.type().columns());
    size_t id_column = columns.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      same = same && columns[i] == static_cast<int>(i);
      if (columns[i] == table.type().system().id) id_column = i;
    }
    const RowCodec codec(table);
    Statement statement(
        *db_, "SELECT place, state, cells FROM record WHERE place >= ? AND place < ? ORDER BY place");
    Query query(statement);
    query.bind(object.number << kRowBits).bind((object.number + 1) << kRowBits);
    while (query.step()) {
      const std::string_view cells = query.text(2);
      const auto id = salesforce_wire::canonical_id(id_in_row(cells, id_column));
      const int64_t state = query.integer(1);
      const bool next = (query.integer(0) & ((1LL << kRowBits) - 1)) == static_cast<int64_t>(table.rows());
      if (!id || !next || state < 0 || state > 2 || table.find(*id))
        return spoilt("it has a record that can't be");
      const Row row = table.append(*id);
      if (!codec.fill(cells, columns, table, row)) return spoilt("it has a record that can't be read");
      if (state != 0) table.set_state(row, static_cast<RowState>(state));
    }
    PD_TRY(query.done());
    // With other columns than now, all of it is written anew.
    if (same) table.forget_changes();
    object.columns = same ? table.type().columns() : 0;
    return {};
  }

  Result<void> read_schemas(sandbox::Org& org) {
    Statement statement(*db_, "SELECT text FROM schema ORDER BY number");
    Query query(statement);
    while (query.step()) {
      if (!sandbox::apply_schema(query.text(0), org, sandbox::SchemaSource::kKept))
        return spoilt("it has a schema that can't be");
    }
    schemas_ = org.schemas().size();
    return query.done();
  }

  Result<void> read_tokens(OrgParts parts) {
    Statement statement(*db_, "SELECT token, refresh, user FROM token");
    Query query(statement);
    while (query.step()) {
      const std::string token(query.text(0));
      const std::string user(query.text(2));
      if (query.integer(1) != 0) {
        parts.sessions.grant(token, user);
      } else {
        parts.sessions.open(token, user, parts.org.now());
      }
    }
    tokens_ = parts.sessions.revision();
    return query.done();
  }

  const KeptObject* kept_of(const Table& table) const {
    for (const KeptObject& object : objects_) {
      if (object.table == &table) return &object;
    }
    return nullptr;
  }

  bool has_changed(OrgParts parts) const {
    if (tokens_ != parts.sessions.revision() || events_ != parts.events.last_id() || !run_noted_ ||
        schemas_ != parts.org.schemas().size())
      return true;
    for (const auto& table : parts.org.tables()) {
      const KeptObject* object = kept_of(*table);
      if (object == nullptr || !table->changed().empty() || object->columns != table->type().columns() ||
          object->last_number != parts.org.last_number(*table))
        return true;
    }
    return false;
  }

  Result<void> write(OrgParts parts) {
    for (const auto& table : parts.org.tables()) {
      const KeptObject* known = kept_of(*table);
      const int64_t number =
          known != nullptr ? known->number : (objects_.empty() ? 0 : objects_.back().number) + 1;
      if (known == nullptr) objects_.push_back({number, table.get()});
      PD_TRY(write_object(*kept_of(*table), *table, parts.org.last_number(*table)));
      PD_TRY(write_records(number, *table));
    }
    if (tokens_ != parts.sessions.revision()) PD_TRY(write_tokens(parts.sessions));
    if (schemas_ != parts.org.schemas().size()) PD_TRY(write_schemas(parts.org.schemas()));
    PD_TRY(write_note("runs", runs_));
    return write_note("events", parts.events.last_id());
  }

  Result<void> write_note(const char* name, int64_t value) {
    Query query(put_note_);
    return query.bind(name).bind(value).run();
  }

  Result<void> write_object(const KeptObject& object, const Table& table, uint64_t last_number) {
    if (!object.written || object.last_number != last_number) {
      const sandbox::ObjectRow& row = table.type().row();
      Query query(put_object_);
      PD_TRY(query.bind(object.number)
                 .bind(row.name)
                 .bind(row.label)
                 .bind(row.label_plural)
                 .bind(row.key_prefix)
                 .bind(int64_t{row.custom})
                 .bind(static_cast<int64_t>(last_number))
                 .run());
    }
    if (object.columns == table.type().columns()) return {};
    PD_TRY(db_->exec("DELETE FROM field WHERE object = " + std::to_string(object.number)));
    const size_t standard = table.type().row().fields.size();
    size_t place = 0;
    for (const sandbox::Field& field : table.type().fields()) {
      const bool custom = place++ >= standard;
      if (field.column < 0) continue;
      const std::string definition = definition_of_field(field, custom);
      Query query(put_field_);
      PD_TRY(query.bind(object.number).bind(int64_t{field.column}).bind(definition).run());
    }
    return {};
  }

  Result<void> write_records(int64_t number, const Table& table) {
    const RowCodec codec(table);
    std::string cells;
    for (const Row row : table.changed()) {
      const int64_t place = number << kRowBits | int64_t{row};
      if (row >= table.rows()) {
        Query gone(drop_record_);
        PD_TRY(gone.bind(place).run());
        continue;
      }
      cells.clear();
      codec.append(cells, row);
      Query query(put_record_);
      PD_TRY(query.bind(place).bind(static_cast<int64_t>(table.state(row))).bind_blob(cells).run());
    }
    return {};
  }

  Result<void> write_tokens(const sandbox::Sessions& sessions) {
    PD_TRY(db_->exec("DELETE FROM token"));
    for (const sandbox::KeptToken& token : sessions.tokens()) {
      Query query(put_token_);
      PD_TRY(query.bind(token.token).bind(int64_t{token.refresh}).bind(token.user).run());
    }
    return {};
  }

  Result<void> write_schemas(const std::vector<std::string>& schemas) {
    for (size_t i = schemas_; i < schemas.size(); ++i) {
      Query query(put_schema_);
      PD_TRY(query.bind(static_cast<int64_t>(i)).bind(schemas[i]).run());
    }
    return {};
  }

  void forget_changes(OrgParts parts) {
    for (KeptObject& object : objects_) {
      object.written = true;
      object.columns = object.table->type().columns();
      object.last_number = parts.org.last_number(*object.table);
    }
    for (const auto& table : parts.org.tables())
      table->forget_changes();
    tokens_ = parts.sessions.revision();
    events_ = parts.events.last_id();
    schemas_ = parts.org.schemas().size();
    run_noted_ = true;
  }

  std::string path_;
  store::FileLock lock_;
  std::shared_ptr<Database> db_;
  std::vector<KeptObject> objects_;  // in the order of their numbers
  uint64_t tokens_ = 0;              // Sessions::revision() of what is kept
  size_t schemas_ = 0;
  int64_t events_ = 0;
  int64_t runs_ = 0;
  bool run_noted_ = false;
  Statement put_note_{*db_, "INSERT OR REPLACE INTO note VALUES (?, ?)"};
  Statement put_object_{*db_, "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement put_field_{*db_, "INSERT INTO field VALUES (?, ?, ?)"};
  Statement put_record_{*db_, "INSERT OR REPLACE INTO record VALUES (?, ?, ?)"};
  Statement drop_record_{*db_, "DELETE FROM record WHERE place = ?"};
  Statement put_token_{*db_, "INSERT OR REPLACE INTO token VALUES (?, ?, ?)"};
  Statement put_schema_{*db_, "INSERT OR REPLACE INTO schema VALUES (?, ?)"};
};

}  // namespace

Result<std::unique_ptr<sandbox::OrgStore>> open_org_file(const std::string& path, bool reset) {
  // A folder that is not there is a typo sooner than a wish: it would look as if the organisation were gone.
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (!std::filesystem::is_directory(folder, ignored))
    return make_error(ErrorCode::kConfigInvalid, path + ": there is no folder " + folder.string());
  // The lock stands beside the name: by another name of the same file it would be passed by.
  const bool shared =
      std::filesystem::exists(path, ignored) && std::filesystem::hard_link_count(path, ignored) > 1;
  if (shared)
    return make_error(ErrorCode::kConfigInvalid, path + ": the file has another name, too (a hard link)");
  PD_ASSIGN(lock, store::FileLock::take(store::lock_file(path)));
  auto db = store::open_database_file(path, kOrgCacheBytes, org_format());
  if (!db) return explained(path, std::move(db).error());
  PD_TRY((*db)->exec("PRAGMA synchronous = normal"));
  auto file = std::make_unique<OrgFile>(path, std::move(lock), *std::move(db));
  if (reset) PD_TRY(file->empty());
  return std::unique_ptr<sandbox::OrgStore>(std::move(file));
}

}  // namespace prospectd::wire
