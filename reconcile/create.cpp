#include "reconcile/create.h"

#include <algorithm>
#include <tuple>

#include "reconcile/merge.h"
#include "reconcile/references.h"

namespace prospectd::reconcile {
namespace {

// Smaller is better. Among several of one type, one that is free stands for the prospect.
auto rank_of(const FoundRecord& one, const std::string& owner) {
  const bool owned = !owner.empty() && one.owner == owner;
  return std::tuple(one.address, one.type, static_cast<bool>(one.holder), !owned,
                    -one.record.version.time_since_epoch(), one.record.id);
}

bool is_tie(const FoundRecord& a, const FoundRecord& b) {
  return a.address == b.address && a.type == b.type && !a.holder && !b.holder;
}

Value in_local_terms(const mapping::MapEntry& entry, const Value& value, const Prospect& prospect,
                     const Policy& policy, const PageSnapshot& snapshot, std::vector<PendingRef>& pending) {
  if (entry.type != mapping::LocalType::kUser && entry.type != mapping::LocalType::kAccount) return value;
  const bool owner = entry.type == mapping::LocalType::kUser;
  Resolved resolved = owner
                          ? resolve_owner(value, prospect.fields[entry.local], entry.local, policy, snapshot)
                          : resolve_account(value, snapshot);
  if (resolved.pending) pending.push_back(*resolved.pending);
  return std::move(resolved.value);
}

// Whoever has opted out on either side has (§11): from there it is taken, and from here it is on its way.
void settle_opt_out(const mapping::MapEntry& entry, const Value& remote, const Value& local,
                    Baseline& baseline) {
  const bool* there = remote.get<bool>();
  const bool* here = local.get<bool>();
  const bool opted_out_there = there != nullptr && *there;
  const bool opted_out_here = here != nullptr && *here;
  if (opted_out_there == opted_out_here) {
    baseline.link.shadow.erase(entry.local);  // "not said" is "not opted out"
  } else if (opted_out_there && entry.takes_in()) {
    baseline.opts_out = true;
    baseline.link.shadow.erase(entry.local);
  } else if (opted_out_here) {
    baseline.link.shadow[entry.local] = {remote, remote};
  }
}

}  // namespace

CreateChoice choose_record(const std::vector<PersonType>& types, const std::vector<Value>& prospect,
                           const std::vector<FoundRecord>& found, SameEmail same_email,
                           const std::string& owner) {
  if (found.empty()) {
    const auto creates =
        std::ranges::find_if(types, [&](const PersonType& type) { return type.may_create(prospect); });
    if (creates == types.end()) return {CreateVerdict::kNoType, 0, 0};
    return {CreateVerdict::kCreate, static_cast<size_t>(creates - types.begin()), 0};
  }
  const auto best = std::ranges::min_element(
      found, [&](const auto& a, const auto& b) { return rank_of(a, owner) < rank_of(b, owner); });
  CreateChoice choice{CreateVerdict::kLink, best->type, static_cast<size_t>(best - found.begin())};
  const auto ties = std::ranges::count_if(found, [&](const FoundRecord& one) { return is_tie(one, *best); });
  if (best->holder) {
    choice.verdict = CreateVerdict::kTaken;
  } else if (ties > 1 && same_email == SameEmail::kSelectCrmId) {
    choice.verdict = CreateVerdict::kAmbiguous;
  }
  return choice;
}

Baseline baseline_link(const PersonType& type, const Prospect& prospect, const mapping::MappedRecord& record,
                       const Policy& policy, const PageSnapshot& snapshot, const SentValues& sent) {
  Baseline baseline;
  Link& link = baseline.link;
  link.prospect = prospect.id;
  link.connection = snapshot.connection;
  link.object = type.map->object();
  link.remote = record.id;
  link.version = record.version;
  link.hash = record.hash;
  link.edition = type.edition;
  const auto& entries = type.map->entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    const mapping::MapEntry& entry = entries[i];
    if (!entry.takes_in() && type.map->inward(entry.local) != nullptr) continue;
    const Value& local = prospect.fields[entry.local];
    const Value remote = in_local_terms(entry, record.values[i], prospect, policy, snapshot, link.pending);
    if (remote.is_absent() || same_value(remote, local)) continue;
    link.shadow[entry.local] = {remote, local};
    if (entry.local == mapping::field::kOptedOut) settle_opt_out(entry, remote, local, baseline);
  }
  // Of what was sent nothing was agreed on before: what the prospect holds beyond it came since.
  Link made;
  const bool is_ours = acknowledge(type, record, snapshot, sent, made);
  for (auto& [at, agreed] : made.shadow)
    link.shadow.insert_or_assign(at, std::move(agreed));
  if (is_ours) {
    // It is ours: what the CRM itself gave it, an owner say, flows in as it does after any create.
    std::erase_if(link.shadow, [&](const auto& kept) {
      return kept.first != mapping::field::kOptedOut && !sent.contains(kept.first);
    });
    await_unsent(type, prospect, sent, link);
    link.version = {};
    link.hash = 0;
  }
  std::erase_if(link.shadow, [&](const auto& kept) {
    const Value& local = prospect.fields[kept.first];
    return kept.second == Agreement{local, local};
  });
  return baseline;
}

}  // namespace prospectd::reconcile
