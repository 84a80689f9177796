// The real scheduler: what is handed from thread to thread arrives whole and in order.
#include <gtest/gtest.h>

#include <thread>

#include <boost/asio/co_spawn.hpp>

#include "daemon/engine/feed.h"
#include "daemon/engine/judge.h"
#include "tests/support/empty_store.h"
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

/// Notes where its reader is opened; has nothing else.
class OpenedStore final : public test::EmptyStore {
 public:
  OpenedStore() {
    store::SqliteOptions options;
    options.path = ":memory:";
    inner_ = *store::open_sqlite(std::move(options));
  }
  Result<std::unique_ptr<store::Reader>> reader() override {
    opened_on = std::this_thread::get_id();
    return inner_->reader();
  }

  std::thread::id opened_on;

 private:
  std::unique_ptr<store::Store> inner_;
};

ConnectionOptions leads_of(Connector& connector) {
  ConnectionOptions options;
  options.name = "one";
  options.connector = &connector;
  options.types = {by_email("Lead")};
  return options;
}

// What changes the store, and a reader changes its list of views, happens on the one worker.
TEST(Threads, ARecordIsJudgedByAReaderThatIsOpenedOnTheWorker) {
  asio::io_context io{1};
  const auto scheduler = make_scheduler(io);
  ScriptedConnector connector;
  connector.by_ids["Lead"] = page({"00Q1"}, 10, "");
  OpenedStore store;
  std::thread::id worker;
  std::optional<reconcile::Verdict> verdict;
  const auto judge = [&]() -> asio::awaitable<void> {
    std::function<void()> look = [&] { worker = std::this_thread::get_id(); };
    co_await scheduler->blocking(std::move(look));
    ConnectionOptions options = leads_of(connector);
    RemoteId record("00Q1");
    const auto judged = co_await judge_record(*scheduler, store, std::move(options),
                                              reconcile::ConnectionId{1}, nullptr, std::move(record));
    if (judged && *judged) verdict = (*judged)->decision.verdict;
  };
  asio::co_spawn(io, judge, [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  io.run();
  EXPECT_EQ(verdict, reconcile::Verdict::kCreate);
  EXPECT_EQ(store.opened_on, worker);
}

}  // namespace
}  // namespace prospectd::engine
