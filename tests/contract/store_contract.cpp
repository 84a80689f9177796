#include "tests/contract/store_contract.h"

namespace prospectd::store {

using mapping::LocalType;
using namespace reconcile;

mapping::LocalSchema contract_schema() {
  mapping::LocalSchema schema;
  EXPECT_TRUE(schema.add_custom("custom.text", LocalType::kText, true));
  EXPECT_TRUE(schema.add_custom("custom.flag", LocalType::kBoolean, false));
  EXPECT_TRUE(schema.add_custom("custom.count", LocalType::kInteger, true));
  EXPECT_TRUE(schema.add_custom("custom.ratio", LocalType::kNumber, false));
  EXPECT_TRUE(schema.add_custom("custom.day", LocalType::kDate, false));
  EXPECT_TRUE(schema.add_custom("custom.moment", LocalType::kDateTime, false));
  return schema;
}

void StoreContract::reopen(CommitHook on_commit, mapping::LocalSchema schema) {
  store_.reset();
  auto opened = GetParam().open(StoreSetup{scratch_.file("store"), std::move(schema), std::move(on_commit)});
  ASSERT_TRUE(opened) << opened.error().text();
  store_ = *std::move(opened);
  auto connection = store_->connection("salesforce");
  if (connection) connection_ = *connection;
}

Prospect StoreContract::prospect(int64_t id, const std::string& email) const {
  Prospect p;
  p.id = {id};
  p.version = 1;
  p.fields.assign(contract_schema().size(), Value::null());
  p.fields[mapping::field::kLastName] = Value("Number " + std::to_string(id));
  if (!email.empty()) {
    p.fields[mapping::field::kEmail] = Value(email);
    p.addresses.push_back({email, email});
  }
  p.created_at = p.updated_at = at(100);
  return p;
}

Link StoreContract::link(int64_t prospect, const std::string& remote, int64_t version) const {
  Link l;
  l.prospect = {prospect};
  l.connection = connection_;
  l.object = "Lead";
  l.remote = RemoteId(remote);
  l.version = at(version);
  l.hash = 0xfedcba9876543210ULL + static_cast<uint64_t>(version);
  return l;
}

User StoreContract::user(int64_t id, const std::string& remote, const std::string& email) const {
  User u;
  u.id = {id};
  u.name = "User " + std::to_string(id);
  u.email_key = email;
  u.connection = remote.empty() ? ConnectionId{} : connection_;
  u.remote = RemoteId(remote);
  u.remote_version = at(1);
  u.remote_hash = 5;
  return u;
}

Account StoreContract::account(int64_t id, const std::string& remote) const {
  Account a;
  a.id = {id};
  a.fields.assign(mapping::account_field::kCount, Value::null());
  a.fields[mapping::account_field::kName] = Value("Account " + std::to_string(id));
  a.connection = connection_;
  a.remote = RemoteId(remote);
  a.remote_version = at(1);
  return a;
}

Duplicate StoreContract::duplicate(const std::string& remote, int64_t prospect,
                                   const std::string& email) const {
  Duplicate d;
  d.connection = connection_;
  d.object = "Contact";
  d.remote = RemoteId(remote);
  d.prospect = {prospect};
  d.linked_remote = RemoteId("L" + std::to_string(prospect));
  d.linked_object = "Lead";
  d.email_key = email;
  d.policy = "prevent";
  d.first_seen = at(7);
  return d;
}

DeadLetter StoreContract::dead_letter(const std::string& remote) const {
  DeadLetter letter;
  letter.connection = connection_;
  letter.object = "Lead";
  letter.remote = RemoteId(remote);
  letter.version = at(3);
  letter.reason = "not an object";
  letter.payload = "{\"Id\":";
  letter.first_seen = letter.last_seen = at(9);
  return letter;
}

UpdateProspect StoreContract::change(int64_t id, int64_t expected, size_t field, Value after) {
  UpdateProspect update;
  update.id = {id};
  update.expected = expected;
  update.changes.push_back({field, Value::null(), std::move(after), Reason::kUpdatedFromCrm});
  return update;
}

UpdateProspect StoreContract::new_address(int64_t id, int64_t expected, const std::string& email) {
  UpdateProspect update = change(id, expected, mapping::field::kEmail, Value(email));
  update.addresses = std::vector<Address>{};
  if (!email.empty()) update.addresses->push_back({email, email});
  return update;
}

Plan StoreContract::plan(std::vector<Step> steps) {
  Plan p;
  p.cause = {"poll", "salesforce/Lead", "prospectd"};
  p.steps = std::move(steps);
  return p;
}

Result<void> StoreContract::commit(const Plan& plan) {
  PD_ASSIGN(transaction, store_->begin());
  PD_TRY(transaction->apply(plan, at(200)));
  return transaction->commit();
}

void StoreContract::must_commit(std::vector<Step> steps) {
  const auto done = commit(plan(std::move(steps)));
  ASSERT_TRUE(done) << done.error().text();
}

void StoreContract::must_refuse(std::vector<Step> steps) {
  const auto before = all();
  const int64_t written = store_->rows_written();
  const auto done = commit(plan(std::move(steps)));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kConflict) << done.error().text();
  EXPECT_EQ(store_->rows_written(), written);
  EXPECT_EQ(all().size(), before.size());
  for (const auto& [id, was] : before)
    EXPECT_EQ(row(id).prospect, was.prospect);
}

void StoreContract::add_linked(int64_t n) {
  std::vector<Step> steps;
  for (int64_t id = 1; id <= n; ++id) {
    steps.emplace_back(CreateProspect{prospect(id, "p" + std::to_string(id) + "@x.test"),
                                      link(id, "L" + std::to_string(id))});
  }
  must_commit(std::move(steps));
}

std::unique_ptr<Reader> StoreContract::reader() {
  auto made = store_->reader();
  EXPECT_TRUE(made) << made.error().text();
  return *std::move(made);
}

ProspectRow StoreContract::row(int64_t id) {
  auto found = reader()->prospect({id});
  EXPECT_TRUE(found) << found.error().text();
  EXPECT_TRUE(*found) << "prospect " << id << " is not there";
  return (*found).value_or(ProspectRow{});
}

std::map<int64_t, ProspectRow> StoreContract::all() {
  std::map<int64_t, ProspectRow> rows;
  const auto done = reader()->each_prospect([&](const ProspectRow& r) { rows[r.prospect.id.value] = r; });
  EXPECT_TRUE(done) << done.error().text();
  return rows;
}

PageSnapshot StoreContract::snapshot(const PageKeys& keys) {
  auto transaction = store_->begin();
  EXPECT_TRUE(transaction) << transaction.error().text();
  auto taken = (*transaction)->snapshot(keys);
  EXPECT_TRUE(taken) << taken.error().text();
  return *std::move(taken);
}

PageKeys StoreContract::keys(std::vector<std::string> remotes, std::vector<std::string> emails) const {
  PageKeys keys;
  keys.connection = connection_;
  for (std::string& remote : remotes)
    keys.remotes.emplace_back(std::move(remote));
  keys.emails = std::move(emails);
  return keys;
}

PageKeys StoreContract::reference_keys(std::vector<std::string> remotes,
                                       std::vector<std::string> emails) const {
  PageKeys found = keys(std::move(remotes), std::move(emails));
  found.only_references = true;
  found.users = found.remotes;
  found.accounts = found.remotes;
  return found;
}

void StoreContract::check_totals() {
  Totals counted;
  for (const auto& [id, one] : all()) {
    ++counted.prospects;
    counted.without_key += one.prospect.addresses.empty() ? 1 : 0;
    counted.links += static_cast<int64_t>(one.links.size());
  }
  const auto totals = reader()->totals();
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->prospects, counted.prospects);
  EXPECT_EQ(totals->without_key, counted.without_key);
  EXPECT_EQ(totals->links, counted.links);
  EXPECT_EQ(totals->open_duplicates,
            static_cast<int64_t>(reader()->duplicates({}, kListRowsMax, true)->size()));
  EXPECT_EQ(totals->dead_letters, static_cast<int64_t>(reader()->dead_letters({}, kListRowsMax)->size()));
}

}  // namespace prospectd::store
