// What a push writes, and what it leaves behind (SEMANTICS §11; FAULTS F24–F29). Which fields go out is read
// from the agreement: a prospect's value that differs from its own side of it is on its way out, everything
// else is at rest. Pure, any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/page.h"
#include "reconcile/settle.h"

namespace prospectd::reconcile {

/// The state of exactly the prospects of a batch, towards one connection.
struct PushScene {
  std::unordered_map<ProspectId, Prospect> prospects;
  std::unordered_map<ProspectId, Link> links;
  std::unordered_map<UserId, User> users;            ///< whom they name as owner
  std::unordered_map<AccountId, RemoteId> accounts;  ///< theirs, as far as the connection has them
  /// Fields that a person is still to decide (rule `review`): nothing of them goes out.
  std::unordered_map<ProspectId, std::set<size_t>> in_review;
};

/// A value that the CRM can't be given.
struct PushFault {
  size_t field = 0;  ///< position in the local schema
  Reason reason = Reason::kFieldError;
  std::string message;  ///< a sentence, without the value
};

struct PushPayload {
  std::vector<std::pair<std::string, Value>> fields;  ///< of the CRM, and what each is to hold
  SentValues sent;                                    ///< the prospect's values that they stand for
  /// Agreements that change though nothing is sent: the CRM holds the value already (none), or the mapping
  /// keeps a blank back (a standing difference from now on).
  std::map<size_t, std::optional<Agreement>> at_rest;
  std::vector<PushFault> faults;
};

/// Does this field's value differ from what the CRM holds, by a change of this side's?
bool is_going_out(const mapping::MapEntry& entry, const Prospect& prospect, const Link& link);
/// Is the record given back a value by an undo? It is read again before: only what it still holds of ours is
/// written over (§12).
bool is_given_back(const Link& link);
/// What is on its way out, from the value that the CRM held to the prospect's; `reason` is every change's.
std::vector<FieldChange> outgoing_changes(const PersonType& type, const Prospect& prospect, const Link& link,
                                          Reason reason);
/// What is on its way out to the linked record; with `blanks`, also those that the mapping holds back.
PushPayload update_payload(const PersonType& type, const Prospect& prospect, const Link& link,
                           const PushScene& scene, bool blanks = false);
/// All that a new record is to hold.
PushPayload create_payload(const PersonType& type, const Prospect& prospect, const PushScene& scene);

/// The entry of the outbox that carries it, in the lane of its most urgent field; none where nothing is.
std::optional<EnqueuePush> outgoing_push(const PersonType& type, const Prospect& prospect, const Link& link);

/// A record was made of a prospect by what was sent. Where the prospect has a value now that was not sent, it
/// was blank then: the value came since, and is still to go out.
void await_unsent(const PersonType& type, const Prospect& prospect, const SentValues& sent, Link& link);

/// Before a record that was read back is merged: what an attempt in doubt has sent, and the record holds, has
/// arrived. Whatever was changed here since is then a change of this side alone. True when all of it has.
bool acknowledge(const PersonType& type, const mapping::MappedRecord& record, const PageSnapshot& snapshot,
                 const SentValues& sent, Link& link);

/// How one attempt ended.
struct PushEnd {
  OutboxEntry entry;  ///< as it was leased
  SentValues sent;
  std::vector<PushFault> faults;  ///< of the payload: the entry can't be done until they are mended
  Settlement settlement;
  RemoteId created;     ///< of a create that was done
  std::string code;     ///< the CRM's own
  std::string message;  ///< its own, too
};

/// Adds what an ended attempt leaves: the agreement, what becomes of the entry, and the journal's rows.
/// `scene` is the state as it is now, and may have changed since the payload was made. Verdicts kRetryAlone,
/// kFollow and kLink are the engine's to carry out first.
void add_end(Plan& plan, const PersonType& type, const mapping::LocalSchema& schema, PushEnd end,
             const PushScene& scene);

/// The payload's changes to the agreement.
void rest(const PushPayload& payload, Link& link);

}  // namespace prospectd::reconcile
