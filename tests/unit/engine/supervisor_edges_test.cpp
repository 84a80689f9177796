// A cycle met in the middle by a fault or a request: what may decide, what counts, who waits for whom.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "daemon/engine/supervisor.h"
#include "tests/support/virtual_scheduler.h"
#include "tests/unit/engine/script.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

class SupervisorEdges : public testing::Test {
 protected:
  SupervisorEdges() {
    log::disable();
    store::SqliteOptions options;
    options.path = ":memory:";
    auto opened = store::open_sqlite(std::move(options));
    EXPECT_TRUE(opened) << opened.error().text();
    store_ = *std::move(opened);
  }
  ~SupervisorEdges() override {
    if (!supervisor_) return;
    supervisor_->stop();
    bool ended = false;
    asio::co_spawn(scheduler_.io(), supervisor_->finished(), [&](std::exception_ptr) { ended = true; });
    EXPECT_TRUE(scheduler_.run_until([&] { return ended; }));
  }

  static ConnectionOptions connection(const char* name, Connector& connector,
                                      std::vector<std::string> objects) {
    ConnectionOptions options;
    options.name = name;
    options.connector = &connector;
    for (const std::string& object : objects)
      options.types.push_back(by_email(object));
    options.poll.interval = seconds{60};
    options.poll.start_jitter = false;
    return options;
  }
  void start(std::vector<ConnectionOptions> connections) {
    supervisor_ = make_supervisor(scheduler_, *store_, std::move(connections), {});
    supervisor_->start();
  }
  void prepare(std::vector<ConnectionOptions> connections) {
    supervisor_ = make_supervisor(scheduler_, *store_, std::move(connections), {});
  }
  std::shared_ptr<std::optional<Result<CycleSummary>>> ask() {
    auto outcome = std::make_shared<std::optional<Result<CycleSummary>>>();
    asio::co_spawn(
        scheduler_.io(), [this, outcome] { return answer(outcome); }, [](std::exception_ptr) {});
    return outcome;
  }
  asio::awaitable<void> answer(std::shared_ptr<std::optional<Result<CycleSummary>>> out) {
    std::string all;
    *out = co_await supervisor_->sync_now(std::move(all));
  }
  // The object of the record that the prospect with this address is linked to.
  std::string object_behind(const std::string& key) {
    auto reader = *store_->reader();
    auto id = reader->find_by_email(key);
    if (!id || !*id) return "nobody";
    return reader->prospect(**id).value()->links.at(0).object;
  }

  test::VirtualScheduler scheduler_{1};
  std::unique_ptr<store::Store> store_;
  ScriptedConnector first_;
  ScriptedConnector second_;
  std::unique_ptr<Supervisor> supervisor_;
};

ScriptedConnector::Answer one(std::string id, const char* email, int64_t second, std::string next) {
  auto answer = page({std::move(id)}, second, std::move(next));
  return [answer, email](const FeedQuery& query) {
    auto p = answer(query);
    for (size_t i = 0; i < query.fields.size(); ++i) {
      if (query.fields[i] == "Email") p->records[0].values[i] = mapping::Value(email);
    }
    return p;
  };
}

// §2.5: never decided by a fault. The first type's import fails in its middle in two cycles, not only in one.
TEST_F(SupervisorEdges, S2_5_AFirstImportThatFailsTwiceStillDecidesBeforeTheLaterTypes) {
  const Error broken = make_error(ErrorCode::kBadPayload, "cut");
  first_.say("Contact", one("003a", "a@x.test", 10, "next"));
  for (int i = 0; i < 1'000; ++i)
    first_.fail("Contact", broken);
  for (int i = 0; i < 4; ++i)
    first_.say("Lead", one("00Qs", "shared@x.test", 20, ""));
  start({connection("one", first_, {"Contact", "Lead"})});
  scheduler_.run_for(seconds{1'000});
  ASSERT_FALSE(first_.script["Contact"].empty());
  first_.script["Contact"].clear();
  first_.say("Contact", one("003s", "shared@x.test", 11, ""));
  scheduler_.run_for(seconds{1'000});
  EXPECT_EQ(object_behind("shared@x.test"), "Contact");
}

// §2.5: a field that vanishes between describe and query costs a second pass, and must not decide either.
TEST_F(SupervisorEdges, S2_5_AVanishedFieldDoesNotLetALaterTypeWinTheFirstImport) {
  first_.fail("Contact", make_error(ErrorCode::kUnknownField, "no such column"));
  first_.say("Contact", one("003s", "shared@x.test", 10, ""));
  first_.say("Lead", one("00Qs", "shared@x.test", 10, ""));
  start({connection("one", first_, {"Contact", "Lead"})});
  scheduler_.run_for(seconds{10});
  EXPECT_EQ(object_behind("shared@x.test"), "Contact");
}

TEST_F(SupervisorEdges, ACycleThatBeganAnewCountsWhatItsFirstPassDid) {
  first_.say("Contact", one("003a", "a@x.test", 10, ""));
  first_.fail("Lead", make_error(ErrorCode::kUnknownField, "no such column"));
  first_.say("Lead", one("00Qb", "b@x.test", 10, ""));
  start({connection("one", first_, {"Contact", "Lead"})});
  scheduler_.run_for(seconds{10});
  const auto status = supervisor_->status();
  ASSERT_TRUE(status.at(0).last_cycle);
  EXPECT_EQ(status.at(0).last_cycle->people.created, 2);
}

// I12: a request for all connections is served by those that can.
TEST_F(SupervisorEdges, I12_SyncOfAllGoesOnPastAConnectionThatFails) {
  first_.time_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  start({connection("one", first_, {"Lead"}), connection("two", second_, {"Lead"})});
  scheduler_.run_for(seconds{1});
  const size_t before = second_.asked.size();
  const auto outcome = ask();
  scheduler_.run_until([&] { return outcome->has_value(); });
  scheduler_.run_for(seconds{1});
  EXPECT_GT(second_.asked.size(), before);
}

// `run --once` asks before the first turn: every connection's first cycle is the one that is answered.
TEST_F(SupervisorEdges, ARequestForAllMadeBeforeTheStartIsTheFirstCycleOfEach) {
  first_.say("Lead", one("00Qa", "a@x.test", 10, ""));
  second_.say("Lead", one("00Qb", "b@x.test", 10, ""));
  prepare({connection("one", first_, {"Lead"}), connection("two", second_, {"Lead"})});
  const auto outcome = ask();
  scheduler_.run_ready();
  supervisor_->start();
  scheduler_.run_until([&] { return outcome->has_value(); });
  ASSERT_TRUE(*outcome && **outcome);
  EXPECT_EQ((**outcome)->people.created, 2);
}

}  // namespace
}  // namespace prospectd::engine
