// The real scheduler: what is handed from thread to thread arrives whole and in order.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "daemon/engine/feed.h"
#include "tests/unit/engine/latent_org.h"
#include "tests/unit/engine/script.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

using Ids = std::vector<std::string>;

FedPage ids_of(Page page) {
  FedPage fed;
  for (const auto& record : page.records)
    fed.whole.push_back(record.id);
  return fed;
}

// As a transaction does: waits for one page here, and goes on on the writer's thread with those that are
// there.
asio::awaitable<void> read_all(Scheduler& scheduler, Feed& feed, Ids& ids) {
  const auto note = [&ids](const FedPage& page) {
    for (const RemoteId& id : page.whole)
      ids.push_back(id.str());
  };
  for (;;) {
    auto pages = co_await feed.take(1);
    if (!pages || pages->empty()) break;
    note(pages->front());
    std::function<void()> work = [&] {
      while (const auto page = feed.take_now())
        note(*page);
    };
    co_await scheduler.blocking(std::move(work));
  }
  co_await feed.close();
}

Ids read_window(asio::io_context& io, Scheduler& scheduler, Connector& connector) {
  RetryBudget budget;
  FeedQuery query;
  query.object = "Lead";
  query.upper = Timestamp{seconds{1'000'000}};
  auto feed = start_feed(scheduler, connector, budget, query, ids_of, {});
  Ids ids;
  bool done = false;
  asio::co_spawn(io, read_all(scheduler, *feed, ids), [&](std::exception_ptr failure) {
    EXPECT_FALSE(failure);
    done = true;
  });
  io.run();
  EXPECT_TRUE(done);
  return ids;
}

TEST(Threads, PagesTakenOnTheWritersThreadComeInOrder_AndEachOnce) {
  constexpr int kPages = 2'000;
  ScriptedConnector connector;
  Ids expected;
  for (int i = 0; i < kPages; ++i) {
    expected.push_back(std::to_string(i));
    connector.say("Lead", page({expected.back()}, 10 + i, i + 1 < kPages ? "/next" : ""));
  }
  asio::io_context io{1};
  const auto scheduler = make_scheduler(io);
  EXPECT_EQ(read_window(io, *scheduler, connector), expected);
}

TEST(Threads, SoDoThoseOfSlicesThatAreReadTogether) {
  asio::io_context io{1};
  const auto scheduler = make_scheduler(io);
  LatentOrg org(*scheduler, milliseconds{32}, 10);
  std::vector<int64_t> stamps;
  Ids expected;
  for (int i = 0; i < 600; ++i)
    stamps.push_back(1'000 * i);
  org.add(stamps);
  for (const auto& [id, stamp] : org.records())
    expected.push_back(id.str());
  EXPECT_EQ(read_window(io, *scheduler, org), expected);
  EXPECT_GT(org.most_at_once, 1);
}

}  // namespace
}  // namespace prospectd::engine
