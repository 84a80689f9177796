// Snapshot: exactly what the core needs to know to decide one page, read from a store in the page's
// transaction, and the overlay that it becomes while the page's own steps are applied to it in memory. Pure;
// owned by one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "reconcile/ping_pong.h"
#include "reconcile/plan.h"

namespace prospectd::reconcile {

/// The keys that a page needs looked up. Stores answer with what is there and leave out the rest.
struct PageKeys {
  ConnectionId connection;
  std::vector<RemoteId> remotes;  ///< the records' ids, the winners of merges and the contacts of conversions
  std::vector<std::string> emails;  ///< keys
  std::vector<RemoteId> users;      ///< owners that the records name
  std::vector<RemoteId> accounts;   ///< accounts that the records name
  /// Parallel to the first of `remotes`, or empty: a link that stands at exactly this version and hash is
  /// answered without its prospect, and a user without what waits for them, because nothing of it will be
  /// decided.
  std::vector<std::pair<Timestamp, uint64_t>> known;
  /// Parallel to `emails` and `accounts`, or empty: the place in `remotes` of the record that names each.
  /// What only records name whose links stand is not looked up.
  std::vector<size_t> email_owners;
  std::vector<size_t> account_owners;
  /// Wants PageSnapshot::lately from then on; none: nothing of it.
  std::optional<Timestamp> lately_since;
  bool only_references =
      false;  ///< a page of users or accounts: `remotes` are theirs; wants pending references to them
};

struct PageSnapshot {
  ConnectionId connection;
  std::unordered_map<RemoteId, Link> links;  ///< by record
  std::unordered_map<ProspectId, Prospect>
      prospects;  ///< all that links, addresses and pending references lead to
  std::unordered_map<ProspectId, RemoteId> link_of;       ///< this connection's link of each prospect above
  std::unordered_map<std::string, ProspectId> addresses;  ///< by key
  std::unordered_map<RemoteId, User> users;
  std::unordered_map<std::string, User> users_by_email;  ///< filled for pages of users: not yet linked ones
  /// Whole for pages of users and accounts; for people, who only refer to them, no more than their id.
  std::unordered_map<RemoteId, Account> accounts;
  std::unordered_map<RemoteId, std::vector<ProspectId>>
      open_duplicates;                                 ///< by record: prospects it is held against
  std::unordered_map<RemoteId, LineageEntry> lineage;  ///< by the id it was
  std::unordered_set<RemoteId> dead_letters;           ///< records that are set apart now
  /// For pages of users and accounts: who waits for each of them. The prospects and links are in the maps
  /// above (links by their own record's id); the accounts are in `accounts`.
  std::unordered_map<RemoteId, std::vector<ProspectId>> waiting_prospects;
  std::unordered_map<RemoteId, std::vector<RemoteId>> waiting_accounts;
  /// What has changed of prospects that change often, the latest first, at most kPastChangesMax.
  std::unordered_map<ProspectId, std::vector<PastChange>> lately;
  /// What pushes under way or waiting have sent: where the record holds it, that is ours, and no change of
  /// the CRM's people.
  std::unordered_map<ProspectId, SentValues> sent;
  /// By the key of an address that nobody has: whose record a create was to make with it that may have been
  /// carried out.
  std::unordered_map<std::string, ProspectId> in_doubt;
  /// Frozen fields, by position in the local schema.
  std::unordered_map<ProspectId, std::vector<size_t>> frozen;
  /// The others that wait for a person to decide, likewise.
  std::unordered_map<ProspectId, std::vector<size_t>> in_review;
  ProspectId next_prospect{1};  ///< ids that the plan may give out, upward
  UserId next_user{1};
  AccountId next_account{1};
};

/// Applies one step in memory, as the store would. The caller has checked it.
void apply_to(PageSnapshot& snapshot, const Step& step);

/// Would every step of `plan` find the state it was built on? Checks versions, addresses and links (I8).
/// **Errors:** kConflict, naming the first step that would not.
Result<void> can_apply(const PageSnapshot& snapshot, const Plan& plan);

}  // namespace prospectd::reconcile
