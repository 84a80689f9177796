// The feed: pages in order, tried again, restarted where the place is lost, and given up where a CRM never
// ends (F05, F06, F32).
#include "daemon/engine/feed.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/support/virtual_scheduler.h"
#include "tests/unit/engine/script.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

class FeedTest : public testing::Test {
 protected:
  // Reads the feed to its end; what came, by id, and how it ended.
  std::vector<std::string> read(FeedLimits limits = {}) {
    std::vector<std::string> ids;
    bool done = false;
    FeedQuery query;
    query.object = "Lead";
    query.fields = {"Email"};
    query.upper = Timestamp{seconds{1'000'000}};
    asio::co_spawn(scheduler_.io(), read_all(query, limits, ids), [&](std::exception_ptr failure) {
      EXPECT_FALSE(failure);
      done = true;
    });
    EXPECT_TRUE(scheduler_.run_until([&] { return done; })) << "the feed hangs";
    return ids;
  }

  asio::awaitable<void> read_all(FeedQuery query, FeedLimits limits, std::vector<std::string>& ids) {
    const Mapper mapper = [&](Page page) {
      FedPage fed;
      for (const auto& record : page.records) {
        fed.mapped.records.emplace_back();
        fed.mapped.records.back().id = record.id;
      }
      return fed;
    };
    auto feed = start_feed(scheduler_, connector_, budget_, std::move(query), mapper, limits);
    const auto note = [&ids](const FedPage& page) {
      for (const auto& record : page.mapped.records)
        ids.push_back(record.id.str());
    };
    for (;;) {
      auto pages = co_await feed->take(1);
      if (!pages) {
        error_ = pages.error();
        break;
      }
      if (pages->empty()) break;
      for (const FedPage& page : *pages)
        note(page);
      if (!takes_at_once_) continue;
      co_await scheduler_.sleep(milliseconds{1}, nullptr);  // the feed reads ahead meanwhile
      while (const auto page = feed->take_now()) {
        note(*page);
        ++taken_at_once_;
      }
    }
    co_await feed->close();
  }

  using Ids = std::vector<std::string>;

  test::VirtualScheduler scheduler_{1};
  ScriptedConnector connector_;
  RetryBudget budget_;
  std::optional<Error> error_;
  bool takes_at_once_ = false;  ///< what is there behind each awaited page is taken too
  int taken_at_once_ = 0;
};

TEST_F(FeedTest, PagesComeInOrder) {
  connector_.say("Lead", page({"a", "b"}, 10, "/next1"));
  connector_.say("Lead", page({"c"}, 20, ""));
  EXPECT_EQ(read(), (Ids{"a", "b", "c"}));
  EXPECT_FALSE(error_);
  EXPECT_EQ(connector_.asked.at(1).second, "/next1");
}

TEST_F(FeedTest, PagesThatAreThereAreTakenAtOnce_AndMakeRoomForMore) {
  for (int i = 0; i < 7; ++i)
    connector_.say("Lead", page({std::string(1, static_cast<char>('a' + i))}, 10 + i, i < 6 ? "/next" : ""));
  takes_at_once_ = true;
  FeedLimits limits;
  limits.pages_ahead_max = 2;
  EXPECT_EQ(read(limits), (Ids{"a", "b", "c", "d", "e", "f", "g"}));
  EXPECT_FALSE(error_);
  EXPECT_GE(taken_at_once_, 4) << "two behind each page that was waited for";
}

TEST_F(FeedTest, AnEmptyWindowEndsAtOnce) {
  EXPECT_EQ(read(), Ids{});
  EXPECT_FALSE(error_);
}

TEST_F(FeedTest, F08_APageThatFailsIsReadAgain) {
  connector_.say("Lead", page({"a"}, 10, "/next1"));
  connector_.fail("Lead", make_error(ErrorCode::kServerError, "503"));
  connector_.fail("Lead", make_error(ErrorCode::kTimeout, "late"));
  connector_.say("Lead", page({"b"}, 20, ""));
  EXPECT_EQ(read(), (Ids{"a", "b"}));
  EXPECT_EQ(connector_.asked.size(), 4U);
}

TEST_F(FeedTest, APageThatNeverComesIsGivenUp_AndWhatCameBeforeCounts) {
  connector_.say("Lead", page({"a"}, 10, "/next1"));
  for (int i = 0; i < 10; ++i)
    connector_.fail("Lead", make_error(ErrorCode::kServerError, "503"));
  EXPECT_EQ(read(), Ids{"a"});
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, ErrorCode::kServerError);
  EXPECT_EQ(connector_.asked.size(), 1U + static_cast<size_t>(FeedLimits{}.attempts_max));
}

TEST_F(FeedTest, WhatAPersonMustMendIsNotTriedAgain) {
  connector_.fail("Lead", make_error(ErrorCode::kPermission, "no"));
  EXPECT_EQ(read(), Ids{});
  EXPECT_EQ(connector_.asked.size(), 1U);
}

TEST_F(FeedTest, F05_ALostPlaceIsTakenUpAfterTheLastRecord) {
  connector_.say("Lead", page({"a", "b"}, 10, "/next1"));
  connector_.fail("Lead", make_error(ErrorCode::kQueryRestart, "gone"));
  connector_.say("Lead", page({"c"}, 11, ""));
  EXPECT_EQ(read(), (Ids{"a", "b", "c"}));
  const FeedQuery& resumed = connector_.asked.at(2).first;
  EXPECT_EQ(resumed.lower, Timestamp{seconds{11}});
  EXPECT_EQ(resumed.after, RemoteId("b"));
}

TEST_F(FeedTest, F06_EmptyPagesThatGoOnAreGivenUp) {
  for (int i = 0; i < 20; ++i)
    connector_.say("Lead", page({}, 10, "/next" + std::to_string(i)));
  read();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, ErrorCode::kServerError);
}

TEST_F(FeedTest, F06_PagesThatLeadBackToEachOtherAreGivenUp) {
  for (int i = 0; i < 40; ++i)
    connector_.say("Lead", page({i % 2 == 0 ? "a" : "b"}, 10 + i % 2, "/next" + std::to_string(i)));
  read();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, ErrorCode::kServerError);
  EXPECT_LT(connector_.asked.size(), 10U);
}

TEST_F(FeedTest, APageThatComesTwiceIsReadTwice) {
  connector_.say("Lead", page({"a"}, 10, "/next1"));
  connector_.say("Lead", page({"a"}, 10, "/next2"));
  connector_.say("Lead", page({"b"}, 11, ""));
  EXPECT_EQ(read(), (Ids{"a", "a", "b"}));
  EXPECT_FALSE(error_);
}

TEST_F(FeedTest, ARestartThatLeadsNowhereIsGivenUp) {
  for (int i = 0; i < 100; ++i)
    connector_.fail("Lead", make_error(ErrorCode::kQueryRestart, "gone"));
  read();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, ErrorCode::kQueryRestart);
}

TEST_F(FeedTest, F32_ALongRetryAfterIsTheWholeConnections) {
  Error later = make_error(ErrorCode::kServerError, "503");
  later.retry_after = std::chrono::minutes{10};
  connector_.fail("Lead", later);
  read();
  EXPECT_EQ(connector_.asked.size(), 1U);
  EXPECT_LT(scheduler_.monotonic(), std::chrono::seconds{1});
}

TEST_F(FeedTest, TheRetryBudgetBoundsAllRetriesTogether) {
  for (int i = 0; i < 200; ++i)
    budget_.spend(ErrorCode::kNetwork);
  connector_.fail("Lead", make_error(ErrorCode::kNetwork, "reset"));
  read();
  EXPECT_EQ(connector_.asked.size(), 1U);
}

}  // namespace
}  // namespace prospectd::engine
