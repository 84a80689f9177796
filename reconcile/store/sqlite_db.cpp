#include "reconcile/store/sqlite_db.h"

#include <sqlite3.h>

#include <utility>

#include "reconcile/store/sqlite_text.h"
#include "reconcile/store/sqlite_vfs.h"

namespace prospectd::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

struct CodeRow {
  int sqlite;
  ErrorCode ours;
};

// Extended codes first, then whole families.
constexpr CodeRow kExtended[] = {
    {SQLITE_IOERR_DATA, ErrorCode::kStateDamaged},  // a page's checksum (sqlite_vfs)
    {SQLITE_IOERR_CORRUPTFS, ErrorCode::kStateDamaged},
    {SQLITE_IOERR_SHORT_READ, ErrorCode::kStateDamaged},
};
constexpr CodeRow kFamilies[] = {
    {SQLITE_FULL, ErrorCode::kDiskFull},        {SQLITE_IOERR, ErrorCode::kDiskFull},
    {SQLITE_READONLY, ErrorCode::kDiskFull},    {SQLITE_NOMEM, ErrorCode::kDiskFull},
    {SQLITE_CORRUPT, ErrorCode::kStateDamaged}, {SQLITE_NOTADB, ErrorCode::kStateDamaged},
    {SQLITE_BUSY, ErrorCode::kLocked},          {SQLITE_LOCKED, ErrorCode::kLocked},
    {SQLITE_CANTOPEN, ErrorCode::kDiskFull},  // at work; opening says kConfigInvalid itself
    {SQLITE_CONSTRAINT, ErrorCode::kConflict},  {SQLITE_INTERRUPT, ErrorCode::kCancelled},
    {SQLITE_TOOBIG, ErrorCode::kTooLarge},
};

ErrorCode code_for(int extended) {
  for (const CodeRow& row : kExtended) {
    if (row.sqlite == extended) return row.ours;
  }
  for (const CodeRow& row : kFamilies) {
    if (row.sqlite == (extended & 0xff)) return row.ours;
  }
  return ErrorCode::kInternal;
}

int flags_for(Database::Mode mode) {
  constexpr int kAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case Database::Mode::kMemory:
      return kAlways | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    case Database::Mode::kRead:
      return kAlways | SQLITE_OPEN_READONLY;
    default:
      return kAlways | SQLITE_OPEN_READWRITE;
  }
}

// Once a process: SQLite's own memory statistics cost a lock for each allocation, and nobody reads them.
bool set_up_sqlite() {
  static const bool ready = [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return register_checked_vfs();
  }();
  return ready;
}

int count_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int64_t*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Error damaged(const std::string& path, const std::string& what) {
  return make_error(
      ErrorCode::kStateDamaged,
      "the database " + path + " is damaged: " + what +
          ". Nothing was changed. Another program that wrote to the file (sqlite3 moves the log into it "
          "when it closes; `sqlite3 -readonly` does not) leaves such a state too. Keep a copy of it, then "
          "restore a backup (cp BACKUP " +
          path + "; rm -f " + path + "-wal " + path +
          "-shm), or move the three files away to read everything from the CRM again");
}

Result<std::shared_ptr<Database>> Database::open(const std::string& path, Mode mode, int64_t cache_bytes) {
  const bool memory = mode == Mode::kMemory;
  if (!set_up_sqlite()) {
    return make_error(ErrorCode::kInternal, "SQLite could not be set up");
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(memory ? ":memory:" : path.c_str(), &handle, flags_for(mode),
                                   memory ? nullptr : kCheckedVfs);
  std::shared_ptr<Database> db(new Database(path, handle));
  if (code != SQLITE_OK) {
    if ((code & 0xff) != SQLITE_CANTOPEN) return db->error();
    return make_error(ErrorCode::kConfigInvalid, "the database " + path +
                                                     " can't be opened: its folder or the file itself is "
                                                     "not ours to write");
  }
  PD_TRY(db->configure(mode, cache_bytes));
  return db;
}

Result<void> Database::configure(Mode mode, int64_t cache_bytes) {
  sqlite3_busy_timeout(db_, kBusyTimeoutMs);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (!register_text_functions(db_)) return error();
  // The schema stays trusted: this version counts its own json_extract(), which our indexes need, as unsafe
  // otherwise.
  PD_TRY(exec("PRAGMA temp_store = memory; PRAGMA cache_size = -" + std::to_string(cache_bytes / 1024) +
              "; PRAGMA foreign_keys = off; PRAGMA secure_delete = off"));
  if (mode == Mode::kRead) return exec("PRAGMA query_only = on");
  if (mode == Mode::kMemory || mode == Mode::kCreate) {
    int reserved = kChecksumBytes;
    if (mode == Mode::kCreate) sqlite3_file_control(db_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    PD_TRY(exec("PRAGMA page_size = " + std::to_string(kPageBytes)));
  }
  if (mode == Mode::kMemory) return {};
  PD_TRY(
      exec("PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA wal_autocheckpoint = 0; "
           "PRAGMA journal_size_limit = " +
           std::to_string(kLogBytesMax)));
  sqlite3_wal_hook(db_, count_log_pages, &log_pages_);
  return {};
}

Database::~Database() {
  sqlite3_close_v2(db_);
}

Error Database::error() const {
  const int code = sqlite3_extended_errcode(db_);
  const ErrorCode ours = code_for(code);
  const std::string words = sqlite3_errmsg(db_);
  if (ours == ErrorCode::kStateDamaged) {
    return damaged(path_, code == SQLITE_IOERR_DATA ? "a page does not match its checksum" : words);
  }
  return make_error(ours, "database " + path_ + ": " + words + " (SQLite " + std::to_string(code) + ")");
}

Result<void> Database::exec(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return {};
}

Result<int64_t> Database::number(const std::string& sql) {
  Statement statement(*this, sql);
  Query query(statement);
  const int64_t value = query.step() ? query.integer(0) : 0;
  PD_TRY(query.done());
  return value;
}

Result<std::string> Database::text(const std::string& sql) {
  Statement statement(*this, sql);
  Query query(statement);
  std::string value = query.step() ? std::string(query.text(0)) : std::string();
  PD_TRY(query.done());
  return value;
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}

Result<void> Database::sync_commits(bool each) {
  if (each == syncs_each_) return {};
  PD_TRY(exec(each ? "PRAGMA synchronous = full" : "PRAGMA synchronous = normal"));
  syncs_each_ = each;
  return {};
}

void Database::release_memory() {
  sqlite3_db_release_memory(db_);
}

Result<void> Database::checkpoint() {
  int pages = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return error();
  if (pages == moved) log_pages_ = 0;  // the next write begins the log anew
  return {};
}

void Database::keep_log_on_close() {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), sql_(std::move(other.sql_)), handle_(std::exchange(other.handle_, nullptr)) {}

Query::Query(Statement& statement) : statement_(statement) {
  if (statement_.handle_ != nullptr) return;
  note(sqlite3_prepare_v3(statement_.db_->handle(), statement_.sql_.c_str(),
                          static_cast<int>(statement_.sql_.size()), SQLITE_PREPARE_PERSISTENT,
                          &statement_.handle_, nullptr));
}

Query::~Query() {
  sqlite3_reset(statement_.handle_);
}

void Query::note(int code) {
  if (code == SQLITE_OK || code_ != SQLITE_OK) return;
  code_ = code;
  error_ = statement_.db_->error();
}

Query& Query::bind(int64_t value) {
  note(sqlite3_bind_int64(statement_.handle_, ++parameter_, value));
  return *this;
}

Query& Query::bind(std::string_view text) {
  note(sqlite3_bind_text64(statement_.handle_, ++parameter_, text.data() == nullptr ? "" : text.data(),
                           text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::bind_copy(std::string_view text) {
  note(sqlite3_bind_text64(statement_.handle_, ++parameter_, text.data() == nullptr ? "" : text.data(),
                           text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  note(sqlite3_bind_blob64(statement_.handle_, ++parameter_, bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::bind_null() {
  note(sqlite3_bind_null(statement_.handle_, ++parameter_));
  return *this;
}

bool Query::step() {
  if (code_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_.handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) note(code);
  return false;
}

Result<void> Query::done() {
  if (error_) return *error_;
  return {};
}

Result<void> Query::run() {
  step();
  return done();
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_.handle_, column) == SQLITE_NULL;
}

int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_.handle_, column);
}

std::string_view Query::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.handle_, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(statement_.handle_, column))};
}

std::optional<int64_t> Query::integer_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace prospectd::store
