// The local model as the core sees it: plain values, no behaviour beyond small questions. Pure data, any
// thread. Field values lie in the order of mapping::LocalSchema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "mapping/local_schema.h"
#include "mapping/value.h"

namespace prospectd::reconcile {

using mapping::Value;

/// One org of one CRM; small, assigned by the store from the connection's name.
using ConnectionId = LocalId<struct ConnectionTag>;

struct Address {
  std::string key;    ///< mapping::email_key
  std::string typed;  ///< as typed
  bool operator==(const Address&) const = default;
};

struct Prospect {
  ProspectId id;
  int64_t version = 0;             ///< grows by one with every committed change; the precondition of plans
  std::vector<Value> fields;       ///< in the order of the LocalSchema
  std::vector<Address> addresses;  ///< the primary first; empty when no address is usable
  Timestamp created_at{};
  Timestamp updated_at{};
  std::optional<Timestamp>
      local_changed_at;  ///< the last change made here, not by a poll (conflict rule `newest`)
  std::optional<Timestamp> touched_at;

  bool operator==(const Prospect&) const = default;
};

/// The two-sided agreement of one field (SEMANTICS §11), in the prospect's terms: both sides as they stood
/// when they were last compared. A field without an entry has both equal to the prospect's value.
struct Agreement {
  Value remote;
  Value local;
  /// What the CRM is to hold again (an undo, §12), for as long as it holds `remote` and the prospect `local`;
  /// none: nothing is given back.
  std::optional<Value> restore = std::nullopt;
  bool operator==(const Agreement&) const = default;
};
/// By position in the local schema; holds only what differs from the row.
using Shadow = std::map<size_t, Agreement>;

/// A reference that the CRM's record holds and that could not be resolved here (yet): an owner that is a
/// queue, inactive or unknown, an account not seen. Kept raw, and resolved when the referenced record arrives
/// (F23).
struct PendingRef {
  size_t field = 0;  ///< mapping::field::kOwner or kAccount
  RemoteId remote;
  bool operator==(const PendingRef&) const = default;
};

/// An edition of an object's mapping: the lines that it compares (mapping::MapEntry::line), ascending. Each
/// link knows the edition by which its two sides were last compared; a line that is not in that one is new to
/// the link, and its sides take a baseline first (§11).
using EditionId = LocalId<struct EditionTag>;
struct MappingEdition {
  EditionId id;
  std::vector<uint64_t> lines;
  bool operator==(const MappingEdition&) const = default;
};

struct Link {
  ProspectId prospect;
  ConnectionId connection;
  std::string object;  ///< "Lead"
  RemoteId remote;
  Timestamp version{};  ///< the record's stamp when last applied
  uint64_t hash =
      0;  ///< MappedRecord::hash when last applied; a stamp has one second's grain, so both must match
  bool deleted = false;  ///< the record is in the CRM's recycle bin, or gone
  EditionId edition;     ///< of the last comparison; 0: every line counts as compared
  Shadow shadow;
  std::vector<PendingRef> pending;

  bool operator==(const Link&) const = default;
};

enum class UserKind { kPerson, kQueue };

struct User {
  UserId id;
  std::string name;
  std::string email_key;  ///< empty when none
  UserKind kind = UserKind::kPerson;
  bool active = true;
  ConnectionId connection;
  RemoteId remote;
  Timestamp remote_version{};
  uint64_t remote_hash = 0;

  bool operator==(const User&) const = default;
};

struct Account {
  AccountId id;
  int64_t version = 0;
  std::vector<Value> fields;  ///< mapping::account_field
  ConnectionId connection;
  RemoteId remote;
  Timestamp remote_version{};
  uint64_t remote_hash = 0;
  bool deleted = false;
  std::vector<PendingRef> pending;  ///< field = mapping::account_field::kOwner

  bool operator==(const Account&) const = default;
};

enum class DuplicateKind {
  kDuplicateEmail,  ///< another record is linked to the prospect that has this address (§2.4)
  kMergeConflict,   ///< the winner of a merge, or the contact of a conversion, is linked to another prospect
                    ///< (§4)
  kAmbiguousMatch,  ///< the record's addresses lead to several prospects
};

/// A failure row: a record that was held back, once for each (record, prospect).
struct Duplicate {
  DuplicateId id;
  ConnectionId connection;
  DuplicateKind kind = DuplicateKind::kDuplicateEmail;
  std::string object;
  RemoteId remote;         ///< the record held back
  ProspectId prospect;     ///< the prospect that has its address
  RemoteId linked_remote;  ///< what that prospect is linked to
  std::string linked_object;
  std::string email_key;  ///< the address that both have; empty for other kinds
  std::string policy;     ///< same_email as it stood
  Timestamp first_seen{};
  bool open = true;

  bool operator==(const Duplicate&) const = default;
};

/// A record set apart because it could not be decoded or applied; visible until it comes again whole.
struct DeadLetter {
  DeadLetterId id;
  ConnectionId connection;
  std::string object;
  RemoteId remote;
  std::optional<Timestamp> version;
  std::string reason;
  std::string payload;
  Timestamp first_seen{};
  Timestamp last_seen{};
  int64_t seen = 1;

  bool operator==(const DeadLetter&) const = default;
};

using ConflictId = LocalId<struct ConflictTag>;

/// A field that both sides changed under the rule `review`, or that went back and forth, for a person to
/// decide.
struct Conflict {
  ConflictId id;
  ProspectId prospect;
  ConnectionId connection;
  size_t field = 0;     ///< position in the local schema
  Value remote;         ///< the CRM's value, in the prospect's terms, as it was last read
  Value local;          ///< the prospect's as it was then
  bool frozen = false;  ///< it alternated: neither side's change is carried over, whatever its rule
  Timestamp opened_at{};
  bool operator==(const Conflict&) const = default;
};

/// Where a released, merged or converted id went; kept for ever (§4).
struct LineageEntry {
  ConnectionId connection;
  RemoteId from;
  RemoteId to;  ///< may be empty
  std::string to_object;
  std::string kind;  ///< "merged", "converted", "released"
  Timestamp at{};
  bool operator==(const LineageEntry&) const = default;
};

/// How far an object's feed has been read and committed. Compare-and-set: a writer names the value it read.
struct Cursor {
  std::optional<Timestamp> stamp;     ///< the greatest version committed; none: nothing read yet
  std::optional<Timestamp> verified;  ///< upper bound of the last window that was read to its end
  EditionId edition = {};             ///< by which all records up to `stamp` have been compared; 0: not kept
  bool operator==(const Cursor&) const = default;
};

}  // namespace prospectd::reconcile
