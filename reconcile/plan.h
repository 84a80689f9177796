// Plan: everything that one unit of work (a page, an edit, …) would change, as data. Built by the pure core
// from a snapshot, applied by a store in one transaction together with its journal and cursor. What is not in
// a plan does not happen. Pure data, any thread. `can_apply` and `apply_to` are in snapshot.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/access.h"
#include "reconcile/brake.h"
#include "reconcile/drift.h"
#include "reconcile/job.h"
#include "reconcile/kept_answer.h"
#include "reconcile/model.h"
#include "reconcile/outbox.h"
#include "reconcile/reason.h"
#include "reconcile/saved_plan.h"

namespace prospectd::reconcile {

struct FieldChange {
  size_t field = 0;  ///< position in the local schema
  Value before;
  Value after;
  Reason reason = Reason::kUpdatedFromCrm;
  bool was_going_out = false;  ///< the value before was on its way to the CRM
  bool was_in_review = false;  ///< … or waited for a person to decide
  bool operator==(const FieldChange&) const = default;
};

/// A new prospect with its link, whole. `prospect.version` is 1.
struct CreateProspect {
  Prospect prospect;
  std::optional<Link> link;
  bool operator==(const CreateProspect&) const = default;
};
/// Changes fields of a prospect; refused unless its version is still `expected`. When the email field
/// changes, `addresses` is the whole new list.
struct UpdateProspect {
  ProspectId id;
  int64_t expected = 0;
  std::vector<FieldChange> changes;
  std::optional<std::vector<Address>> addresses;
  bool local = false;  ///< made here: sets local_changed_at
  bool operator==(const UpdateProspect&) const = default;
};
/// Writes a link whole: a new one, a moved one (`replaces`: the id it stood on), or new version, hash,
/// shadow, pending, deleted.
struct PutLink {
  Link link;
  RemoteId replaces;  ///< empty unless the link moves to another record
  bool operator==(const PutLink&) const = default;
};
/// Opens a failure row unless one for the same (connection, remote, prospect) is there.
struct HoldDuplicate {
  Duplicate duplicate;
  bool operator==(const HoldDuplicate&) const = default;
};
/// Closes the open failure rows of a record.
struct CloseDuplicates {
  ConnectionId connection;
  RemoteId remote;
  bool operator==(const CloseDuplicates&) const = default;
};
/// Sets a record apart; the same record again counts `seen` up.
struct Quarantine {
  DeadLetter letter;
  bool operator==(const Quarantine&) const = default;
};
/// The record came again whole, or a person lets go of it: its dead letter goes.
struct Release {
  ConnectionId connection;
  RemoteId remote;
  bool operator==(const Release&) const = default;
};
struct PutUser {
  User user;
  bool create = false;
  bool operator==(const PutUser&) const = default;
};
struct PutAccount {
  Account account;
  bool create = false;
  bool operator==(const PutAccount&) const = default;
};
struct AddLineage {
  LineageEntry entry;
  bool operator==(const AddLineage&) const = default;
};
/// The tag of prospects whose record is deleted (§4).
constexpr const char* kDeletedTag = "crm-deleted";
/// Adds (or takes away) a tag of a prospect, by name.
struct TagProspect {
  ProspectId prospect;
  std::string tag;
  bool remove = false;
  bool operator==(const TagProspect&) const = default;
};
/// A field that both sides changed under the rule `review`, or that is frozen, once for each (prospect,
/// field).
struct OpenConflict {
  ProspectId prospect;
  ConnectionId connection;
  size_t field = 0;
  Value remote;
  Value local;
  bool frozen = false;  ///< Conflict::frozen
  bool operator==(const OpenConflict&) const = default;
};

/// Closes the open conflict of a field, where there is one: a person has decided, or the sides agree.
struct CloseConflict {
  ProspectId prospect;
  ConnectionId connection;
  size_t field = 0;
  bool operator==(const CloseConflict&) const = default;
};

/// Sets a run-time setting, or takes it back (no value). Who and when are the plan's.
struct PutSetting {
  std::string name;  ///< "prospects.same_email"
  std::optional<std::string> value;
  bool operator==(const PutSetting&) const = default;
};

/// A new token, whole.
struct AddToken {
  Token token;
  bool operator==(const AddToken&) const = default;
};
/// Ends a token; refused when there is none of that number, or it was revoked before.
struct RevokeToken {
  TokenId id;
  bool operator==(const RevokeToken&) const = default;
};
/// When a token was last used; nothing is journaled for it.
struct NoteTokenUse {
  TokenId id;
  bool operator==(const NoteTokenUse&) const = default;
};
/// Saves a filter, or drops it (no text). Its owner is who saved it first.
struct PutSavedFilter {
  std::string name;
  std::optional<std::string> text;
  bool operator==(const PutSavedFilter&) const = default;
};

/// A prospect is to be written to a connection. Entries that wait for the same are one: the one that is there
/// becomes due now, takes the more urgent lane and begins to count its attempts anew; a dead one lives again.
/// Behind one that is leased or in doubt there is a new one (I6).
struct EnqueuePush {
  ConnectionId connection;
  ProspectId prospect;
  std::string object;
  RemoteId remote;  ///< empty for a create
  PushOperation operation = PushOperation::kUpdate;
  PushLane lane = PushLane::kOrdinary;
  bool blanks = false;  ///< OutboxEntry::blanks; of entries that are one, any
  bool operator==(const EnqueuePush&) const = default;
};
/// Takes an entry for one attempt; refused unless it stands at this lease and its prospect has none under
/// way.
struct LeasePush {
  OutboxId id;
  int64_t lease = 0;  ///< OutboxEntry::lease as it was read; one more afterwards
  Timestamp until{};
  bool operator==(const LeasePush&) const = default;
};
/// What an attempt is about to send, noted before it is sent: what of it has arrived can be told by it from
/// what the record holds, though the answer be lost (F24). Refused unless the entry is out on this lease.
struct NotePushSent {
  OutboxId id;
  int64_t lease = 0;
  SentValues values;
  bool operator==(const NotePushSent&) const = default;
};
/// The process that held the leases of a connection has ended: whatever is leased is in doubt, and due at
/// once.
struct AbandonLeases {
  ConnectionId connection;
  bool operator==(const AbandonLeases&) const = default;
};
/// How an attempt ended; refused unless the entry is still out on this lease. An entry that is ready again
/// takes in the one that came behind it meanwhile; one that is dead makes way for it.
struct SettlePush {
  OutboxId id;
  int64_t lease = 0;
  std::optional<PushState> state;  ///< kReady, kInDoubt or kDead; none: it was written, or dropped, and goes
  Timestamp due_at{};              ///< when it is tried, or looked up, next
  std::string code;                ///< the CRM's own: "UNABLE_TO_LOCK_ROW"; at most kPushCodeBytesMax
  std::string error;               ///< what it said; at most kPushErrorBytesMax are kept
  bool counts = true;              ///< false: the attempt failed for no reason of its own
  bool operator==(const SettlePush&) const = default;
};

/// Lets go of an entry that was given up, or waits; refused unless it stands at this lease and none of its
/// attempts is under way or in doubt.
struct DropPush {
  OutboxId id;
  int64_t lease = 0;
  bool operator==(const DropPush&) const = default;
};

/// A new row of a kind (row_kind.h), whole: its cells in the kind's order. Its version is 1.
struct CreateRow {
  std::string type;  ///< RowKind::type
  int64_t id = 0;
  std::vector<Value> cells;
  bool operator==(const CreateRow&) const = default;
};
/// Changes cells of a row; refused unless its version is still `expected`.
struct UpdateRow {
  std::string type;
  int64_t id = 0;
  int64_t expected = 0;
  std::vector<std::pair<size_t, Value>> cells;
  bool operator==(const UpdateRow&) const = default;
};
/// Takes a row away; refused unless its version is still `expected`.
struct RemoveRow {
  std::string type;
  int64_t id = 0;
  int64_t expected = 0;
  bool operator==(const RemoveRow&) const = default;
};
/// Somebody was in touch with the prospect; an earlier touch than the one that is known changes nothing.
struct TouchProspect {
  ProspectId prospect;
  Timestamp at{};
  bool operator==(const TouchProspect&) const = default;
};

/// Keeps an answer under its key, in the place of what is kept there; those that are too old go. Nothing is
/// journaled for it.
struct KeepAnswer {
  KeptAnswer answer;
  bool operator==(const KeepAnswer&) const = default;
};
/// Lets go of what is kept under a key: nothing came of it.
struct DropAnswer {
  std::string actor;
  std::string key;
  bool operator==(const DropAnswer&) const = default;
};

/// Writes a job whole: a new one, or how far it has come.
struct PutJob {
  Job job;
  bool operator==(const PutJob&) const = default;
};
/// What an object's drift scan came to, in the place of the one before it.
struct PutVerification {
  ConnectionId connection;
  Verification verification;
  bool operator==(const PutVerification&) const = default;
};

/// A connection stops until a person lets it go on.
struct HoldConnection {
  BrakeHold hold;
  bool operator==(const HoldConnection&) const = default;
};
/// … and goes on.
struct ReleaseConnection {
  ConnectionId connection;
  bool operator==(const ReleaseConnection&) const = default;
};

/// Keeps a plan, which is new, for as long as it says.
struct SavePlan {
  SavedPlan plan;
  bool operator==(const SavePlan&) const = default;
};
struct DropPlan {
  std::string id;
  bool operator==(const DropPlan&) const = default;
};

using Step = std::variant<CreateProspect, UpdateProspect, PutLink, HoldDuplicate, CloseDuplicates, Quarantine,
                          Release, PutUser, PutAccount, AddLineage, TagProspect, OpenConflict, PutSetting,
                          AddToken, RevokeToken, NoteTokenUse, PutSavedFilter, EnqueuePush, LeasePush,
                          NotePushSent, AbandonLeases, SettlePush, DropPush, CloseConflict, PutJob, SavePlan,
                          DropPlan, HoldConnection, ReleaseConnection, CreateRow, UpdateRow, RemoveRow,
                          TouchProspect, KeepAnswer, DropAnswer, PutVerification>;

/// JournalEntry::detail of a value that a force update replaced while it was on its way to the CRM.
constexpr const char* kWasGoingOut = "it was on its way to the CRM";
/// The same of either side's value, where a person was to decide between the two.
constexpr const char* kWasInReview = "a person was to decide it";

/// One row of the journal. Creations by an import share one row a page (`count` > 1, prospects
/// `prospect`…`last`).
struct JournalEntry {
  Reason reason = Reason::kUpdatedFromCrm;
  ProspectId prospect;  ///< 0 where the row is not of a prospect
  ProspectId last;      ///< the last of a range; 0 for one
  int64_t count = 1;
  std::string object;  ///< of the record, where there is one
  RemoteId remote;
  std::string field;   ///< local field name, or empty
  std::string before;  ///< Value::to_json
  std::string after;
  std::string detail;  ///< more words, e.g. both sides of a conflict
  int64_t row = 0;     ///< of the kind `object` (row_kind.h), where it is of a row that is no prospect
  bool operator==(const JournalEntry&) const = default;
};

/// Why a record is held back.
Reason reason_of(DuplicateKind kind);
/// A row that tells of a link.
JournalEntry entry_of(const Link& link, Reason reason);

/// What set a plan off.
struct Cause {
  std::string kind;    ///< "poll", "edit", …
  std::string detail;  ///< "salesforce/Lead"
  std::string actor;   ///< "prospectd", or a user's name
  bool operator==(const Cause&) const = default;
};

struct CursorMove {
  ConnectionId connection;
  std::string object;
  Cursor expected;
  Cursor next;
  bool operator==(const CursorMove&) const = default;
};

/// What a plan would do, counted; sums over plans.
struct PlanCounts {
  int64_t read = 0;
  int64_t unchanged = 0;
  int64_t created = 0;
  int64_t without_key = 0;  ///< of the created, those with no usable address
  int64_t updated = 0;
  int64_t linked = 0;
  int64_t held = 0;        ///< new failure rows
  int64_t held_again = 0;  ///< records whose failure row was there already
  int64_t deleted = 0;
  int64_t restored = 0;
  int64_t moved = 0;  ///< links that followed a conversion or merge
  int64_t skipped = 0;
  int64_t quarantined = 0;
  int64_t owners = 0;  ///< owner changes
  int64_t field_errors = 0;
  int64_t frozen = 0;  ///< fields that began to wait for a person because they alternate

  PlanCounts& operator+=(const PlanCounts& o);
  bool operator==(const PlanCounts&) const = default;
};

struct Plan {
  Cause cause;
  std::vector<Step> steps;
  std::vector<JournalEntry> journal;
  std::optional<CursorMove> cursor;
  PlanCounts counts;

  /// Nothing to write: no step, no journal row and no cursor move.
  bool empty() const { return steps.empty() && journal.empty() && !cursor; }
  bool operator==(const Plan&) const = default;
};

}  // namespace prospectd::reconcile
