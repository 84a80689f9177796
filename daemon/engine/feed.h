// Feed: one object's window, read page after page ahead of its consumer. It owns retries, restarts of a query
// whose place is gone, and the refusal of a feed that doesn't end. Pages come out in feed order. On the
// loop's thread, but for take_now().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/connector.h"
#include "daemon/engine/backoff.h"
#include "daemon/engine/scheduler.h"
#include "reconcile/page.h"

namespace prospectd::engine {

/// A page in local terms, ready to be decided.
struct FedPage {
  reconcile::MappedPage mapped;              ///< people and accounts
  std::vector<reconcile::UserRecord> users;  ///< users and queues
  std::vector<RemoteId> whole;  ///< of users: all that could be decoded, groups that are no queues too
  /// How far the cursor may go once this page, and all before it, are committed: nothing of the window that
  /// is older is still to come. None: nowhere.
  std::optional<Timestamp> settled;
  int64_t records = 0;
  int64_t total = 0;  ///< the CRM's estimate for the window
};

using Mapper = std::function<FedPage(Page page)>;

struct FeedLimits {
  size_t pages_ahead_max = 4;            ///< fetched and not yet taken
  int attempts_max = 5;                  ///< of one page
  int restarts_max = 20;                 ///< of the query, without a new record in between
  int empty_pages_max = 3;               ///< in a row (F06)
  int repeated_pages_max = 3;            ///< of one query: pages whose records were a page before (F06)
  int64_t pages_max = 10'000'000;        ///< of one window
  milliseconds wait_inline_max{60'000};  ///< a longer Retry-After ends the cycle
  milliseconds overlap{0};               ///< how much older than its commit a stamp may be (F01)
};

class Feed {
 public:
  virtual ~Feed() = default;
  /// Waits for pages: at least one and at most `pages_max` of those that are there. Empty: the window has
  /// been read to its end.
  virtual boost::asio::awaitable<Result<std::vector<FedPage>>> take(size_t pages_max) = 0;
  /// The next page, when it is there already. On any thread, while nobody waits in take(), and not after
  /// close().
  virtual std::optional<FedPage> take_now() = 0;
  /// Stops reading and waits until nothing is under way. Must be called before the feed is destroyed.
  virtual boost::asio::awaitable<void> close() = 0;
};

/// Starts reading. Scheduler, connector and budget outlive the feed.
std::unique_ptr<Feed> start_feed(Scheduler& scheduler, Connector& connector, RetryBudget& budget,
                                 FeedQuery query, Mapper mapper, FeedLimits limits);

}  // namespace prospectd::engine
