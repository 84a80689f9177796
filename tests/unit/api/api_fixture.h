// The control API over a service that answers what a test told it: requests go to the handler directly.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "daemon/api/api.h"
#include "daemon/engine/signal.h"
#include "reconcile/store/store.h"

namespace prospectd::api {

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

/// Answers what it was told, and remembers what it was asked.
class ToldService final : public service::Service {
 public:
  explicit ToldService(boost::asio::io_context& io) : released(io) {}

  service::Status status_answer;
  Result<engine::CycleSummary> cycle = engine::CycleSummary{};
  Result<engine::DryRunReport> report = engine::DryRunReport{};
  std::vector<store::ProspectRow> rows;
  std::vector<reconcile::Duplicate> duplicate_rows;
  std::vector<reconcile::DeadLetter> letters;
  Result<service::Explanation> explanation = service::Explanation{};
  std::vector<engine::ConnectionStatus> connection_list;
  std::vector<service::Check> live_checks{{"engine", true, {}}};
  std::vector<service::Check> ready_checks{{"engine", true, {}}, {"database", true, {}}};
  mapping::LocalSchema local_schema;
  const service::SavedFilters* saved = nullptr;
  store::Store* rows_of = nullptr;  ///< what collections are read from
  std::optional<Error> failure;     ///< of every list
  bool throws = false;
  bool waits = false;  ///< syncs wait until `released`

  std::vector<std::string> asked;
  store::ProspectQuery last_query;
  engine::Signal released;

  boost::asio::awaitable<Result<std::shared_ptr<const service::Status>>> status() override {
    if (throws) throw std::runtime_error("secret text of an exception");
    if (failure) co_return *failure;
    co_return std::make_shared<const service::Status>(status_answer);
  }
  Result<void> accept_mass_change(const std::string& connection, const std::string& actor) override {
    asked.push_back("accept mass change of " + connection + " for " + actor);
    return {};
  }
  boost::asio::awaitable<Result<engine::CycleSummary>> sync(std::string connection) override {
    asked.push_back("sync " + connection);
    if (throws) throw std::runtime_error("secret text of an exception");
    if (waits) co_await released.wait();
    co_return cycle;
  }
  boost::asio::awaitable<Result<engine::DryRunReport>> dry_run(std::string connection) override {
    asked.push_back("dry run " + connection);
    co_return report;
  }
  boost::asio::awaitable<Result<std::vector<store::ProspectRow>>> prospects(
      store::ProspectQuery query) override {
    last_query = query;
    if (failure) co_return *failure;
    std::vector<store::ProspectRow> found;
    for (const store::ProspectRow& row : rows) {
      const int64_t id = row.prospect.id.value;
      if (!query.ids || std::ranges::count(*query.ids, id) > 0) found.push_back(row);
    }
    co_return first(std::move(found), query.limit);
  }
  boost::asio::awaitable<Result<std::vector<store::ListRow>>> list(store::ListQuery query) override {
    co_return (*rows_of->reader())->list(query);
  }
  Result<std::shared_ptr<const mapping::expression::Expression>> list_filter(
      const store::Collection& of, const std::string& text) const override {
    PD_ASSIGN(parsed, mapping::expression::parse(text, store::catalogue_of(of), {}));
    return std::make_shared<const mapping::expression::Expression>(std::move(parsed));
  }
  boost::asio::awaitable<Result<std::vector<reconcile::Duplicate>>> duplicates(DuplicateId after,
                                                                               size_t limit,
                                                                               bool only_open) override {
    asked.push_back("duplicates after " + std::to_string(after.value) + (only_open ? " open" : " all"));
    co_return first(duplicate_rows, limit);
  }
  boost::asio::awaitable<Result<std::vector<reconcile::DeadLetter>>> dead_letters(DeadLetterId after,
                                                                                  size_t limit) override {
    asked.push_back("dead letters after " + std::to_string(after.value));
    co_return first(letters, limit);
  }
  boost::asio::awaitable<Result<service::Explanation>> explain(std::string subject) override {
    asked.push_back("explain " + subject);
    co_return explanation;
  }
  std::vector<engine::ConnectionStatus> connections() const override { return connection_list; }
  std::string connection_name(store::ConnectionId id) const override {
    return id.value == 1 ? "salesforce" : "connection " + std::to_string(id.value);
  }
  const mapping::LocalSchema& schema() const override { return local_schema; }
  Result<std::shared_ptr<const mapping::expression::Expression>> prospect_filter(
      const std::string& text) const override {
    PD_ASSIGN(parsed, saved->parse(text));
    return std::make_shared<const mapping::expression::Expression>(std::move(parsed));
  }
  bool live() const override { return true; }
  bool ready() const override { return true; }
  std::vector<service::Check> liveness() const override { return live_checks; }
  std::vector<service::Check> readiness() const override { return ready_checks; }

 private:
  template <class Row>
  static std::vector<Row> first(std::vector<Row> all, size_t limit) {
    if (all.size() > limit) all.resize(limit);
    return all;
  }
};

/// A scheduler whose clocks stand where a test sets them; nothing of it blocks.
class StillScheduler final : public engine::Scheduler {
 public:
  explicit StillScheduler(boost::asio::io_context& io) : io_(io) {}

  std::chrono::nanoseconds elapsed{0};

  boost::asio::io_context& io() override { return io_; }
  Timestamp now() const override {
    return Timestamp{seconds{1'800'000'000}} + std::chrono::floor<milliseconds>(elapsed);
  }
  std::chrono::nanoseconds monotonic() const override { return elapsed; }
  boost::asio::awaitable<void> sleep(milliseconds, engine::Wakeup*) override { co_return; }
  boost::asio::awaitable<void> blocking(std::function<void()> work) override {
    work();
    co_return;
  }
  boost::asio::awaitable<void> reading(std::function<void()> work) override {
    work();
    co_return;
  }
  uint64_t random() override { return 4; }
  void stop() override {}
  bool stopping() const override { return false; }

 private:
  boost::asio::io_context& io_;
};

class ApiTest : public testing::Test {
 protected:
  using Json = nlohmann::json;

  ApiTest() {
    log::disable();
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    service.connection_list.push_back(connection);
    store::SqliteOptions memory;
    memory.path = ":memory:";
    auto opened = store::open_sqlite(std::move(memory));
    EXPECT_TRUE(opened);
    if (opened) database = *std::move(opened);
    serve();
  }

  /// Makes the API anew over the database, as a daemon does that starts.
  void serve() {
    auto stored = service::make_tokens(scheduler, *database);
    ASSERT_TRUE(stored);
    tokens = *std::move(stored);
    auto saved = service::make_saved_filters(scheduler, *database, service.local_schema);
    ASSERT_TRUE(saved);
    filters = *std::move(saved);
    service.saved = filters.get();
    service.rows_of = database.get();
    ApiOptions options;
    options.token = Secret(kToken);
    options.hosts = {"crm.internal"};
    options.filters = filters.get();
    options.tokens = tokens.get();
    auto made = make_api(scheduler, service, std::move(options));
    ASSERT_TRUE(made);
    handler = *std::move(made);
  }

  static http::ServerRequest request(std::string method, std::string target) {
    http::ServerRequest asked;
    asked.method = std::move(method);
    asked.target = std::move(target);
    asked.headers = {{"Host", "127.0.0.1:8440"}, {"Authorization", std::string("Bearer ") + kToken}};
    return asked;
  }
  static http::ServerRequest post(std::string target, std::string body) {
    http::ServerRequest asked = request("POST", std::move(target));
    asked.headers.add("Content-Type", "application/vnd.api+json");
    asked.body = std::move(body);
    return asked;
  }

  /// Runs the loop until it has nothing more to do; a sync that waits keeps its own timer.
  http::Response send(http::ServerRequest asked) {
    std::optional<http::Response> answer;
    boost::asio::co_spawn(io, keep(handler(std::move(asked)), answer), [](std::exception_ptr thrown) {
      EXPECT_FALSE(thrown) << "nothing is thrown out of the handler";
    });
    while (!answer && (io.restart(), io.run_one() > 0)) {
    }
    return answer.value_or(http::Response{});
  }
  http::Response get(std::string target) { return send(request("GET", std::move(target))); }
  /// Lets every coroutine that can run do so.
  void settle() {
    io.restart();
    while (io.poll() > 0) {
    }
  }

  static Json body_of(const http::Response& response) {
    Json body = Json::parse(response.body, nullptr, false);
    EXPECT_FALSE(body.is_discarded()) << response.body;
    return body;
  }
  Json data_of(const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return body_of(response).value("data", Json());
  }
  /// The code of the answer's one error.
  static std::string code_of(const http::Response& response) {
    const Json body = body_of(response);
    if (!body.contains("errors") || body["errors"].size() != 1) return "no error";
    EXPECT_EQ(body["errors"][0]["status"], std::to_string(response.status));
    return body["errors"][0]["code"].get<std::string>();
  }
  static std::string detail_of(const http::Response& response) {
    return body_of(response)["errors"].at(0)["detail"].get<std::string>();
  }

  boost::asio::io_context io{1};
  StillScheduler scheduler{io};
  ToldService service{io};
  std::unique_ptr<store::Store> database;  ///< in memory; what tokens and filters are kept in
  std::unique_ptr<service::Tokens> tokens;
  std::unique_ptr<service::SavedFilters> filters;
  std::unique_ptr<service::Edits> edits;
  std::unique_ptr<service::Jobs> jobs;
  http::Handler handler;

 private:
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<http::Response> work,
                                           std::optional<http::Response>& answer) {
    answer = co_await std::move(work);
  }
};

}  // namespace prospectd::api
