// The SQLite store: one writing connection, its transactions, its readers.
#include <algorithm>

#include "reconcile/store/file_lock.h"
#include "reconcile/store/sqlite_brake.h"
#include "reconcile/store/sqlite_custom.h"
#include "reconcile/store/sqlite_drift.h"
#include "reconcile/store/sqlite_edit.h"
#include "reconcile/store/sqlite_editions.h"
#include "reconcile/store/sqlite_file.h"
#include "reconcile/store/sqlite_outbox.h"
#include "reconcile/store/sqlite_push.h"
#include "reconcile/store/sqlite_reader.h"
#include "reconcile/store/sqlite_row_scene.h"
#include "reconcile/store/sqlite_writer.h"
#include "reconcile/store/store.h"

namespace prospectd::store {
namespace {

constexpr int64_t kReaderCacheBytes = 4LL * 1024 * 1024;
constexpr const char* kHashKeyName = "address_hash_key";

Error closed() {
  return make_error(ErrorCode::kCancelled, "the store is closed");
}

// Everything that the store, its transactions and readers share. Lives as long as any of them.
class Core {
 public:
  Core(SqliteOptions options, FileLock lock, std::shared_ptr<Database> db)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        db_(std::move(db)),
        codec_(std::make_shared<const Codec>(options_.schema)) {}
  ~Core() { close(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Result<void> start() {
    PD_TRY(make_custom_indexes(*db_, options_.schema));
    PD_TRY(load_hash_key());
    PD_ASSIGN(tally, load_tally(*db_));
    tally_ = committed_tally_ = tally;
    loader_ = std::make_unique<Loader>(*db_, *codec_, hash_);
    loader_->begin_filters(tally_);
    writer_ = std::make_unique<Writer>(*db_, *codec_, *loader_, tally_);
    push_scenes_ = std::make_unique<PushScenes>(*db_, *loader_);
    return {};
  }

  bool is_memory() const { return options_.path == ":memory:"; }
  bool dead() const { return dead_->load(); }
  int64_t rows_written() const { return rows_written_.load(); }
  Database& db() { return *db_; }
  Loader& loader() { return *loader_; }
  Writer& writer() { return *writer_; }
  PushScenes& push_scenes() { return *push_scenes_; }
  const Tally& tally() const { return tally_; }

  Result<void> begin(Durability durability) {
    if (dead()) return closed();
    if (db_->in_transaction()) {
      return make_error(ErrorCode::kLocked, "a transaction is open already: there is one writer");
    }
    PD_TRY(db_->sync_commits(durability == Durability::kAtOnce));
    writer_->free_keys().reset(0, 0);
    return db_->exec("BEGIN IMMEDIATE");
  }

  Result<void> commit(int64_t rows) {
    if (dead()) return closed();
    if (tally_ != committed_tally_) PD_TRY(save_tally(*db_, tally_));
    if (!pass(CommitPoint::kBeforeCommit)) return closed();
    PD_TRY(db_->exec("COMMIT"));
    committed_tally_ = tally_;
    rows_written_ += rows;
    // What is committed is committed: a log that can't be moved now is moved later.
    if (db_->log_bytes() > kLogBytesMax) (void)checkpoint();
    return pass(CommitPoint::kAfterCommit) ? Result<void>{} : closed();
  }

  void roll_back() {
    if (dead()) return;
    tally_ = committed_tally_;
    writer_->forget_owed();
    if (db_->in_transaction()) (void)db_->exec("ROLLBACK");
  }

  Result<void> checkpoint() {
    if (dead()) return closed();
    if (db_->in_transaction()) return make_error(ErrorCode::kLocked, "a transaction is open");
    if (is_memory()) return {};
    if (db_->log_bytes() > kLogBytesMax) release_views();
    return db_->checkpoint();
  }

  Result<std::unique_ptr<Reader>> reader() {
    if (dead()) return closed();
    std::shared_ptr<Database> db = db_;
    if (!is_memory()) {
      PD_ASSIGN(own, Database::open(options_.path, Database::Mode::kRead, kReaderCacheBytes));
      db = std::move(own);
    }
    auto view = std::make_shared<ReadView>(db, !is_memory());
    std::erase_if(views_, [](const std::weak_ptr<ReadView>& v) { return v.expired(); });
    views_.push_back(view);
    return make_sqlite_reader(ReaderSetup{std::move(db), codec_, hash_, dead_}, std::move(view));
  }

  Result<ConnectionId> connection(const std::string& name) {
    if (dead()) return closed();
    PD_ASSIGN(known, find_connection(name));
    if (known) return known;
    PD_TRY(begin(Durability::kAtOnce));
    auto made = make_connection(name);
    if (made) made = after(commit(0), *made);
    if (!made) roll_back();
    return made;
  }

  Result<std::vector<reconcile::MappingEdition>> editions(ConnectionId connection,
                                                          const std::string& object) {
    if (dead()) return closed();
    return read_editions(*db_, connection, object);
  }

  Result<reconcile::EditionId> edition(ConnectionId connection, const std::string& object,
                                       const std::vector<uint64_t>& lines) {
    PD_ASSIGN(known, editions(connection, object));
    for (const reconcile::MappingEdition& one : known) {
      if (one.lines == lines) return one.id;
    }
    PD_TRY(begin(Durability::kAtOnce));
    auto made = add_edition(*db_, connection, object, lines);
    if (made) made = after(commit(0), *made);
    if (!made) roll_back();
    return made;
  }

  Result<std::optional<UserId>> user_by_email(const std::string& key) {
    if (dead()) return closed();
    Statement statement(*db_,
                        "SELECT id FROM users WHERE email_key = ? AND email_key <> '' AND kind = 0 ORDER BY "
                        "active DESC, id LIMIT 1");
    Query query(statement);
    query.bind(key);
    std::optional<UserId> found;
    if (query.step()) found = UserId{query.integer(0)};
    PD_TRY(query.done());
    return found;
  }

  Result<std::vector<reconcile::Duplicate>> stale_duplicates(ConnectionId connection, size_t limit) {
    std::vector<reconcile::Duplicate> rows;
    if (tally_.open_duplicates == 0) return rows;
    Statement statement(*db_, "SELECT " + std::string(kDuplicateColumns) +
                                  " FROM duplicates WHERE connection = ? AND open = 1 AND stale = 1 ORDER BY "
                                  "id LIMIT ?");
    Query query(statement);
    query.bind(connection.value).bind(static_cast<int64_t>(limit));
    while (query.step())
      rows.push_back(Rows::duplicate(query));
    PD_TRY(query.done());
    return rows;
  }

  Result<std::vector<SetApart>> set_apart(ConnectionId connection, DeadLetterId after, size_t limit) {
    std::vector<SetApart> rows;
    if (tally_.dead_letters == 0) return rows;
    Statement statement(*db_,
                        "SELECT id, object, remote FROM dead_letters WHERE connection = ? AND id > ? ORDER "
                        "BY id LIMIT ?");
    Query query(statement);
    query.bind(connection.value).bind(after.value).bind(static_cast<int64_t>(limit));
    while (query.step()) {
      rows.push_back({DeadLetterId{query.integer(0)},
                      {std::string(query.text(1)), RemoteId(std::string(query.text(2)))}});
    }
    PD_TRY(query.done());
    return rows;
  }

  Result<std::vector<RecordKey>> unread_links(ConnectionId connection, size_t limit) {
    std::vector<RecordKey> rows;
    if (tally_.lineage == 0) return rows;  // only lineage makes such links
    Statement statement(
        *db_, "SELECT object, remote FROM links WHERE version = 0 AND id % ? = ? ORDER BY id LIMIT ?");
    Query query(statement);
    query.bind(kConnectionsMax).bind(connection.value).bind(static_cast<int64_t>(limit));
    while (query.step())
      rows.push_back({std::string(query.text(0)), RemoteId(std::string(query.text(1)))});
    PD_TRY(query.done());
    return rows;
  }

  void close() {
    if (dead_->exchange(true)) return;
    if (db_->in_transaction()) (void)db_->exec("ROLLBACK");
    push_scenes_.reset();
    writer_.reset();
    loader_.reset();
    db_.reset();
    lock_.release();
  }

 private:
  // False: the test stops the world here, as a crash would: nothing is tidied up.
  bool pass(CommitPoint point) {
    if (!options_.on_commit || options_.on_commit(point)) return true;
    db_->keep_log_on_close();
    close();
    return false;
  }

  // Idle readers let go of old states, so that the log can begin anew.
  void release_views() {
    for (const auto& weak : views_) {
      if (const auto view = weak.lock()) view->give_up();
    }
  }

  Result<ConnectionId> find_connection(const std::string& name) {
    Statement statement(*db_, "SELECT id FROM connections WHERE name = ?");
    Query query(statement);
    query.bind(name);
    const ConnectionId found{query.step() ? query.integer(0) : 0};
    PD_TRY(query.done());
    return found;
  }

  Result<ConnectionId> make_connection(const std::string& name) {
    Statement statement(*db_, "INSERT INTO connections (name) VALUES (?)");
    Query query(statement);
    query.bind(name);
    PD_TRY(query.run());
    PD_ASSIGN(made, find_connection(name));
    if (made.value < kConnectionsMax) return made;
    return make_error(ErrorCode::kTooLarge,
                      "there are too many connections: " + std::to_string(kConnectionsMax - 1) + " at most");
  }

  template <class Id>
  static Result<Id> after(Result<void> done, Id id) {
    if (!done) return std::move(done).error();
    return id;
  }

  Result<void> load_hash_key() {
    Statement statement(*db_, "SELECT value FROM meta WHERE name = ?");
    std::string key;
    {
      Query query(statement);
      query.bind(kHashKeyName);
      if (query.step()) key = query.text(0);
      PD_TRY(query.done());
    }
    if (key.empty()) {
      key = AddressHash::random_key();
      Statement put(*db_, "INSERT INTO meta (name, value) VALUES (?, ?)");
      Query query(put);
      query.bind(kHashKeyName).bind_blob(key);
      PD_TRY(query.run());
    }
    if (key.size() != kHashKeyBytes)
      return damaged(options_.path, "the key of its address hash is not whole");
    hash_ = AddressHash(key);
    return {};
  }

  SqliteOptions options_;
  FileLock lock_;
  std::shared_ptr<Database> db_;
  std::shared_ptr<const Codec> codec_;
  AddressHash hash_;
  Tally tally_;            ///< as the open transaction leaves it
  Tally committed_tally_;  ///< as the database has it
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<PushScenes> push_scenes_;
  std::vector<std::weak_ptr<ReadView>> views_;
  std::shared_ptr<std::atomic<bool>> dead_ = std::make_shared<std::atomic<bool>>(false);
  std::atomic<int64_t> rows_written_{0};
};

class SqliteTransaction final : public Transaction {
 public:
  explicit SqliteTransaction(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~SqliteTransaction() override {
    if (open_) core_->roll_back();
  }

  Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) override {
    // A page of people looks at what is owed by its keys alone; one of users or accounts, by what waits for
    // them.
    PD_TRY(keys.only_references ? settle() : usable());
    auto found = core_->loader().snapshot(keys, core_->tally(), &core_->writer().free_keys());
    if (!found) fault_ = found.error();  // a debt may be half paid
    return found;
  }

  Result<void> apply(const reconcile::Plan& plan, Timestamp now) override {
    PD_TRY(usable());
    auto written = core_->writer().apply(plan, now);
    if (!written) {
      fault_ = written.error();
      return *fault_;
    }
    rows_ += *written;
    cause_ = core_->writer().cause();
    return {};
  }

  CauseId cause() const override { return cause_; }

  Result<void> commit() override {
    PD_TRY(usable());
    open_ = false;
    auto done = core_->writer().catch_up();
    if (done) done = core_->commit(rows_);
    if (!done) core_->roll_back();
    return done;
  }

  Result<reconcile::PageSnapshot> waiting_for_addresses(ConnectionId connection, ProspectId after,
                                                        size_t limit) override {
    PD_TRY(settle());
    return core_->loader().waiting_for_addresses(connection, after, limit, core_->tally());
  }

  Result<std::vector<reconcile::Duplicate>> stale_duplicates(ConnectionId connection, size_t limit) override {
    PD_TRY(settle());
    return core_->stale_duplicates(connection, limit);
  }

  Result<std::vector<SetApart>> set_apart(ConnectionId connection, DeadLetterId after,
                                          size_t limit) override {
    PD_TRY(settle());
    return core_->set_apart(connection, after, limit);
  }

  Result<std::vector<RecordKey>> unread_links(ConnectionId connection, size_t limit) override {
    PD_TRY(settle());
    return core_->unread_links(connection, limit);
  }
  Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys& keys) override {
    PD_TRY(settle());
    return read_edit_scene(core_->db(), core_->loader(), keys, core_->tally());
  }
  Result<void> look_up(const reconcile::RowKeys& keys, reconcile::RowScene& scene) override {
    PD_TRY(settle());
    return look_up_rows(core_->db(), core_->tally(), keys, scene);
  }
  Result<std::vector<reconcile::OutboxEntry>> due_pushes(ConnectionId connection, Timestamp now,
                                                         size_t limit) override {
    PD_TRY(settle());
    if (core_->tally().outbox == 0) return std::vector<reconcile::OutboxEntry>();
    return read_due_pushes(core_->db(), core_->loader().rows().codec(), connection, now, limit);
  }
  Result<int64_t> linked_records(ConnectionId connection) override {
    PD_TRY(settle());
    return count_links(core_->db(), connection, core_->tally());
  }
  Result<std::optional<Timestamp>> next_push(ConnectionId connection) override {
    PD_TRY(settle());
    if (core_->tally().outbox == 0) return std::optional<Timestamp>();
    return read_next_push(core_->db(), connection);
  }
  Result<reconcile::PushScene> push_scene(ConnectionId connection,
                                          const std::vector<ProspectId>& prospects) override {
    PD_TRY(settle());
    return core_->push_scenes().read(connection, prospects, core_->tally());
  }
  Result<reconcile::KnownRecords> known_records(ConnectionId connection, reconcile::StandsFor what,
                                                const std::vector<RemoteId>& remotes) override {
    PD_TRY(settle());
    return read_known_records(core_->db(), core_->loader(), connection, what, remotes);
  }
  Result<std::vector<reconcile::StandingRecord>> standing_records(ConnectionId connection,
                                                                  const StandingQuery& query) override {
    PD_TRY(settle());
    return read_standing_records(core_->db(), connection, query);
  }
  Result<int64_t> count_standing(ConnectionId connection, reconcile::StandsFor what,
                                 const std::string& object) override {
    PD_TRY(settle());
    return count_standing_records(core_->db(), connection, what, object);
  }

 private:
  // After a failed plan the transaction holds half of it: nothing of it may be seen or kept.
  Result<void> usable() const {
    if (core_->dead()) return closed();
    if (fault_) return *fault_;
    if (!open_) return make_error(ErrorCode::kInternal, "the transaction has ended");
    return {};
  }

  // For whatever looks at the tables as a whole.
  Result<void> settle() {
    PD_TRY(usable());
    auto done = core_->writer().catch_up();
    if (!done) fault_ = done.error();
    return done;
  }

  std::shared_ptr<Core> core_;
  bool open_ = true;
  int64_t rows_ = 0;
  CauseId cause_;
  std::optional<Error> fault_;
};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~SqliteStore() override { core_->close(); }

  Result<std::unique_ptr<Transaction>> begin(Durability durability) override {
    PD_TRY(core_->begin(durability));
    return std::unique_ptr<Transaction>(std::make_unique<SqliteTransaction>(core_));
  }
  Result<std::unique_ptr<Reader>> reader() override { return core_->reader(); }
  Result<ConnectionId> connection(const std::string& name) override { return core_->connection(name); }
  Result<reconcile::Cursor> cursor(ConnectionId connection, const std::string& object) override {
    if (core_->dead()) return closed();
    return core_->writer().cursor(connection, object);
  }
  Result<std::optional<reconcile::BrakeHold>> hold(ConnectionId connection) override {
    if (core_->dead()) return closed();
    return read_hold(core_->db(), connection);
  }
  Result<std::vector<reconcile::MappingEdition>> editions(ConnectionId connection,
                                                          const std::string& object) override {
    return core_->editions(connection, object);
  }
  Result<reconcile::EditionId> edition(ConnectionId connection, const std::string& object,
                                       const std::vector<uint64_t>& lines) override {
    return core_->edition(connection, object, lines);
  }
  Result<std::optional<UserId>> user_by_email(const std::string& key) override {
    return core_->user_by_email(key);
  }
  int64_t rows_written() const override { return core_->rows_written(); }
  Result<void> checkpoint() override { return core_->checkpoint(); }
  void release_memory() override {
    if (!core_->dead()) core_->db().release_memory();
  }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options) {
  const bool memory = options.path == ":memory:";
  FileLock lock;
  if (!memory) {
    PD_TRY(make_folder_of(options.path));
    if (options.lock) {
      PD_ASSIGN(taken, FileLock::take(lock_file(options.path)));
      lock = std::move(taken);
    }
  }
  PD_ASSIGN(db, memory ? open_database_in_memory(options.cache_bytes)
                       : open_database_file(options.path, options.cache_bytes));
  auto core = std::make_shared<Core>(std::move(options), std::move(lock), std::move(db));
  PD_TRY(core->start());
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(core)));
}

}  // namespace prospectd::store
