// Loader: snapshots, read on one connection: the state of exactly the keys asked for. What the tally says is
// empty is not asked. Belongs to its connection's thread.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <unordered_set>

#include "reconcile/snapshot.h"
#include "reconcile/store/address_hash.h"
#include "reconcile/store/hash_set.h"
#include "reconcile/store/key_filter.h"
#include "reconcile/store/sqlite_rows.h"
#include "reconcile/store/sqlite_tally.h"

namespace prospectd::store {

/// Prospects or accounts that wait for the records of one page; past it the rest waits for the next reading.
constexpr int64_t kWaitingMax = 1'000'000;

/// Hashes that no row has, as this transaction has seen: what it writes under them is unique without asking
/// again.
struct FreeKeys {
  HashSet addresses;
  HashSet remotes;

  void reset(size_t addresses_max, size_t remotes_max) {
    addresses.reset(addresses_max);
    remotes.reset(remotes_max);
  }
};

/// A link with its shadow as it is kept, which may name fields that the schema no longer has.
struct StoredLink {
  reconcile::Link link;
  std::string shadow;
};

/// A writer that owes rows to the tables. Whatever else is looked at but by these two keys has to be caught
/// up with before.
class RowDebtor {
 public:
  virtual ~RowDebtor() = default;
  /// Writes what it owes of the prospects that have the key.
  virtual Result<void> pay_address(int64_t key_hash) = 0;
  virtual Result<void> pay_link(int64_t remote_hash) = 0;
};

class Loader {
 public:
  Loader(Database& db, const Codec& codec, const AddressHash& hash);

  /// `free` (may be null) collects the keys that nobody has.
  Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys, const Tally& tally,
                                           FreeKeys* free);
  Result<reconcile::PageSnapshot> waiting_for_addresses(reconcile::ConnectionId connection, ProspectId after,
                                                        size_t limit, const Tally& tally);
  int64_t hash_of(const std::string& key) const { return hash_(key); }
  /// Who has the address. `bare` (may be null) says whether no row has its hash.
  Result<std::optional<ProspectId>> holder_of(const std::string& address_key, int64_t hash,
                                              bool* bare = nullptr);
  Result<std::optional<StoredLink>> link_at(reconcile::ConnectionId connection, const RemoteId& remote,
                                            int64_t hash, bool* bare = nullptr);
  Rows& rows() { return rows_; }

  /// For a writer that tells every row it adds: the tables that are empty now need not be asked for keys
  /// which it has not added.
  void begin_filters(const Tally& tally);
  void added_link(int64_t remote_hash) { links_filter_.insert(remote_hash); }
  void added_address(int64_t key_hash) { addresses_filter_.insert(key_hash); }
  /// Asked to pay before a key is looked up. It outlives the loader's last look.
  void set_debtor(RowDebtor* debtor) { debtor_ = debtor; }

 private:
  static constexpr int kFilterBitsLog = 23;  ///< 1 MiB
  struct Job;
  /// A key's hash, and its place in the list that it is from.
  struct HashedKey {
    int64_t hash;
    size_t at;
    auto operator<=>(const HashedKey&) const = default;
  };
  Result<void> load_links(Job& job);
  Result<void> load_link(Job& job, const HashedKey& key, bool& bare);
  Result<void> load_creates_in_doubt(Job& job);
  Result<void> load_addresses(Job& job);
  Result<void> load_prospects(Job& job);
  Result<void> load_link_of(Job& job, ProspectId prospect);
  Result<void> load_lately(Job& job, const reconcile::Prospect& prospect);
  Result<void> load_conflicts(Job& job, ProspectId prospect);
  Result<void> load_sent(Job& job, ProspectId prospect);
  Result<void> load_users(Job& job);
  Result<void> load_local_users(Job& job);
  Result<void> load_accounts(Job& job);
  Result<void> load_waiting(Job& job);
  static bool is_to_settle(const Job& job, size_t at);
  Result<void> load_waiting_for(Job& job, const RemoteId& remote, int64_t& left);
  Result<void> load_waiting_account(Job& job, const RemoteId& waits_for, int64_t account);
  Result<void> load_open_duplicates(Job& job);
  Result<void> load_open_duplicates_of(Job& job, const RemoteId& remote);
  Result<void> load_lineage(Job& job);
  Result<void> load_dead_letters(Job& job);

  Rows rows_;
  AddressHash hash_;
  KeyFilter links_filter_{kFilterBitsLog};
  KeyFilter addresses_filter_{kFilterBitsLog};
  RowDebtor* debtor_ = nullptr;
  Statement links_by_hash_;
  Statement link_by_id_;
  Statement address_by_hash_;
  Statement user_by_remote_;
  Statement user_by_email_;
  Statement account_by_remote_;
  Statement account_id_;
  Statement account_by_id_;
  Statement waiting_;
  Statement waiting_addresses_;
  Statement open_duplicates_;
  Statement all_open_duplicates_;
  Statement lineage_;
  Statement dead_letter_;
  Statement lately_;
  Statement conflicts_;
  Statement sent_;
  Statement creates_in_doubt_;
};

}  // namespace prospectd::store
