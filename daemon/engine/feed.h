// Feed: one object's window, read ahead of its consumer. One query reads it page after page; where the
// network decides and many pages are to come, the rest of the window is cut into slices by stamp, and several
// are read at a time. Pages come out in feed order either way: the order decides who keeps an address. On the
// loop's thread, but for take_now().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/connector.h"
#include "daemon/engine/page_reader.h"
#include "daemon/engine/scheduler.h"
#include "reconcile/page.h"

namespace prospectd::engine {

/// A page in local terms, ready to be decided.
struct FedPage {
  reconcile::MappedPage mapped;              ///< people and accounts
  std::vector<reconcile::UserRecord> users;  ///< users and queues
  std::vector<RemoteId> whole;  ///< of users: all that could be decoded, groups that are no queues too
  reconcile::PageKeys keys;     ///< what the database is asked for before it is decided
  /// How far the cursor may go once this page, and all before it, are committed: nothing of the window that
  /// is older is still to come. None: nowhere.
  std::optional<Timestamp> settled;
  int64_t records = 0;
  int64_t total = 0;  ///< the CRM's estimate for the window
};

using Mapper = std::function<FedPage(Page page)>;

struct FeedLimits : ReadLimits {
  size_t pages_ahead_max = 1;  ///< of one query: fetched, or being fetched, while the one before is written
  milliseconds overlap{0};     ///< how much older than its commit a stamp may be (F01)
  // While slices are read:
  /// Under way together: as many as the transport has connections to a host, and fewer than the ten places in
  /// queries that some organisations keep for a session.
  size_t requests_max = 8;
  /// Fetched and not yet taken, or under way: some in hand for when answers come out of order. A page is
  /// about 1.5 MB.
  size_t pages_held_max = 12;
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
