#include "daemon/engine/feed.h"

#include <deque>
#include <list>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "daemon/engine/signal.h"
#include "daemon/engine/stretch.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

// Deciding and writing a page takes some 10 to 20 ms. A page that takes longer to arrive makes the writer
// wait, and only then do several at a time gain anything. Two in a row: one alone may have met a hiccup.
constexpr milliseconds kSlowPage{30};
constexpr int kSlowPagesMin = 2;
// With fewer pages to come one query is as good. Where the window has been cut already, another cut costs no
// more than the slice that is not quite full.
constexpr int64_t kPagesWorthCutting = 10;
constexpr int64_t kPagesWorthCuttingAgain = 2;
// A slice is meant to fill so much of a page: records lie unevenly, and one too many costs a call.
constexpr int64_t kFillPercent = 85;
// From so many answers on the share of full pages is known.
constexpr int64_t kAnswersTelling = 8;
// Pages that a part holds while it is not its turn: a slice and what it has too many.
constexpr size_t kPagesBehindMax = 2;
// So many pages to come are worth the calls for pages behind them that are given back to make room.
constexpr int64_t kPagesWorthRoom = 8;

/// A part of the window: read by a query of its own, or yet to be cut.
struct Part {
  StampRange range;
  std::shared_ptr<Stretch> unread;  ///< set: yet to be cut, and the rest of this is empty
  std::unique_ptr<PageReader> reader;
  std::shared_ptr<Stretch> cut_from;  ///< learns from the first answer; then empty
  Slice slice;
  std::deque<FedPage> waiting;  ///< for its turn
  std::optional<Error> failure;
  bool fetching = false;
  bool asked_alone = false;  ///< with no other request under way
  bool ended = false;        ///< read to its end, failed, or cut off behind its last page
  bool cut_off = false;
  // Of the last page:
  int64_t left = 0;
  std::optional<Timestamp> first;
  int64_t records = 0;
};
using Parts = std::list<Part>;

class WindowFeed final : public Feed {
 public:
  WindowFeed(Scheduler& scheduler, Connector& connector, RetryBudget& budget, FeedQuery query, Mapper mapper,
             FeedLimits limits)
      : scheduler_(scheduler),
        connector_(connector),
        budget_(budget),
        query_(std::move(query)),
        mapper_(std::move(mapper)),
        limits_(limits),
        unsettled_(WindowProgress::unsettled_from(query_.upper, limits_.overlap)),
        for_consumer_(scheduler.io()),
        all_back_(scheduler.io()),
        self_(std::make_shared<WindowFeed*>(this)) {}

  void start() {
    Part& whole = parts_.emplace_back();
    whole.range = StampRange{query_.lower, query_.after, query_.upper};
    whole.reader = reader_of(whole.range);
    go_on();
  }

  asio::awaitable<Result<std::vector<FedPage>>> take(size_t pages_max) override {
    while (pages_ready() == 0 && !parts_.empty() && !failure_)
      co_await for_consumer_.wait();
    std::vector<FedPage> pages;
    while (pages.size() < pages_max) {
      std::optional<FedPage> page = pop();
      if (!page) break;
      pages.push_back(*std::move(page));
    }
    go_on();
    // Pages that came before a failure are whole and in order: they count.
    if (pages.empty() && failure_) co_return *failure_;
    co_return pages;
  }

  std::optional<FedPage> take_now() override {
    std::optional<FedPage> page = pop();
    // The notice may come when the feed has gone.
    if (page)
      asio::post(scheduler_.io(), [weak = std::weak_ptr<WindowFeed*>(self_)] {
        if (const auto self = weak.lock()) (*self)->go_on();
      });
    return page;
  }

  asio::awaitable<void> close() override {
    closing_ = true;
    for (Part& part : parts_) {
      if (part.reader) part.reader->stop();
    }
    while (under_way_ > 0)
      co_await all_back_.wait();
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

  bool is_last(const StampRange& range) const { return range.upper == query_.upper; }

  // Where records lie in heaps with gaps between them, many slices of a page are empty. Wider ones cost fewer
  // calls, and are read less in parallel.
  int64_t pages_a_slice() const {
    if (answers_ < kAnswersTelling) return 1;
    const int64_t full_percent = records_ * 100 / (answers_ * page_rows_);
    if (full_percent >= 72) return 1;
    if (full_percent >= 66) return 2;
    return full_percent >= 60 ? 4 : 8;
  }

  int64_t wanted() const { return std::max<int64_t>(page_rows_ * kFillPercent / 100 * pages_a_slice(), 1); }

  std::unique_ptr<PageReader> reader_of(const StampRange& range) {
    FeedQuery query = query_;
    query.lower = range.lower;
    query.after = range.after;
    query.upper = range.upper;
    return std::make_unique<PageReader>(scheduler_, connector_, budget_, std::move(query), unsettled_,
                                        limits_);
  }

  // ---- what to ask for next ----

  // Hands on what has got its turn, and asks for what there is room for. A request that is answered at once
  // comes back here before it is done.
  void go_on() {
    if (going_on_) {
      once_more_ = true;
      return;
    }
    going_on_ = true;
    do {
      once_more_ = false;
      hand_on();
      if (!closing_ && !failure_) ask_for_more();
    } while (once_more_);
    going_on_ = false;
  }

  // In feed order, so that what is wanted first is asked for first.
  void ask_for_more() {
    for (auto part = parts_.begin(); part != parts_.end();) {
      if (part->failure) return;  // nothing behind it counts any more
      if (part->fetching || part->ended) {
        ++part;
        continue;
      }
      const bool first = part == parts_.begin();
      if (!may_ask(first) && !make_room(part)) return;
      if (part->unread) {
        part = ask_for_slice(part);
      } else if (is_worth_cutting(*part)) {
        cut_off(part);
        ++part;
      } else {
        if (first || part->waiting.size() < kPagesBehindMax) ask(*part);
        ++part;
      }
    }
  }

  // The part whose turn it is may always go on when nothing is there to be taken: else nothing ever is.
  bool may_ask(bool first) const {
    if (under_way_ >= requests_max_) return false;
    const size_t ready = pages_ready();
    if (first && ready == 0) return true;
    return ready + behind_ + under_way_ < (sliced_ ? limits_.pages_held_max : limits_.pages_ahead_max);
  }

  // Where many records lie together, most of a slice's pages are yet to be read when those of the slices
  // behind it are there, and take up the room. The last of them is given back, to be read again.
  bool make_room(Parts::iterator part) {
    if (under_way_ * 2 >= requests_max_ || !part->unread) return false;
    if (part->unread->left() < kPagesWorthRoom * page_rows_) return false;
    for (auto last = std::prev(parts_.end()); last != part; --last) {
      if (last->waiting.empty() || last->fetching || last->cut_off || last->failure) continue;
      behind_ -= last->waiting.size();
      Part again;
      again.range = last->range;
      const double span = std::chrono::duration<double>(last->range.upper - *last->range.lower).count();
      again.unread = std::make_shared<Stretch>(last->range, unsettled_, last->slice.expected,
                                               DensitySample{double(last->slice.expected), span});
      *last = std::move(again);
      return true;
    }
    return false;
  }

  // Answers where to go on: at the stretch, or behind it when this was all of it.
  Parts::iterator ask_for_slice(Parts::iterator from) {
    const std::shared_ptr<Stretch> stretch = from->unread;
    Part& part = *parts_.emplace(from);
    part.slice = stretch->cut(wanted());
    part.range = part.slice.range;
    part.cut_from = stretch;
    part.reader = reader_of(part.range);
    ask(part);
    return stretch->done() ? parts_.erase(from) : from;
  }

  bool is_worth_cutting(const Part& part) const {
    const int64_t least = sliced_ ? kPagesWorthCuttingAgain * pages_a_slice() : kPagesWorthCutting;
    if (!(sliced_ || slow_pages_ >= kSlowPagesMin) || part.left < least * page_rows_) return false;
    const auto place = part.reader->place();
    // Behind a stamp that a change under way may have given, the order of the query is not known (F03).
    return place && place->version < unsettled_ &&
           Stretch::has_room(place->version, part.range.upper, unsettled_);
  }

  void cut_off(Parts::iterator part) {
    const auto place = part->reader->place();
    StampRange rest{place->version, place->id, part->range.upper};
    const Timestamp first = std::min(part->first.value_or(place->version), place->version);
    const double span = std::max(std::chrono::duration<double>(place->version - first).count(), 1.0);
    part->ended = part->cut_off = true;
    once_more_ = true;  // what is behind it may have got its turn
    Part& unread = *parts_.emplace(std::next(part));
    unread.range = rest;
    unread.unread = std::make_shared<Stretch>(std::move(rest), unsettled_, part->left,
                                              DensitySample{double(part->records), span});
    if (sliced_) return;
    sliced_ = true;
    requests_max_ = limits_.requests_max;
    log::info("feed.sliced", "the network is slow: several pages are read at a time",
              {{"object", query_.object}, {"left", part->left}});
  }

  // ---- requests and their answers ----

  void ask(Part& part) {
    part.fetching = true;
    part.asked_alone = requests_max_ == 1;
    ++under_way_;
    asio::co_spawn(
        scheduler_.io(), [this, &part] { return fetch(part); },
        [this, &part](std::exception_ptr failure) {
          if (failure) fail(part, make_error(ErrorCode::kInternal, "reading a feed threw"));
          part.fetching = false;
          if (--under_way_ == 0) all_back_.notify();
          go_on();
        });
  }

  asio::awaitable<void> fetch(Part& part) {
    auto page = co_await part.reader->next();
    if (!page) {
      meet(part, std::move(page).error());
      co_return;
    }
    ++answers_;
    learn(part, *page ? (*page)->page.total : 0);
    if (*page)
      accept(part, **std::move(page));
    else
      part.ended = true;
  }

  void meet(Part& part, Error error) {
    // Too many requests at once: fewer, and this one once more when it is its turn. Told how long to wait, or
    // refused even so, the connection rests.
    if (error.code == ErrorCode::kRateLimited && !part.asked_alone && !error.retry_after) {
      log::info("feed.refused", error.text(), {{"object", query_.object}});
      slow_down();
      return;
    }
    fail(part, std::move(error));
  }

  void fail(Part& part, Error error) {
    part.failure = std::move(error);
    part.ended = true;
  }

  void learn(Part& part, int64_t records) {
    if (!window_total_) window_total_ = records;
    if (!part.cut_from) return;
    part.cut_from->learn(part.slice, records);
    part.cut_from.reset();
    part.slice.expected = records;
  }

  void accept(Part& part, ReadPage read) {
    if (read.tried_again)
      slow_down();
    else
      speed_up();
    slow_pages_ = read.took >= kSlowPage ? slow_pages_ + 1 : 0;
    page_rows_ = read.more ? std::max<int64_t>(read.records, 1) : std::max(page_rows_, read.records);
    records_ += read.records;
    part.ended = !read.more;
    part.left = read.left;
    part.records = read.records;
    if (!read.page.records.empty()) part.first = read.page.records.front().version;
    FedPage fed = mapper_(std::move(read.page));
    fed.records = read.records;
    fed.total = window_total_.value_or(0);
    fed.settled = read.settled;
    part.waiting.push_back(std::move(fed));
    ++behind_;
  }

  // Half as many at a time where the CRM has trouble, one more for every two rounds without.
  void slow_down() {
    requests_max_ = std::max<size_t>(requests_max_ / 2, 1);
    pages_well_ = 0;
  }
  void speed_up() {
    if (!sliced_ || requests_max_ >= limits_.requests_max || ++pages_well_ < 2 * requests_max_) return;
    ++requests_max_;
    pages_well_ = 0;
  }

  void hand_on() {
    while (!parts_.empty() && !failure_) {
      Part& first = parts_.front();
      behind_ -= first.waiting.size();
      {
        const std::lock_guard lock(mutex_);
        for (FedPage& page : first.waiting)
          ready_.push_back(std::move(page));
      }
      first.waiting.clear();
      if (!first.ended || first.fetching) break;
      failure_ = std::move(first.failure);
      parts_.pop_front();
    }
    for_consumer_.notify();
  }

  Scheduler& scheduler_;
  Connector& connector_;
  RetryBudget& budget_;
  const FeedQuery query_;  ///< the whole window
  Mapper mapper_;
  const FeedLimits limits_;
  const Timestamp unsettled_;
  mutable std::mutex mutex_;
  std::deque<FedPage> ready_;  ///< in feed order; under mutex_
  std::optional<Error> failure_;
  Parts parts_;        ///< in feed order; those that have been handed on are gone
  size_t behind_ = 0;  ///< pages that wait for their part's turn
  size_t under_way_ = 0;
  size_t requests_max_ = 1;  ///< under way together; fewer where the CRM has trouble
  size_t pages_well_ = 0;    ///< in a row, since requests_max_ changed
  bool sliced_ = false;
  int slow_pages_ = 0;     ///< in a row
  int64_t page_rows_ = 1;  ///< records that fill a page, as the CRM cuts them
  int64_t answers_ = 0;    ///< good ones, empty ones too
  int64_t records_ = 0;    ///< on them
  std::optional<int64_t> window_total_;
  Signal for_consumer_;
  Signal all_back_;
  bool closing_ = false;
  bool going_on_ = false;
  bool once_more_ = false;
  std::shared_ptr<WindowFeed*> self_;  ///< goes with the feed
};

}  // namespace

std::unique_ptr<Feed> start_feed(Scheduler& scheduler, Connector& connector, RetryBudget& budget,
                                 FeedQuery query, Mapper mapper, FeedLimits limits) {
  auto feed =
      std::make_unique<WindowFeed>(scheduler, connector, budget, std::move(query), std::move(mapper), limits);
  feed->start();
  return feed;
}

}  // namespace prospectd::engine
