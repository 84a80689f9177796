#include "reconcile/snapshot.h"

#include <algorithm>

namespace prospectd::reconcile {
namespace {

// ---- apply_to ----

class Applier {
 public:
  explicit Applier(PageSnapshot& snapshot) : s_(snapshot) {}

  void operator()(const CreateProspect& step) {
    const Prospect& prospect = step.prospect;
    for (const Address& address : prospect.addresses)
      s_.addresses[address.key] = prospect.id;
    s_.prospects[prospect.id] = prospect;
    raise(s_.next_prospect, prospect.id);
    if (step.link) put_link(*step.link);
  }

  void operator()(const UpdateProspect& step) {
    const auto found = s_.prospects.find(step.id);
    if (found == s_.prospects.end()) return;
    Prospect& prospect = found->second;
    ++prospect.version;
    for (const FieldChange& change : step.changes)
      prospect.fields[change.field] = change.after;
    if (!step.addresses) return;
    for (const Address& address : prospect.addresses)
      release(address.key, step.id);
    prospect.addresses = *step.addresses;
    for (const Address& address : prospect.addresses)
      s_.addresses[address.key] = step.id;
  }

  void operator()(const PutLink& step) {
    const auto moved = s_.links.find(step.replaces);
    if (moved != s_.links.end() && moved->second.prospect == step.link.prospect) s_.links.erase(moved);
    put_link(step.link);
  }

  void operator()(const HoldDuplicate& step) {
    auto& held_against = s_.open_duplicates[step.duplicate.remote];
    if (std::ranges::count(held_against, step.duplicate.prospect) == 0)
      held_against.push_back(step.duplicate.prospect);
  }
  void operator()(const CloseDuplicates& step) { s_.open_duplicates.erase(step.remote); }
  void operator()(const Quarantine& step) { s_.dead_letters.insert(step.letter.remote); }
  void operator()(const Release& step) { s_.dead_letters.erase(step.remote); }

  void operator()(const PutUser& step) {
    const User& user = step.user;
    raise(s_.next_user, user.id);
    const auto local = s_.users_by_email.find(user.email_key);
    if (local != s_.users_by_email.end() && local->second.id == user.id) s_.users_by_email.erase(local);
    s_.users[user.remote] = user;
  }

  void operator()(const PutAccount& step) {
    Account account = step.account;
    ++account.version;
    raise(s_.next_account, account.id);
    const auto before = s_.accounts.find(account.remote);
    if (before != s_.accounts.end()) {
      stop_waiting(s_.waiting_accounts, before->second.pending, account.pending, account.remote);
    }
    RemoteId remote = account.remote;
    s_.accounts[std::move(remote)] = std::move(account);
  }

  void operator()(const AddLineage& step) { s_.lineage[step.entry.from] = step.entry; }
  void operator()(const TagProspect&) {}   // tags are not in a snapshot: nothing is decided by them
  void operator()(const OpenConflict&) {}  // nor conflicts
  void operator()(const CloseConflict&) {}
  void operator()(const PutSetting&) {}  // nor settings
  void operator()(const AddToken&) {}    // nor who may ask
  void operator()(const RevokeToken&) {}
  void operator()(const NoteTokenUse&) {}
  void operator()(const PutSavedFilter&) {}
  void operator()(const EnqueuePush&) {}  // nor what goes out
  void operator()(const LeasePush&) {}
  void operator()(const NotePushSent&) {}
  void operator()(const AbandonLeases&) {}
  void operator()(const SettlePush&) {}
  void operator()(const DropPush&) {}
  void operator()(const PutJob&) {}
  void operator()(const HoldConnection&) {}
  void operator()(const ReleaseConnection&) {}
  void operator()(const SavePlan&) {}
  void operator()(const DropPlan&) {}
  void operator()(const CreateRow&) {}
  void operator()(const UpdateRow&) {}
  void operator()(const RemoveRow&) {}
  void operator()(const TouchProspect&) {}
  void operator()(const KeepAnswer&) {}
  void operator()(const DropAnswer&) {}
  void operator()(const PutVerification&) {}

 private:
  template <class Id>
  static void raise(Id& next, Id used) {
    next.value = std::max(next.value, used.value + 1);
  }

  void release(const std::string& key, ProspectId holder) {
    const auto at = s_.addresses.find(key);
    if (at != s_.addresses.end() && at->second == holder) s_.addresses.erase(at);
  }

  void put_link(const Link& link) {
    if (s_.connection && link.connection != s_.connection) return;  // 0: an overlay of all
    const auto before = s_.links.find(link.remote);
    if (before != s_.links.end())
      stop_waiting(s_.waiting_prospects, before->second.pending, link.pending, link.prospect);
    s_.links[link.remote] = link;
    s_.link_of[link.prospect] = link.remote;
  }

  // `holder` no longer waits for what its pending references do not name any more.
  template <class Waiting, class Holder>
  static void stop_waiting(Waiting& waiting, const std::vector<PendingRef>& before,
                           const std::vector<PendingRef>& after, const Holder& holder) {
    for (const PendingRef& pending : before) {
      if (std::ranges::count(after, pending) > 0) continue;
      const auto row = waiting.find(pending.remote);
      if (row == waiting.end()) continue;
      std::erase(row->second, holder);
      if (row->second.empty()) waiting.erase(row);
    }
  }

  PageSnapshot& s_;
};

// ---- can_apply ----

// A map that shows the snapshot's values until the plan has written one.
template <class Key, class Held>
class Layer {
 public:
  template <class Base, class Project>
  Held get(const Key& key, const Base& base, Project project) const {
    if (const auto mine = written_.find(key); mine != written_.end()) return mine->second;
    const auto below = base.find(key);
    return below == base.end() ? Held{} : project(below->second);
  }
  void set(const Key& key, Held held) { written_[key] = std::move(held); }

 private:
  std::unordered_map<Key, Held> written_;
};

constexpr auto kItself = [](const auto& value) { return value; };

// Walks the plan as the store does: what it gives up is free before the first step, so that two prospects may
// swap addresses, or records, in one plan.
class Checker {
 public:
  explicit Checker(const PageSnapshot& snapshot) : s_(snapshot) {}

  void give_up(const Step& step) {
    if (const auto* update = std::get_if<UpdateProspect>(&step)) give_up_addresses(*update);
    if (const auto* put = std::get_if<PutLink>(&step)) give_up_link(*put);
  }

  /// What is in the way of the step; empty when nothing is.
  std::string operator()(const CreateProspect& step) {
    const ProspectId id = step.prospect.id;
    if (!id || version_of(id) != 0) return "the prospect's number is taken";
    versions_.set(id, step.prospect.version);
    std::string fault = take_addresses(id, step.prospect.addresses);
    if (fault.empty() && step.link) fault = take_link(*step.link, RemoteId{});
    return fault;
  }

  std::string operator()(const UpdateProspect& step) {
    const int64_t version = version_of(step.id);
    if (version == 0) return "the prospect is not there";
    if (version != step.expected) return "the prospect has changed";
    versions_.set(step.id, version + 1);
    if (!step.addresses) return {};
    for (const std::string& key : taken_[step.id])
      addresses_.set(key, ProspectId{});
    return take_addresses(step.id, *step.addresses);
  }

  std::string operator()(const PutLink& step) {
    const ProspectId id = step.link.prospect;
    if (version_of(id) == 0 && link_of(id).empty()) return "the link's prospect is not there";
    return take_link(step.link, step.replaces);
  }

  std::string operator()(const PutUser& step) {
    const User known = find_user(step.user);
    if (step.create) return known.id ? "the user is there already" : "";
    return known.id == step.user.id ? "" : "the user is not there";
  }

  std::string operator()(const PutAccount& step) {
    const int64_t stored =
        account_versions_.get(step.account.remote, s_.accounts, [](const Account& a) { return a.version; });
    const bool known = stored != 0 || s_.accounts.contains(step.account.remote);
    if (step.create && known) return "the account is there already";
    if (!step.create && !known) return "the account is not there";
    if (!step.create && stored != step.account.version) return "the account has changed";
    account_versions_.set(step.account.remote, step.account.version + 1);
    return {};
  }

  template <class Other>
  std::string operator()(const Other&) {
    return {};
  }

 private:
  int64_t version_of(ProspectId id) const {
    return versions_.get(id, s_.prospects, [](const Prospect& p) { return p.version; });
  }
  RemoteId link_of(ProspectId id) const { return link_of_.get(id, s_.link_of, kItself); }

  void give_up_addresses(const UpdateProspect& update) {
    const auto found = s_.prospects.find(update.id);
    if (!update.addresses || found == s_.prospects.end()) return;
    for (const Address& address : found->second.addresses)
      addresses_.set(address.key, ProspectId{});
  }

  void give_up_link(const PutLink& put) {
    const auto found = s_.links.find(put.replaces);
    if (found == s_.links.end() || found->second.prospect != put.link.prospect) return;
    links_.set(put.replaces, ProspectId{});
    given_up_.insert(put.replaces);
  }

  User find_user(const User& user) const {
    if (const auto linked = s_.users.find(user.remote); linked != s_.users.end()) return linked->second;
    for (const auto& [key, local] : s_.users_by_email) {
      if (local.id == user.id) return local;
    }
    return {};
  }

  std::string take_addresses(ProspectId id, const std::vector<Address>& addresses) {
    auto& taken = taken_[id];
    taken.clear();
    for (const Address& address : addresses) {
      const ProspectId holder = addresses_.get(address.key, s_.addresses, kItself);
      if (holder) return "an address of it belongs to another prospect";
      addresses_.set(address.key, id);
      taken.push_back(address.key);
    }
    return {};
  }

  std::string take_link(const Link& link, const RemoteId& replaces) {
    if (link.connection != s_.connection) return {};
    const auto prospect_of = [](const Link& l) { return l.prospect; };
    const ProspectId holder = links_.get(link.remote, s_.links, prospect_of);
    if (holder && holder != link.prospect) return "the record is linked to another prospect";
    const RemoteId current = link_of(link.prospect);
    if (!replaces.empty()) {
      // Given up before the first step, it may have been written again by a step in between.
      const bool its_own = links_.get(replaces, s_.links, prospect_of) == link.prospect;
      if (given_up_.erase(replaces) == 0 && !its_own) return "the link that moves is not there";
      if (its_own) links_.set(replaces, ProspectId{});
    } else if (!current.empty() && current != link.remote) {
      return "the prospect is linked to another record";
    }
    links_.set(link.remote, link.prospect);
    link_of_.set(link.prospect, link.remote);
    return {};
  }

  const PageSnapshot& s_;
  Layer<ProspectId, int64_t> versions_;
  Layer<std::string, ProspectId> addresses_;
  Layer<RemoteId, ProspectId> links_;
  Layer<ProspectId, RemoteId> link_of_;
  Layer<RemoteId, int64_t> account_versions_;
  std::unordered_map<ProspectId, std::vector<std::string>> taken_;  ///< by the plan itself, last list
  std::unordered_set<RemoteId> given_up_;                           ///< moving links, free from the start
};

}  // namespace

void apply_to(PageSnapshot& snapshot, const Step& step) {
  std::visit(Applier(snapshot), step);
}

Result<void> can_apply(const PageSnapshot& snapshot, const Plan& plan) {
  Checker checker(snapshot);
  for (const Step& step : plan.steps)
    checker.give_up(step);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    std::string fault = std::visit(checker, plan.steps[i]);
    if (fault.empty()) continue;
    return make_error(ErrorCode::kConflict,
                      "step " + std::to_string(i + 1) + " of the plan no longer applies: " + fault);
  }
  return {};
}

}  // namespace prospectd::reconcile
