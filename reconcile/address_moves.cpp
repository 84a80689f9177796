// plan_address_moves: who waits for an address gets it when it is free, or becomes free by another move of
// the same plan.
#include <algorithm>
#include <map>

#include "reconcile/merge.h"
#include "reconcile/page.h"

namespace prospectd::reconcile {
namespace {

namespace field = mapping::field;

struct Move {
  std::string to;  ///< the key waited for
  Value typed;     ///< the address as the CRM has it
};
/// By prospect: in the order of their numbers, so that the lower number wins a contested address.
using Moves = std::map<ProspectId, Move>;

bool takes_email(const std::vector<PersonType>& types, const std::string& object) {
  return std::ranges::any_of(types, [&](const PersonType& t) {
    return t.map->object() == object && t.inbound_update && t.map->inward(field::kEmail) != nullptr;
  });
}

// Everybody who waits and whose own address was not changed here meanwhile.
Moves wanted_moves(const std::vector<PersonType>& types, const PageSnapshot& snapshot) {
  Moves moves;
  for (const auto& [remote, link] : snapshot.links) {
    const auto waits = std::ranges::find(link.pending, field::kEmail, &PendingRef::field);
    const auto agreed = link.shadow.find(field::kEmail);
    if (waits == link.pending.end() || agreed == link.shadow.end() || !takes_email(types, link.object))
      continue;
    const Prospect& prospect = snapshot.prospects.at(link.prospect);
    if (!same_value(prospect.fields[field::kEmail], agreed->second.local)) continue;
    moves.emplace(link.prospect, Move{waits->remote.str(), agreed->second.remote});
  }
  return moves;
}

bool gives_up(const Moves& moves, const PageSnapshot& snapshot, ProspectId holder, const std::string& key) {
  const auto move = moves.find(holder);
  if (move == moves.end() || move->second.to == key) return false;
  const auto& addresses = snapshot.prospects.at(holder).addresses;
  return !addresses.empty() && addresses.front().key == key;  // a move replaces the primary address only
}

// Takes out, until nothing changes, every move whose address stays with somebody, or goes to a lower number.
void keep_possible(Moves& moves, const PageSnapshot& snapshot) {
  for (size_t round = moves.size() + 1; round > 0; --round) {
    std::map<std::string, ProspectId> claimed;
    const size_t before = moves.size();
    std::erase_if(moves, [&](const auto& item) {
      const auto& [prospect, move] = item;
      if (!claimed.emplace(move.to, prospect).second) return true;
      const auto holder = snapshot.addresses.find(move.to);
      return holder != snapshot.addresses.end() && holder->second != prospect &&
             !gives_up(moves, snapshot, holder->second, move.to);
    });
    if (moves.size() == before) return;
  }
}

void add_move(Plan& plan, const PageSnapshot& snapshot, ProspectId id, const Move& move) {
  const Prospect& prospect = snapshot.prospects.at(id);
  Link link = snapshot.links.at(snapshot.link_of.at(id));
  std::vector<Address> addresses = prospect.addresses;
  if (!addresses.empty()) addresses.erase(addresses.begin());
  addresses.insert(addresses.begin(), Address{move.to, std::string(move.typed.str())});
  UpdateProspect update{id, prospect.version, {}, std::move(addresses), false};
  update.changes.push_back(
      {field::kEmail, prospect.fields[field::kEmail], move.typed, Reason::kReferenceResolved});
  JournalEntry entry;
  entry.reason = Reason::kReferenceResolved;
  entry.prospect = id;
  entry.object = link.object;
  entry.remote = link.remote;
  entry.field = "email";
  entry.before = prospect.fields[field::kEmail].to_json();
  entry.after = move.typed.to_json();
  plan.journal.push_back(std::move(entry));
  std::erase_if(link.pending, [](const PendingRef& p) { return p.field == field::kEmail; });
  link.shadow.erase(field::kEmail);
  plan.steps.emplace_back(std::move(update));
  plan.steps.emplace_back(PutLink{std::move(link), RemoteId{}});
  ++plan.counts.updated;
}

}  // namespace

Plan plan_address_moves(const std::vector<PersonType>& types, PageSnapshot& snapshot) {
  Plan plan;
  Moves moves = wanted_moves(types, snapshot);
  keep_possible(moves, snapshot);
  for (const auto& [prospect, move] : moves)
    add_move(plan, snapshot, prospect, move);
  return plan;
}

}  // namespace prospectd::reconcile
