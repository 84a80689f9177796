// Reading a large window over a slow network: several pages at a time, the same records in the same order,
// few calls more, and no more pages in memory than before by much.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "daemon/engine/feed.h"
#include "tests/support/virtual_scheduler.h"
#include "tests/unit/engine/latent_org.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

using Ids = std::vector<RemoteId>;
using Stamps = std::vector<int64_t>;

constexpr size_t kRows = 100;  // a page
constexpr int64_t kUpper = 1'800'000'000;
constexpr milliseconds kOverlap{600'000};
constexpr int64_t kUnsettled = kUpper - 1 - 600;
constexpr int64_t kDay = 86'400;
constexpr int64_t kYear = 365 * kDay;

// So many stamps from `from` to `to`, spread by chance from a fixed seed.
void spread(Stamps& stamps, int64_t count, int64_t from, int64_t to) {
  std::mt19937_64 random(static_cast<uint64_t>(count));
  for (int64_t i = 0; i < count; ++i)
    stamps.push_back(from + static_cast<int64_t>(random() % static_cast<uint64_t>(to - from)));
}

// In the order of stamps, then ids, as one query gives them.
Ids in_feed_order(const LatentOrg& org) {
  std::vector<std::pair<Timestamp, RemoteId>> rows;
  for (const auto& [id, stamp] : org.records())
    if (stamp < Timestamp{seconds{kUpper}}) rows.emplace_back(stamp, id);
  std::sort(rows.begin(), rows.end());
  Ids ids;
  for (auto& row : rows)
    ids.push_back(row.second);
  return ids;
}

struct Reading {
  Ids ids;
  std::optional<Error> error;
  std::optional<Timestamp> settled;
  int64_t total = 0;
  int64_t most_held = 0;   ///< pages fetched and not yet taken, those that were given back among them
  int64_t given_back = 0;  ///< pages that were fetched and never taken
  milliseconds took{0};
};

class SlicedFeed {
 public:
  explicit SlicedFeed(const Stamps& stamps, milliseconds delay = milliseconds{100})
      : org_(scheduler_, delay, kRows) {
    log::disable();
    org_.add(stamps);
  }

  LatentOrg& org() { return org_; }
  test::VirtualScheduler& scheduler() { return scheduler_; }
  void set_time_a_page(milliseconds time) { time_a_page_ = time; }
  void stop_after(size_t pages) { pages_max_ = pages; }

  Reading read() {
    Reading reading;
    bool done = false;
    asio::co_spawn(scheduler_.io(), read_all(reading), [&](std::exception_ptr failure) {
      EXPECT_FALSE(failure);
      done = true;
    });
    EXPECT_TRUE(scheduler_.run_until([&] { return done; })) << "the feed hangs";
    return reading;
  }

 private:
  asio::awaitable<void> read_all(Reading& reading) {
    in_order_ = in_feed_order(org_);
    int64_t held = 0;
    const Mapper mapper = [&](Page page) {
      reading.most_held = std::max(reading.most_held, ++held);
      FedPage fed;
      for (const auto& record : page.records)
        fed.whole.push_back(record.id);
      return fed;
    };
    FeedQuery query;
    query.object = "Lead";
    query.upper = Timestamp{seconds{kUpper}};
    FeedLimits limits;
    limits.overlap = kOverlap;
    RetryBudget budget;
    auto feed = start_feed(scheduler_, org_, budget, query, mapper, limits);
    const auto began = scheduler_.monotonic();
    for (size_t taken = 0; taken < pages_max_; ++taken) {
      auto pages = co_await feed->take(1);
      if (!pages) reading.error = pages.error();
      if (!pages || pages->empty()) break;
      --held;
      note(reading, pages->front());
      if (time_a_page_.count() > 0) co_await scheduler_.sleep(time_a_page_, nullptr);
      while (const auto page = feed->take_now()) {
        --held;
        note(reading, *page);
      }
    }
    reading.given_back = held;
    reading.took = std::chrono::duration_cast<milliseconds>(scheduler_.monotonic() - began);
    co_await feed->close();
    EXPECT_EQ(org_.under_way(), 0);
  }

  void note(Reading& reading, const FedPage& page) {
    for (const RemoteId& id : page.whole) {
      reading.ids.push_back(id);
      come_.insert(id);
    }
    EXPECT_EQ(page.total, reading.total == 0 ? page.total : reading.total) << "the window's, throughout";
    reading.total = page.total;
    if (!page.settled) return;
    EXPECT_GE(page.settled, reading.settled);
    reading.settled = page.settled;
    for (; passed_ < in_order_.size(); ++passed_) {
      const RemoteId& id = in_order_[passed_];
      if (org_.stamp_at_first(id) >= *page.settled) break;
      EXPECT_TRUE(come_.contains(id) || org_.records().at(id) >= *page.settled)
          << "the cursor has passed " << id.str();
    }
  }

  test::VirtualScheduler scheduler_{1};
  LatentOrg org_;
  milliseconds time_a_page_{0};
  size_t pages_max_ = 1'000'000;
  std::set<RemoteId> come_;
  Ids in_order_;       ///< as they were when reading began
  size_t passed_ = 0;  ///< of those, by the cursor
};

int64_t pages_of(const Stamps& stamps) {
  return static_cast<int64_t>((stamps.size() + kRows - 1) / kRows);
}

Stamps even() {
  Stamps stamps;
  spread(stamps, 20'000, kUpper - 6 * kYear, kUpper - kDay);
  return stamps;
}

struct Shape {
  const char* name;
  Stamps stamps;
  double least_gain;  ///< how many times faster than one page after another
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.name;
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  all.push_back({"Even", even(), 5});
  Stamps clump = even();
  clump.insert(clump.end(), 3'000, kUpper - 2 * kYear);
  all.push_back({"OneSecondOfManyPages", clump, 2.5});
  Stamps gap;
  spread(gap, 5'000, kUpper - 30 * kYear, kUpper - 29 * kYear);
  spread(gap, 5'000, kUpper - kYear, kUpper - kDay);
  all.push_back({"DecadesOfNothing", gap, 2.5});
  Stamps job;
  spread(job, 500, kUpper - 10 * kYear, kUpper - kDay);
  spread(job, 20'000, kUpper - 2 * kDay, kUpper - 2 * kDay + 3'600);
  all.push_back({"AlmostAllInOneHour", job, 4});
  Stamps amid = even();
  spread(amid, 20'000, kUpper - 3 * kYear, kUpper - 3 * kYear + 3'600);
  all.push_back({"AnHourOfAsManyAmidTheEven", amid, 4});
  Stamps nights;
  for (int night = 1; night <= 100; ++night)
    spread(nights, 200, kUpper - night * kDay, kUpper - night * kDay + 1'800);
  all.push_back({"ANightlyJob", nights, 2});
  Stamps growing = even();
  spread(growing, 8'000, kUpper - 30 * kDay, kUpper - kDay);
  for (int burst = 0; burst < 80; ++burst)
    growing.insert(growing.end(), 5, kUpper - kDay - 3'600 * burst);
  all.push_back({"DenseInTheLastMonth", growing, 4});
  Stamps now;
  spread(now, 20'000, kUnsettled, kUpper);
  all.push_back({"AllJustNow", now, 0.9});
  return all;
}

class Shapes : public testing::TestWithParam<Shape> {};

INSTANTIATE_TEST_SUITE_P(All, Shapes, testing::ValuesIn(shapes()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(Shapes, TheSameRecordsInTheSameOrder_SoonerAndWithFewCallsMore) {
  const int64_t pages = pages_of(GetParam().stamps);
  SlicedFeed feed(GetParam().stamps);
  const Reading reading = feed.read();
  EXPECT_FALSE(reading.error);
  EXPECT_EQ(reading.ids, in_feed_order(feed.org()));
  EXPECT_EQ(reading.total, static_cast<int64_t>(GetParam().stamps.size()));
  EXPECT_LE(feed.org().calls(), pages * 3 / 2);
  EXPECT_LE(feed.org().most_at_once, 8);
  EXPECT_LE(reading.most_held, 12 + reading.given_back);
  EXPECT_LE(reading.given_back, pages / 10);
  const double gain = static_cast<double>(pages * 100) / static_cast<double>(reading.took.count());
  EXPECT_GE(gain, GetParam().least_gain);
  RecordProperty("calls", std::to_string(feed.org().calls()) + " for " + std::to_string(pages));
  RecordProperty("gain", std::to_string(gain));
}

TEST_P(Shapes, ASlowConsumerHasNoMorePagesToHold) {
  SlicedFeed feed(GetParam().stamps);
  feed.set_time_a_page(milliseconds{150});
  const Reading reading = feed.read();
  EXPECT_FALSE(reading.error);
  EXPECT_EQ(reading.ids, in_feed_order(feed.org()));
  EXPECT_LE(reading.most_held, 12 + reading.given_back);
  EXPECT_LE(feed.org().calls(), pages_of(GetParam().stamps) * 3 / 2);
}

TEST_P(Shapes, AFastNetworkIsAskedPageAfterPage) {
  SlicedFeed feed(GetParam().stamps, milliseconds{10});
  EXPECT_EQ(feed.read().ids, in_feed_order(feed.org()));
  EXPECT_EQ(feed.org().calls(), pages_of(GetParam().stamps));
  EXPECT_EQ(feed.org().most_at_once, 1);
}

TEST(SlicedFeedTest, ASmallWindowStaysOneQuery) {
  Stamps few;
  spread(few, 900, kUpper - kYear, kUpper - kDay);
  SlicedFeed feed(few);
  EXPECT_EQ(feed.read().ids, in_feed_order(feed.org()));
  EXPECT_EQ(feed.org().calls(), 9);
  EXPECT_EQ(feed.org().queries(), 1);
}

TEST(SlicedFeedTest, OnePageThatIsLateChangesNothing) {
  SlicedFeed feed(even(), milliseconds{10});
  int answers = 0;
  feed.org().instead = [&](const FeedQuery&, const std::string&) {
    feed.org().delay = milliseconds{++answers % 5 == 0 ? 300 : 10};
    return std::optional<Error>{};
  };
  EXPECT_EQ(feed.read().ids, in_feed_order(feed.org()));
  EXPECT_EQ(feed.org().queries(), 1);
}

TEST(SlicedFeedTest, AFailureComesOutBehindThePagesBeforeIt) {
  const Timestamp broken{seconds{kUpper - 2 * kYear}};
  SlicedFeed feed(even());
  feed.org().instead = [&](const FeedQuery& query, const std::string&) -> std::optional<Error> {
    if (query.lower < broken && broken < query.upper && query.lower)
      return make_error(ErrorCode::kPermission, "no");
    return std::nullopt;
  };
  const Reading reading = feed.read();
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::kPermission);
  const Ids all = in_feed_order(feed.org());
  ASSERT_LT(reading.ids.size(), all.size());
  EXPECT_GT(reading.ids.size(), all.size() / 2);
  EXPECT_TRUE(std::equal(reading.ids.begin(), reading.ids.end(), all.begin()));
}

TEST(SlicedFeedTest, F05_ALostPlaceInASliceIsTakenUpAfterItsLastRecord) {
  Stamps stamps = even();
  stamps.insert(stamps.end(), 2'000, kUpper - 2 * kYear);
  SlicedFeed feed(stamps);
  int lost = 0;
  feed.org().instead = [&](const FeedQuery& query, const std::string& next) -> std::optional<Error> {
    if (!query.lower || next.empty() || ++lost % 3 != 0) return std::nullopt;
    return make_error(ErrorCode::kQueryRestart, "gone");
  };
  const Reading reading = feed.read();
  EXPECT_FALSE(reading.error);
  EXPECT_GE(lost, 3);
  EXPECT_EQ(reading.ids, in_feed_order(feed.org()));
}

TEST(SlicedFeedTest, F08_PagesThatFailAreReadAgain_AndFewerAreAskedForTogether) {
  SlicedFeed feed(even());
  int64_t answers = 0;
  feed.org().instead = [&](const FeedQuery&, const std::string&) -> std::optional<Error> {
    if (++answers % 20 != 0) return std::nullopt;
    return make_error(ErrorCode::kServerError, "503");
  };
  const Reading reading = feed.read();
  EXPECT_FALSE(reading.error);
  EXPECT_EQ(reading.ids, in_feed_order(feed.org()));
}

TEST(SlicedFeedTest, RefusedForTooManyAtOnce_FewerAreAsked) {
  for (const int at_once_max : {1, 3}) {
    SlicedFeed feed(even());
    feed.org().at_once_max = at_once_max;
    const Reading reading = feed.read();
    EXPECT_FALSE(reading.error) << reading.error->text();
    EXPECT_EQ(reading.ids, in_feed_order(feed.org()));
    EXPECT_GT(feed.org().most_at_once, at_once_max);
  }
}

TEST(SlicedFeedTest, RefusedAlone_TheConnectionRests) {
  SlicedFeed feed(even());
  int answers = 0;
  feed.org().instead = [&](const FeedQuery&, const std::string&) -> std::optional<Error> {
    if (++answers < 40) return std::nullopt;
    return make_error(ErrorCode::kRateLimited, "too many");
  };
  const Reading reading = feed.read();
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::kRateLimited);
  EXPECT_LT(answers, 60);
}

TEST(SlicedFeedTest, F03_RecordsThatChangeWhileSlicesAreReadDontCarryTheCursorPastOthers) {
  SlicedFeed feed(even());
  const Ids before = in_feed_order(feed.org());
  int64_t answers = 0;
  std::set<RemoteId> changed;
  feed.org().instead = [&](const FeedQuery&, const std::string&) {
    // Each time one that was perhaps read, and one that was not: to now, and to what commits late.
    for (const size_t at : {before.size() / 3, before.size() - 100}) {
      const RemoteId& id = before[at - static_cast<size_t>(answers % 90)];
      feed.org().edit(id, Timestamp{seconds{answers % 2 == 0 ? kUpper + 5 : kUnsettled + 5}});
      changed.insert(id);
    }
    ++answers;
    return std::optional<Error>{};
  };
  const Reading reading = feed.read();
  EXPECT_FALSE(reading.error);
  ASSERT_FALSE(changed.empty());
  const std::set<RemoteId> come(reading.ids.begin(), reading.ids.end());
  for (const RemoteId& id : before)
    EXPECT_TRUE(come.contains(id) || changed.contains(id)) << id.str();
  // What has left its slice comes with the next poll, which begins an overlap before the cursor.
  ASSERT_TRUE(reading.settled);
  EXPECT_LE(*reading.settled - kOverlap, Timestamp{seconds{kUnsettled}});
}

TEST(SlicedFeedTest, ClosedInTheMiddleNothingIsUnderWay) {
  SlicedFeed feed(even());
  feed.stop_after(40);
  const Reading reading = feed.read();
  const int64_t calls = feed.org().calls();
  feed.scheduler().run_for(seconds{10});
  EXPECT_EQ(feed.org().calls(), calls);
  EXPECT_LT(reading.ids.size(), 20'000U);
}

}  // namespace
}  // namespace prospectd::engine
