// plan_address_moves: who waits for an address gets it when it is free, or becomes free by another move of
// the same plan.
#include <algorithm>
#include <map>

#include "reconcile/addresses.h"
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

// What of the wanted moves can be made together. An address that is free goes to the lowest number that waits
// for it, and so does the one which that prospect gives up, and so on. What is left waits for addresses of
// others who wait: where that closes into a ring, all in it move at once; nobody else can.
class Mover {
 public:
  Mover(const Moves& wanted, const PageSnapshot& snapshot) : wanted_(wanted), snapshot_(snapshot) {
    for (const auto& [prospect, move] : wanted)
      contenders_.emplace(move.to, prospect);  // the first is the lowest number
  }

  Moves run() {
    for (const auto& [key, prospect] : contenders_) {
      if (!holder_of(key)) hand_out(key);
    }
    for (const auto& [prospect, move] : wanted_) {
      // Who holds it already, as another of the addresses, takes nothing from anybody.
      if (holder_of(move.to) != prospect || made_.contains(prospect)) continue;
      make(prospect);
      if (const std::string key = given_up_by(prospect); key != move.to) hand_out(key);
    }
    int walk = 0;
    for (const auto& [prospect, move] : wanted_)
      follow(prospect, ++walk);
    return std::move(made_);
  }

 private:
  ProspectId holder_of(const std::string& key) const {
    const auto holder = snapshot_.addresses.find(key);
    return holder == snapshot_.addresses.end() ? ProspectId{} : holder->second;
  }
  // A move replaces the primary address only.
  std::string given_up_by(ProspectId prospect) const {
    const auto& addresses = snapshot_.prospects.at(prospect).addresses;
    return addresses.empty() ? std::string() : addresses.front().key;
  }
  void make(ProspectId prospect) { made_.emplace(prospect, wanted_.at(prospect)); }

  // `key` is free; each step makes one move, so there are no more steps than moves.
  void hand_out(std::string key) {
    for (auto taker = contenders_.find(key); taker != contenders_.end(); taker = contenders_.find(key)) {
      if (made_.contains(taker->second)) return;
      make(taker->second);
      key = given_up_by(taker->second);
    }
  }

  // From one who waits to the one who has what is waited for; a ring is where a walk meets itself.
  void follow(ProspectId from, int walk) {
    for (ProspectId at = from; wanted_.contains(at) && !made_.contains(at);) {
      const auto [seen, first] = walks_.emplace(at, walk);
      if (!first) {
        if (seen->second == walk) close_ring(at);
        return;
      }
      const std::string& key = wanted_.at(at).to;
      const ProspectId holder = holder_of(key);
      if (!holder || given_up_by(holder) != key) return;
      at = holder;
    }
  }

  void close_ring(ProspectId start) {
    ProspectId at = start;
    do {
      make(at);
      at = holder_of(wanted_.at(at).to);
    } while (at != start);
  }

  const Moves& wanted_;
  const PageSnapshot& snapshot_;
  std::map<std::string, ProspectId> contenders_;  ///< by address: the lowest number that waits for it
  std::map<ProspectId, int> walks_;               ///< in which walk a prospect was met
  Moves made_;
};

void add_move(Plan& plan, const PageSnapshot& snapshot, ProspectId id, const Move& move) {
  const Prospect& prospect = snapshot.prospects.at(id);
  Link link = snapshot.links.at(snapshot.link_of.at(id));
  UpdateProspect update{id, prospect.version, {}, with_primary(prospect, move.typed), false};
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
  const Moves wanted = wanted_moves(types, snapshot);
  for (const auto& [prospect, move] : Mover(wanted, snapshot).run())
    add_move(plan, snapshot, prospect, move);
  return plan;
}

}  // namespace prospectd::reconcile
