#include "reconcile/waiting.h"

#include <algorithm>

namespace prospectd::reconcile {
namespace {

const PersonType* type_of(const std::vector<PersonType>& types, const std::string& object) {
  const auto found =
      std::ranges::find_if(types, [&](const PersonType& t) { return t.map->object() == object; });
  return found == types.end() ? nullptr : &*found;
}

}  // namespace

void settle_waiting_prospects(Plan& plan, PageSnapshot& snapshot, const std::vector<PersonType>& types,
                              const RemoteId& remote, size_t field, const Value& resolved) {
  const auto waiting = snapshot.waiting_prospects.find(remote);
  if (waiting == snapshot.waiting_prospects.end()) return;
  const std::vector<ProspectId> ids = waiting->second;  // who is served leaves the snapshot's list meanwhile
  for (const ProspectId id : ids) {
    Link link = snapshot.links.at(snapshot.link_of.at(id));
    const PersonType* type = type_of(types, link.object);
    const mapping::MapEntry* entry = type == nullptr ? nullptr : type->map->inward(field);
    if (entry == nullptr || !type->inbound_update) continue;
    const PendingRef reference{field, remote};
    if (std::erase(link.pending, reference) == 0) continue;
    const Prospect& prospect = snapshot.prospects.at(id);
    const MergeContext context{*type->schema, snapshot, false, false, link.version, type->outbound_update};
    MergeResult merge = merge_record(context, prospect, link, {Incoming{entry, resolved, true}});
    for (FieldChange& change : merge.changes) {
      if (change.reason == Reason::kUpdatedFromCrm) change.reason = Reason::kReferenceResolved;
    }
    const size_t first = plan.steps.size();
    add_merge_steps(plan, *type->schema, prospect, link, std::move(merge));
    plan.steps.emplace_back(PutLink{std::move(link), RemoteId{}});
    for (size_t i = first; i < plan.steps.size(); ++i)
      apply_to(snapshot, plan.steps[i]);
  }
}

}  // namespace prospectd::reconcile
