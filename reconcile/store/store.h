// Store: the blocking port to the database. Whole pages and plans, never row by row. One writer: every call
// is on the one worker thread (engine::Scheduler::blocking), but for Reader, whose calls may be on any one
// other thread and never block the writer. Implementations: sqlite_store.cpp; all pass
// tests/contract/store_contract.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "reconcile/access.h"
#include "reconcile/drift.h"
#include "reconcile/edit.h"
#include "reconcile/push.h"
#include "reconcile/row_edit.h"
#include "reconcile/snapshot.h"
#include "reconcile/store/list.h"

namespace prospectd::mapping::expression {
struct Expression;
}

namespace prospectd::store {

using reconcile::ConnectionId;

/// A record by its name.
struct RecordKey {
  std::string object;
  RemoteId remote;
  bool operator==(const RecordKey&) const = default;
};
struct SetApart {
  DeadLetterId letter;
  RecordKey record;
};

/// Records of an object that stand (linked, or kept as accounts, and not deleted), by their holder's number.
struct StandingQuery {
  reconcile::StandsFor what = reconcile::StandsFor::kProspect;
  std::string object;
  int64_t after = 0;  ///< holders from behind this one on
  size_t limit = 0;
};

/// What an object's last drift scan came to.
struct StoredVerification {
  ConnectionId connection;
  reconcile::Verification verification;
  bool operator==(const StoredVerification&) const = default;
};

/// A transaction for writing. Destroyed without commit(): rolled back.
class Transaction {
 public:
  virtual ~Transaction() = default;
  /// The state of exactly these keys, as this transaction sees it.
  virtual Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) = 0;
  /// Writes the plan's steps, journal rows (under one cause) and cursor.
  /// **Errors:** kConflict when a precondition no longer holds (a version, an address, a link, the cursor):
  /// nothing of the transaction may then be committed.
  virtual Result<void> apply(const reconcile::Plan& plan, Timestamp now) = 0;
  /// The cause under which the plan that was applied last stands in the journal; 0: nothing of it does.
  virtual CauseId cause() const = 0;
  virtual Result<void> commit() = 0;
  /// Prospects that wait for an address (a PendingRef of field::kEmail in their link of this connection),
  /// from the one after `after` on, at most `limit`, by number; with their links, and `addresses` and
  /// `prospects` filled with who holds the addresses they wait for. Empty when nobody waits.
  virtual Result<reconcile::PageSnapshot> waiting_for_addresses(ConnectionId connection, ProspectId after,
                                                                size_t limit) = 0;
  /// Open failure rows of kind kDuplicateEmail whose prospect does not have the address (`email_key`) any
  /// more: their records can be judged afresh. At most `limit`, oldest first.
  virtual Result<std::vector<reconcile::Duplicate>> stale_duplicates(ConnectionId connection,
                                                                     size_t limit) = 0;
  /// Records that have a dead letter, oldest first, from the one after `after` on, at most `limit`.
  virtual Result<std::vector<SetApart>> set_apart(ConnectionId connection, DeadLetterId after,
                                                  size_t limit) = 0;
  /// Records that a link has gone on to (a conversion, a merge) and of which nothing has been applied yet, at
  /// most `limit`.
  virtual Result<std::vector<RecordKey>> unread_links(ConnectionId connection, size_t limit) = 0;
  /// The state of exactly these keys, for edits made here.
  virtual Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys& keys) = 0;
  /// Adds the answers to these keys, for changes of other rows.
  virtual Result<void> look_up(const reconcile::RowKeys& keys, reconcile::RowScene& scene) = 0;
  /// Entries of the outbox to lease now (reconcile::plan_lease): the first that is due and others like it, of
  /// its object, operation and doubt, by lane, then due time, then number, at most `limit` and kPushLeaseMax.
  /// A ready one whose prospect has one under way is not among them. A lease that has run out is due again.
  virtual Result<std::vector<reconcile::OutboxEntry>> due_pushes(ConnectionId connection, Timestamp now,
                                                                 size_t limit) = 0;
  /// How many records of a connection prospects are linked to.
  virtual Result<int64_t> linked_records(ConnectionId connection) = 0;
  /// When the first entry of a connection's outbox is due; none while nothing waits.
  virtual Result<std::optional<Timestamp>> next_push(ConnectionId connection) = 0;
  /// What writing these prospects to a connection depends on.
  virtual Result<reconcile::PushScene> push_scene(ConnectionId connection,
                                                  const std::vector<ProspectId>& prospects) = 0;
  /// How these records of one object stand here; those that are not known are left out.
  virtual Result<reconcile::KnownRecords> known_records(ConnectionId connection, reconcile::StandsFor what,
                                                        const std::vector<RemoteId>& remotes) = 0;
  virtual Result<std::vector<reconcile::StandingRecord>> standing_records(ConnectionId connection,
                                                                          const StandingQuery& query) = 0;
  virtual Result<int64_t> count_standing(ConnectionId connection, reconcile::StandsFor what,
                                         const std::string& object) = 0;
};

/// What a list shows of a prospect.
struct ProspectRow {
  reconcile::Prospect prospect;
  std::vector<reconcile::Link> links;
  std::string owner_name;
  std::string account_name;
  std::vector<std::string> tags;
  std::vector<mapping::Value> keys;  ///< ListRow::keys, where it was asked for in an order
};

struct ProspectQuery {
  std::string text;          ///< part of a name, company or address; empty: all
  bool without_key = false;  ///< only those with no usable address
  /// Only those that match: made with reconcile::prospect_catalogue of the store's schema. Null: all.
  std::shared_ptr<const mapping::expression::Expression> filter;
  std::optional<std::vector<int64_t>> ids;  ///< only these, at most kListRowsMax
  ListPlace place;                          ///< by the columns of prospect_collection
  size_t limit = 50;                        ///< at most kListRowsMax
};

struct JournalRow {
  int64_t id = 0;
  CauseId cause;
  std::string cause_kind;
  std::string cause_detail;
  std::string actor;
  Timestamp at{};
  reconcile::JournalEntry entry;
};

/// What set changes off, as it is kept.
struct CauseRow {
  CauseId id;
  reconcile::Cause cause;
  Timestamp at{};
};

/// Of the entries of the outbox that wait or are under way, the one that does so for longest.
struct OldestPush {
  Timestamp made{};
  reconcile::PushState state = reconcile::PushState::kReady;
  Timestamp due{};   ///< not tried, or looked up, before
  std::string code;  ///< of the last attempt that failed; empty: none did
  bool operator==(const OldestPush&) const = default;
};

struct Totals {
  int64_t prospects = 0;
  int64_t without_key = 0;
  int64_t links = 0;
  int64_t users = 0;
  int64_t accounts = 0;
  int64_t open_duplicates = 0;
  int64_t dead_letters = 0;
  int64_t open_conflicts = 0;
  int64_t outbox = 0;       ///< entries that wait or are under way
  int64_t outbox_dead = 0;  ///< entries that were given up
  std::optional<OldestPush> outbox_oldest = std::nullopt;
};

struct ObjectCursor {
  ConnectionId connection;
  std::string object;
  reconcile::Cursor cursor;
};

/// A run-time setting, as somebody made it.
struct StoredSetting {
  std::string name;
  std::string value;
  std::string actor;
  Timestamp changed_at{};
  bool operator==(const StoredSetting&) const = default;
};

/// A kept answer without its body.
struct KeptSize {
  reconcile::KeptAnswer answer;
  size_t body_bytes = 0;
};

/// A consistent view for reading, on a connection of its own.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Totals> totals() = 0;
  virtual Result<std::vector<ObjectCursor>> cursors() = 0;
  virtual Result<std::vector<ProspectRow>> prospects(const ProspectQuery& query) = 0;
  virtual Result<std::optional<ProspectRow>> prospect(ProspectId id) = 0;
  /// A page of a collection.
  virtual Result<std::vector<ListRow>> list(const ListQuery& query) = 0;
  /// By address key, or by any CRM id that is or was linked.
  virtual Result<std::optional<ProspectId>> find_by_email(const std::string& key) = 0;
  virtual Result<std::optional<ProspectId>> find_by_remote(const RemoteId& remote) = 0;
  /// Open ones first, newest id last; `after` pages on.
  virtual Result<std::vector<reconcile::Duplicate>> duplicates(DuplicateId after, size_t limit,
                                                               bool only_open) = 0;
  virtual Result<std::vector<reconcile::Duplicate>> duplicates_of(const RemoteId& remote) = 0;
  virtual Result<std::vector<reconcile::Duplicate>> duplicates_of(ProspectId prospect) = 0;
  /// By number, from the one after `after` on, of a connection (0: of all).
  virtual Result<std::vector<reconcile::DeadLetter>> dead_letters(DeadLetterId after, size_t limit,
                                                                  ConnectionId connection = {}) = 0;
  /// The same of entries of the outbox that were given up.
  virtual Result<std::vector<reconcile::OutboxEntry>> dead_pushes(OutboxId after, size_t limit,
                                                                  ConnectionId connection = {}) = 0;
  /// Open conflicts by number, from the one after `after` on; those of fields that the schema does not name
  /// are left out.
  virtual Result<std::vector<reconcile::Conflict>> conflicts(reconcile::ConflictId after, size_t limit) = 0;
  virtual Result<std::vector<reconcile::LineageEntry>> lineage_of(const RemoteId& remote) = 0;
  /// The journal of a prospect, oldest first, ranges that include it too; at most `limit` newest.
  virtual Result<std::vector<JournalRow>> journal_of(ProspectId prospect, size_t limit) = 0;
  virtual Result<std::vector<JournalRow>> journal_of_remote(const RemoteId& remote, size_t limit) = 0;
  /// The same of a row that is no prospect.
  virtual Result<std::vector<JournalRow>> journal_of_row(const reconcile::RowName& row, size_t limit) = 0;
  virtual Result<std::optional<CauseRow>> cause(CauseId id) = 0;
  /// The newest cause; none in a new database.
  virtual Result<std::optional<CauseRow>> last_cause() = 0;
  /// The causes whose detail names this job ("…, job 12"), newest first.
  virtual Result<std::vector<CauseRow>> causes_of_job(const std::string& job) = 0;
  /// The journal of a cause, oldest first, from the row after `after` on, at most `limit`.
  virtual Result<std::vector<JournalRow>> journal_of_cause(CauseId id, int64_t after, size_t limit) = 0;
  /// The newest cause that changed this field of a prospect, on either side; what was merely written to a CRM
  /// does not count. None when there is none.
  virtual Result<std::optional<CauseId>> last_cause_of(ProspectId prospect, const std::string& field) = 0;
  /// What is to be written of a prospect, or was given up, by number.
  virtual Result<std::vector<reconcile::OutboxEntry>> outbox_of(ProspectId prospect) = 0;
  /// By name.
  virtual Result<std::vector<StoredSetting>> settings() = 0;
  /// Tokens, revoked ones too, by number; and saved filters by name.
  virtual Result<std::vector<reconcile::Token>> tokens() = 0;
  virtual Result<std::vector<reconcile::SavedFilter>> saved_filters() = 0;
  /// By number: those that go on, and the last kEndedJobsMax that have ended.
  virtual Result<std::vector<reconcile::Job>> jobs() = 0;
  /// Saved plans that have not expired, newest first, without their inputs and what they told.
  virtual Result<std::vector<reconcile::SavedPlan>> saved_plans(Timestamp now) = 0;
  /// One of them, whole.
  virtual Result<std::optional<reconcile::SavedPlan>> saved_plan(const std::string& id, Timestamp now) = 0;
  /// What is kept under a key; and all that is, by age, the bodies left out but for their size.
  virtual Result<std::optional<reconcile::KeptAnswer>> kept_answer(const std::string& actor,
                                                                   const std::string& key) = 0;
  virtual Result<std::vector<KeptSize>> kept_answers() = 0;
  /// Of every object that was ever scanned, by connection and object.
  virtual Result<std::vector<StoredVerification>> verifications() = 0;
  /// A snapshot for a dry run.
  virtual Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) = 0;
  virtual Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys& keys) = 0;
  virtual Result<void> look_up(const reconcile::RowKeys& keys, reconcile::RowScene& scene) = 0;
  /// Calls `visit` with each prospect in id order (tests, exports).
  virtual Result<void> each_prospect(const std::function<void(const ProspectRow&)>& visit) = 0;
};

/// When what a transaction commits outlives a power failure. A crash of the process takes nothing either way.
enum class Durability {
  kAtOnce,   ///< before commit() returns, with everything that was committed before
  kInOrder,  ///< with the next commit at once, or checkpoint; until then a failure may take it, whole, and
             ///< what came after it: for what would be fetched and decided again all the same
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Transaction>> begin(Durability durability = Durability::kAtOnce) = 0;
  virtual Result<std::unique_ptr<Reader>> reader() = 0;
  /// The number of a connection by its name in the config; made on first use.
  virtual Result<ConnectionId> connection(const std::string& name) = 0;
  virtual Result<reconcile::Cursor> cursor(ConnectionId connection, const std::string& object) = 0;
  /// Before what the mass-change brake has stopped a connection; none while it goes on.
  virtual Result<std::optional<reconcile::BrakeHold>> hold(ConnectionId connection) = 0;
  /// The editions that an object's mapping has had, oldest first.
  virtual Result<std::vector<reconcile::MappingEdition>> editions(ConnectionId connection,
                                                                  const std::string& object) = 0;
  /// The edition with these lines; made on first use.
  virtual Result<reconcile::EditionId> edition(ConnectionId connection, const std::string& object,
                                               const std::vector<uint64_t>& lines) = 0;
  /// The person with this address, linked or not.
  virtual Result<std::optional<UserId>> user_by_email(const std::string& key) = 0;
  /// Rows written since it was opened (steps applied); for tests of quiet (I5).
  virtual int64_t rows_written() const = 0;
  /// Moves what the log holds into the database file; in the writer's idle time.
  virtual Result<void> checkpoint() = 0;
  /// Lets go of the memory that only makes the next calls quicker: for the end of work over many rows.
  virtual void release_memory() = 0;
};

/// A moment at which a test may stop the world.
enum class CommitPoint { kBeforeCommit, kAfterCommit };
/// Called at every commit point; answering false plays a crash there: the store rolls back what is not
/// committed, closes, and every later call fails with kCancelled.
using CommitHook = std::function<bool(CommitPoint)>;

struct SqliteOptions {
  std::string
      path;  ///< a file, or ":memory:" (tests and simulation: the reader shares the writer's connection)
  mapping::LocalSchema schema;
  CommitHook on_commit;                     ///< empty: never stops
  bool lock = true;                         ///< take the lock file against a second daemon
  int64_t cache_bytes = 3LL * 1024 * 1024;  ///< of pages; an import stays under 64 MB in all
};

/// Opens or creates the database, migrates it, takes the lock.
/// **Errors:** kLockHeld (names the process that has it), kStateDamaged (says how to restore), kStateTooNew,
/// kConfigInvalid (the folder can't be written), kDiskFull.
Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options);

}  // namespace prospectd::store
