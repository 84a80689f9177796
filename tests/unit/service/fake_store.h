// A store whose reader answers from what a test put there, a supervisor that says what it is told, and a loop
// to run the service on.
#pragma once

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include "connectors/salesforce_wire/ids.h"
#include "daemon/engine/scheduler.h"
#include "daemon/service/service.h"
#include "tests/support/empty_store.h"

namespace prospectd::service {

namespace field = mapping::field;

/// What the database holds.
struct Shelf {
  store::Totals totals;
  std::vector<store::ObjectCursor> cursors;
  std::map<int64_t, store::ProspectRow> prospects;
  std::map<std::string, int64_t> emails;
  std::map<std::string, int64_t> remotes;
  std::vector<reconcile::Duplicate> duplicates;  ///< as a list shows them: the open ones first
  std::vector<reconcile::DeadLetter> dead_letters;
  std::map<std::string, std::vector<reconcile::LineageEntry>> lineage;
  std::vector<store::JournalRow> journal;
  std::vector<reconcile::OutboxEntry> outbox;
  std::map<std::string, reconcile::User> users;
  std::map<std::string, reconcile::Account> accounts;
  std::map<std::pair<std::string, int64_t>, store::ListRow> rows;  ///< of lists, by type and number
  std::optional<Error> failure;                                    ///< every question answers this
};

class ShelfReader final : public store::Reader {
 public:
  explicit ShelfReader(const Shelf& shelf) : shelf_(shelf) {}

  Result<store::Totals> totals() override { return answer(shelf_.totals); }
  Result<std::vector<store::ObjectCursor>> cursors() override { return answer(shelf_.cursors); }
  Result<std::vector<store::ProspectRow>> prospects(const store::ProspectQuery& query) override {
    std::vector<store::ProspectRow> rows;
    for (const auto& [id, row] : shelf_.prospects) {
      if (id > query.place.after && rows.size() < query.limit) rows.push_back(row);
    }
    return answer(std::move(rows));
  }
  Result<std::optional<store::ProspectRow>> prospect(ProspectId id) override {
    return answer(find(shelf_.prospects, id.value));
  }
  Result<std::vector<store::ListRow>> list(const store::ListQuery& query) override {
    std::vector<store::ListRow> rows;
    for (const int64_t id : query.ids.value_or(std::vector<int64_t>{}))
      if (const auto row = find(shelf_.rows, {query.of->type, id})) rows.push_back(*row);
    return answer(std::move(rows));
  }
  Result<std::optional<ProspectId>> find_by_email(const std::string& key) override {
    return answer(id_in(shelf_.emails, key));
  }
  Result<std::optional<ProspectId>> find_by_remote(const RemoteId& remote) override {
    return answer(id_in(shelf_.remotes, remote.str()));
  }
  Result<std::vector<reconcile::Duplicate>> duplicates(DuplicateId after, size_t limit,
                                                       bool only_open) override {
    const auto place = std::ranges::find(shelf_.duplicates, after, &reconcile::Duplicate::id);
    auto at = place == shelf_.duplicates.end() ? shelf_.duplicates.begin() : place + 1;
    std::vector<reconcile::Duplicate> rows;
    for (; at != shelf_.duplicates.end() && rows.size() < limit; ++at) {
      if (at->open || !only_open) rows.push_back(*at);
    }
    return answer(std::move(rows));
  }
  Result<std::vector<reconcile::Duplicate>> duplicates_of(const RemoteId& remote) override {
    return answer(chosen(shelf_.duplicates, [&](const auto& row) { return row.remote == remote; }));
  }
  Result<std::vector<reconcile::Duplicate>> duplicates_of(ProspectId prospect) override {
    return answer(chosen(shelf_.duplicates, [&](const auto& row) { return row.prospect == prospect; }));
  }
  Result<std::vector<reconcile::DeadLetter>> dead_letters(DeadLetterId after, size_t limit,
                                                          store::ConnectionId) override {
    auto rows = chosen(shelf_.dead_letters, [&](const auto& row) { return row.id > after; });
    if (rows.size() > limit) rows.resize(limit);
    return answer(std::move(rows));
  }
  Result<std::vector<reconcile::OutboxEntry>> dead_pushes(OutboxId, size_t, store::ConnectionId) override {
    return answer(std::vector<reconcile::OutboxEntry>{});
  }
  Result<std::vector<reconcile::Conflict>> conflicts(reconcile::ConflictId, size_t) override {
    return answer(std::vector<reconcile::Conflict>{});
  }
  Result<std::vector<reconcile::LineageEntry>> lineage_of(const RemoteId& remote) override {
    return answer(find(shelf_.lineage, remote.str()).value_or(std::vector<reconcile::LineageEntry>{}));
  }
  Result<std::vector<store::JournalRow>> journal_of(ProspectId prospect, size_t) override {
    return answer(chosen(shelf_.journal, [&](const store::JournalRow& row) {
      return row.entry.prospect <= prospect && prospect <= std::max(row.entry.prospect, row.entry.last);
    }));
  }
  Result<std::vector<store::JournalRow>> journal_of_remote(const RemoteId& remote, size_t) override {
    return answer(chosen(shelf_.journal, [&](const auto& row) { return row.entry.remote == remote; }));
  }
  Result<std::vector<store::JournalRow>> journal_of_row(const reconcile::RowName& name, size_t) override {
    return answer(chosen(shelf_.journal, [&](const auto& row) {
      return row.entry.object == name.type && row.entry.row == name.id;
    }));
  }
  Result<std::optional<store::CauseRow>> cause(CauseId) override {
    return answer(std::optional<store::CauseRow>{});
  }
  Result<std::optional<store::CauseRow>> last_cause() override {
    return answer(std::optional<store::CauseRow>{});
  }
  Result<std::vector<store::CauseRow>> causes_of_job(const std::string&) override {
    return answer(std::vector<store::CauseRow>{});
  }
  Result<std::vector<store::JournalRow>> journal_of_cause(CauseId id, int64_t, size_t) override {
    return answer(chosen(shelf_.journal, [&](const auto& row) { return row.cause == id; }));
  }
  Result<std::optional<CauseId>> last_cause_of(ProspectId, const std::string&) override {
    return answer(std::optional<CauseId>{});
  }
  Result<reconcile::PageSnapshot> snapshot(const reconcile::PageKeys& keys) override {
    reconcile::PageSnapshot out;
    for (const RemoteId& id : keys.users) {
      if (const auto user = find(shelf_.users, id.str())) out.users[id] = *user;
    }
    for (const RemoteId& id : keys.accounts) {
      if (const auto account = find(shelf_.accounts, id.str())) out.accounts[id] = *account;
    }
    return answer(std::move(out));
  }
  Result<reconcile::EditScene> edit_scene(const reconcile::EditKeys&) override {
    return answer(reconcile::EditScene{});
  }
  Result<std::optional<reconcile::KeptAnswer>> kept_answer(const std::string&, const std::string&) override {
    return answer(std::optional<reconcile::KeptAnswer>());
  }
  Result<std::vector<store::KeptSize>> kept_answers() override {
    return answer(std::vector<store::KeptSize>());
  }
  Result<void> look_up(const reconcile::RowKeys&, reconcile::RowScene&) override {
    return shelf_.failure ? Result<void>(*shelf_.failure) : Result<void>{};
  }
  Result<std::vector<reconcile::OutboxEntry>> outbox_of(ProspectId prospect) override {
    return answer(chosen(shelf_.outbox, [&](const auto& entry) { return entry.prospect == prospect; }));
  }
  Result<std::vector<store::StoredSetting>> settings() override {
    return answer(std::vector<store::StoredSetting>{});
  }
  Result<std::vector<reconcile::Token>> tokens() override { return answer(std::vector<reconcile::Token>{}); }
  Result<std::vector<reconcile::SavedFilter>> saved_filters() override {
    return answer(std::vector<reconcile::SavedFilter>{});
  }
  Result<std::vector<store::StoredVerification>> verifications() override {
    return answer(std::vector<store::StoredVerification>{});
  }
  Result<std::vector<reconcile::Job>> jobs() override { return answer(std::vector<reconcile::Job>{}); }
  Result<std::vector<reconcile::SavedPlan>> saved_plans(Timestamp) override {
    return answer(std::vector<reconcile::SavedPlan>{});
  }
  Result<std::optional<reconcile::SavedPlan>> saved_plan(const std::string&, Timestamp) override {
    return answer(std::optional<reconcile::SavedPlan>{});
  }
  Result<void> each_prospect(const std::function<void(const store::ProspectRow&)>& visit) override {
    for (const auto& [id, row] : shelf_.prospects)
      visit(row);
    return {};
  }

 private:
  template <class Map>
  static std::optional<typename Map::mapped_type> find(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }
  static std::optional<ProspectId> id_in(const std::map<std::string, int64_t>& map, const std::string& key) {
    const auto found = find(map, key);
    return found ? std::optional(ProspectId{*found}) : std::nullopt;
  }
  template <class Row, class Test>
  static std::vector<Row> chosen(const std::vector<Row>& rows, Test test) {
    std::vector<Row> out;
    std::ranges::copy_if(rows, std::back_inserter(out), test);
    return out;
  }
  template <class T>
  Result<T> answer(T value) const {
    if (shelf_.failure) return *shelf_.failure;
    return value;
  }

  const Shelf& shelf_;
};

class ShelfStore final : public test::EmptyStore {
 public:
  Shelf shelf;
  int readers_made = 0;

  Result<std::unique_ptr<store::Reader>> reader() override {
    ++readers_made;
    return std::unique_ptr<store::Reader>(std::make_unique<ShelfReader>(shelf));
  }
  Result<store::ConnectionId> connection(const std::string& name) override {
    const auto made = connections_.try_emplace(name, static_cast<int64_t>(connections_.size()) + 1).first;
    return store::ConnectionId{made->second};
  }

 private:
  std::map<std::string, int64_t> connections_;
};

/// A row of a collection with these values and references by name; the rest is without a value.
inline store::ListRow list_row(const char* type, int64_t id,
                               const std::map<std::string, mapping::Value>& values,
                               const std::map<std::string, int64_t>& references = {}) {
  const store::Collection& of = *store::collection_named(type);
  store::ListRow row;
  row.id = id;
  for (const store::Column& column : of.columns) {
    const auto given = values.find(column.name);
    row.values.push_back(given == values.end() ? mapping::Value::null() : given->second);
  }
  for (const store::Reference& reference : of.references) {
    const auto given = references.find(reference.name);
    row.references.push_back(given == references.end() ? std::nullopt : std::optional(given->second));
  }
  return row;
}

inline engine::VerifyReport told_done() {
  engine::VerifyReport report;
  report.done = true;
  return report;
}

class ToldSupervisor final : public engine::Supervisor {
 public:
  std::vector<engine::ConnectionStatus> connections;
  std::optional<Error> fatal_error;
  Result<engine::CycleSummary> cycle = engine::CycleSummary{};
  Result<engine::DryRunReport> report = engine::DryRunReport{};
  Result<std::optional<engine::Judgement>> judgement = std::optional<engine::Judgement>();
  std::vector<std::string> asked;
  engine::VerifyReport verified = told_done();
  std::set<std::string> left_out;  ///< objects that a scan was told not to compare

  void start() override {}
  boost::asio::awaitable<Result<engine::CycleSummary>> sync_now(std::string connection) override {
    asked.push_back("sync " + connection);
    co_return cycle;
  }
  boost::asio::awaitable<Result<engine::DryRunReport>> dry_run(std::string connection) override {
    asked.push_back("dry run " + connection);
    co_return report;
  }
  boost::asio::awaitable<Result<std::optional<engine::Judgement>>> judge(RemoteId remote) override {
    asked.push_back("judge " + remote.str());
    co_return judgement;
  }
  Result<void> reconfigure(engine::ConnectionOptions options) override {
    asked.push_back("reconfigure " + options.name);
    return {};
  }
  void push_soon() override { asked.push_back("push"); }
  Result<void> accept_mass_change(const std::string& connection, const std::string& actor) override {
    asked.push_back("accept " + connection + " for " + actor);
    return {};
  }
  boost::asio::awaitable<Result<engine::VerifyReport>> verify(std::string connection,
                                                              engine::VerifyOrder order) override {
    asked.push_back("verify " + connection + (order.repair ? ", repair" : ""));
    left_out = order.scan->finished;
    co_return verified;
  }
  boost::asio::awaitable<Result<engine::OnDemandReport>> on_demand(std::string connection,
                                                                   engine::OnDemandOrder order) override {
    asked.push_back(std::string(name_of(order.direction)) + " " + connection);
    engine::OnDemandReport report;
    for (const ProspectId id : order.prospects) {
      engine::OnDemandRow row;
      row.prospect = id;
      row.outcome = engine::OnDemandOutcome::kRefused;
      row.code = code_of(reconcile::Reason::kNotLinked);
      row.message = sentence_of(reconcile::Reason::kNotLinked);
      report.rows.push_back(std::move(row));
    }
    co_return report;
  }
  std::vector<engine::ConnectionStatus> status() const override { return connections; }
  std::vector<engine::ConnectionFlow> flow_list;
  std::vector<engine::ConnectionFlow> flows() const override { return flow_list; }
  std::optional<Error> fatal() const override { return fatal_error; }
  void stop() override {}
  boost::asio::awaitable<void> finished() override { co_return; }
};

class ToldHeartbeat final : public engine::Heartbeat {
 public:
  std::optional<std::string> sentence;
  std::optional<ErrorCode> failure;

  void start() override {}
  std::optional<std::string> complaint() const override { return sentence; }
  std::optional<ErrorCode> write_failure() const override { return failure; }
};

inline std::optional<std::string> canonical(const std::string& text) {
  return salesforce_wire::canonical_id(text);
}

inline mapping::LocalSchema schema_with_birthday() {
  mapping::LocalSchema schema;
  EXPECT_TRUE(schema.add_custom("custom.birthday", mapping::LocalType::kDate, false));
  return schema;
}

/// One service over a shelf.
class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor.connections.push_back(connection);
  }

  Service& service() {
    if (!service_) {
      service_ = make_service(*scheduler, supervisor, store, schema_with_birthday(), canonical,
                              About{"0.1.0", "/state/prospectd.db"}, {}, nullptr, &heartbeat);
    }
    return *service_;
  }

  /// Runs the loop until `work` ends.
  template <class T>
  T wait_for(boost::asio::awaitable<T> work) {
    std::optional<T> value;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, keep(std::move(work), value),
                          [&failure](std::exception_ptr thrown) { failure = thrown; });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    return *std::move(value);
  }

  Result<Explanation> explain(std::string subject) { return wait_for(service().explain(std::move(subject))); }

  /// Adam Alexander, 42, linked to a lead, owned by M. Blythe.
  store::ProspectRow& adam() {
    store::ProspectRow row;
    row.prospect.id = ProspectId{42};
    row.prospect.fields.resize(schema_with_birthday().size(), mapping::Value::null());
    row.prospect.fields[field::kFirstName] = "Adam";
    row.prospect.fields[field::kLastName] = "Alexander";
    row.prospect.fields[field::kEmail] = "Adam@lucerne.test";
    row.prospect.fields[field::kOwner] = int64_t{3};
    row.prospect.addresses = {{"adam@lucerne.test", "Adam@lucerne.test"}};
    row.owner_name = "M. Blythe";
    reconcile::Link link;
    link.prospect = row.prospect.id;
    link.connection = store::ConnectionId{1};
    link.object = "Lead";
    link.remote = RemoteId(kLead);
    link.version = Timestamp{seconds{1'700'000'000}};
    row.links.push_back(link);
    store.shelf.emails["adam@lucerne.test"] = 42;
    store.shelf.remotes[kLead] = 42;
    return store.shelf.prospects[42] = row;
  }

  store::JournalRow& journal(reconcile::Reason reason, int64_t prospect) {
    store::JournalRow row;
    row.id = static_cast<int64_t>(store.shelf.journal.size()) + 1;
    row.cause = CauseId{row.id + 10};
    row.actor = "prospectd";
    row.at = Timestamp{seconds{1'700'000'000 + row.id}};
    row.entry.reason = reason;
    row.entry.prospect = ProspectId{prospect};
    store.shelf.journal.push_back(row);
    return store.shelf.journal.back();
  }

  reconcile::Duplicate& held(reconcile::DuplicateKind kind) {
    reconcile::Duplicate row;
    row.id = DuplicateId{static_cast<int64_t>(store.shelf.duplicates.size()) + 7};
    row.connection = store::ConnectionId{1};
    row.kind = kind;
    row.object = "Contact";
    row.remote = RemoteId(kContact);
    row.prospect = ProspectId{42};
    row.linked_remote = RemoteId(kLead);
    row.linked_object = "Lead";
    row.email_key = kind == reconcile::DuplicateKind::kDuplicateEmail ? "adam@lucerne.test" : "";
    row.policy = "prevent";
    row.first_seen = Timestamp{seconds{1'700'000'500}};
    store.shelf.duplicates.push_back(row);
    return store.shelf.duplicates.back();
  }

  inline static const std::string kLead = *canonical("00Q000000000001");
  inline static const std::string kContact = *canonical("003000000000001");
  inline static const std::string kQueue = *canonical("00G000000000001");

  boost::asio::io_context io{1};
  std::unique_ptr<engine::Scheduler> scheduler = engine::make_scheduler(io);
  ShelfStore store;
  ToldSupervisor supervisor;
  ToldHeartbeat heartbeat;

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& value) {
    value.emplace(co_await std::move(work));
  }

  std::unique_ptr<Service> service_;
};

inline std::vector<std::string> facts_named(const Explanation& explanation, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& [fact, value] : explanation.facts) {
    if (fact == name) values.push_back(value);
  }
  return values;
}

}  // namespace prospectd::service
