#include "tests/support/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "connectors/salesforce/salesforce_connector.h"
#include "mapping/email_key.h"

namespace prospectd::test {
namespace {

namespace asio = boost::asio;
using mapping::Value;

constexpr const char* kSecret = "the-sandbox-secret";
constexpr int kVerifyTriesMax = 8;  // as many as a job makes of one part

mapping::FieldSpec spec(const char* remote, const char* local, const WorldOptions& options) {
  mapping::FieldSpec s;
  s.remote = remote;
  s.local = local;
  s.blanks_in = options.blanks_in;
  s.blanks_out = options.blanks_out;
  s.conflict = options.conflict;
  s.where = std::string("world.yaml:") + remote;
  return s;
}

mapping::MappingSpec person_mapping(const std::string& object, const WorldOptions& options) {
  mapping::MappingSpec m;
  m.object = object;
  m.where = "world.yaml";
  m.fields = {spec("Email", "email", options),
              spec("FirstName", "first_name", options),
              spec("LastName", "last_name", options),
              spec("Title", "title", options),
              spec("Phone", "phone", options),
              spec("OwnerId", "owner", options),
              spec("HasOptedOutOfEmail", "opted_out", options)};
  if (object == "Contact") m.fields.push_back(spec("AccountId", "account", options));
  if (object == "Lead") m.fields.push_back(spec("Company", "company", options));
  return m;
}

template <class T>
T must(sandbox::Outcome<T> outcome) {
  EXPECT_TRUE(outcome) << outcome.error().code << ": " << outcome.error().message;
  return *std::move(outcome);
}

std::string describe(const store::ProspectRow& row, const mapping::LocalSchema& schema) {
  std::string line;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i == mapping::field::kOwner)
      line += "owner=" + row.owner_name + "|";
    else if (i == mapping::field::kAccount)
      line += "account=" + row.account_name + "|";
    else if (!row.prospect.fields[i].is_blank())
      line += schema.fields()[i].name + "=" + row.prospect.fields[i].to_text() + "|";
  }
  for (const reconcile::Address& address : row.prospect.addresses)
    line += "@" + address.key + "|";
  for (const reconcile::Link& link : row.links) {
    line += link.object + ":" + link.remote.str() + (link.deleted ? ":deleted" : "") + "|";
    for (const auto& pending : link.pending)
      line += "?" + pending.remote.str() + "|";
  }
  for (const std::string& tag : row.tags)
    line += "#" + tag + "|";
  return line;
}

}  // namespace

World::World(WorldOptions options) : options_(std::move(options)) {
  log::disable();
  scheduler_ = std::make_unique<VirtualScheduler>(options_.seed);
  sandbox::OrgOptions org;
  org.now = [this] { return scheduler_->now(); };
  org_ = std::make_unique<sandbox::Org>(std::move(org));
  sandbox::FrontOptions front;
  front.client_id = "world";
  front.client_secret = Secret(kSecret);
  front.random_token = [this] { return "token" + std::to_string(scheduler_->random()); };
  front_ = std::make_unique<sandbox::Front>(*org_, std::move(front));
  sandbox::Knobs knobs;
  knobs.page_size_max = options_.page_size;
  front_->set_knobs(knobs);
  open();
}

World::~World() {
  stop();
}

void World::open() {
  transport_ = std::make_unique<SimTransport>(*scheduler_, [this]() -> sandbox::Front& { return *front_; });
  if (options_.on_open) options_.on_open(*transport_);
  salesforce::Options options;
  options.login_url = "http://127.0.0.1:9443";
  options.client_id = "world";
  options.client_secret = Secret(kSecret);
  options.test_endpoint = true;
  connector_ = salesforce::make_salesforce_connector(*transport_, std::move(options));
  store::SqliteOptions sqlite;
  sqlite.path = options_.database;
  sqlite.schema = schema_;
  sqlite.on_commit = options_.on_commit;
  auto opened = store::open_sqlite(std::move(sqlite));
  ASSERT_TRUE(opened) << opened.error().text();
  store_ = *std::move(opened);
  if (options_.wrap_store) store_ = options_.wrap_store(std::move(store_));
  supervisor_ = engine::make_supervisor(*scheduler_, *store_, connections(), {});
  started_ = false;
}

// As a kill would: nothing more is said or written, what is under way is given up.
void World::close() {
  transport_->cancel_all();
  supervisor_->stop();
  if (started_) {
    bool ended = false;
    asio::co_spawn(scheduler_->io(), supervisor_->finished(), [&](std::exception_ptr) { ended = true; });
    EXPECT_TRUE(scheduler_->run_until([&] { return ended; })) << "the engine did not stop";
  }
  if (options_.on_close) options_.on_close();
  supervisor_.reset();
  store_.reset();
  connector_.reset();
  transport_.reset();
}

void World::start() {
  if (started_) return;
  supervisor_->start();
  started_ = true;
}

void World::stop() {
  if (supervisor_) close();
}

void World::restart(const std::function<void(WorldOptions&)>& change) {
  close();
  ++restarts_;
  scheduler_->resume();
  if (change) change(options_);
  open();
}

std::vector<engine::ConnectionOptions> World::connections() {
  engine::ConnectionOptions connection;
  connection.name = "salesforce";
  connection.connector = connector_.get();
  connection.schema = schema_;
  mapping::MappingSpec accounts;
  accounts.object = "Account";
  accounts.where = "world.yaml";
  accounts.fields = {spec("Name", "name", options_), spec("OwnerId", "owner", options_)};
  connection.accounts = accounts;
  for (const std::string& object : options_.types) {
    mapping::TypeSpec type;
    type.mapping = person_mapping(object, options_);
    type.outbound_create = type.outbound_update = options_.writes;
    connection.types.push_back(std::move(type));
  }
  connection.converts_to = {{"Lead", "Contact"}};
  connection.policy = options_.policy;
  connection.poll.interval = options_.interval;
  connection.poll.overlap = options_.overlap;
  connection.poll.pages_per_commit = options_.pages_per_commit;
  connection.poll.start_jitter = false;
  if (options_.on_connection) options_.on_connection(connection);
  std::vector<engine::ConnectionOptions> all;
  all.push_back(std::move(connection));
  return all;
}

// ---- in the organisation ----

std::string World::create(const std::string& object, Fields fields) {
  return must(org_->create(object, fields)).id;
}

std::string World::user(const std::string& email, bool active) {
  return create("User", {{"LastName", Value(email)},
                         {"Username", Value(email)},
                         {"Email", Value(email)},
                         {"IsActive", Value(active)}});
}
std::string World::queue(const std::string& name) {
  return create("Group", {{"Name", Value(name)}, {"Type", Value("Queue")}});
}
std::string World::account(const std::string& name) {
  return create("Account", {{"Name", Value(name)}});
}

std::string World::lead(const std::string& email, Fields fields) {
  Fields all = {{"LastName", Value("Lead of " + email)}, {"Company", Value("Acme")}, {"Email", Value(email)}};
  all.insert(all.end(), fields.begin(), fields.end());
  return create("Lead", std::move(all));
}
std::string World::contact(const std::string& email, Fields fields) {
  Fields all = {{"LastName", Value("Contact of " + email)}, {"Email", Value(email)}};
  all.insert(all.end(), fields.begin(), fields.end());
  return create("Contact", std::move(all));
}
void World::edit(const std::string& object, const std::string& id, Fields fields) {
  must(org_->update(object, id, fields));
}
void World::remove(const std::string& id) {
  must(org_->remove(id));
}
void World::undelete(const std::string& id) {
  must(org_->undelete(id));
}

// ---- here ----

template <class T>
Result<T> World::run(asio::awaitable<Result<T>> work, const char* what) {
  std::optional<Result<T>> outcome;
  const auto keep = [](asio::awaitable<Result<T>> awaited,
                       std::optional<Result<T>>& out) -> asio::awaitable<void> {
    out = co_await std::move(awaited);
  };
  asio::co_spawn(scheduler_->io(), keep(std::move(work), outcome), [&](std::exception_ptr failure) {
    if (failure) outcome = make_error(ErrorCode::kInternal, std::string(what) + " threw");
  });
  if (!started_) {
    scheduler_
        ->run_ready();  // the request is there before the first turn, so that it is served by the first cycle
    start();
  }
  if (!scheduler_->run_until([&] { return outcome.has_value(); })) {
    return make_error(ErrorCode::kInternal, std::string(what) + " hangs");
  }
  return *std::move(outcome);
}

Result<engine::CycleSummary> World::try_sync() {
  return run(supervisor_->sync_now(""), "the sync");
}

Result<engine::DryRunReport> World::dry_run() {
  return run(supervisor_->dry_run(""), "the dry run");
}

engine::CycleSummary World::sync() {
  auto outcome = try_sync();
  EXPECT_TRUE(outcome) << outcome.error().text();
  if (!outcome) return {};
  EXPECT_TRUE(outcome->complete) << (outcome->first_error ? outcome->first_error->text() : "incomplete");
  return *std::move(outcome);
}

void World::edit_here(ProspectId id, const std::string& field, Value value) {
  const reconcile::ProspectEdit edit{id, {}, {{schema_.find(field), std::move(value)}}, false};
  if (try_edit(edit)) return;
  // The daemon was stopped under the person's hands: they do it again once it is back.
  restart([](WorldOptions& options) { options.on_commit = {}; });
  const auto again = try_edit(edit);
  EXPECT_TRUE(again) << again.error().text();
}

Result<ProspectId> World::try_make_here(const std::vector<std::pair<std::string, Value>>& values) {
  reconcile::ProspectEdit edit;
  for (const auto& [field, value] : values)
    edit.values.emplace_back(schema_.find(field), value);
  return try_edit(edit);
}

ProspectId World::make_here(const std::vector<std::pair<std::string, Value>>& values) {
  const auto made = try_make_here(values);
  EXPECT_TRUE(made) << made.error().text();
  return made ? *made : ProspectId{};
}

Result<ProspectId> World::try_edit(const reconcile::ProspectEdit& edit) {
  std::vector<reconcile::OutwardFlow> outward;
  for (const engine::ConnectionFlow& flow : supervisor_->flows()) {
    PD_ASSIGN(connection, store_->connection(flow.connection));
    outward.push_back({connection, flow.types});
  }
  PD_ASSIGN(transaction, store_->begin());
  PD_ASSIGN(scene, transaction->edit_scene(reconcile::keys_of_edits({edit})));
  const reconcile::EditOutcome edited =
      reconcile::plan_edit({schema_, outward, "a person", scheduler_->now()}, edit, scene);
  if (edited.verdict == reconcile::EditVerdict::kNoProspect)
    return make_error(ErrorCode::kNotFound, "no such prospect");
  if (edited.verdict == reconcile::EditVerdict::kRefused)
    return make_error(ErrorCode::kInvalidInput, edited.faults.front().message);
  PD_TRY(transaction->apply(edited.plan, scheduler_->now()));
  PD_TRY(transaction->commit());
  return edited.prospect;
}

engine::PushSummary World::push() {
  start();
  const auto done = [this] { return supervisor_->status().front().push_turns; };
  const int64_t before = done();
  supervisor_->push_soon();
  EXPECT_TRUE(scheduler_->run_until([&] { return done() > before; })) << "nothing is pushed";
  return supervisor_->status().front().tally.pushed;
}

Result<engine::OnDemandReport> World::on_demand(engine::OnDemandOrder order) {
  order.actor = "a person";
  return run(supervisor_->on_demand("salesforce", std::move(order)), "what was asked for");
}

Result<engine::VerifyReport> World::try_verify(engine::VerifyOrder order) {
  order.actor = "a person";
  order.scan = std::make_shared<engine::VerifyScan>();
  engine::VerifyReport sum;
  std::map<std::string, reconcile::Verification> objects;
  int failures = 0;
  for (int parts = 0; parts < 1'000 && !sum.done; ++parts) {
    auto part = run(supervisor_->verify("salesforce", order), "a part of a drift scan");
    if (!part) return part;
    for (engine::DriftRow& row : part->rows)
      sum.rows.push_back(std::move(row));
    for (reconcile::Verification& object : part->objects)
      objects[object.object] = std::move(object);
    sum.effects += part->effects;
    sum.calls += part->calls;
    sum.done = part->done;
    sum.held_back = part->held_back;
    sum.failed = part->failed;
    if (!part->held_back.empty() || (part->failed && ++failures == kVerifyTriesMax)) break;
  }
  for (auto& [name, object] : objects)
    sum.objects.push_back(std::move(object));
  return sum;
}

std::vector<reconcile::OutboxEntry> World::outbox_of(ProspectId id) {
  auto entries = reader()->outbox_of(id);
  EXPECT_TRUE(entries) << entries.error().text();
  return *std::move(entries);
}

std::unique_ptr<store::Reader> World::reader() {
  auto made = store_->reader();
  EXPECT_TRUE(made) << made.error().text();
  return *std::move(made);
}

std::vector<store::ProspectRow> World::prospects() {
  std::vector<store::ProspectRow> all;
  EXPECT_TRUE(reader()->each_prospect([&](const store::ProspectRow& row) { all.push_back(row); }));
  return all;
}

store::ProspectRow World::prospect_of(const std::string& remote) {
  for (store::ProspectRow& row : prospects()) {
    for (const reconcile::Link& link : row.links) {
      if (link.remote.str() == remote) return std::move(row);
    }
  }
  ADD_FAILURE() << "no prospect is linked to " << remote;
  store::ProspectRow none;
  none.prospect.fields.resize(schema_.size());
  return none;
}

std::vector<reconcile::Duplicate> World::duplicates() {
  auto rows = reader()->duplicates(DuplicateId{}, store::kListRowsMax, true);
  EXPECT_TRUE(rows);
  return *std::move(rows);
}

Picture World::picture() {
  Picture lines;
  for (const store::ProspectRow& row : prospects())
    lines.push_back(describe(row, schema_));
  for (const reconcile::Duplicate& d : duplicates()) {
    lines.push_back("held " + d.object + ":" + d.remote.str() + " against " + d.linked_object + ":" +
                    d.linked_remote.str());
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace prospectd::test
