// A dry run: the same core over a read snapshot, with what the run itself would have changed laid over it.
#include <unordered_map>
#include <unordered_set>

#include "daemon/engine/applier.h"

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
      copy(state_.links, remote, snapshot.links);
      copy(state_.open_duplicates, remote, snapshot.open_duplicates);
      copy(state_.lineage, remote, snapshot.lineage);
      if (state_.dead_letters.contains(remote)) snapshot.dead_letters.insert(remote);
    }
    for (const std::string& email : keys.emails)
      copy(state_.addresses, email, snapshot.addresses);
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
      apply_to(state_, step);
    }
    next_prospect_ = std::max(next_prospect_, after.next_prospect.value);
    next_user_ = std::max(next_user_, after.next_user.value);
    next_account_ = std::max(next_account_, after.next_account.value);
  }

  size_t prospects() const { return state_.prospects.size(); }

 private:
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

  // A step that changes a prospect of the database needs it in the overlay first.
  void bring_in(const reconcile::Step& step, const PageSnapshot& after) {
    const auto* update = std::get_if<reconcile::UpdateProspect>(&step);
    if (update == nullptr || state_.prospects.contains(update->id)) return;
    const auto found = after.prospects.find(update->id);
    if (found == after.prospects.end()) return;
    // `after` shows the prospect as the page left it; the step is applied again on top, which changes nothing
    // but its version.
    state_.prospects.emplace(update->id, found->second);
  }

  PageSnapshot state_;
  int64_t next_prospect_ = 1;
  int64_t next_user_ = 1;
  int64_t next_account_ = 1;
};

class DryRunApplier final : public Applier {
 public:
  DryRunApplier(store::Store& store, const mapping::LocalSchema& schema, DryRunReport& report)
      : store_(store), schema_(schema), report_(report) {}

  Result<PlanCounts> apply(const Batch& batch, const Planner& planner, Timestamp) override {
    if (!reader_) {
      PD_ASSIGN(reader, store_.reader());
      reader_ = std::move(reader);
    }
    PlanCounts counts;
    for (const FedPage& page : batch.pages) {
      PageKeys keys = planner.keys(page);
      keys.known.clear();  // a link that stands in the database may have been changed by the run itself
      PD_ASSIGN(snapshot, reader_->snapshot(keys));
      overlay_.lay_over(keys, snapshot);
      const Plan plan = planner.plan(page, snapshot);
      overlay_.absorb(plan, snapshot);
      show(plan);
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
  Result<PlanCounts> settle_addresses(ConnectionId, const std::string&,
                                      const std::vector<reconcile::PersonType>&, Timestamp) override {
    return PlanCounts{};
  }
  Result<std::vector<store::RecordKey>> unread(ConnectionId, DeadLetterId&) override {
    return std::vector<store::RecordKey>{};
  }
  Result<std::vector<store::RecordKey>> stale_duplicates(ConnectionId) override {
    return std::vector<store::RecordKey>{};
  }

 private:
  void show(const Plan& plan) {
    for (const reconcile::Step& step : plan.steps) {
      if (const auto* create = std::get_if<reconcile::CreateProspect>(&step)) add_row("create", *create);
      if (const auto* update = std::get_if<reconcile::UpdateProspect>(&step)) add_rows(*update);
      if (const auto* held = std::get_if<reconcile::HoldDuplicate>(&step)) add_row("hold", *held);
    }
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
    row->reason = code_of(reconcile::Reason::kDuplicateEmail);
  }

  void add_rows(const reconcile::UpdateProspect& update) {
    for (const reconcile::FieldChange& change : update.changes) {
      const std::string& name = schema_.fields()[change.field].name;
      ++report_.fields[name];
      DryRunRow* row = new_row(change.field == mapping::field::kOwner ? "own" : "update");
      if (row == nullptr) continue;
      row->prospect = std::to_string(update.id.value);
      row->field = name;
      row->before = change.before.to_text();
      row->after = change.after.to_text();
      row->reason = code_of(change.reason);
    }
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  DryRunReport& report_;
  std::unique_ptr<store::Reader> reader_;
  Overlay overlay_;
};

}  // namespace

std::unique_ptr<Applier> make_dry_run_applier(store::Store& store, const mapping::LocalSchema& schema,
                                              DryRunReport& report) {
  return std::make_unique<DryRunApplier>(store, schema, report);
}

}  // namespace prospectd::engine
