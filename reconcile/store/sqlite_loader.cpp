#include "reconcile/store/sqlite_loader.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "mapping/email_key.h"

namespace prospectd::store {
namespace {

using reconcile::Account;
using reconcile::ConnectionId;
using reconcile::Link;
using reconcile::PageKeys;
using reconcile::PageSnapshot;
using reconcile::UserKind;

enum Holder : int64_t { kProspectHolder = 0, kAccountHolder = 1 };

std::string select(const char* columns, const char* rest) {
  return "SELECT " + std::string(columns) + " FROM " + rest;
}

}  // namespace

// One snapshot in the making.
struct Loader::Job {
  const PageKeys& keys;
  const Tally& tally;
  FreeKeys* free = nullptr;
  PageSnapshot out;
  std::unordered_set<ProspectId> wanted = {};  ///< prospects to load, with their link of this connection
  std::unordered_set<ProspectId> spared = {};  ///< behind links that stand as the page knows them
  /// By place in `remotes`: the link stands as the page knows it, so that the record changes nothing and
  /// nothing else that it names is looked up.
  std::vector<bool> stands = {};
  std::vector<ProspectId> linked = {};  ///< by place in `remotes`: whose the record is; 0: nobody's

  bool is_needed(const std::vector<size_t>& owners, size_t at) const {
    return at >= owners.size() || owners[at] >= stands.size() || !stands[owners[at]];
  }

  /// The prospect of the record that names the address, where it has it already, as most do; else 0.
  ProspectId owner_with_address(size_t at) const {
    const size_t place = at < keys.email_owners.size() ? keys.email_owners[at] : linked.size();
    const ProspectId owner = place < linked.size() ? linked[place] : ProspectId{};
    const auto prospect = out.prospects.find(owner);
    if (!owner || prospect == out.prospects.end()) return {};
    const bool has =
        std::ranges::count(prospect->second.addresses, keys.emails[at], &reconcile::Address::key) > 0;
    return has ? owner : ProspectId{};
  }
};

Loader::Loader(Database& db, const Codec& codec, const AddressHash& hash)
    : rows_(db, codec),
      hash_(hash),
      links_by_hash_(db, select(kLinkColumns, "links WHERE remote_hash = ?")),
      link_by_id_(db, select(kLinkColumns, "links WHERE id = ?")),
      address_by_hash_(db, "SELECT id, key FROM addresses WHERE key_hash = ?"),
      user_by_remote_(db, select(kUserColumns, "users WHERE connection = ? AND remote = ? AND remote <> ''")),
      user_by_email_(db, select(kUserColumns,
                                "users WHERE email_key = ? AND email_key <> '' AND remote = '' AND kind = 0 "
                                "ORDER BY id LIMIT 1")),
      account_by_remote_(
          db, select(kAccountColumns, "accounts WHERE connection = ? AND remote = ? AND remote <> ''")),
      account_id_(db, "SELECT id FROM accounts WHERE connection = ? AND remote = ? AND remote <> ''"),
      account_by_id_(db, select(kAccountColumns, "accounts WHERE id = ?")),
      waiting_(db,
               "SELECT DISTINCT kind, holder FROM pending_references WHERE connection = ? AND remote = ? "
               "AND NOT (kind = 0 AND field = 'email') ORDER BY kind, holder LIMIT ?"),
      waiting_addresses_(db,
                         "SELECT holder, remote FROM pending_references WHERE connection = ? AND field = "
                         "'email' AND kind = 0 AND holder > ? ORDER BY holder LIMIT ?"),
      open_duplicates_(
          db, "SELECT prospect FROM duplicates WHERE connection = ? AND remote = ? AND open = 1 ORDER BY id"),
      all_open_duplicates_(
          db, "SELECT remote, prospect FROM duplicates WHERE connection = ? AND open = 1 ORDER BY id"),
      lineage_(db,
               "SELECT to_remote, to_object, kind, at FROM lineage WHERE connection = ? AND from_remote = ? "
               "ORDER BY id DESC LIMIT 1"),
      dead_letter_(db, "SELECT 1 FROM dead_letters WHERE connection = ? AND remote = ?"),
      lately_(
          db,
          "SELECT j.field, j.before, j.after, j.reason FROM journal j JOIN causes c ON c.id = j.cause WHERE "
          "j.prospect = ? AND j.last IS NULL AND j.field IS NOT NULL AND c.at >= ? ORDER BY j.id DESC "
          "LIMIT " +
              std::to_string(reconcile::kPastChangesMax)),
      conflicts_(db,
                 "SELECT field, frozen FROM conflicts WHERE prospect = ? AND connection = ? AND open = 1"),
      sent_(db,
            "SELECT sent FROM outbox WHERE prospect = ? AND connection = ? AND sent IS NOT NULL ORDER BY id"),
      creates_in_doubt_(db,
                        "SELECT prospect, sent FROM outbox WHERE connection = ? AND state IN ('leased', "
                        "'in_doubt') AND operation = 'create' AND sent IS NOT NULL ORDER BY id") {}

void Loader::begin_filters(const Tally& tally) {
  if (tally.links == 0) links_filter_.start();
  if (tally.prospects == 0) addresses_filter_.start();
}

Result<PageSnapshot> Loader::snapshot(const PageKeys& keys, const Tally& tally, FreeKeys* free) {
  if (free != nullptr) free->reset(keys.emails.size(), keys.remotes.size());
  Job job{keys, tally, free, {}};
  job.out.connection = keys.connection;
  job.out.next_prospect = {tally.next_prospect};
  job.out.next_user = {tally.next_user};
  job.out.next_account = {tally.next_account};
  if (!keys.only_references) PD_TRY(load_links(job));
  if (tally.users > 0) PD_TRY(load_users(job));
  if (tally.accounts > 0) PD_TRY(load_accounts(job));
  if (keys.only_references) {
    if (tally.users > 0) PD_TRY(load_local_users(job));
    if (tally.pending > 0) PD_TRY(load_waiting(job));
  } else {
    PD_TRY(load_prospects(job));
    PD_TRY(load_addresses(job));
    if (tally.outbox > 0) PD_TRY(load_creates_in_doubt(job));
    if (tally.open_duplicates > 0) PD_TRY(load_open_duplicates(job));
    if (tally.lineage > 0) PD_TRY(load_lineage(job));
  }
  if (tally.dead_letters > 0) PD_TRY(load_dead_letters(job));
  PD_TRY(load_prospects(job));
  return std::move(job.out);
}

// Looked up in the order of the index, so that neighbours meet the same pages; equal keys stay in the page's
// order.
Result<void> Loader::load_links(Job& job) {
  const std::vector<RemoteId>& remotes = job.keys.remotes;
  job.out.links.reserve(remotes.size());
  job.stands.resize(remotes.size());
  job.linked.resize(remotes.size());
  std::vector<HashedKey> order;
  order.reserve(remotes.size());
  for (size_t i = 0; i < remotes.size(); ++i)
    order.push_back({hash_(remotes[i].str()), i});
  std::ranges::sort(order);
  for (const HashedKey& key : order) {
    bool bare = true;
    if (job.tally.links > 0) PD_TRY(load_link(job, key, bare));
    if (bare && job.free != nullptr) job.free->remotes.insert(key.hash);
  }
  return {};
}

Result<void> Loader::load_link(Job& job, const HashedKey& key, bool& bare) {
  const RemoteId& remote = job.keys.remotes[key.at];
  PD_ASSIGN(found, link_at(job.keys.connection, remote, key.hash, &bare));
  if (!found) return {};
  const Link& link = found->link;
  const auto& known = job.keys.known;
  const bool same =
      key.at < known.size() && link.version == known[key.at].first && link.hash == known[key.at].second;
  // An earlier record of the page with the same id will have changed the link by then.
  const bool stands = same && !job.wanted.contains(link.prospect);
  job.stands[key.at] = stands;
  job.linked[key.at] = link.prospect;
  (stands ? job.spared : job.wanted).insert(link.prospect);
  job.out.link_of[link.prospect] = link.remote;
  job.out.links.insert_or_assign(remote, std::move(found->link));
  return {};
}

Result<std::optional<StoredLink>> Loader::link_at(ConnectionId connection, const RemoteId& remote,
                                                  int64_t hash, bool* bare) {
  if (bare != nullptr) *bare = true;
  if (links_filter_.is_surely_new(hash)) return std::optional<StoredLink>();
  if (debtor_ != nullptr) PD_TRY(debtor_->pay_link(hash));
  Query query(links_by_hash_);
  query.bind(hash);
  while (query.step()) {
    if (bare != nullptr) *bare = false;
    if (query.text(1) != remote.str() || query.integer(0) % kConnectionsMax != connection.value) continue;
    PD_ASSIGN(link, rows_.link(query));
    return std::optional(StoredLink{std::move(link), std::string(query.text(kShadowColumn))});
  }
  PD_TRY(query.done());
  return std::optional<StoredLink>();
}

// Who has changed the address since is found by the one that was sent. Few are in doubt at any time.
Result<void> Loader::load_creates_in_doubt(Job& job) {
  std::unordered_map<std::string, ProspectId> made;
  Query query(creates_in_doubt_);
  query.bind(job.keys.connection.value);
  while (query.step()) {
    PD_ASSIGN(sent, rows_.codec().read_sent(query.text(1)));
    const auto address = sent.find(mapping::field::kEmail);
    if (address == sent.end()) continue;
    if (auto key = mapping::email_key(address->second.str()))
      made[*std::move(key)] = ProspectId{query.integer(0)};
  }
  PD_TRY(query.done());
  if (made.empty()) return {};
  for (const std::string& email : job.keys.emails) {
    const auto whose = made.find(email);
    if (whose == made.end() || job.out.addresses.contains(email)) continue;
    job.out.in_doubt.insert(*whose);
    job.wanted.insert(whose->second);
  }
  return {};
}

Result<void> Loader::load_addresses(Job& job) {
  std::vector<HashedKey> order;
  order.reserve(job.keys.emails.size());
  for (size_t i = 0; i < job.keys.emails.size(); ++i) {
    if (!job.is_needed(job.keys.email_owners, i)) continue;
    if (const ProspectId own = job.owner_with_address(i); own)
      job.out.addresses.emplace(job.keys.emails[i], own);
    else
      order.push_back({hash_(job.keys.emails[i]), i});
  }
  std::ranges::sort(order);
  for (const HashedKey& key : order) {
    const std::string& email = job.keys.emails[key.at];
    std::optional<ProspectId> holder;
    bool bare = true;
    if (job.tally.prospects > 0) {
      PD_ASSIGN(found, holder_of(email, key.hash, &bare));
      holder = found;
    }
    if (bare && job.free != nullptr) job.free->addresses.insert(key.hash);
    if (!holder) continue;
    job.out.addresses.emplace(email, *holder);
    if (!job.spared.contains(*holder)) job.wanted.insert(*holder);
  }
  return {};
}

Result<std::optional<ProspectId>> Loader::holder_of(const std::string& address_key, int64_t hash,
                                                    bool* bare) {
  if (bare != nullptr) *bare = true;
  if (addresses_filter_.is_surely_new(hash)) return std::optional<ProspectId>();
  if (debtor_ != nullptr) PD_TRY(debtor_->pay_address(hash));
  Query query(address_by_hash_);
  query.bind(hash);
  while (query.step()) {
    if (bare != nullptr) *bare = false;
    if (query.text(1) == address_key) return std::optional(ProspectId{query.integer(0) / kAddressesMax});
  }
  PD_TRY(query.done());
  return std::optional<ProspectId>();
}

Result<void> Loader::load_prospects(Job& job) {
  std::vector<ProspectId> ids;
  ids.reserve(job.wanted.size());
  std::ranges::copy_if(job.wanted, std::back_inserter(ids),
                       [&](ProspectId id) { return !job.out.prospects.contains(id); });
  std::ranges::sort(ids);  // rows of one page of the database lie together
  job.out.prospects.reserve(job.wanted.size());
  for (const ProspectId id : ids) {
    PD_ASSIGN(found, rows_.prospect(id));
    if (!found) continue;
    if (job.keys.lately_since) PD_TRY(load_lately(job, *found));
    if (job.tally.open_conflicts > 0) PD_TRY(load_conflicts(job, id));
    if (job.tally.outbox > 0) PD_TRY(load_sent(job, id));
    job.out.prospects.emplace(id, *std::move(found));
    if (job.tally.links > 0 && !job.out.link_of.contains(id)) PD_TRY(load_link_of(job, id));
  }
  return {};
}

// What has changed less often than a field may alternate, or not lately, needs no look at the journal.
Result<void> Loader::load_lately(Job& job, const reconcile::Prospect& prospect) {
  if (prospect.version < reconcile::kAlternationsMax || prospect.updated_at < *job.keys.lately_since)
    return {};
  Query query(lately_);
  query.bind(prospect.id.value).bind(ms_of(*job.keys.lately_since));
  std::vector<reconcile::PastChange> changes;
  while (query.step()) {
    const auto reason = reconcile::reason_from_code(query.text(3));
    if (!reason || !reconcile::is_past_change(*reason)) continue;
    changes.push_back({std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2)),
                       reconcile::is_decision(*reason)});
  }
  PD_TRY(query.done());
  if (!changes.empty()) job.out.lately.emplace(prospect.id, std::move(changes));
  return {};
}

Result<void> Loader::load_conflicts(Job& job, ProspectId prospect) {
  Query query(conflicts_);
  query.bind(prospect.value).bind(job.keys.connection.value);
  while (query.step()) {
    const size_t field = rows_.codec().schema().find(query.text(0));
    auto& fields = query.integer(1) != 0 ? job.out.frozen : job.out.in_review;
    if (field != mapping::LocalSchema::npos) fields[prospect].push_back(field);
  }
  return query.done();
}

Result<void> Loader::load_sent(Job& job, ProspectId prospect) {
  Query query(sent_);
  query.bind(prospect.value).bind(job.keys.connection.value);
  while (query.step()) {
    PD_ASSIGN(sent, rows_.codec().read_sent(query.text(0)));
    for (auto& [field, value] : sent)
      job.out.sent[prospect].insert_or_assign(field, std::move(value));
  }
  return query.done();
}

Result<void> Loader::load_link_of(Job& job, ProspectId prospect) {
  Query query(link_by_id_);
  query.bind(link_id(prospect, job.keys.connection));
  if (query.step()) {
    PD_ASSIGN(link, rows_.link(query));
    job.out.link_of[prospect] = link.remote;
    RemoteId remote = link.remote;
    job.out.links.insert_or_assign(std::move(remote), std::move(link));
  }
  return query.done();
}

Result<void> Loader::load_users(Job& job) {
  for (const RemoteId& remote : job.keys.users) {
    if (job.out.users.contains(remote)) continue;
    Query query(user_by_remote_);
    query.bind(job.keys.connection.value).bind(remote.str());
    if (query.step()) job.out.users.emplace(remote, rows_.user(query));
    PD_TRY(query.done());
  }
  return {};
}

Result<void> Loader::load_local_users(Job& job) {
  for (const std::string& email : job.keys.emails) {
    Query query(user_by_email_);
    query.bind(email);
    if (query.step()) job.out.users_by_email.emplace(email, rows_.user(query));
    PD_TRY(query.done());
  }
  return {};
}

Result<void> Loader::load_accounts(Job& job) {
  for (size_t i = 0; i < job.keys.accounts.size(); ++i) {
    const RemoteId& remote = job.keys.accounts[i];
    if (!job.is_needed(job.keys.account_owners, i) || job.out.accounts.contains(remote)) continue;
    Query query(job.keys.only_references ? account_by_remote_ : account_id_);
    query.bind(job.keys.connection.value).bind(remote.str());
    if (query.step()) {
      Account account;
      account.id = {query.integer(0)};
      if (job.keys.only_references) {
        PD_ASSIGN(whole, rows_.account(query));
        account = std::move(whole);
      }
      job.out.accounts.emplace(remote, std::move(account));
    }
    PD_TRY(query.done());
  }
  return {};
}

Result<void> Loader::load_waiting(Job& job) {
  int64_t left = kWaitingMax;
  for (size_t i = 0; i < job.keys.remotes.size() && left > 0; ++i) {
    if (is_to_settle(job, i)) PD_TRY(load_waiting_for(job, job.keys.remotes[i], left));
  }
  return {};
}

// Thousands may wait for a user who has left, and an account is waited for until it is here.
bool Loader::is_to_settle(const Job& job, size_t at) {
  const RemoteId& remote = job.keys.remotes[at];
  const auto user = job.out.users.find(remote);
  if (user == job.out.users.end()) return !job.out.accounts.contains(remote);
  // What waits for a queue waits on: a queue never becomes a person.
  if (user->second.kind == UserKind::kQueue) return false;
  const auto& known = job.keys.known;
  return at >= known.size() || user->second.remote_version != known[at].first ||
         user->second.remote_hash != known[at].second;
}

Result<void> Loader::load_waiting_for(Job& job, const RemoteId& remote, int64_t& left) {
  Query query(waiting_);
  query.bind(job.keys.connection.value).bind(remote.str()).bind(left);
  for (; query.step(); --left) {
    if (query.integer(0) == kAccountHolder) {
      PD_TRY(load_waiting_account(job, remote, query.integer(1)));
    } else {
      const ProspectId prospect{query.integer(1)};
      job.out.waiting_prospects[remote].push_back(prospect);
      job.wanted.insert(prospect);
    }
  }
  return query.done();
}

Result<void> Loader::load_waiting_account(Job& job, const RemoteId& waits_for, int64_t account) {
  Query query(account_by_id_);
  query.bind(account);
  if (query.step()) {
    PD_ASSIGN(found, rows_.account(query));
    RemoteId remote = found.remote;
    job.out.waiting_accounts[waits_for].push_back(remote);
    job.out.accounts.emplace(std::move(remote), std::move(found));
  }
  return query.done();
}

// One look at all open rows, or one at each record's: whichever is less.
Result<void> Loader::load_open_duplicates(Job& job) {
  if (job.tally.open_duplicates > static_cast<int64_t>(job.keys.remotes.size())) {
    for (size_t i = 0; i < job.keys.remotes.size(); ++i) {
      if (!job.stands[i]) PD_TRY(load_open_duplicates_of(job, job.keys.remotes[i]));
    }
    return {};
  }
  std::unordered_map<RemoteId, std::vector<ProspectId>> open;
  Query query(all_open_duplicates_);
  query.bind(job.keys.connection.value);
  while (query.step())
    open[RemoteId(std::string(query.text(0)))].push_back(ProspectId{query.integer(1)});
  PD_TRY(query.done());
  for (const RemoteId& remote : job.keys.remotes) {
    if (auto found = open.extract(remote)) job.out.open_duplicates.insert(std::move(found));
  }
  return {};
}

Result<void> Loader::load_open_duplicates_of(Job& job, const RemoteId& remote) {
  if (job.out.open_duplicates.contains(remote)) return {};
  Query query(open_duplicates_);
  query.bind(job.keys.connection.value).bind(remote.str());
  while (query.step())
    job.out.open_duplicates[remote].push_back(ProspectId{query.integer(0)});
  return query.done();
}

Result<void> Loader::load_lineage(Job& job) {
  for (size_t i = 0; i < job.keys.remotes.size(); ++i) {
    if (job.stands[i]) continue;
    const RemoteId& remote = job.keys.remotes[i];
    Query query(lineage_);
    query.bind(job.keys.connection.value).bind(remote.str());
    if (query.step()) {
      job.out.lineage.insert_or_assign(
          remote, reconcile::LineageEntry{job.keys.connection, remote, RemoteId(std::string(query.text(0))),
                                          std::string(query.text(1)), std::string(query.text(2)),
                                          time_of(query.integer(3))});
    }
    PD_TRY(query.done());
  }
  return {};
}

Result<void> Loader::load_dead_letters(Job& job) {
  for (const RemoteId& remote : job.keys.remotes) {
    Query query(dead_letter_);
    query.bind(job.keys.connection.value).bind(remote.str());
    if (query.step()) job.out.dead_letters.insert(remote);
    PD_TRY(query.done());
  }
  return {};
}

Result<PageSnapshot> Loader::waiting_for_addresses(ConnectionId connection, ProspectId after, size_t limit,
                                                   const Tally& tally) {
  PageKeys keys;
  keys.connection = connection;
  Job job{keys, tally, nullptr, {}};
  job.out.connection = connection;
  job.out.next_prospect = {tally.next_prospect};
  if (tally.pending == 0) return std::move(job.out);
  std::vector<std::string> awaited;
  Query query(waiting_addresses_);
  query.bind(connection.value).bind(after.value).bind(static_cast<int64_t>(limit));
  while (query.step()) {
    job.wanted.insert(ProspectId{query.integer(0)});
    awaited.emplace_back(query.text(1));
  }
  PD_TRY(query.done());
  PD_TRY(load_prospects(job));
  // Holders come without their links: one that waits too, past the limit, must not look like one of these.
  for (const std::string& key : awaited) {
    PD_ASSIGN(holder, holder_of(key, hash_(key)));
    if (!holder) continue;
    job.out.addresses.emplace(key, *holder);
    if (job.out.prospects.contains(*holder)) continue;
    PD_ASSIGN(prospect, rows_.prospect(*holder));
    if (prospect) job.out.prospects.emplace(*holder, *std::move(prospect));
  }
  return std::move(job.out);
}

}  // namespace prospectd::store
