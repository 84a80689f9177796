// A thin face on SQLite's C API: Database (one connection), Statement (one prepared statement, kept), Query
// (one run of it). Errors come back as Result with our codes. Each connection, with its statements, belongs
// to one thread at a time. Only .cpp files that include this see sqlite3.h through sqlite_db.cpp: none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace prospectd::store {

constexpr int kPageBytes = 8192;
constexpr int64_t kLogBytesMax = 64LL * 1024 * 1024;  ///< of the write-ahead log, before a commit moves it

class Database {
 public:
  enum class Mode {
    kMemory,
    kCreate,  ///< a new file; it must be there, empty
    kWrite,
    kRead,
  };

  /// Opens a connection and sets it up: page checksums (files), WAL, synchronous FULL, cache. `path` names
  /// the file in messages too.
  /// **Errors:** kStateDamaged, kConfigInvalid (can't be opened), kDiskFull, kLocked.
  static Result<std::shared_ptr<Database>> open(const std::string& path, Mode mode, int64_t cache_bytes);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that answer nothing, or whose answers are of no interest.
  Result<void> exec(const std::string& sql);
  /// The first column of the first row; 0 when there is none.
  Result<int64_t> number(const std::string& sql);
  Result<std::string> text(const std::string& sql);

  bool in_transaction() const;
  /// Rows changed by the last statement.
  int64_t changes() const;
  /// How large the write-ahead log was after the last commit.
  int64_t log_bytes() const { return log_pages_ * kPageBytes; }
  /// Moves the log into the file as far as readers allow. Waits for nobody.
  Result<void> checkpoint();
  /// Whether each commit from now on waits until it, and all before it, is on the disk; else they reach it in
  /// order, with the next that does or with a checkpoint. Between transactions.
  Result<void> sync_commits(bool each);
  /// Frees the pages that are kept in memory.
  void release_memory();
  /// The next close leaves the log where it is, as a crash would.
  void keep_log_on_close();
  const std::string& path() const { return path_; }

  /// The error of the last failed call, in our terms.
  Error error() const;
  sqlite3* handle() const { return db_; }

 private:
  Database(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}
  Result<void> configure(Mode mode, int64_t cache_bytes);

  std::string path_;
  sqlite3* db_ = nullptr;
  int64_t log_pages_ = 0;
  bool syncs_each_ = true;  ///< as configure() leaves it
};

/// What a person is told to do about a damaged database.
Error damaged(const std::string& path, const std::string& what);

/// A statement, prepared on first use and kept.
class Statement {
 public:
  Statement(Database& db, std::string sql) : db_(&db), sql_(std::move(sql)) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;

 private:
  friend class Query;
  Database* db_;
  std::string sql_;
  sqlite3_stmt* handle_ = nullptr;
};

/// One run of a statement: bind, step, read; reset at the end of the scope. Text is bound without a copy and
/// must outlive the run. Parameters and columns are numbered in order: `bind` fills the next parameter.
class Query {
 public:
  explicit Query(Statement& statement);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(int64_t value);
  Query& bind(std::string_view text);
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind_copy(std::string_view text);
  Query& bind_blob(std::string_view bytes);
  Query& bind_null();
  /// NULL for an empty text, or nothing.
  Query& bind_or_null(std::string_view text) { return text.empty() ? bind_null() : bind(text); }
  Query& bind_or_null(const std::optional<int64_t>& value) { return value ? bind(*value) : bind_null(); }

  /// Goes on to the next row; false at the end, or when it failed: done() says which.
  bool step();
  /// **Errors:** what went wrong in any bind or step since the run began.
  Result<void> done();
  /// Runs a statement that answers no rows.
  Result<void> run();

  bool is_null(int column) const;
  int64_t integer(int column) const;
  /// Valid until the next step.
  std::string_view text(int column) const;
  std::optional<int64_t> integer_or_null(int column) const;

 private:
  void note(int code);

  Statement& statement_;
  int parameter_ = 0;
  int code_ = 0;
  std::optional<Error> error_;
};

}  // namespace prospectd::store
