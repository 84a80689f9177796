// The supervisor: polls at its interval, serves requests, keeps one connection's trouble to itself (I12), and
// stops at once.
#include "daemon/engine/supervisor.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "tests/support/virtual_scheduler.h"
#include "tests/unit/engine/script.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() {
    log::disable();
    store::SqliteOptions options;
    options.path = ":memory:";
    auto opened = store::open_sqlite(std::move(options));
    EXPECT_TRUE(opened) << opened.error().text();
    store_ = *std::move(opened);
  }

  ~SupervisorTest() override {
    if (!supervisor_) return;
    supervisor_->stop();
    bool ended = false;
    asio::co_spawn(scheduler_.io(), supervisor_->finished(), [&](std::exception_ptr) { ended = true; });
    EXPECT_TRUE(scheduler_.run_until([&] { return ended; })) << "the supervisor does not stop";
  }

  static ConnectionOptions connection(const char* name, Connector& connector) {
    ConnectionOptions options;
    options.name = name;
    options.connector = &connector;
    options.types = {by_email("Lead")};
    options.poll.interval = seconds{60};
    options.poll.start_jitter = false;
    return options;
  }

  void start(std::vector<ConnectionOptions> connections) {
    supervisor_ = make_supervisor(scheduler_, *store_, std::move(connections), {});
    supervisor_->start();
  }

  Result<CycleSummary> sync(const std::string& name) {
    std::optional<Result<CycleSummary>> outcome;
    const auto keep = [this, &outcome](std::string of) -> asio::awaitable<void> {
      outcome = co_await supervisor_->sync_now(std::move(of));
    };
    asio::co_spawn(scheduler_.io(), keep(name), [](std::exception_ptr) {});
    EXPECT_TRUE(scheduler_.run_until([&] { return outcome.has_value(); }));
    return *outcome;
  }

  static int64_t lead_queries(const ScriptedConnector& connector) {
    return std::ranges::count_if(connector.asked,
                                 [](const auto& asked) { return asked.first.object == "Lead"; });
  }

  test::VirtualScheduler scheduler_{1};
  std::unique_ptr<store::Store> store_;
  ScriptedConnector first_;
  ScriptedConnector second_;
  std::unique_ptr<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, PollsAtItsInterval) {
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(lead_queries(first_), 1);
  scheduler_.run_for(seconds{60});
  EXPECT_EQ(lead_queries(first_), 2);
}

TEST_F(SupervisorTest, ARequestIsServedAtOnceAndByOneCycle) {
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  ASSERT_TRUE(sync("one"));
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(lead_queries(first_), 2);
}

TEST_F(SupervisorTest, AWindowReadToItsEndIsRemembered_ByACycleThatWroteSomething) {
  first_.say("Lead", page({"a"}, 10, ""));
  start({connection("one", first_)});
  const auto summary = sync("one");
  ASSERT_TRUE(summary);
  const auto id = store_->connection("one");
  ASSERT_TRUE(id);
  EXPECT_EQ(store_->cursor(*id, "Lead")->verified, summary->window_upper);
  const int64_t rows = store_->rows_written();
  first_.time += seconds{60};
  ASSERT_TRUE(sync("one"));
  EXPECT_EQ(store_->rows_written(), rows);
}

TEST_F(SupervisorTest, EachObjectSaysHowFarItIsAndAFailureTakesNothingBack) {
  first_.say("Lead", page({"a", "b"}, 10, ""));
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  const ConnectionStatus status = supervisor_->status().at(0);
  ASSERT_TRUE(status.last_cycle);
  const Timestamp window = status.last_cycle->window_upper;
  const auto& objects = status.objects;
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_EQ(objects[0].object, "User");
  EXPECT_EQ(objects[2].object, "Lead");
  EXPECT_EQ(objects[2].read, 2);
  EXPECT_EQ(objects[2].verified, window);
  first_.time += seconds{60};
  for (int i = 0; i < 50; ++i)
    first_.fail("Lead", make_error(ErrorCode::kBadPayload, "half a page"));
  ASSERT_TRUE(sync("one"));
  const auto after = supervisor_->status().at(0).objects;
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after[0].verified, window + seconds{60});
  EXPECT_EQ(after[2].verified, window);
  EXPECT_FALSE(after[2].complete);
}

TEST_F(SupervisorTest, TheDifferenceOfTheClocksIsTold) {
  start({connection("one", first_)});
  EXPECT_FALSE(supervisor_->status().at(0).clock_skew);
  first_.time = scheduler_.now() + seconds{90};
  ASSERT_TRUE(sync("one"));
  EXPECT_EQ(supervisor_->status().at(0).clock_skew, seconds{90});
}

TEST_F(SupervisorTest, TheAllowanceIsForecastFromHowItWasUsed) {
  ConnectionOptions options = connection("one", first_);
  options.poll.interval = std::chrono::hours{24};
  first_.used = {1'000, 2'000};
  start({std::move(options)});
  scheduler_.run_for(std::chrono::minutes{30});
  first_.used.used = 1'060;
  ASSERT_TRUE(sync("one"));
  const auto forecast = supervisor_->status().at(0).forecast;
  ASSERT_TRUE(forecast);
  EXPECT_NEAR(forecast->per_hour, 120, 1);
  ASSERT_TRUE(forecast->runs_out_in);
  EXPECT_NEAR(static_cast<double>(forecast->runs_out_in->count()) / 3.6e6, 7.8, 0.1);
}

TEST_F(SupervisorTest, AnUnknownNameIsRefused) {
  start({connection("one", first_)});
  EXPECT_EQ(sync("two").error().code, ErrorCode::kNotFound);
}

TEST_F(SupervisorTest, I12_OneConnectionsTroubleStaysItsOwn) {
  first_.time_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  second_.say("Lead", page({"a", "b"}, 10, ""));
  start({connection("one", first_), connection("two", second_)});
  scheduler_.run_for(seconds{1});
  const auto status = supervisor_->status();
  EXPECT_EQ(status.at(0).state, ConnectionState::kNeedsAttention);
  EXPECT_EQ(status.at(1).state, ConnectionState::kIdle);
  EXPECT_EQ(status.at(1).last_cycle->people.created, 2);
}

TEST_F(SupervisorTest, I12_AnObjectThatCannotBeReadIsLeftOut) {
  first_.missing["Group"] = make_error(ErrorCode::kPermission, "no access to Group");
  first_.say("Lead", page({"a"}, 10, ""));
  start({connection("one", first_)});
  const auto summary = sync("one");
  ASSERT_TRUE(summary);
  EXPECT_EQ(supervisor_->status().at(0).last_cycle->alerts.size(), 1U);
}

TEST_F(SupervisorTest, S2_5_UntilAnEarlierTypeIsImportedLaterTypesWait) {
  ConnectionOptions options = connection("one", first_);
  options.types.push_back(options.types.front());
  options.types.back().mapping.object = "Contact";
  for (int i = 0; i < 50; ++i)
    first_.fail("Lead", make_error(ErrorCode::kBadPayload, "half a page"));
  first_.say("Contact", page({"c"}, 10, ""));
  start({std::move(options)});
  scheduler_.run_for(seconds{20});
  EXPECT_FALSE(supervisor_->status().at(0).last_cycle->complete);
  for (const auto& [query, next] : first_.asked)
    EXPECT_NE(query.object, "Contact");
}

TEST_F(SupervisorTest, F34_ACrmThatIsDownIsAskedLessAndLess_AndFoundWhenItIsBack) {
  first_.time_error = make_error(ErrorCode::kNetwork, "refused");
  start({connection("one", first_)});
  scheduler_.run_for(std::chrono::hours{1});
  EXPECT_GT(supervisor_->status().at(0).consecutive_failures, 20);
  EXPECT_LT(supervisor_->status().at(0).consecutive_failures, 400);
  first_.time_error.reset();
  scheduler_.run_for(std::chrono::minutes{2});
  EXPECT_EQ(supervisor_->status().at(0).consecutive_failures, 0);
}

TEST_F(SupervisorTest, F35_TheFirstPollStartsSomewhereWithinTheInterval) {
  ConnectionOptions options = connection("one", first_);
  options.poll.start_jitter = true;
  options.poll.interval = std::chrono::hours{1};
  start({std::move(options)});
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(lead_queries(first_), 0);
  scheduler_.run_for(std::chrono::hours{1});
  EXPECT_EQ(lead_queries(first_), 1);
}

TEST_F(SupervisorTest, StoppingAnswersWhoWaits) {
  ConnectionOptions options = connection("one", first_);
  options.poll.start_jitter = true;
  options.poll.interval = std::chrono::hours{1};
  start({std::move(options)});
  supervisor_->stop();
  EXPECT_EQ(sync("one").error().code, ErrorCode::kCancelled);
}

// The fields of the Lead queries, in order.
std::vector<std::vector<std::string>> lead_fields(const ScriptedConnector& connector) {
  std::vector<std::vector<std::string>> fields;
  for (const auto& [query, next] : connector.asked) {
    if (query.object == "Lead") fields.push_back(query.fields);
  }
  return fields;
}

bool has_title(const std::vector<std::string>& fields) {
  return std::ranges::find(fields, "Title") != fields.end();
}

ConnectionOptions with_title(ConnectionOptions options) {
  mapping::FieldSpec title;
  title.remote = "Title";
  title.local = "title";
  title.where = "test.yaml:4:5";
  options.types.at(0).mapping.fields.push_back(title);
  return options;
}

TEST_F(SupervisorTest, OtherOptionsInTheMiddleOfACycleAreTakenByTheNextWhichBeginsAtOnce) {
  first_.say("Lead", [this](const FeedQuery& query) {
    EXPECT_TRUE(supervisor_->reconfigure(with_title(connection("one", first_))));
    return page({"a"}, 10, "more")(query);
  });
  first_.say("Lead", page({"b"}, 20, ""));
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  const auto fields = lead_fields(first_);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_FALSE(has_title(fields[0]));
  EXPECT_FALSE(has_title(fields[1])) << "the cycle under way ends with the mapping that it began with";
  EXPECT_TRUE(has_title(fields[2]));
  EXPECT_EQ(supervisor_->status().at(0).state, ConnectionState::kIdle);
}

TEST_F(SupervisorTest, OtherOptionsEndARestAndSetTheNextOne) {
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  ConnectionOptions slower = connection("one", first_);
  slower.poll.interval = seconds{600};
  ASSERT_TRUE(supervisor_->reconfigure(slower));
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(lead_queries(first_), 2);
  scheduler_.run_for(seconds{120});
  EXPECT_EQ(lead_queries(first_), 2);
  scheduler_.run_for(seconds{600});
  EXPECT_EQ(lead_queries(first_), 3);
}

TEST_F(SupervisorTest, AnotherConnectorTakesOverAndItsCallsAreAddedToThoseOfTheOneBefore) {
  first_.time_error = make_error(ErrorCode::kLoginRefused, "wrong secret");
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(supervisor_->status().at(0).state, ConnectionState::kNeedsAttention);
  const auto other = std::make_shared<ScriptedConnector>();
  ConnectionOptions options = connection("one", *other);
  options.owned = other;
  ASSERT_TRUE(supervisor_->reconfigure(options));
  scheduler_.run_for(seconds{1});
  EXPECT_EQ(supervisor_->status().at(0).state, ConnectionState::kIdle);
  EXPECT_EQ(lead_queries(*other), 1);
  EXPECT_EQ(supervisor_->status().at(0).calls, first_.calls() + other->calls());
}

TEST_F(SupervisorTest, OptionsWithoutAConnectorKeepTheOneThatIsThere) {
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  ConnectionOptions options = with_title(connection("one", first_));
  options.connector = nullptr;
  ASSERT_TRUE(supervisor_->reconfigure(options));
  scheduler_.run_for(seconds{1});
  EXPECT_TRUE(has_title(lead_fields(first_).back()));
}

TEST_F(SupervisorTest, AConnectorThatHasComeInACycleIsKeptByOptionsThatComeAfterItWithoutOne) {
  const auto other = std::make_shared<ScriptedConnector>();
  first_.say("Lead", [&](const FeedQuery& query) {
    ConnectionOptions brought = connection("one", *other);
    brought.owned = other;
    EXPECT_TRUE(supervisor_->reconfigure(std::move(brought)));
    ConnectionOptions set = with_title(connection("one", first_));
    set.connector = nullptr;
    EXPECT_TRUE(supervisor_->reconfigure(std::move(set)));
    return page({"a"}, 10, "")(query);
  });
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  ASSERT_EQ(lead_queries(*other), 1) << "the connector of before goes on";
  EXPECT_TRUE(has_title(lead_fields(*other).back()));
}

TEST_F(SupervisorTest, WhoeverWaitsForAConnectionWhoseLoopThrowsIsAnswered) {
  start({connection("one", first_)});
  scheduler_.run_for(seconds{1});
  first_.throws = true;
  EXPECT_FALSE(sync("one"));
  EXPECT_TRUE(supervisor_->fatal());
  EXPECT_FALSE(sync("one")) << "and nobody waits for it any more";
}

TEST_F(SupervisorTest, OptionsOfAnUnknownConnectionAreRefused) {
  start({connection("one", first_)});
  EXPECT_EQ(supervisor_->reconfigure(connection("two", first_)).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace prospectd::engine
