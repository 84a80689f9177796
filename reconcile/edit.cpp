// plan_local_edit: a change made here. The agreement keeps what both sides held before, so that the change is
// known as ours.
#include <algorithm>

#include "reconcile/addresses.h"
#include "reconcile/merge.h"
#include "reconcile/page.h"

namespace prospectd::reconcile {

Plan plan_local_edit(const mapping::LocalSchema& schema, ProspectId id,
                     const std::vector<std::pair<size_t, Value>>& edits, const std::string& actor,
                     PageSnapshot& snapshot) {
  Plan plan;
  plan.cause = {"edit", "prospect " + std::to_string(id.value), actor};
  const auto found = snapshot.prospects.find(id);
  if (found == snapshot.prospects.end()) return plan;
  const Prospect& prospect = found->second;
  UpdateProspect update{id, prospect.version, {}, std::nullopt, true};
  const auto linked = snapshot.link_of.find(id);
  std::optional<Link> link;
  if (linked != snapshot.link_of.end()) link = snapshot.links.at(linked->second);
  for (const auto& [at, value] : edits) {
    const Value& before = prospect.fields[at];
    if (same_value(before, value)) continue;
    if (at == mapping::field::kEmail) update.addresses = with_primary(prospect, value);
    if (link) link->shadow.try_emplace(at, Agreement{before, before});
    JournalEntry entry;
    entry.reason = Reason::kLocalEdit;
    entry.prospect = id;
    entry.field = schema.fields()[at].name;
    entry.before = before.to_json();
    entry.after = value.to_json();
    plan.journal.push_back(std::move(entry));
    update.changes.push_back({at, before, value, Reason::kLocalEdit});
  }
  if (update.changes.empty()) return plan;
  plan.counts.updated = 1;
  plan.steps.emplace_back(std::move(update));
  if (link) plan.steps.emplace_back(PutLink{*std::move(link), RemoteId{}});
  return plan;
}

}  // namespace prospectd::reconcile
