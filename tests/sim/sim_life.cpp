#include "tests/sim/sim_life.h"

#include <algorithm>
#include <numeric>

namespace prospectd::test {
namespace {

using mapping::Value;
using sandbox::RowState;

constexpr const char* kPeople[] = {"Lead", "Contact"};

}  // namespace

Life::Life(World& world, const SimPlan& plan, std::function<void(const std::string&)> trace)
    : world_(world), plan_(plan), trace_(std::move(trace)), dice_(plan.seed * 0xd1342543de82ef95ULL + 7) {}

const std::vector<Life::Act>& Life::acts() {
  static const std::vector<Act> all = {
      {16, "create", &Life::create_person},
      {6, "create late", &Life::create_late},
      {2, "burst", &Life::create_burst},
      {20, "edit", &Life::edit_person},
      {4, "edit burst", &Life::edit_burst},
      {8, "edit late", &Life::edit_late},
      {14, "email", &Life::change_email},
      {5, "swap", &Life::swap_emails},
      {8, "owner", &Life::change_owner},
      {5, "move", &Life::move_contact},
      {4, "opt out", &Life::toggle_opt_out},
      {7, "delete", &Life::remove_person},
      {5, "undelete", &Life::undelete_something},
      {6, "convert", &Life::convert_lead},
      {4, "merge", &Life::merge_people},
      {2, "user", &Life::add_user},
      {5, "activity", &Life::toggle_user},
      {3, "account", &Life::add_account},
      {3, "rename", &Life::rename_account},
      {1, "delete account", &Life::remove_account},
      {1, "merge accounts", &Life::merge_accounts},
  };
  return all;
}

void Life::begin() {
  world_.org().run_as_user();
  for (int i = 0; i < 3; ++i)
    add_user();
  world_.queue("Queue 1");
  for (int i = 0; i < 2; ++i)
    add_account();
  for (int i = 0; i < plan_.people; ++i)
    create_person();
  for (int i = 0; i < plan_.made_here; ++i)
    make_here();
}

void Life::step() {
  if (dice_.of_thousand(plan_.edits_here_per_mille)) return edit_here();
  if (dice_.of_thousand(plan_.unseen_per_mille)) return happen_unseen();
  const auto& all = acts();
  const int sum =
      std::accumulate(all.begin(), all.end(), 0, [](int n, const Act& act) { return n + act.weight; });
  int64_t at = dice_.below(sum);
  for (const Act& act : all) {
    at -= act.weight;
    if (at >= 0) continue;
    say(act.name);
    (this->*act.happen)();
    return;
  }
}

milliseconds Life::gap() {
  // Often nothing lies between two events: many rows in one second.
  return milliseconds{dice_.of_thousand(250) ? 0 : dice_.below(plan_.gap_max.count() + 1)};
}

void Life::say(const std::string& what) {
  if (trace_) trace_(what);
}

// ---- draws ----

std::string Life::pool_address() {
  return "p" + std::to_string(dice_.below(plan_.addresses)) + "@acme.example";
}

Life::Address Life::draw_address() {
  std::string text = pool_address();
  const int64_t kind = dice_.below(100);
  if (kind < 9) return {"", false};
  if (kind < 13) return {"no address", true};
  if (kind < 15) return {text + ", " + pool_address(), true};
  if (kind < 22) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return {text, false};
  }
  if (kind < 26) return {"\xC2\xA0" + text + " ", true};
  if (kind < 30)
    return {"j\xC3\xB6rg" + std::to_string(dice_.below(3)) +
                "@b\xC3\xBC"
                "cher.example",
            false};
  if (kind < 33) return {"j\xC3\xB6rg" + std::to_string(dice_.below(3)) + "@xn--bcher-kva.example", false};
  if (kind < 45) return {"new" + std::to_string(++counter_) + "@acme.example", false};
  return {text, false};
}

std::string Life::draw_name() {
  static const std::vector<std::string> kNames = {"Ana",    "Bo",    "Zo\xC3\xAB",       "\xE6\x9D\x8E",
                                                  "O'Neil", "Ny\"q", "\xF0\x9F\x98\x80", "Li\\n"};
  return dice_.pick(kNames) + std::to_string(dice_.below(50));
}

std::string Life::draw_owner() {
  const auto users = ids("User", RowState::kLive);
  const auto groups = ids("Group", RowState::kLive);
  return dice_.of_thousand(150) && !groups.empty() ? dice_.pick(groups) : dice_.pick(users);
}

Fields Life::draw_edit(const std::string& object) {
  Fields fields;
  if (dice_.of_thousand(400)) fields.emplace_back("LastName", Value(draw_name()));
  const auto optional = [&](const char* name, int share) {
    if (!dice_.of_thousand(share)) return;
    fields.emplace_back(name, dice_.of_thousand(250) ? Value::null() : Value(draw_name()));
  };
  optional("FirstName", 400);
  optional("Title", 500);
  optional("Phone", 300);
  if (object == "Lead" && dice_.of_thousand(300)) fields.emplace_back("Company", Value(draw_name()));
  return fields;
}

Fields Life::draw_person(const std::string& object, Address& address) {
  Fields fields = draw_edit(object);
  std::erase_if(fields, [](const auto& f) { return f.first == "LastName" || f.first == "Company"; });
  fields.emplace_back("LastName", Value(draw_name()));
  if (object == "Lead") fields.emplace_back("Company", Value(draw_name()));
  address = draw_address();
  if (!address.forced && !address.text.empty()) fields.emplace_back("Email", Value(address.text));
  if (dice_.of_thousand(600)) fields.emplace_back("OwnerId", Value(draw_owner()));
  if (dice_.of_thousand(60)) fields.emplace_back("HasOptedOutOfEmail", Value(true));
  if (object == "Contact" && dice_.of_thousand(700)) {
    if (const std::string account = pick_id("Account"); !account.empty())
      fields.emplace_back("AccountId", Value(account));
  }
  // A contact can't be a queue's.
  if (object == "Contact") {
    std::erase_if(fields,
                  [](const auto& f) { return f.first == "OwnerId" && f.second.str().starts_with("00G"); });
  }
  return fields;
}

sandbox::WriteOptions Life::draw_lateness() {
  sandbox::WriteOptions options;
  const seconds late{dice_.between(1, std::chrono::duration_cast<seconds>(plan_.overlap).count())};
  (dice_.of_thousand(500) ? options.stamped_before : options.visible_after) = late;
  return options;
}

std::vector<std::string> Life::ids(const std::string& object, RowState state) {
  const sandbox::Table& table = *world_.org().table(object);
  std::vector<std::string> out;
  const bool users = object == "User";
  const int active = users ? table.type().column("IsActive") : -1;
  for (sandbox::Row row = 0; row < table.rows(); ++row) {
    if (table.state(row) != state || (users && !table.flag(row, active))) continue;
    out.emplace_back(table.id(row));
  }
  return out;
}

std::string Life::pick_id(const std::string& object) {
  const auto all = ids(object, RowState::kLive);
  return all.empty() ? std::string() : dice_.pick(all);
}

std::vector<Life::Person> Life::live_people() {
  std::vector<Person> all;
  for (const char* object : kPeople) {
    for (std::string& id : ids(object, RowState::kLive))
      all.push_back({object, std::move(id)});
  }
  return all;
}

// ---- writes; what the org refuses did not happen ----

void Life::note_opt_out(const std::string& id, const Fields& fields) {
  for (const auto& [name, value] : fields) {
    if (name == "HasOptedOutOfEmail" && value == Value(true)) memory_.opted_out.insert(id);
  }
}

// An opt-out that was made here and has gone out to the record.
void Life::note_opt_out_of(const std::string& object, const std::string& id) {
  const sandbox::Table& table = *world_.org().table(object);
  const auto row = table.find(id);
  if (row && table.flag(*row, table.type().column("HasOptedOutOfEmail"))) memory_.opted_out.insert(id);
}

void Life::create(const std::string& object, const Fields& fields, const Address& address,
                  sandbox::WriteOptions options) {
  const auto made = world_.org().create(object, fields, options);
  if (!made) return;
  note_opt_out(made->id, fields);
  if (address.forced) force_address({object, made->id}, address.text);
}

void Life::update(const Person& person, Fields fields, sandbox::WriteOptions options) {
  const auto done = world_.org().update(person.object, person.id, fields, options);
  if (done) note_opt_out(person.id, fields);
}

void Life::force_address(const Person& person, const std::string& text) {
  sandbox::Table& table = *world_.org().table(person.object);
  if (const auto row = table.find(person.id)) table.set_text(*row, table.type().column("Email"), text);
}

void Life::set_address(const Person& person, const Address& address) {
  const bool plain = !address.forced && !address.text.empty();
  const Fields fields = {{"Email", plain ? Value(address.text) : Value::null()}};
  const auto done = world_.org().update(person.object, person.id, fields);
  if (done && address.forced) force_address(person, address.text);
}

// ---- people ----

void Life::create_person() {
  const std::string object = kPeople[dice_.below(2)];
  Address address;
  const Fields fields = draw_person(object, address);
  create(object, fields, address, {});
}

void Life::create_late() {
  const std::string object = kPeople[dice_.below(2)];
  Address address;
  const Fields fields = draw_person(object, address);
  address.forced = false;  // it is not there yet
  create(object, fields, address, draw_lateness());
}

void Life::create_burst() {
  for (int64_t n = dice_.between(5, 40); n > 0; --n)
    create_person();
}

void Life::edit_person() {
  const auto people = live_people();
  if (people.empty()) return;
  const Person person = dice_.pick(people);
  update(person, draw_edit(person.object));
}

void Life::edit_burst() {
  const auto people = live_people();
  if (people.empty()) return;
  const Person person = dice_.pick(people);
  for (int64_t n = dice_.between(2, 5); n > 0; --n) {
    update(person, draw_edit(person.object));
    if (dice_.of_thousand(300)) set_address(person, draw_address());
  }
}

void Life::edit_late() {
  const auto people = live_people();
  if (people.empty()) return;
  const Person person = dice_.pick(people);
  Fields fields = draw_edit(person.object);
  if (dice_.of_thousand(300)) fields.emplace_back("Email", Value(pool_address()));
  update(person, fields, draw_lateness());
}

void Life::change_email() {
  const auto people = live_people();
  if (!people.empty()) set_address(dice_.pick(people), draw_address());
}

void Life::swap_emails() {
  const auto people = live_people();
  if (people.size() < 2) return;
  std::vector<Person> ring;
  for (int64_t n = dice_.between(2, 3); n > 0; --n)
    ring.push_back(dice_.pick(people));
  std::vector<Address> addresses;
  for (const Person& person : ring) {
    const sandbox::Table& table = *world_.org().table(person.object);
    const std::string_view text = table.text(*table.find(person.id), table.type().column("Email"));
    addresses.push_back({std::string(text), text.find('@') == std::string_view::npos && !text.empty()});
  }
  for (size_t i = 0; i < ring.size(); ++i)
    set_address(ring[i], addresses[(i + 1) % ring.size()]);
}

void Life::change_owner() {
  const auto people = live_people();
  if (!people.empty()) update(dice_.pick(people), {{"OwnerId", Value(draw_owner())}});
}

void Life::move_contact() {
  const std::string contact = pick_id("Contact");
  const std::string account = pick_id("Account");
  if (contact.empty()) return;
  const bool away = account.empty() || dice_.of_thousand(200);
  update({"Contact", contact}, {{"AccountId", away ? Value::null() : Value(account)}});
}

void Life::toggle_opt_out() {
  const auto people = live_people();
  if (!people.empty()) update(dice_.pick(people), {{"HasOptedOutOfEmail", Value(dice_.of_thousand(600))}});
}

// ---- whole records ----

void Life::remove_person() {
  const auto people = live_people();
  if (!people.empty()) (void)world_.org().remove(dice_.pick(people).id);
}

void Life::undelete_something() {
  const std::vector<std::string> objects = {"Lead", "Contact", "Contact", "Account"};
  const auto deleted = ids(dice_.pick(objects), RowState::kDeleted);
  if (!deleted.empty()) (void)world_.org().undelete(dice_.pick(deleted));
}

void Life::convert_lead() {
  sandbox::Conversion conversion;
  conversion.lead = pick_id("Lead");
  if (conversion.lead.empty()) return;
  if (dice_.of_thousand(300)) conversion.contact = pick_id("Contact");
  if (dice_.of_thousand(300)) conversion.account = pick_id("Account");
  note_opt_out_of("Lead", conversion.lead);
  const auto done = world_.org().convert(conversion);
  if (done) memory_.was_once.emplace(done->contact, conversion.lead);
}

void Life::merge_people() {
  const std::string object = kPeople[dice_.below(2)];
  const std::string winner = pick_id(object);
  std::vector<std::string> losers;
  for (int64_t n = dice_.between(1, 2); n > 0; --n) {
    losers.push_back(pick_id(object));
    note_opt_out_of(object, losers.back());
  }
  if (winner.empty() || !world_.org().merge(winner, losers)) return;
  for (const std::string& loser : losers)
    memory_.was_once.emplace(winner, loser);
}

// ---- users and accounts ----

void Life::add_user() {
  const std::string n = std::to_string(++counter_);
  Fields fields = {{"LastName", Value("User " + n)},
                   {"Username", Value("user" + n + "@acme.example")},
                   {"Email", Value("user" + n + "@acme.example")}};
  sandbox::WriteOptions late;
  if (dice_.of_thousand(300)) late = draw_lateness();
  (void)world_.org().create("User", fields, late);
}

void Life::toggle_user() {
  sandbox::Org& org = world_.org();
  const sandbox::Table& users = *org.table("User");
  const std::string keeper = org.run_as_user();
  const auto row = static_cast<sandbox::Row>(dice_.below(static_cast<int64_t>(users.rows())));
  const std::string id(users.id(row));
  if (id == keeper) return;
  const bool active = users.flag(row, users.type().column("IsActive"));
  (void)org.update("User", id, {{"IsActive", Value(!active)}});
}

void Life::add_account() {
  Fields fields = {{"Name", Value("Account " + std::to_string(++counter_))}};
  sandbox::WriteOptions late;
  if (dice_.of_thousand(300)) late = draw_lateness();
  (void)world_.org().create("Account", fields, late);
}

void Life::rename_account() {
  const std::string id = pick_id("Account");
  if (id.empty()) return;
  (void)world_.org().update("Account", id, {{"Name", Value("Account " + std::to_string(++counter_))}});
}

void Life::remove_account() {
  const std::string id = pick_id("Account");
  if (!id.empty()) (void)world_.org().remove(id);
}

void Life::merge_accounts() {
  const std::string winner = pick_id("Account");
  if (!winner.empty()) (void)world_.org().merge(winner, {pick_id("Account")});
}

}  // namespace prospectd::test
