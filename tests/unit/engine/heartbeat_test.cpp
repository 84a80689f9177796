// The heartbeat: it beats while the loop turns and the database's thread answers, and falls silent when
// either doesn't, so that whoever watches the process learns of it.
#include "daemon/engine/heartbeat.h"

#include <gtest/gtest.h>

#include "daemon/engine/signal.h"
#include "tests/support/virtual_scheduler.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

/// Virtual time, with a writer's thread and a timer that can be made to hang.
class HangingScheduler final : public Scheduler {
 public:
  bool writer_hangs = false;
  bool timers_hang = false;

  asio::io_context& io() override { return time.io(); }
  Timestamp now() const override { return time.now(); }
  std::chrono::nanoseconds monotonic() const override { return time.monotonic(); }
  asio::awaitable<void> sleep(milliseconds duration, Wakeup* wakeup) override {
    co_await time.sleep(duration, wakeup);
    while (timers_hang && !stopping())
      co_await released.wait();
  }
  asio::awaitable<void> blocking(std::function<void()> work) override {
    while (writer_hangs)
      co_await released.wait();
    work();
  }
  asio::awaitable<void> reading(std::function<void()> work) override { return time.reading(std::move(work)); }
  uint64_t random() override { return time.random(); }
  void stop() override { time.stop(); }
  bool stopping() const override { return time.stopping(); }

  void release() {
    writer_hangs = timers_hang = false;
    released.notify();
    time.run_ready();
  }

  test::VirtualScheduler time{1};
  Signal released{time.io()};
};

class HeartbeatTest : public testing::Test {
 protected:
  HeartbeatTest() {
    store::SqliteOptions options;
    options.path = ":memory:";
    options.on_commit = [this](store::CommitPoint) { return store_lives_; };
    store_ = *store::open_sqlite(std::move(options));
    HeartbeatOptions beat;
    beat.watchdog = seconds{30};
    beat.writer_patience = seconds{300};
    beat.on_beat = [this] { ++beats_; };
    heartbeat_ = make_heartbeat(scheduler_, *store_, std::move(beat));
  }
  ~HeartbeatTest() override {
    scheduler_.stop();
    scheduler_.release();
  }

  void start() {
    heartbeat_->start();
    scheduler_.time.run_ready();
  }
  void pass(seconds duration) { scheduler_.time.run_for(duration); }

  bool store_lives_ = true;
  HangingScheduler scheduler_;
  std::unique_ptr<store::Store> store_;
  int beats_ = 0;
  std::unique_ptr<Heartbeat> heartbeat_;
};

TEST_F(HeartbeatTest, BeatsThreeTimesWithinAWatchdog) {
  start();
  EXPECT_EQ(beats_, 1) << "the first at once";
  pass(seconds{30});
  EXPECT_EQ(beats_, 4);
  EXPECT_FALSE(heartbeat_->complaint());
  EXPECT_FALSE(heartbeat_->write_failure());
}

TEST_F(HeartbeatTest, WritesNothing) {
  start();
  pass(seconds{60});
  EXPECT_EQ(store_->rows_written(), 0);
}

TEST_F(HeartbeatTest, ALoopThatDoesNotTurnIsSilentAndToldAfterTwoWatchdogs) {
  start();
  scheduler_.timers_hang = true;
  pass(seconds{59});
  EXPECT_EQ(beats_, 1);
  EXPECT_FALSE(heartbeat_->complaint());
  pass(seconds{1});
  EXPECT_EQ(heartbeat_->complaint(), "the engine's loop does not turn");
  scheduler_.release();
  EXPECT_FALSE(heartbeat_->complaint());
  EXPECT_GT(beats_, 1);
}

TEST_F(HeartbeatTest, ABusyDatabaseThreadIsNoReasonToBeKilled) {
  start();
  scheduler_.writer_hangs = true;
  pass(seconds{300});
  EXPECT_FALSE(heartbeat_->complaint());
  EXPECT_GE(beats_, 30);
}

TEST_F(HeartbeatTest, ADatabaseThreadThatNeverAnswersIs) {
  start();
  scheduler_.writer_hangs = true;
  pass(seconds{311});  // asked within the first ten
  EXPECT_EQ(heartbeat_->complaint(), "the database's thread does not answer");
  const int before = beats_;
  pass(seconds{600});
  EXPECT_EQ(beats_, before) << "the loop turns, and yet nobody hears that all is well";
  scheduler_.release();
  EXPECT_FALSE(heartbeat_->complaint());
  pass(seconds{30});
  EXPECT_GT(beats_, before);
}

TEST_F(HeartbeatTest, SaysWhyNothingCanBeWritten) {
  start();
  store_lives_ = false;
  EXPECT_FALSE(store_->connection("one"));
  pass(seconds{30});
  EXPECT_EQ(heartbeat_->write_failure(), ErrorCode::kCancelled);
  EXPECT_FALSE(heartbeat_->complaint()) << "it answers, if with a failure";
}

TEST_F(HeartbeatTest, BeforeItsStartAndWhileStoppingThereIsNothingToComplainOf) {
  pass(seconds{600});
  EXPECT_FALSE(heartbeat_->complaint());
  start();
  scheduler_.stop();
  scheduler_.time.run_ready();
  const int before = beats_;
  pass(seconds{600});
  EXPECT_FALSE(heartbeat_->complaint());
  EXPECT_EQ(beats_, before);
}

}  // namespace
}  // namespace prospectd::engine
