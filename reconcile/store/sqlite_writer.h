// Writer: carries out plans on the writing connection, inside a transaction that its caller owns. Checks
// every precondition against the rows themselves. Made of parts by what they write. On the writer's thread.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "reconcile/plan.h"
#include "reconcile/row_kind.h"
#include "reconcile/store/owed_rows.h"
#include "reconcile/store/sqlite_loader.h"

namespace prospectd::store {

/// What the parts share.
struct WriteContext {
  Database& db;
  const Codec& codec;
  Loader& loader;
  Tally& tally;
  Timestamp now{};
  reconcile::Cause cause = {};  ///< of this plan
  int64_t cause_id = 0;         ///< 0: not written yet
  int64_t written = 0;          ///< rows, of this plan
  FreeKeys free = {};
};

/// The error of a statement that writes; a violated constraint is told as `conflict`.
Error write_error(Error error, std::string conflict);

/// Pending references by what they wait for.
class PendingWriter {
 public:
  enum class Kind : int64_t { kProspect = 0, kAccount = 1 };
  explicit PendingWriter(WriteContext& context);
  /// The holder's references were `before` and are `after`, by field names of `names`.
  Result<void> replace(reconcile::ConnectionId connection, Kind kind, int64_t holder,
                       const std::vector<reconcile::PendingRef>& before,
                       const std::vector<reconcile::PendingRef>& after,
                       const std::vector<mapping::LocalField>& names);

 private:
  Result<void> run(Statement& statement, reconcile::ConnectionId connection, Kind kind, int64_t holder,
                   const std::vector<reconcile::PendingRef>& list,
                   const std::vector<mapping::LocalField>& names);
  WriteContext& c_;
  Statement remove_;
  Statement add_;
};

/// Causes, journal rows and cursors.
class JournalWriter {
 public:
  explicit JournalWriter(WriteContext& context);
  Result<void> write(const std::vector<reconcile::JournalEntry>& entries);
  /// The number of the plan's cause; it is written when it is first asked for.
  Result<int64_t> cause();
  Result<void> move(const reconcile::CursorMove& move);
  Result<reconcile::Cursor> cursor(reconcile::ConnectionId connection, const std::string& object);

 private:
  Result<void> add(int64_t cause, const reconcile::JournalEntry& entry);

  WriteContext& c_;
  Statement insert_cause_;
  Statement insert_entry_;
  Statement read_cursor_;
  Statement put_cursor_;
};

/// What is to be written to the CRMs.
class OutboxWriter {
 public:
  OutboxWriter(WriteContext& context, JournalWriter& journal);
  Result<void> write(const reconcile::EnqueuePush& step);
  Result<void> write(const reconcile::LeasePush& step);
  Result<void> write(const reconcile::NotePushSent& step);
  Result<void> write(const reconcile::AbandonLeases& step);
  Result<void> write(const reconcile::SettlePush& step);
  Result<void> write(const reconcile::DropPush& step);
  /// The prospect has another link, or its first: what waits to be written goes there.
  Result<void> retarget(ProspectId prospect, reconcile::ConnectionId connection);

 private:
  /// An entry that is not under way, as far as others may take its place.
  struct Waiting {
    int64_t id = 0;
    bool dead = false;
    std::string object;
    std::string remote;
    std::string operation;
    reconcile::PushLane lane = reconcile::PushLane::kOrdinary;
    bool blanks = false;
    Timestamp due_at{};
    int64_t cause = 0;
  };
  Result<std::optional<Waiting>> waiting(ProspectId prospect, reconcile::ConnectionId connection);
  static void bind(Query& query, const Waiting& wanted);
  Result<void> insert(ProspectId prospect, reconcile::ConnectionId connection, const Waiting& wanted);
  Result<void> renew(int64_t id, const Waiting& wanted);
  Result<void> stay(const reconcile::SettlePush& step);
  Result<void> remove(int64_t id);
  std::string new_key(ProspectId prospect, int64_t id) const;

  WriteContext& c_;
  JournalWriter& journal_;
  Statement waiting_;
  Statement insert_;
  Statement renew_;
  Statement lease_;
  Statement leased_;
  Statement note_sent_;
  Statement abandon_;
  Statement settle_;
  Statement remove_;
  Statement drop_;
  Statement retarget_;
};

/// Prospects, their addresses and their links. Those of new prospects are owed for a while.
class PeopleWriter final : private RowDebtor {
 public:
  PeopleWriter(WriteContext& context, PendingWriter& pending, OutboxWriter& outbox);
  /// Frees what the plan moves away, so that two prospects may swap addresses or records.
  Result<void> give_up(const reconcile::Plan& plan);
  Result<void> write(const reconcile::CreateProspect& step);
  Result<void> write(const reconcile::UpdateProspect& step);
  Result<void> write(const reconcile::PutLink& step);
  /// Writes all that is owed: a transaction's end, and whatever looks at addresses or links other than by
  /// their keys, comes after it.
  Result<void> catch_up();
  /// The transaction is void, and with it what it owed.
  void forget_owed() { owed_.clear(); }

 private:
  Result<void> pay_address(int64_t key_hash) override { return pay(owed_.with_address(key_hash)); }
  Result<void> pay_link(int64_t remote_hash) override { return pay(owed_.with_link(remote_hash)); }
  Result<void> pay(const std::vector<ProspectId>& prospects);
  Result<void> claim_address(ProspectId prospect, const reconcile::Address& address, int64_t hash);
  Result<void> insert(const AddressRow& row);
  Result<void> insert(const LinkRow& row, const std::string& shadow, const std::string& pending);
  /// `owed`: not now, but before anybody looks.
  Result<void> add_addresses(ProspectId prospect, const std::vector<reconcile::Address>& addresses,
                             bool owed);
  Result<void> add_link(const reconcile::Link& link, bool owed);
  Result<int64_t> remove_addresses(ProspectId prospect);
  Result<void> replace_addresses(ProspectId prospect, const std::vector<reconcile::Address>& addresses);
  Result<void> judge_duplicates(ProspectId prospect);
  Result<std::string> custom_after(const reconcile::UpdateProspect& step);
  Statement& update_statement(uint32_t shape);
  Result<std::optional<StoredLink>> stored_link(reconcile::ConnectionId connection, const RemoteId& remote);
  Result<void> claim_remote(const reconcile::Link& link, int64_t hash);
  Result<void> insert_link(const reconcile::Link& link, int64_t hash);
  Result<bool> update_plain_link(const reconcile::Link& link);
  Result<void> update_link(const reconcile::Link& link, const StoredLink& stored);
  Result<bool> remove_moved(const reconcile::PutLink& step);

  WriteContext& c_;
  PendingWriter& pending_;
  OutboxWriter& outbox_;
  Statement insert_prospect_;
  Statement prospect_state_;
  Statement insert_address_;
  Statement delete_addresses_;
  Statement judge_duplicates_;
  Statement insert_link_;
  Statement update_link_;
  Statement update_plain_link_;
  Statement delete_link_;
  std::map<uint32_t, Statement> updates_;           ///< by which columns they set
  std::unordered_set<ProspectId> emptied_;          ///< addresses given up already
  std::unordered_map<RemoteId, ProspectId> moved_;  ///< links given up already, and whose they were
  OwedRows owed_;
};

/// Users and accounts.
class ReferenceWriter {
 public:
  ReferenceWriter(WriteContext& context, PendingWriter& pending);
  Result<void> write(const reconcile::PutUser& step);
  Result<void> write(const reconcile::PutAccount& step);

 private:
  Result<void> insert_account(const reconcile::Account& account);
  Result<void> update_account(const reconcile::Account& account);

  WriteContext& c_;
  PendingWriter& pending_;
  Statement insert_user_;
  Statement update_user_;
  Statement insert_account_;
  Statement update_account_;
  Statement account_pending_;
};

/// What was held back, set apart or remembered: failure rows, dead letters, lineage, tags, conflicts; and
/// settings.
class IncidentWriter {
 public:
  explicit IncidentWriter(WriteContext& context);
  Result<void> write(const reconcile::HoldDuplicate& step);
  Result<void> write(const reconcile::CloseDuplicates& step);
  Result<void> write(const reconcile::Quarantine& step);
  Result<void> write(const reconcile::Release& step);
  Result<void> write(const reconcile::AddLineage& step);
  Result<void> write(const reconcile::TagProspect& step);
  Result<void> write(const reconcile::OpenConflict& step);
  Result<void> write(const reconcile::CloseConflict& step);
  Result<void> write(const reconcile::PutSetting& step);

 private:
  Result<int64_t> tag_id(const std::string& name);

  WriteContext& c_;
  Statement find_duplicate_;
  Statement insert_duplicate_;
  Statement reopen_duplicate_;
  Statement close_duplicates_;
  Statement count_letter_;
  Statement insert_letter_;
  Statement delete_letter_;
  Statement last_lineage_;
  Statement insert_lineage_;
  Statement find_tag_;
  Statement insert_tag_;
  Statement add_tag_;
  Statement remove_tag_;
  Statement find_conflict_;
  Statement insert_conflict_;
  Statement update_conflict_;
  Statement close_conflict_;
  Statement put_setting_;
  Statement delete_setting_;
};

/// Who may ask, and saved filters.
class AccessWriter {
 public:
  explicit AccessWriter(WriteContext& context);
  Result<void> write(const reconcile::AddToken& step);
  Result<void> write(const reconcile::RevokeToken& step);
  Result<void> write(const reconcile::NoteTokenUse& step);
  Result<void> write(const reconcile::PutSavedFilter& step);

 private:
  WriteContext& c_;
  Statement add_token_;
  Statement forget_ended_;
  Statement revoke_token_;
  Statement note_use_;
  Statement put_filter_;
  Statement drop_filter_;
};

/// Rows of the kinds that people write, and touches of prospects.
class RowWriter {
 public:
  RowWriter(WriteContext& context, PendingWriter& pending);
  Result<void> write(const reconcile::CreateRow& step);
  Result<void> write(const reconcile::UpdateRow& step);
  Result<void> write(const reconcile::RemoveRow& step);
  Result<void> write(const reconcile::TouchProspect& step);

 private:
  void count(const reconcile::RowKind& kind, int64_t more);
  Result<void> note_number(const reconcile::RowKind& kind, int64_t id);
  Result<void> stop_waiting(int64_t account);

  WriteContext& c_;
  PendingWriter& pending_;
  Statement put_next_;
  Statement touch_;
};

class Writer {
 public:
  Writer(Database& db, const Codec& codec, Loader& loader, Tally& tally);

  /// Rows written. **Errors:** kConflict when a precondition does not hold; the transaction is then void.
  Result<int64_t> apply(const reconcile::Plan& plan, Timestamp now);
  /// Writes what plans have put off (PeopleWriter::catch_up).
  Result<void> catch_up() { return people_.catch_up(); }
  void forget_owed() { people_.forget_owed(); }
  FreeKeys& free_keys() { return context_.free; }
  /// Of the plan that was applied last; 0: none of its own.
  CauseId cause() const { return {context_.cause_id}; }
  Result<reconcile::Cursor> cursor(reconcile::ConnectionId connection, const std::string& object) {
    return journal_.cursor(connection, object);
  }

 private:
  WriteContext context_;
  PendingWriter pending_;
  JournalWriter journal_;
  OutboxWriter outbox_;
  PeopleWriter people_;
  ReferenceWriter references_;
  IncidentWriter incidents_;
  AccessWriter access_;
  RowWriter rows_;
};

}  // namespace prospectd::store
