// Several calls on their way to the CRM together: which may go beside which, and what becomes of the others
// when one fails.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "daemon/engine/push_sender.h"
#include "tests/support/virtual_scheduler.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;
using reconcile::PushVerdict;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A CRM that takes a second for each call, and answers what it is told to.
class SlowWriter final : public Writer {
 public:
  explicit SlowWriter(Scheduler& scheduler) : scheduler_(scheduler) {}

  asio::awaitable<WriteReply> write(WriteBatch batch) override {
    const size_t call = sizes.size();
    sizes.push_back(batch.rows.size());
    for (const WriteRow& row : batch.rows)
      sent.push_back(row.token);
    most_at_once = std::max(most_at_once, ++under_way);
    co_await scheduler_.sleep(milliseconds{1'000}, nullptr);
    --under_way;
    WriteReply reply;
    if (failing.contains(call)) {
      reply.failure = failing.at(call);
      co_return reply;
    }
    for (const WriteRow& row : batch.rows) {
      RowOutcome& outcome = reply.rows.emplace_back();
      outcome.token = row.token;
      outcome.state = RowState::kWritten;
      outcome.id = row.id;
    }
    co_return reply;
  }
  asio::awaitable<Result<Page>> find(Lookup) override { co_return Page{}; }
  asio::awaitable<Result<Page>> read_back(std::string, std::vector<std::string>,
                                          std::vector<RemoteId>) override {
    co_return Page{};
  }

  std::vector<size_t> sizes;        ///< rows of each call, in the order in which they went out
  std::vector<int64_t> sent;        ///< entries, in that order
  std::map<size_t, Error> failing;  ///< by the number of the call
  size_t under_way = 0;
  size_t most_at_once = 0;

 private:
  Scheduler& scheduler_;
};

class PushSenders : public testing::Test {
 protected:
  /// `count` updates of as many records, `of_account` of each account; 0: they have none.
  static SendOrder updates(int64_t count, int64_t of_account) {
    SendOrder order;
    order.object = "Lead";
    for (int64_t i = 1; i <= count; ++i) {
      PushRow& row = order.rows.emplace_back();
      row.entry.id = {i};
      row.entry.prospect = {i};
      row.entry.remote = RemoteId("00Q" + std::to_string(i));
      row.entry.attempts = 1;
      row.payload.fields.emplace_back("Title", mapping::Value("CTO"));
      if (of_account > 0) row.account = {1 + (i - 1) / of_account};
    }
    return order;
  }

  /// False when it did not come to an end.
  bool send(SendOrder order) {
    PushSender sender(scheduler_, options_, writer_);
    bool over = false;
    const auto settle = [this](std::vector<SentRow> rows) { return take(std::move(rows)); };
    const auto run = [&]() -> asio::awaitable<void> {
      result_ = co_await sender.send(std::move(order), settle);
      failure_ = sender.failure();
      over = true;
    };
    asio::co_spawn(scheduler_.io(), run, asio::detached);
    return scheduler_.run_until([&over] { return over; });
  }

  asio::awaitable<Result<void>> take(std::vector<SentRow> rows) {
    settling_ += 1;
    EXPECT_EQ(settling_, 1) << "two calls are settled at once";
    co_await scheduler_.sleep(settling_takes_, nullptr);
    settling_ -= 1;
    for (const SentRow& row : rows)
      ended_[row.end.settlement.verdict].push_back(row.end.entry.id.value);
    if (settle_fails_) co_return make_error(ErrorCode::kDiskFull, "full");
    co_return Result<void>{};
  }

  test::VirtualScheduler scheduler_{1};
  PushOptions options_;
  SlowWriter writer_{scheduler_};
  std::map<PushVerdict, std::vector<int64_t>> ended_;
  Result<void> result_;
  std::optional<Error> failure_;
  milliseconds settling_takes_{1};
  bool settle_fails_ = false;
  int settling_ = 0;
};

TEST_F(PushSenders, SeveralCallsAreUnderWayAtOnceAndEveryRowIsSettledOnce) {
  const auto began = scheduler_.now();
  ASSERT_TRUE(send(updates(1'600, 0)));
  EXPECT_TRUE(result_);
  EXPECT_EQ(writer_.most_at_once, options_.calls_at_once);
  EXPECT_THAT(writer_.sizes, AllOf(SizeIs(8), Each(kWriteRowsMax)));
  EXPECT_THAT(ended_[PushVerdict::kDone], SizeIs(1'600));
  // Two rounds of calls, in which the settling hides but for the last.
  EXPECT_LT(scheduler_.now() - began, milliseconds{2'100});
}

TEST_F(PushSenders, SlowSettlingDoesNotKeepTheNextCallsBack) {
  settling_takes_ = milliseconds{1'000};
  const auto began = scheduler_.now();
  options_.calls_at_once = 1;
  ASSERT_TRUE(send(updates(800, 0)));
  EXPECT_THAT(ended_[PushVerdict::kDone], SizeIs(800));
  EXPECT_LT(scheduler_.now() - began, milliseconds{6'000});
}

TEST_F(PushSenders, F29RecordsOfOneAccountAreNeverInTwoCallsAtOnce) {
  ASSERT_TRUE(send(updates(600, 600)));
  EXPECT_EQ(writer_.most_at_once, 1U);
  EXPECT_THAT(ended_[PushVerdict::kDone], SizeIs(600));
}

TEST_F(PushSenders, CallsOfOtherAccountsGoBesideEachOther) {
  ASSERT_TRUE(send(updates(800, 200)));
  EXPECT_EQ(writer_.most_at_once, 4U);
}

TEST_F(PushSenders, AFailureOfTheConnectionPutsBackWhatWasNotSentAndJudgesWhatWas) {
  options_.calls_at_once = 2;
  writer_.failing.emplace(1, make_error(ErrorCode::kQuotaExhausted, "no calls are left"));
  ASSERT_TRUE(send(updates(1'000, 0)));
  ASSERT_TRUE(failure_);
  EXPECT_EQ(failure_->code, ErrorCode::kQuotaExhausted);
  size_t all = 0;
  for (const auto& [verdict, entries] : ended_)
    all += entries.size();
  EXPECT_EQ(all, 1'000U);
  EXPECT_EQ(ended_[PushVerdict::kDone].size() + ended_[PushVerdict::kRetryAt].size(), 1'000U);
  EXPECT_LE(writer_.sizes.size(), 3U);
  EXPECT_EQ(ended_[PushVerdict::kDone].size(), 200 * (writer_.sizes.size() - 1));
}

TEST_F(PushSenders, ACallThatIsTooLargeIsHalvedWhileOthersGoOn) {
  writer_.failing.emplace(0, make_error(ErrorCode::kTooLarge, "too many bytes"));
  ASSERT_TRUE(send(updates(400, 0)));
  EXPECT_FALSE(failure_);
  EXPECT_THAT(writer_.sizes, ElementsAre(200, 200, 100, 100));
  EXPECT_THAT(ended_[PushVerdict::kDone], SizeIs(400));
}

TEST_F(PushSenders, WhenSettlingFailsItEndsOnceTheCallsUnderWayAreBack) {
  settle_fails_ = true;
  ASSERT_TRUE(send(updates(1'600, 0)));
  ASSERT_FALSE(result_);
  EXPECT_EQ(result_.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(writer_.under_way, 0U);
  EXPECT_LT(writer_.sizes.size(), 8U);
}

TEST_F(PushSenders, NothingIsSentOnceTheProgramEnds) {
  scheduler_.stop();
  ASSERT_TRUE(send(updates(400, 0)));
  EXPECT_THAT(writer_.sizes, IsEmpty());
  EXPECT_THAT(ended_[PushVerdict::kRetryAt], SizeIs(400));
}

}  // namespace
}  // namespace prospectd::engine
