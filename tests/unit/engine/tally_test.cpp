// What a connection has done since the start, and how old what is known of its objects is.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "daemon/engine/supervisor.h"
#include "tests/support/virtual_scheduler.h"
#include "tests/unit/engine/script.h"

namespace prospectd::engine {
namespace {

class TallyTest : public testing::Test {
 protected:
  TallyTest() {
    log::disable();
    store::SqliteOptions options;
    options.path = ":memory:";
    store_ = *store::open_sqlite(std::move(options));
    ConnectionOptions one;
    one.name = "one";
    one.connector = &crm_;
    one.types = {by_email("Lead")};
    one.poll.interval = seconds{60};
    one.poll.start_jitter = false;
    std::vector<ConnectionOptions> connections{std::move(one)};
    supervisor_ = make_supervisor(scheduler_, *store_, std::move(connections), {});
  }
  ~TallyTest() override {
    supervisor_->stop();
    scheduler_.run_ready();
  }

  ConnectionStatus after(milliseconds duration) {
    scheduler_.run_for(duration);
    return supervisor_->status().at(0);
  }

  test::VirtualScheduler scheduler_{1};
  std::unique_ptr<store::Store> store_;
  ScriptedConnector crm_;
  std::unique_ptr<Supervisor> supervisor_;
};

TEST_F(TallyTest, CountsWhatEveryCycleCommitted) {
  crm_.say("Lead", page({"a", "b"}, 10, ""));
  supervisor_->start();
  EXPECT_EQ(after(seconds{1}).tally.applied.at("Lead").created, 2);
  crm_.say("Lead", page({"a", "b", "c"}, 10, ""));
  crm_.time += seconds{60};
  const ConnectionStatus status = after(seconds{60});
  EXPECT_EQ(status.tally.applied.at("Lead").read, 5);
  EXPECT_EQ(status.tally.applied.at("Lead").created, 3);
  EXPECT_EQ(status.tally.applied.at("Lead").unchanged, 2);
  EXPECT_EQ(status.tally.complete, 2);
  EXPECT_EQ(status.tally.cycles.counts[0], 2);
}

TEST_F(TallyTest, WhatACycleCommittedBeforeItFailedCountsToo) {
  crm_.say("Lead", page({"a", "b"}, 10, "more"));
  crm_.fail("Lead", make_error(ErrorCode::kQuotaExhausted, "no calls left today"));
  supervisor_->start();
  const ConnectionStatus status = after(seconds{1});
  EXPECT_EQ(status.tally.applied.at("Lead").created, 2);
  EXPECT_EQ(status.tally.failed, 1);
  EXPECT_EQ(status.tally.complete, 0);
}

TEST_F(TallyTest, AnObjectLeftOutMakesACycleIncompleteAndLeavesTheCircuitClosed) {
  supervisor_->start();
  EXPECT_EQ(after(seconds{1}).tally.incomplete, 0);
  crm_.fail("Lead", make_error(ErrorCode::kPermission, "no access to Lead"));
  const ConnectionStatus status = after(seconds{60});
  EXPECT_EQ(status.tally.incomplete, 1);
  EXPECT_EQ(status.tally.complete, 1);
  EXPECT_EQ(status.circuit, Circuit::kClosed) << "the connection as such is well";
}

TEST_F(TallyTest, ADryRunCountsNothing) {
  supervisor_->start();
  const ConnectionStatus before = after(seconds{1});
  crm_.say("Lead", page({"a"}, 10, ""));
  std::optional<Result<DryRunReport>> report;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    std::string name = "one";
    report = co_await supervisor_->dry_run(std::move(name));
  };
  boost::asio::co_spawn(scheduler_.io(), ask(), [](std::exception_ptr) {});
  ASSERT_TRUE(scheduler_.run_until([&] { return report.has_value(); }));
  ASSERT_TRUE(*report);
  EXPECT_EQ((*report)->summary.people.created, 1);
  const ConnectionStatus status = supervisor_->status().at(0);
  EXPECT_EQ(status.tally.applied, before.tally.applied);
  EXPECT_EQ(status.tally.complete, before.tally.complete);
}

TEST_F(TallyTest, AFailedCycleOpensTheCircuitAndAGoodOneClosesIt) {
  crm_.time_error = make_error(ErrorCode::kNetwork, "connection refused");
  supervisor_->start();
  const ConnectionStatus broken = after(milliseconds{100});
  EXPECT_EQ(broken.circuit, Circuit::kOpen);
  EXPECT_EQ(broken.failing_for, milliseconds{100});
  EXPECT_EQ(broken.poll_interval, seconds{60});
  crm_.time_error.reset();
  const ConnectionStatus mended = after(seconds{120});
  EXPECT_EQ(mended.circuit, Circuit::kClosed);
  EXPECT_FALSE(mended.failing_for);
}

}  // namespace
}  // namespace prospectd::engine
