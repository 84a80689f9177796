// A dry run: the same core over a read snapshot, with what the run itself would have changed laid over it.
#include <algorithm>
#include <set>
#include <unordered_set>

#include "daemon/engine/applier.h"
#include "mapping/email_key.h"
#include "reconcile/mass_kinds.h"

namespace prospectd::engine {
namespace {

using reconcile::ConnectionId;
using reconcile::Cursor;
using reconcile::PageKeys;
using reconcile::PageSnapshot;
using reconcile::Plan;
using reconcile::PlanCounts;

// What the pages so far would have made of the database, by key. Laid over each later snapshot.
class Overlay {
 public:
  void lay_over(const PageKeys& keys, PageSnapshot& snapshot) const {
    for (const RemoteId& remote : keys.remotes) {
      if (gone_.contains(remote)) snapshot.links.erase(remote);
      copy(state_.links, remote, snapshot.links);
      if (closed_.contains(remote)) snapshot.open_duplicates.erase(remote);
      copy(state_.open_duplicates, remote, snapshot.open_duplicates);
      copy(state_.lineage, remote, snapshot.lineage);
      if (whole_.contains(remote)) snapshot.dead_letters.erase(remote);
      if (state_.dead_letters.contains(remote)) snapshot.dead_letters.insert(remote);
    }
    for (const std::string& email : keys.emails) {
      if (freed_.contains(email)) snapshot.addresses.erase(email);
      copy(state_.addresses, email, snapshot.addresses);
    }
    for (const RemoteId& user : keys.users)
      copy(state_.users, user, snapshot.users);
    for (const RemoteId& account : keys.accounts)
      copy(state_.accounts, account, snapshot.accounts);
    complete(snapshot);
    snapshot.next_prospect.value = std::max(snapshot.next_prospect.value, next_prospect_);
    snapshot.next_user.value = std::max(snapshot.next_user.value, next_user_);
    snapshot.next_account.value = std::max(snapshot.next_account.value, next_account_);
  }

  void absorb(const Plan& plan, const PageSnapshot& after) {
    for (const reconcile::Step& step : plan.steps) {
      bring_in(step, after);
      note(step);
      apply_to(state_, step);
    }
    next_prospect_ = std::max(next_prospect_, after.next_prospect.value);
    next_user_ = std::max(next_user_, after.next_user.value);
    next_account_ = std::max(next_account_, after.next_account.value);
  }

  size_t prospects() const { return state_.prospects.size(); }

  // ---- for the end of a cycle ----

  bool came_whole(const RemoteId& remote) const { return whole_.contains(remote); }

  /// `keys` are links of the database whose records have not been read since they moved; on return, those of
  /// the run.
  void settle_unread(ConnectionId connection, std::vector<store::RecordKey>& keys) const {
    std::erase_if(keys, [&](const store::RecordKey& key) {
      return gone_.contains(key.remote) || state_.links.contains(key.remote);
    });
    for (const auto& [remote, link] : state_.links) {
      if (link.connection == connection && link.version == Timestamp{}) keys.push_back({link.object, remote});
    }
  }

  /// Adds those who wait for an address, and the addresses.
  void add_waiting(PageKeys& keys) const { add_waiting(state_, keys); }
  static void add_waiting(const PageSnapshot& of, PageKeys& keys) {
    for (const auto& [remote, link] : of.links) {
      for (const reconcile::PendingRef& pending : link.pending) {
        if (pending.field != mapping::field::kEmail) continue;
        keys.remotes.push_back(remote);
        keys.emails.push_back(pending.remote.str());
      }
    }
  }

  /// Prospects of the database that gave an address up.
  const std::unordered_set<ProspectId>& readdressed() const { return readdressed_; }
  /// Failure rows that the run opened.
  const std::vector<reconcile::Duplicate>& held() const { return held_; }
  bool is_closed(const reconcile::Duplicate& row) const { return closed_.contains(row.remote); }
  /// `otherwise` where the run has not touched the prospect.
  bool has_address(ProspectId id, const std::string& key, bool otherwise) const {
    const auto found = state_.prospects.find(id);
    if (found == state_.prospects.end()) return otherwise;
    return std::ranges::count(found->second.addresses, key, &reconcile::Address::key) > 0;
  }

 private:
  void note(const reconcile::Step& step) {
    if (const auto* released = std::get_if<reconcile::Release>(&step)) whole_.insert(released->remote);
    if (const auto* hold = std::get_if<reconcile::HoldDuplicate>(&step)) held_.push_back(hold->duplicate);
    if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step); update && update->addresses)
      readdressed_.insert(update->id);
    if (const auto* close = std::get_if<reconcile::CloseDuplicates>(&step)) {
      closed_.insert(close->remote);
      std::erase_if(held_, [&](const reconcile::Duplicate& row) { return row.remote == close->remote; });
    }
  }

  template <class Map>
  static void copy(const Map& from, const typename Map::key_type& key, Map& to) {
    const auto found = from.find(key);
    if (found != from.end()) to.insert_or_assign(key, found->second);
  }

  // The prospects that the copied links and addresses lead to, with their links.
  void complete(PageSnapshot& snapshot) const {
    std::unordered_set<ProspectId> wanted;
    for (const auto& [remote, link] : snapshot.links)
      wanted.insert(link.prospect);
    for (const auto& [key, prospect] : snapshot.addresses)
      wanted.insert(prospect);
    for (const ProspectId id : wanted) {
      copy(state_.prospects, id, snapshot.prospects);
      const auto linked = state_.link_of.find(id);
      if (linked == state_.link_of.end()) continue;
      snapshot.link_of.insert_or_assign(id, linked->second);
      copy(state_.links, linked->second, snapshot.links);
    }
  }

  // A step that changes a prospect of the database needs it in the overlay first, and what it gives up must
  // not be found in the database again.
  void bring_in(const reconcile::Step& step, const PageSnapshot& after) {
    if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step)) {
      bring_in(update->id, after);
      for (const reconcile::FieldChange& change : update->changes) {
        if (change.field != mapping::field::kEmail) continue;
        if (const auto key = mapping::email_key(change.before.str())) freed_.insert(*key);
      }
    }
    if (const auto* put = std::get_if<reconcile::PutLink>(&step)) {
      bring_in(put->link.prospect, after);
      if (!put->replaces.empty()) gone_.insert(put->replaces);
    }
  }

  void bring_in(ProspectId id, const PageSnapshot& after) {
    // `after` shows the prospect as the page left it; the step is applied again on top, which changes nothing
    // but its version.
    const auto found = after.prospects.find(id);
    if (found != after.prospects.end()) state_.prospects.try_emplace(id, found->second);
  }

  PageSnapshot state_;
  std::unordered_set<std::string> freed_;  ///< addresses that a prospect of the database gave up
  std::unordered_set<RemoteId> gone_;      ///< ids that a link has moved on from
  std::unordered_set<RemoteId> whole_;     ///< records whose dead letter has gone
  std::unordered_set<RemoteId> closed_;    ///< records whose failure rows have been closed
  std::vector<reconcile::Duplicate> held_;
  std::unordered_set<ProspectId> readdressed_;
  int64_t next_prospect_ = 1;
  int64_t next_user_ = 1;
  int64_t next_account_ = 1;
};

class DryRunApplier final : public Applier {
 public:
  DryRunApplier(store::Store& store, const mapping::LocalSchema& schema, reconcile::BrakeRule brake,
                DryRunReport& report)
      : store_(store), schema_(schema), brake_(brake), report_(report) {}

  Result<PlanCounts> apply(Batch& batch, const Planner& planner, Timestamp now) override {
    PD_TRY(open_reader());
    batch.begun = true;
    PlanCounts counts;
    for (FedPage& page : batch.pages) {
      PageKeys keys = std::move(page.keys);
      keys.known.clear();  // a link that stands in the database may have been changed by the run itself
      PD_ASSIGN(snapshot, reader_->snapshot(keys));
      overlay_.lay_over(keys, snapshot);
      const Plan plan = planner.plan(page, snapshot);
      overlay_.absorb(plan, snapshot);
      show(plan, snapshot);
      PD_TRY(weigh(plan, snapshot, now));
      counts += plan.counts;
      if (overlay_.prospects() > kOverlayProspectsMax) {
        report_.truncated = true;
        return make_error(ErrorCode::kTooLarge,
                          "a dry run looks at changes of up to 200,000 prospects; it stopped there");
      }
    }
    return counts;
  }

  Result<Cursor> cursor(ConnectionId connection, const std::string& object) override {
    return store_.cursor(connection, object);
  }
  Result<PlanCounts> settle_addresses(ConnectionId connection, const std::string&,
                                      const std::vector<reconcile::PersonType>& types, Timestamp,
                                      Rounds& rounds) override {
    PageKeys keys;
    keys.connection = connection;
    {
      PD_ASSIGN(transaction, store_.begin());  // only to ask; it is given up
      PD_ASSIGN(waiting,
                transaction->waiting_for_addresses(connection, rounds.waiting_after, kAddressMovesMax));
      Overlay::add_waiting(waiting, keys);
    }
    overlay_.add_waiting(keys);
    if (keys.remotes.empty()) return PlanCounts{};
    PD_TRY(open_reader());
    PD_ASSIGN(snapshot, reader_->snapshot(keys));
    overlay_.lay_over(keys, snapshot);
    const Plan plan = plan_address_moves(types, snapshot);
    overlay_.absorb(plan, snapshot);
    show(plan, snapshot);
    return plan.counts;
  }

  Result<std::vector<store::RecordKey>> unread(ConnectionId connection, Rounds& rounds) override {
    PD_ASSIGN(transaction, store_.begin());
    PD_ASSIGN(keys, transaction->unread_links(connection, kRejudgedMax));
    PD_ASSIGN(apart, transaction->set_apart(connection, rounds.letters_after, kRejudgedMax));
    overlay_.settle_unread(connection, keys);
    for (store::SetApart& one : apart) {
      if (!overlay_.came_whole(one.record.remote)) keys.push_back(std::move(one.record));
    }
    return keys;
  }

  Result<std::vector<store::RecordKey>> stale_duplicates(ConnectionId connection) override {
    PD_ASSIGN(rows, stale_in_database(connection));
    PD_TRY(open_reader());
    for (const ProspectId prospect : overlay_.readdressed()) {
      PD_ASSIGN(held, reader_->duplicates_of(prospect));
      std::ranges::move(held, std::back_inserter(rows));
    }
    std::set<std::pair<std::string, RemoteId>> stale;
    const auto judge = [&](const reconcile::Duplicate& row, bool untouched_has_address) {
      const bool concerned =
          row.open && row.connection == connection && row.kind == reconcile::DuplicateKind::kDuplicateEmail;
      if (concerned && !overlay_.has_address(row.prospect, row.email_key, untouched_has_address))
        stale.emplace(row.object, row.remote);
    };
    for (const reconcile::Duplicate& row : rows) {
      if (!overlay_.is_closed(row)) judge(row, false);
    }
    for (const reconcile::Duplicate& row : overlay_.held())
      judge(row, true);
    std::vector<store::RecordKey> keys;
    for (const auto& [object, remote] : stale)
      keys.push_back({object, remote});
    return keys;
  }

  Result<void> mark_verified(ConnectionId, const std::vector<ReadToEnd>&, Timestamp, Timestamp) override {
    return {};
  }

  // An edition that is not there yet gets the number that it would get.
  Result<Editions> editions(ConnectionId connection, const std::string& object,
                            const std::vector<uint64_t>& lines) override {
    PD_ASSIGN(all, store_.editions(connection, object));
    const auto same = std::ranges::find(all, lines, &reconcile::MappingEdition::lines);
    if (same != all.end()) {
      const reconcile::EditionId current = same->id;
      return Editions{current, std::move(all)};
    }
    const reconcile::EditionId next{all.empty() ? 1 : all.back().id.value + 1};
    all.push_back({next, lines});
    return Editions{next, std::move(all)};
  }

 private:
  Result<void> open_reader() {
    if (reader_) return {};
    PD_ASSIGN(reader, store_.reader());
    reader_ = std::move(reader);
    return {};
  }

  Result<std::vector<reconcile::Duplicate>> stale_in_database(ConnectionId connection) {
    PD_ASSIGN(transaction, store_.begin());
    return transaction->stale_duplicates(connection, kRejudgedMax);
  }

  void show(const Plan& plan, const PageSnapshot& after) {
    for (const reconcile::Step& step : plan.steps) {
      if (const auto* create = std::get_if<reconcile::CreateProspect>(&step)) add_row("create", *create);
      if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step)) add_rows(*update, after);
      if (const auto* held = std::get_if<reconcile::HoldDuplicate>(&step)) add_row("hold", *held);
      if (const auto* push = std::get_if<reconcile::EnqueuePush>(&step)) pushed_.insert(push->prospect);
    }
    report_.pushes = static_cast<int64_t>(pushed_.size());
  }

  // A sync would be stopped by the brake (decision 0021): so it is told beforehand. Its deletions are counted
  // after the page's other changes.
  Result<void> weigh(const Plan& plan, const PageSnapshot& after, Timestamp now) {
    if (brake_.hold()) return {};
    if (!brake_.knows_records() && !brake_.covers(static_cast<int64_t>(plan.steps.size()))) {
      PD_ASSIGN(transaction, store_.begin());
      PD_ASSIGN(records, transaction->linked_records(after.connection));
      brake_.set_records(records);
    }
    for (const reconcile::Step& step : plan.steps) {
      const auto* update = std::get_if<reconcile::UpdateProspect>(&step);
      const reconcile::Link* link = update == nullptr ? nullptr : link_of(update->id, after);
      if (link != nullptr)
        brake_.admits(reconcile::mass_kinds_of(update->changes), after.connection, link->object, link->remote,
                      now);
    }
    for (const reconcile::JournalEntry& entry : plan.journal) {
      if (entry.reason == reconcile::Reason::kDeletedInCrm)
        brake_.admits(reconcile::kOneDeletion, after.connection, entry.object, entry.remote, now);
    }
    report_.brake = brake_.hold();
    return {};
  }

  static const reconcile::Link* link_of(ProspectId id, const PageSnapshot& after) {
    const auto remote = after.link_of.find(id);
    const auto link = remote == after.link_of.end() ? after.links.end() : after.links.find(remote->second);
    return link == after.links.end() ? nullptr : &link->second;
  }

  DryRunRow* new_row(const char* action) {
    if (report_.rows.size() >= kDryRunRowsMax) return nullptr;
    report_.rows.emplace_back();
    report_.rows.back().action = action;
    return &report_.rows.back();
  }

  void add_row(const char* action, const reconcile::CreateProspect& create) {
    DryRunRow* row = new_row(action);
    if (row == nullptr || !create.link) return;
    row->object = create.link->object;
    row->remote = create.link->remote.str();
    row->reason = code_of(create.prospect.addresses.empty() ? reconcile::Reason::kNoKey
                                                            : reconcile::Reason::kCreatedFromCrm);
  }

  void add_row(const char* action, const reconcile::HoldDuplicate& held) {
    DryRunRow* row = new_row(action);
    if (row == nullptr) return;
    row->object = held.duplicate.object;
    row->remote = held.duplicate.remote.str();
    row->prospect = std::to_string(held.duplicate.prospect.value);
    row->reason = code_of(reason_of(held.duplicate.kind));
  }

  void add_rows(const reconcile::UpdateProspect& update, const PageSnapshot& after) {
    const reconcile::Link* link = link_of(update.id, after);
    for (const reconcile::FieldChange& change : update.changes) {
      const std::string& name = schema_.fields()[change.field].name;
      ++report_.fields[name];
      DryRunRow* row = new_row(change.field == mapping::field::kOwner ? "own" : "update");
      if (row == nullptr) continue;
      row->prospect = std::to_string(update.id.value);
      if (link != nullptr) row->object = link->object;
      if (link != nullptr) row->remote = link->remote.str();
      row->field = name;
      row->before = change.before.to_text();
      row->after = change.after.to_text();
      row->reason = code_of(change.reason);
    }
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  reconcile::Brake brake_;  ///< stops nothing
  std::set<ProspectId> pushed_;
  DryRunReport& report_;
  std::unique_ptr<store::Reader> reader_;
  Overlay overlay_;
};

}  // namespace

std::unique_ptr<Applier> make_dry_run_applier(store::Store& store, const mapping::LocalSchema& schema,
                                              reconcile::BrakeRule brake, DryRunReport& report) {
  return std::make_unique<DryRunApplier>(store, schema, brake, report);
}

}  // namespace prospectd::engine
