// QueryReader: queries of one connection, page by page, each page judged as one of a row of pages, so that no
// query ends short or runs in circles (F06, F08). Owned by the connector; on the loop's one thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "connectors/page.h"
#include "connectors/salesforce/feed_request.h"
#include "connectors/salesforce/page_decoder.h"
#include "connectors/salesforce/page_layout.h"
#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/schemas.h"

namespace prospectd::salesforce {

struct QueryOptions {
  std::string api_version;
  size_t page_size = 2'000;
  std::string client_name;  ///< a header's word, or empty
};

/// How many rows a whole query may have, and what it means if it has more.
struct RowsLimit {
  size_t rows_max = 0;
  Error beyond;
};

class QueryReader {
 public:
  /// All three outlive it.
  QueryReader(const QueryOptions& options, RestClient& rest, Schemas& schemas)
      : options_(options), rest_(rest), schemas_(schemas) {}

  /// One page; `before` is what is known of the pages before it, and says which query it is of.
  /// **Errors:** as Connector::fetch_next.
  boost::asio::awaitable<Result<Page>> read_page(std::string object, std::string target,
                                                 std::shared_ptr<const PageLayout> layout, NextPlace before);
  /// A query to its end, added to `all`; what came before an error stays there.
  /// **Errors:** as read_page; those of the limit.
  boost::asio::awaitable<Result<void>> read_whole(std::string object, std::string target,
                                                  std::shared_ptr<const PageLayout> layout, RowsLimit limit,
                                                  Page& all);
  /// What a query that only counts answers. **Errors:** as Connector::fetch.
  boost::asio::awaitable<Result<int64_t>> read_count(std::string target,
                                                     std::shared_ptr<const PageLayout> layout);

 private:
  Call query_call(std::string target) const;
  Error lost_place(Error error, const CallOutcome& outcome, const NextPlace& before) const;
  Result<Page> page_of(DecodedPage decoded, const PageLayout& layout, const NextPlace& before,
                       uint64_t session) const;

  const QueryOptions& options_;
  RestClient& rest_;
  Schemas& schemas_;
  PageDecoder decoder_;
};

}  // namespace prospectd::salesforce
