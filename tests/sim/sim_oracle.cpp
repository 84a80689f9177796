#include "tests/sim/sim_oracle.h"

#include <algorithm>

#include "mapping/email_key.h"

namespace prospectd::test {
namespace {

using sandbox::RowState;
using sandbox::Table;

constexpr const char* kPeople[] = {"Lead", "Contact"};
constexpr const char* kTexts[] = {"Email", "FirstName", "LastName", "Title", "Phone", "Company"};

std::string number(ProspectId id) {
  return "prospect " + std::to_string(id.value);
}

}  // namespace

Oracle::Oracle(World& world, const SimPlan& plan, const Memory& memory, Excused excused)
    : world_(world), plan_(plan), memory_(memory), excused_(std::move(excused)) {}

std::vector<std::string> Oracle::judge() {
  read_org();
  read_store();
  no_loss();
  nothing_invented();
  one_prospect();
  both_agree();
  return std::move(failures_);
}

std::vector<std::string> Oracle::judge_left_behind(
    const std::map<std::string, std::optional<Timestamp>>& cursors) {
  read_org();
  read_store();
  for (const auto& [id, person] : people_) {
    const auto cursor = cursors.find(person.object);
    if (cursor == cursors.end() || !cursor->second) continue;
    if (person.stamp >= *cursor->second - plan_.overlap || letters_.contains(id)) continue;
    const auto row = linked_.find(id);
    if (row == linked_.end()) {
      if (person.live() && !held_.contains(id))
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

void Oracle::fail(const char* invariant, const std::string& what) {
  if (failures_.size() < kFailuresMax) failures_.push_back(std::string(invariant) + ": " + what);
}

// ---- both sides, whole ----

void Oracle::read_org() {
  world_.org().settle();
  for (const char* object : kPeople) {
    const Table& table = *world_.org().table(object);
    for (sandbox::Row row = 0; row < table.rows(); ++row) {
      const auto text = [&](const char* name) {
        return table.type().find(name) == nullptr ? std::string()
                                                  : std::string(table.text(row, table.type().column(name)));
      };
      RemotePerson p;
      p.object = object;
      p.id = table.id(row);
      p.stamp = Timestamp{seconds{table.stamp_seconds(row)}};
      p.deleted = table.state(row) != RowState::kLive;
      const bool lead = table.type().find("IsConverted") != nullptr;
      p.converted = lead && table.flag(row, table.type().column("IsConverted"));
      p.contact = text("ConvertedContactId");
      p.master = text("MasterRecordId");
      p.owner = text("OwnerId");
      p.account = text("AccountId");
      p.opted_out = table.flag(row, table.type().column("HasOptedOutOfEmail"));
      for (const char* name : kTexts)
        p.text[name] = text(name);
      people_.emplace(p.id, std::move(p));
    }
  }
  const Table& users = *world_.org().table("User");
  for (sandbox::Row row = 0; row < users.rows(); ++row) {
    const sandbox::Field& name = *users.type().find("Name");
    std::string full(users.text(row, name.parts[0]));
    const std::string_view last = users.text(row, name.parts[1]);
    if (!full.empty() && !last.empty()) full += ' ';
    users_[std::string(users.id(row))] = {full.append(last),
                                          users.flag(row, users.type().column("IsActive"))};
  }
  const Table& accounts = *world_.org().table("Account");
  for (sandbox::Row row = 0; row < accounts.rows(); ++row) {
    accounts_[std::string(accounts.id(row))] = {
        std::string(accounts.text(row, accounts.type().column("Name"))),
        accounts.state(row) != RowState::kLive};
  }
}

void Oracle::read_store() {
  rows_ = world_.prospects();
  for (const store::ProspectRow& row : rows_) {
    for (const reconcile::Link& link : row.links) {
      if (!linked_.emplace(link.remote.str(), &row).second)
        fail("I8", link.object + " " + link.remote.str() + " is linked to two prospects");
    }
    for (const reconcile::Address& address : row.prospect.addresses) {
      if (!addresses_.emplace(address.key, &row).second)
        fail("I8", number(row.prospect.id) + " has an address that another has, too");
    }
  }
  read_incidents();
}

// Both lists page by page, however long they are.
void Oracle::read_incidents() {
  const auto reader = world_.reader();
  for (DuplicateId after;;) {
    auto rows = reader->duplicates(after, store::kListRowsMax, true);
    if (!rows) return fail("I1", "the failure rows can't be read: " + rows.error().text());
    if (rows->empty()) break;
    after = rows->back().id;
    for (reconcile::Duplicate& d : *rows) {
      std::string remote = d.remote.str();
      held_.emplace(std::move(remote), std::move(d));
    }
  }
  for (DeadLetterId after;;) {
    const auto rows = reader->dead_letters(after, store::kListRowsMax);
    if (!rows) return fail("I1", "the dead letters can't be read: " + rows.error().text());
    if (rows->empty()) break;
    after = rows->back().id;
    for (const reconcile::DeadLetter& letter : *rows)
      letters_.emplace(letter.remote.str(), letter.object);
  }
}

bool Oracle::excused(const RemotePerson& person) const {
  return excused_.records.contains(person.id) || excused_.objects.contains(person.object);
}

// ---- I1: every record is here, or its failure row is, or its dead letter ----

void Oracle::no_loss() {
  for (const auto& [id, person] : people_) {
    if (!person.live() || excused_.objects.contains(person.object)) continue;
    if (excused_.records.contains(id)) {
      if (!letters_.contains(id)) fail("I1", name_of(person) + " is unreadable and no dead letter says so");
      continue;
    }
    if (!linked_.contains(id)) check_unlinked(person);
  }
  const auto demand_letter = [&](const std::string& object, const std::string& id) {
    if (excused_.records.contains(id) && !excused_.objects.contains(object) && !letters_.contains(id))
      fail("I1", object + " " + id + " is unreadable and no dead letter says so");
  };
  for (const auto& [id, user] : users_)
    demand_letter("User", id);
  for (const auto& [id, account] : accounts_)
    demand_letter("Account", id);
  for (const auto& [id, object] : letters_) {
    if (!excused_.records.contains(id) && !excused_.objects.contains(object))
      fail("I1", "the dead letter of " + object + " " + id + " is still there, and the record is whole");
  }
}

void Oracle::check_unlinked(const RemotePerson& person) {
  const auto key = mapping::email_key(person.text.at("Email"));
  if (!key) return fail("I1", name_of(person) + " has no address, and is no prospect");
  const auto holder = addresses_.find(*key);
  if (holder == addresses_.end())
    return fail("I1", name_of(person) + " is no prospect, though nobody has its address");
  const auto [first, last] = held_.equal_range(person.id);
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

void Oracle::nothing_invented() {
  for (const store::ProspectRow& row : rows_) {
    const bool ours = memory_.made_here.contains(row.prospect.id.value);
    if (row.links.empty() && !ours) fail("I2", number(row.prospect.id) + " has no record behind it");
    for (const reconcile::Link& link : row.links)
      check_link(row, link);
  }
}

void Oracle::check_link(const store::ProspectRow& row, const reconcile::Link& link) {
  const auto found = people_.find(link.remote.str());
  if (found == people_.end())
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
  const auto [first, last] = held_.equal_range(person.id);
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

void Oracle::one_prospect() {
  for (const store::ProspectRow& row : rows_) {
    if (row.links.size() > 1) fail("I8", number(row.prospect.id) + " has two links to one CRM");
  }
}

// ---- I9: linked records agree, field by field ----

void Oracle::both_agree() {
  for (const store::ProspectRow& row : rows_) {
    for (const reconcile::Link& link : row.links) {
      const auto found = people_.find(link.remote.str());
      if (found == people_.end() || !found->second.live() || excused(found->second)) continue;
      check_fields(row, link, found->second);
    }
  }
}

void Oracle::check_fields(const store::ProspectRow& row, const reconcile::Link& link,
                          const RemotePerson& person) {
  namespace field = mapping::field;
  check_text(row, person, "FirstName", field::kFirstName);
  check_text(row, person, "LastName", field::kLastName);
  check_text(row, person, "Title", field::kTitle);
  check_text(row, person, "Phone", field::kPhone);
  if (person.object == "Lead") check_text(row, person, "Company", field::kCompany);
  if (person.object == "Contact") check_account(row, person);
  check_email(row, link, person);
  check_owner(row, person);
  check_opt_out(row, person);
}

void Oracle::check_text(const store::ProspectRow& row, const RemotePerson& person, const char* remote,
                        size_t field) {
  if (memory_.edited_here.contains({row.prospect.id.value, field})) return;
  const std::string& there = person.text.at(remote);
  if (there.empty() && plan_.blanks_in == mapping::Blanks::kSkip) return;
  const std::string here = row.prospect.fields[field].to_text();
  if (here != there) {
    fail("I9", number(row.prospect.id) + " differs from " + name_of(person) + " in " + remote + ": \"" +
                   here + "\" here, \"" + there + "\" there");
  }
}

void Oracle::check_email(const store::ProspectRow& row, const reconcile::Link& link,
                         const RemotePerson& person) {
  const std::string& there = person.text.at("Email");
  const std::string here = row.prospect.fields[mapping::field::kEmail].to_text();
  const auto key = mapping::email_key(there);
  const auto& addresses = row.prospect.addresses;
  if (!key) {
    if (mapping::Value(there).is_blank() && plan_.blanks_in == mapping::Blanks::kSkip) return;
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
void Oracle::check_waiting(const store::ProspectRow& row, const RemotePerson& person,
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
      const auto record = people_.find(link.remote.str());
      if (record == people_.end() || excused(record->second) || !record->second.live()) continue;
      for (const reconcile::PendingRef& pending : link.pending) {
        if (pending.field == mapping::field::kEmail) wanted = pending.remote.str();
      }
    }
    if (wanted.empty()) return;
  }
}

void Oracle::check_owner(const store::ProspectRow& row, const RemotePerson& person) {
  const auto user = users_.find(person.owner);
  const bool unread = excused_.objects.contains("User") || excused_.records.contains(person.owner);
  const bool certain = user != users_.end() && user->second.active && !unread;
  const std::string who = number(row.prospect.id) + " of " + name_of(person);
  if (certain && row.owner_name != user->second.name)
    return fail("I9", who + " is owned by \"" + row.owner_name + "\", in the CRM by " + user->second.name);
  if (certain || plan_.owner_fallback == reconcile::OwnerPolicy::kKeep || row.owner_name.empty()) return;
  // A user who was deactivated keeps what they own; a queue, or nobody known, owns nothing here.
  if (unread || (user != users_.end() && row.owner_name == user->second.name)) return;
  fail("I9", who + " is owned by \"" + row.owner_name + "\", which follows from no rule");
}

void Oracle::check_account(const store::ProspectRow& row, const RemotePerson& person) {
  if (person.account.empty()) {
    if (plan_.blanks_in == mapping::Blanks::kMirror && !row.account_name.empty())
      fail("I9", number(row.prospect.id) + " has an account, and " + name_of(person) + " has none");
    return;
  }
  if (excused_.objects.contains("Account") || excused_.records.contains(person.account)) return;
  const Account& account = accounts_.at(person.account);
  if (!account.deleted && row.account_name != account.name)
    fail("I9", number(row.prospect.id) + " of " + name_of(person) + " has the account \"" + row.account_name +
                   "\", in the CRM it is " + account.name);
}

// An opt-out is taken and never given back.
void Oracle::check_opt_out(const store::ProspectRow& row, const RemotePerson& person) {
  const bool* flag = row.prospect.fields[mapping::field::kOptedOut].get<bool>();
  const bool here = flag != nullptr && *flag;
  if (person.opted_out && !here)
    fail("I9", name_of(person) + " has opted out, and " + number(row.prospect.id) + " has not");
  const bool known = ever_opted_out(person.id) || memory_.opted_out_here.contains(row.prospect.id.value);
  if (here && !known)
    fail("I2", number(row.prospect.id) + " has opted out, which nobody ever said of " + name_of(person));
}

// The record, or one that became it, however long ago.
bool Oracle::ever_opted_out(const std::string& id) const {
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
std::string Oracle::became(const RemotePerson& person) const {
  const RemotePerson* at = &person;
  for (size_t steps = people_.size(); steps > 0; --steps) {
    const std::string& next = at->deleted ? at->master : at->converted ? at->contact : std::string();
    const auto found = people_.find(next);
    if (found == people_.end()) break;
    at = &found->second;
  }
  return at == &person ? std::string() : at->id;
}

}  // namespace prospectd::test
