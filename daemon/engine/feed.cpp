#include "daemon/engine/feed.h"

#include <deque>
#include <mutex>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "daemon/engine/signal.h"
#include "daemon/engine/window_progress.h"
#include "mapping/hash.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

class PagedFeed final : public Feed {
 public:
  PagedFeed(Scheduler& scheduler, Connector& connector, RetryBudget& budget, FeedQuery query, Mapper mapper,
            FeedLimits limits)
      : scheduler_(scheduler),
        connector_(connector),
        budget_(budget),
        query_(std::move(query)),
        mapper_(std::move(mapper)),
        limits_(limits),
        progress_(query_.upper, limits_.overlap),
        for_consumer_(scheduler.io()),
        for_producer_(std::make_shared<Signal>(scheduler.io())),
        producer_gone_(scheduler.io()) {}

  void start() {
    producing_ = true;
    asio::co_spawn(
        scheduler_.io(), [this] { return produce(); },
        [this](std::exception_ptr failure) {
          if (failure) end_with(make_error(ErrorCode::kInternal, "reading a feed threw"));
          producing_ = false;
          for_consumer_.notify();
          producer_gone_.notify();
        });
  }

  asio::awaitable<Result<std::vector<FedPage>>> take(size_t pages_max) override {
    while (pages_ready() == 0 && producing_ && !failure_)
      co_await for_consumer_.wait();
    std::vector<FedPage> pages;
    while (pages.size() < pages_max) {
      std::optional<FedPage> page = pop();
      if (!page) break;
      pages.push_back(*std::move(page));
    }
    for_producer_->notify();
    // Pages that came before a failure are whole and in order: they count.
    if (pages.empty() && failure_) co_return *failure_;
    co_return pages;
  }

  std::optional<FedPage> take_now() override {
    std::optional<FedPage> page = pop();
    // The notice may come when the feed has gone: it keeps what it needs.
    if (page) asio::post(scheduler_.io(), [signal = for_producer_] { signal->notify(); });
    return page;
  }

  asio::awaitable<void> close() override {
    closing_ = true;
    for_producer_->notify();
    pause_.notify();
    while (producing_)
      co_await producer_gone_.wait();
  }

 private:
  size_t pages_ready() const {
    const std::lock_guard lock(mutex_);
    return ready_.size();
  }

  std::optional<FedPage> pop() {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    std::optional<FedPage> page = std::move(ready_.front());
    ready_.pop_front();
    return page;
  }

  asio::awaitable<void> produce() {
    std::string next;
    bool more = true;
    while (more && !closing_) {
      auto page = co_await fetch(next);
      if (!page) {
        if (page.error().code == ErrorCode::kQueryRestart && may_restart()) {
          next.clear();
          seen_.clear();
          continue;
        }
        end_with(std::move(page).error());
        co_return;
      }
      more = !page->next.empty();
      next = page->next;
      if (!accept(*std::move(page), more)) co_return;
      while (pages_ready() >= limits_.pages_ahead_max && !closing_)
        co_await for_producer_->wait();
    }
  }

  // One page, tried again while its error and the budget allow.
  asio::awaitable<Result<Page>> fetch(std::string next) {
    for (int attempt = 1;; ++attempt) {
      Result<Page> page = make_error(ErrorCode::kCancelled, "stopping");
      FeedQuery query = query_;
      if (next.empty()) {
        page = co_await connector_.fetch(std::move(query));
      } else {
        std::string place = next;
        page = co_await connector_.fetch_next(std::move(query), std::move(place));
      }
      if (page) {
        budget_.refund();
        co_return page;
      }
      if (!may_retry(page.error(), attempt)) co_return page;
      const milliseconds wait =
          page.error().retry_after.value_or(full_jitter({}, attempt, scheduler_.random()));
      log::info("feed.retry", page.error().text(),
                {{"object", query_.object}, {"attempt", attempt}, {"wait_ms", wait.count()}});
      co_await scheduler_.sleep(wait, &pause_);
      if (closing_ || scheduler_.stopping()) co_return make_error(ErrorCode::kCancelled, "stopping");
    }
  }

  bool may_retry(const Error& error, int attempt) {
    // A session that ended again while it was renewed: the next attempt logs in once more.
    const bool again =
        error.error_class() == ErrorClass::kRetry || error.error_class() == ErrorClass::kReauth;
    if (!again || error.code == ErrorCode::kQueryRestart) return false;
    // A long wait that the CRM asks for is the whole connection's: its loop rests, not this page.
    if (error.retry_after && *error.retry_after > limits_.wait_inline_max) return false;
    return attempt < limits_.attempts_max && !closing_ && !scheduler_.stopping() && budget_.spend(error.code);
  }

  // The query's place is gone (F05): go on after the last record that was read, with a new query.
  bool may_restart() {
    if (++restarts_ > limits_.restarts_max) return false;
    if (const auto place = progress_.place()) {
      query_.lower = place->version;
      query_.after = place->id;
      progress_.restarted();
    }
    return true;
  }

  // Hands a page on. Answers false when the feed must end here.
  bool accept(Page page, bool more) {
    if (++pages_ > limits_.pages_max) return refuse("has more pages than a window may have");
    const auto records = static_cast<int64_t>(page.records.size() + page.bad.size());
    if (records == 0 && more) {
      if (++empty_pages_ > limits_.empty_pages_max) return refuse("goes on with empty pages");
      return true;
    }
    empty_pages_ = 0;
    if (records > 0 && !seen_.insert(fingerprint_of(page)).second &&
        ++repeated_pages_ > limits_.repeated_pages_max) {
      return refuse("leads back to pages that were read");
    }
    if (progress_.saw(page)) restarts_ = 0;
    const std::optional<Timestamp> settled = more ? progress_.settled_so_far() : progress_.settled_at_end();
    if (records == 0 && !settled) return true;
    const int64_t total = page.total;
    FedPage fed = mapper_(std::move(page));
    fed.records = records;
    fed.total = total;
    fed.settled = settled;
    {
      const std::lock_guard lock(mutex_);
      ready_.push_back(std::move(fed));
    }
    for_consumer_.notify();
    return true;
  }

  static uint64_t fingerprint_of(const Page& page) {
    uint64_t hash = 0;
    for (const mapping::Record& record : page.records)
      hash = mapping::hash_bytes(record.id.str(), hash);
    for (const BadRecord& bad : page.bad)
      hash = mapping::hash_bytes(bad.id.str(), mapping::hash_bytes(bad.payload, hash));
    return hash;
  }

  bool refuse(const char* what) {
    end_with(make_error(ErrorCode::kServerError,
                        "the CRM's answer " + std::string(what) + "; the cycle was given up")
                 .within(query_.object));
    return false;
  }

  void end_with(Error error) {
    failure_ = std::move(error);
    for_consumer_.notify();
  }

  Scheduler& scheduler_;
  Connector& connector_;
  RetryBudget& budget_;
  FeedQuery query_;
  Mapper mapper_;
  FeedLimits limits_;
  WindowProgress progress_;
  mutable std::mutex mutex_;
  std::deque<FedPage> ready_;  ///< under mutex_
  std::optional<Error> failure_;
  Signal for_consumer_;
  std::shared_ptr<Signal> for_producer_;
  Signal producer_gone_;
  Wakeup pause_;
  bool producing_ = false;
  bool closing_ = false;
  int restarts_ = 0;
  std::unordered_set<uint64_t> seen_;  ///< pages of this query, by their records
  int repeated_pages_ = 0;
  int empty_pages_ = 0;
  int64_t pages_ = 0;
};

}  // namespace

std::unique_ptr<Feed> start_feed(Scheduler& scheduler, Connector& connector, RetryBudget& budget,
                                 FeedQuery query, Mapper mapper, FeedLimits limits) {
  auto feed =
      std::make_unique<PagedFeed>(scheduler, connector, budget, std::move(query), std::move(mapper), limits);
  feed->start();
  return feed;
}

}  // namespace prospectd::engine
