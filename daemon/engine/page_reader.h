// PageReader: one query of a feed, asked for page by page. It owns retries, restarts of a query whose place
// is gone, and the refusal of a query that doesn't end. On the loop's thread; one page at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "connectors/connector.h"
#include "daemon/engine/backoff.h"
#include "daemon/engine/scheduler.h"
#include "daemon/engine/window_progress.h"

namespace prospectd::engine {

struct ReadLimits {
  int attempts_max = 5;                  ///< of one page
  int restarts_max = 20;                 ///< of the query, without a new record in between
  int empty_pages_max = 3;               ///< in a row (F06)
  int repeated_pages_max = 3;            ///< of one query: pages whose records were a page before (F06)
  int64_t pages_max = 10'000'000;        ///< of one query
  milliseconds wait_inline_max{60'000};  ///< a longer Retry-After ends the cycle
};

struct ReadPage {
  Page page;
  int64_t records = 0;               ///< bad ones too
  bool more = false;                 ///< pages follow
  int64_t left = 0;                  ///< records on those, by the CRM's estimate
  std::optional<Timestamp> settled;  ///< how far the cursor may go once all up to here is committed
  std::chrono::nanoseconds took{0};  ///< from the request to the decoded page, without failed attempts
  bool tried_again = false;          ///< an attempt had failed
};

class PageReader {
 public:
  /// `unsettled`: from this stamp on a record may carry one of a change under way. The references outlive the
  /// reader.
  PageReader(Scheduler& scheduler, Connector& connector, RetryBudget& budget, FeedQuery query,
             Timestamp unsettled, const ReadLimits& limits);

  /// The next page; none: the query has been read to its end. **Errors:** the connector's, after all retries;
  /// called again, it asks for the same page. kServerError for a query that doesn't end; kCancelled after
  /// stop().
  boost::asio::awaitable<Result<std::optional<ReadPage>>> next();
  /// The place of the last record read, to begin another query behind it.
  std::optional<WindowProgress::Place> place() const { return progress_.place(); }
  /// Ends a wait for another attempt. next() must have returned before the reader is destroyed.
  void stop();

 private:
  boost::asio::awaitable<Result<Page>> fetch();
  bool may_retry(const Error& error, int attempt);
  bool may_restart();
  Result<std::optional<ReadPage>> accept(Page page);
  Error refusal(const char* what) const;

  Scheduler& scheduler_;
  Connector& connector_;
  RetryBudget& budget_;
  FeedQuery query_;
  const ReadLimits limits_;
  WindowProgress progress_;
  Wakeup pause_;
  std::string next_;  ///< the place of the next page; empty: the query begins
  bool ended_ = false;
  bool stopping_ = false;
  std::chrono::nanoseconds took_{0};  ///< of the last attempt
  bool tried_again_ = false;
  int restarts_ = 0;
  int64_t rows_ = 0;                   ///< of this query so far
  std::unordered_set<uint64_t> seen_;  ///< pages of this query, by their records
  int repeated_pages_ = 0;
  int empty_pages_ = 0;
  int64_t pages_ = 0;
};

}  // namespace prospectd::engine
