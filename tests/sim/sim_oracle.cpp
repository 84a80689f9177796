#include "tests/sim/sim_oracle.h"

#include <gtest/gtest.h>

#include "tests/sim/sim_journal.h"
#include "tests/sim/sim_life.h"

namespace prospectd::test {
namespace {

namespace field = mapping::field;
using sandbox::RowState;
using sandbox::Table;

constexpr const char* kPeopleObjects[] = {"Lead", "Contact"};
constexpr const char* kTexts[] = {"Email", "FirstName", "LastName", "Title", "Phone", "Company"};

Organisation organisation_of(World& world) {
  Organisation organisation;
  world.org().settle();
  for (const char* object : kPeopleObjects) {
    const Table& table = *world.org().table(object);
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
      p.purged = table.state(row) == RowState::kPurged;
      const bool lead = table.type().find("IsConverted") != nullptr;
      p.converted = lead && table.flag(row, table.type().column("IsConverted"));
      p.contact = text("ConvertedContactId");
      p.master = text("MasterRecordId");
      p.owner = text("OwnerId");
      p.account = text("AccountId");
      p.opted_out = table.flag(row, table.type().column("HasOptedOutOfEmail"));
      for (const char* name : kTexts)
        p.text[name] = text(name);
      organisation.people.emplace(p.id, std::move(p));
    }
  }
  const Table& users = *world.org().table("User");
  for (sandbox::Row row = 0; row < users.rows(); ++row) {
    const sandbox::Field& name = *users.type().find("Name");
    std::string full(users.text(row, name.parts[0]));
    const std::string_view last = users.text(row, name.parts[1]);
    if (!full.empty() && !last.empty()) full += ' ';
    organisation.users[std::string(users.id(row))] = {full.append(last),
                                                      users.flag(row, users.type().column("IsActive"))};
  }
  const Table& accounts = *world.org().table("Account");
  for (sandbox::Row row = 0; row < accounts.rows(); ++row) {
    organisation.accounts[std::string(accounts.id(row))] = {
        std::string(accounts.text(row, accounts.type().column("Name"))),
        accounts.state(row) != RowState::kLive};
  }
  return organisation;
}

Holdings holdings_of(World& world) {
  auto holdings = read_holdings(*world.reader());
  EXPECT_TRUE(holdings) << holdings.error().text();
  return holdings ? *std::move(holdings) : Holdings{};
}

AgreementRules rules_of(const SimPlan& plan) {
  AgreementRules rules;
  rules.blanks_in = plan.blanks_in;
  rules.owner_fallback = plan.owner_fallback;
  rules.texts = {{"", "FirstName", field::kFirstName},
                 {"", "LastName", field::kLastName},
                 {"", "Title", field::kTitle},
                 {"", "Phone", field::kPhone},
                 {"Lead", "Company", field::kCompany}};
  return rules;
}

}  // namespace

std::vector<std::string> Oracle::judge() const {
  Holdings holdings = holdings_of(world_);
  if (plan_.orders_per_mille > 0) holdings.set_apart = set_apart_on_purpose(world_);
  return Agreement(organisation_of(world_), std::move(holdings), rules_of(plan_), memory_, excused_).judge();
}

// I4: nothing is created twice. Whoever was made here has one record, or is told why not.
std::vector<std::string> Oracle::judge_outward() const {
  std::vector<std::string> failures;
  const std::set<std::string> renamed = renamed_from_here(world_);
  // A record whose address is changed, or that is deleted, while its create is in doubt is nobody's that a
  // look-up could find. A create that was taken back with others of its call is among the deleted, too.
  std::map<std::string, std::string> named;
  for (const auto& [id, person] : organisation_of(world_).people) {
    const std::string& name = person.text.at("LastName");
    if (!name.starts_with(kMadeHere) || person.deleted || person.converted || renamed.contains(id)) continue;
    const auto [first, is_new] = named.emplace(name + " " + person.text.at("Email"), id);
    if (!is_new) failures.push_back("I4: " + name + " was created twice: " + first->second + " and " + id);
  }
  const auto reader = world_.reader();
  for (const store::ProspectRow& row : holdings_of(world_).rows) {
    if (!row.links.empty() || row.prospect.addresses.empty()) continue;
    if (!memory_.made_here.contains(row.prospect.id.value)) continue;
    const auto entries = reader->outbox_of(row.prospect.id);
    if (entries && !entries->empty()) continue;
    failures.push_back("I1: prospect " + std::to_string(row.prospect.id.value) +
                       " was made here, has no record, and nothing says why");
  }
  return failures;
}

std::vector<std::string> Oracle::judge_left_behind(
    const std::map<std::string, std::optional<Timestamp>>& cursors) const {
  return Agreement(organisation_of(world_), holdings_of(world_), rules_of(plan_), memory_, excused_)
      .judge_left_behind(cursors, plan_.overlap);
}

}  // namespace prospectd::test
