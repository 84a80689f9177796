#include "tests/support/agreement.h"

#include <algorithm>

#include "mapping/email_key.h"

namespace prospectd::test {
namespace {

std::string number(ProspectId id) {
  return "prospect " + std::to_string(id.value);
}

// The lists page by page, however long they are.
Result<void> read_incidents(store::Reader& reader, Holdings& holdings) {
  for (DuplicateId after;;) {
    PD_ASSIGN(rows, reader.duplicates(after, store::kListRowsMax, true));
    if (rows.empty()) break;
    after = rows.back().id;
    for (reconcile::Duplicate& d : rows) {
      std::string remote = d.remote.str();
      holdings.held.emplace(std::move(remote), std::move(d));
    }
  }
  for (DeadLetterId after;;) {
    PD_ASSIGN(rows, reader.dead_letters(after, store::kListRowsMax));
    if (rows.empty()) break;
    after = rows.back().id;
    for (const reconcile::DeadLetter& letter : rows)
      holdings.letters.emplace(letter.remote.str(), letter.object);
  }
  for (OutboxId after;;) {
    PD_ASSIGN(rows, reader.dead_pushes(after, store::kListRowsMax));
    if (rows.empty()) break;
    after = rows.back().id;
    for (const reconcile::OutboxEntry& entry : rows)
      holdings.given_up.insert(entry.prospect.value);
  }
  for (reconcile::ConflictId after;;) {
    PD_ASSIGN(rows, reader.conflicts(after, store::kListRowsMax));
    if (rows.empty()) break;
    after = rows.back().id;
    for (const reconcile::Conflict& conflict : rows)
      (conflict.frozen ? holdings.frozen : holdings.in_review)
          .emplace(conflict.prospect.value, conflict.field);
  }
  return {};
}

}  // namespace

Result<Holdings> read_holdings(store::Reader& reader) {
  Holdings holdings;
  PD_TRY(reader.each_prospect([&](const store::ProspectRow& row) { holdings.rows.push_back(row); }));
  PD_TRY(read_incidents(reader, holdings));
  return holdings;
}

Agreement::Agreement(Organisation organisation, Holdings holdings, AgreementRules rules, const Memory& memory,
                     Excused excused)
    : organisation_(std::move(organisation)),
      holdings_(std::move(holdings)),
      rules_(std::move(rules)),
      memory_(memory),
      excused_(std::move(excused)) {
  for (const store::ProspectRow& row : holdings_.rows) {
    for (const reconcile::Link& link : row.links) {
      if (!linked_.emplace(link.remote.str(), &row).second)
        fail("I8", link.object + " " + link.remote.str() + " is linked to two prospects");
    }
    for (const reconcile::Address& address : row.prospect.addresses) {
      if (!addresses_.emplace(address.key, &row).second)
        fail("I8", number(row.prospect.id) + " has an address that another has, too");
    }
  }
}

std::vector<std::string> Agreement::judge() {
  no_loss();
  nothing_invented();
  one_prospect();
  both_agree();
  return std::move(failures_);
}

std::vector<std::string> Agreement::judge_left_behind(
    const std::map<std::string, std::optional<Timestamp>>& cursors, milliseconds overlap) {
  for (const auto& [id, person] : organisation_.people) {
    const auto cursor = cursors.find(person.object);
    if (cursor == cursors.end() || !cursor->second) continue;
    if (person.stamp >= *cursor->second - overlap || holdings_.letters.contains(id)) continue;
    if (memory_.unseen.contains(id)) continue;
    const auto row = linked_.find(id);
    if (row == linked_.end()) {
      if (person.live() && !holdings_.held.contains(id))
        fail("I3", "the cursor has left " + name_of(person) + " behind, and it is not here");
      continue;
    }
    for (const reconcile::Link& link : row->second->links) {
      // One that a link has gone on to is read by its id.
      if (link.remote.str() != id || link.version == Timestamp{} || link.version == person.stamp) continue;
      fail("I3", "the cursor has left a change of " + name_of(person) + " behind");
    }
  }
  return std::move(failures_);
}

void Agreement::fail(const char* invariant, const std::string& what) {
  if (failures_.size() < rules_.failures_max) failures_.push_back(std::string(invariant) + ": " + what);
}

bool Agreement::excused(const RemotePerson& person) const {
  return excused_.records.contains(person.id) || excused_.objects.contains(person.object);
}

// ---- I1: every record is here, or its failure row is, or its dead letter ----

void Agreement::no_loss() {
  for (const auto& [id, person] : organisation_.people) {
    if (!person.live() || excused_.objects.contains(person.object)) continue;
    if (excused_.records.contains(id)) {
      if (!holdings_.letters.contains(id) && !is_current(person))
        fail("I1", name_of(person) + " is unreadable and no dead letter says so");
      continue;
    }
    if (!linked_.contains(id)) check_unlinked(person);
  }
  const auto demand_letter = [&](const std::string& object, const std::string& id) {
    if (excused_.records.contains(id) && !excused_.objects.contains(object) &&
        !holdings_.letters.contains(id))
      fail("I1", object + " " + id + " is unreadable and no dead letter says so");
  };
  for (const auto& [id, user] : organisation_.users)
    demand_letter("User", id);
  for (const auto& [id, account] : organisation_.accounts)
    demand_letter("Account", id);
  for (const auto& [id, object] : holdings_.letters) {
    const auto person = organisation_.people.find(id);
    if (person != organisation_.people.end() && person->second.purged) continue;  // nobody can read it again
    if (!excused_.records.contains(id) && !excused_.objects.contains(object))
      fail("I1", "the dead letter of " + object + " " + id + " is still there, and the record is whole");
  }
}

// A record that is bad in a feed may have come whole another way: read by its id, to be pulled or written.
bool Agreement::is_current(const RemotePerson& person) const {
  const auto row = linked_.find(person.id);
  return row != linked_.end() && std::ranges::any_of(row->second->links, [&](const reconcile::Link& link) {
           return link.remote.str() == person.id && link.version == person.stamp;
         });
}

void Agreement::check_unlinked(const RemotePerson& person) {
  const auto key = mapping::email_key(person.text.at("Email"));
  if (!key) return fail("I1", name_of(person) + " has no address, and is no prospect");
  const auto holder = addresses_.find(*key);
  if (holder == addresses_.end())
    return fail("I1", name_of(person) + " is no prospect, though nobody has its address");
  const auto [first, last] = holdings_.held.equal_range(person.id);
  for (auto row = first; row != last; ++row) {
    if (row->second.prospect == holder->second->prospect.id) {
      if (holder->second->links.empty())
        fail("I1", name_of(person) + " is held against a prospect that no record has");
      return;
    }
  }
  std::string rows;
  for (auto row = first; row != last; ++row)
    rows += " " + std::to_string(row->second.prospect.value);
  fail("I1", name_of(person) + " is neither linked nor listed against " +
                 number(holder->second->prospect.id) + ", who has its address; listed against:" + rows);
}

// ---- I2: every prospect has a record behind it, or was made here ----

void Agreement::nothing_invented() {
  for (const store::ProspectRow& row : holdings_.rows) {
    const bool ours = memory_.made_here.contains(row.prospect.id.value);
    if (row.links.empty() && !ours) fail("I2", number(row.prospect.id) + " has no record behind it");
    for (const reconcile::Link& link : row.links)
      check_link(row, link);
  }
}

void Agreement::check_link(const store::ProspectRow& row, const reconcile::Link& link) {
  const auto found = organisation_.people.find(link.remote.str());
  if (found == organisation_.people.end())
    return fail("I2", number(row.prospect.id) + " is linked to a record that never was");
  const RemotePerson& person = found->second;
  if (excused(person)) return;
  if (link.object != person.object)
    fail("I2", number(row.prospect.id) + " calls " + name_of(person) + " a " + link.object);
  if (link.deleted != person.deleted)
    fail("I9", number(row.prospect.id) + "'s " + name_of(person) + " is " +
                   (person.deleted ? "deleted" : "live") + " in the CRM, and not here");
  // A link goes on to the winner of a merge and to the contact of a conversion, unless that is another's.
  const std::string next = became(person);
  if (next.empty()) return;
  const auto [first, last] = holdings_.held.equal_range(person.id);
  for (auto d = first; d != last; ++d) {
    if (d->second.kind == reconcile::DuplicateKind::kMergeConflict) return;  // a person decides
  }
  if (!linked_.contains(next)) {
    fail("I9", number(row.prospect.id) + " stays with " + name_of(person) + ", which became " + next);
  } else {
    fail("I1",
         name_of(person) + " became " + next + ", which is another prospect's, and no failure row says so");
  }
}

// ---- I8: a record has one prospect, an address too (see read_store); a prospect has one link ----

void Agreement::one_prospect() {
  for (const store::ProspectRow& row : holdings_.rows) {
    if (row.links.size() > 1) fail("I8", number(row.prospect.id) + " has two links to one CRM");
  }
}

// ---- I9: linked records agree, field by field ----

void Agreement::both_agree() {
  for (const store::ProspectRow& row : holdings_.rows) {
    if (holdings_.given_up.contains(row.prospect.id.value)) continue;
    for (const reconcile::Link& link : row.links) {
      const auto found = organisation_.people.find(link.remote.str());
      if (found == organisation_.people.end() || !found->second.live() || excused(found->second)) continue;
      check_fields(row, link, found->second);
    }
  }
}

void Agreement::check_fields(const store::ProspectRow& row, const reconcile::Link& link,
                             const RemotePerson& person) {
  for (const MappedText& text : rules_.texts) {
    if (text.object.empty() || text.object == person.object) check_text(row, person, text);
  }
  if (person.object == "Contact") check_account(row, person);
  check_email(row, link, person);
  check_owner(row, person);
  check_opt_out(row, person);
}

void Agreement::check_text(const store::ProspectRow& row, const RemotePerson& person,
                           const MappedText& text) {
  if (memory_.edited_here.contains({row.prospect.id.value, text.local})) return;
  if (is_in_review(row, text.local)) return;
  if (stands(row, person, text.local)) return check_standing(row, person, text);
  const std::string& there = person.text.at(text.remote);
  if (mapping::Value(there).is_blank() && rules_.blanks_in == mapping::Blanks::kSkip) return;
  const std::string here = row.prospect.fields[text.local].to_text();
  if (here != there) {
    fail("I9", number(row.prospect.id) + " differs from " + name_of(person) + " in " + text.remote + ": \"" +
                   here + "\" here, \"" + there + "\" there");
  }
}

// A difference that stands was seen: what is kept of the CRM's side is what the CRM holds.
void Agreement::check_standing(const store::ProspectRow& row, const RemotePerson& person,
                               const MappedText& text) {
  const auto link = std::ranges::find(row.links, person.id, [](const auto& one) { return one.remote.str(); });
  const auto agreed = link->shadow.find(text.local);
  if (agreed == link->shadow.end()) return;
  const std::string who = number(row.prospect.id) + " of " + name_of(person);
  if (agreed->second.restore)
    return fail("I9", who + " was to be given back its " + text.remote + ", and was not");
  const std::string& there = person.text.at(text.remote);
  if (mapping::Value(there).is_blank() && rules_.blanks_in == mapping::Blanks::kSkip) return;
  if (agreed->second.remote.to_text() != there)
    fail("I9", who + " stands apart in " + text.remote + " from \"" + agreed->second.remote.to_text() +
                   "\", in the CRM it is \"" + there + "\"");
}

void Agreement::check_email(const store::ProspectRow& row, const reconcile::Link& link,
                            const RemotePerson& person) {
  if (is_in_review(row, mapping::field::kEmail) || stands(row, person, mapping::field::kEmail)) return;
  const std::string& there = person.text.at("Email");
  const std::string here = row.prospect.fields[mapping::field::kEmail].to_text();
  const auto key = mapping::email_key(there);
  const auto& addresses = row.prospect.addresses;
  if (!key) {
    if (mapping::Value(there).is_blank() && rules_.blanks_in == mapping::Blanks::kSkip) return;
    if (here != there) fail("I9", number(row.prospect.id) + " differs from " + name_of(person) + " in Email");
    if (!addresses.empty())
      fail("I9", number(row.prospect.id) + " has a key, and " + name_of(person) + " has none");
    return;
  }
  if (!addresses.empty() && addresses.front().key == *key) {
    if (here != there)
      fail("I9", number(row.prospect.id) + " has the address of " + name_of(person) + " in other letters");
    return;
  }
  const bool waits = std::ranges::any_of(link.pending, [&](const reconcile::PendingRef& pending) {
    return pending.field == mapping::field::kEmail && pending.remote.str() == *key;
  });
  if (!waits) {
    fail("I9", number(row.prospect.id) + " has not the address of " + name_of(person) +
                   ", and does not wait for it");
    return;
  }
  check_waiting(row, person, *key);
}

// Who waits for an address waits for somebody who keeps it: not for nobody, and not in a ring.
void Agreement::check_waiting(const store::ProspectRow& row, const RemotePerson& person,
                              const std::string& key) {
  std::string wanted = key;
  std::set<const store::ProspectRow*> seen = {&row};
  for (;;) {
    const auto holder = addresses_.find(wanted);
    if (holder == addresses_.end())
      return fail("I9", number(row.prospect.id) + " waits for the address of " + name_of(person) +
                            ", which somebody could have had");
    if (holder->second == &row && seen.size() > 1)
      return fail("I9", number(row.prospect.id) + " waits in a ring for the address of " + name_of(person));
    if (!seen.insert(holder->second).second) return;  // another ring, which is its own members' failure
    wanted.clear();
    for (const reconcile::Link& link : holder->second->links) {
      const auto record = organisation_.people.find(link.remote.str());
      if (record == organisation_.people.end() || excused(record->second) || !record->second.live()) continue;
      for (const reconcile::PendingRef& pending : link.pending) {
        if (pending.field == mapping::field::kEmail) wanted = pending.remote.str();
      }
    }
    if (wanted.empty()) return;
  }
}

void Agreement::check_owner(const store::ProspectRow& row, const RemotePerson& person) {
  if (is_in_review(row, mapping::field::kOwner) || stands(row, person, mapping::field::kOwner)) return;
  const auto user = organisation_.users.find(person.owner);
  const bool unread = excused_.objects.contains("User") || excused_.records.contains(person.owner);
  const bool certain = user != organisation_.users.end() && user->second.active && !unread;
  const std::string who = number(row.prospect.id) + " of " + name_of(person);
  if (certain && row.owner_name != user->second.name)
    return fail("I9", who + " is owned by \"" + row.owner_name + "\", in the CRM by " + user->second.name);
  if (certain || rules_.owner_fallback == reconcile::OwnerPolicy::kKeep || row.owner_name.empty()) return;
  // A user who was deactivated keeps what they own; a queue, or nobody known, owns nothing here.
  if (unread || (user != organisation_.users.end() && row.owner_name == user->second.name)) return;
  fail("I9", who + " is owned by \"" + row.owner_name + "\", which follows from no rule");
}

void Agreement::check_account(const store::ProspectRow& row, const RemotePerson& person) {
  if (is_in_review(row, mapping::field::kAccount) || stands(row, person, mapping::field::kAccount)) return;
  if (person.account.empty()) {
    if (rules_.blanks_in == mapping::Blanks::kMirror && !row.account_name.empty())
      fail("I9", number(row.prospect.id) + " has an account, and " + name_of(person) + " has none");
    return;
  }
  if (excused_.objects.contains("Account") || excused_.records.contains(person.account)) return;
  const RemoteAccount& account = organisation_.accounts.at(person.account);
  if (!account.deleted && row.account_name != account.name)
    fail("I9", number(row.prospect.id) + " of " + name_of(person) + " has the account \"" + row.account_name +
                   "\", in the CRM it is " + account.name);
}

// An opt-out is taken and never given back.
void Agreement::check_opt_out(const store::ProspectRow& row, const RemotePerson& person) {
  const bool* flag = row.prospect.fields[mapping::field::kOptedOut].get<bool>();
  const bool here = flag != nullptr && *flag;
  if (person.opted_out && !here)
    fail("I9", name_of(person) + " has opted out, and " + number(row.prospect.id) + " has not");
  const bool known = ever_opted_out(person.id) || memory_.opted_out_here.contains(row.prospect.id.value);
  if (here && !known)
    fail("I2", number(row.prospect.id) + " has opted out, which nobody ever said of " + name_of(person));
}

// A prospect that was made here and linked to a record that was there before, a blank that the mapping keeps
// here, or what an undo gave one side back: both keep what they had (SEMANTICS §3, §11, §12). So does a field
// that alternated.
bool Agreement::stands(const store::ProspectRow& row, const RemotePerson& person, size_t at) const {
  const std::pair<int64_t, size_t> place{row.prospect.id.value, at};
  if (holdings_.frozen.contains(place)) return true;
  const bool may_differ = memory_.made_here.contains(place.first) || memory_.blanked_here.contains(place) ||
                          holdings_.set_apart.contains(place);
  if (!may_differ) return false;
  const auto link = std::ranges::find(row.links, person.id, [](const auto& one) { return one.remote.str(); });
  if (link == row.links.end()) return false;
  const auto agreed = link->shadow.find(at);
  return agreed != link->shadow.end() && agreed->second.local == row.prospect.fields[at];
}

bool Agreement::is_in_review(const store::ProspectRow& row, size_t at) const {
  return holdings_.in_review.contains({row.prospect.id.value, at});
}

// The record, or one that became it, however long ago.
bool Agreement::ever_opted_out(const std::string& id) const {
  std::set<std::string> seen = {id};
  std::vector<std::string> left = {id};
  while (!left.empty()) {
    const std::string at = std::move(left.back());
    left.pop_back();
    if (memory_.opted_out.contains(at)) return true;
    const auto [first, last] = memory_.was_once.equal_range(at);
    for (auto once = first; once != last; ++once) {
      if (seen.insert(once->second).second) left.push_back(once->second);
    }
  }
  return false;
}

// What a merge or conversion made of a record in the end; empty where it is still itself.
std::string Agreement::became(const RemotePerson& person) const {
  const RemotePerson* at = &person;
  for (size_t steps = organisation_.people.size(); steps > 0; --steps) {
    const std::string& next = at->deleted ? at->master : at->converted ? at->contact : std::string();
    const auto found = organisation_.people.find(next);
    if (found == organisation_.people.end()) break;
    at = &found->second;
  }
  return at == &person ? std::string() : at->id;
}

}  // namespace prospectd::test
