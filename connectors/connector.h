// Connector: one CRM behind one interface; the writing side is in writer.h. It moves bytes and decodes them;
// it decides nothing, retries nothing and sleeps never (pacing and retry are the engine's). One renewal of a
// session inside a call is its own business. All calls are on the loop's one thread; several may be under way
// at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "connectors/page.h"
#include "mapping/record.h"
#include "mapping/schema.h"

namespace prospectd {

/// API use as the CRM last told it.
struct ApiUsage {
  int64_t used = 0;
  int64_t allowed = 0;  ///< 0: not known
};

class Writer;

class Connector {
 public:
  virtual ~Connector() = default;

  /// The CRM's clock, read from an answer's header; logs in when there is no session.
  virtual boost::asio::awaitable<Result<Timestamp>> server_time() = 0;
  /// An answer may be remembered for a while, until forget_describes().
  virtual boost::asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string object) = 0;
  virtual void forget_describes() {}
  /// The first page of a query.
  /// **Errors:** kUnknownField, kUnknownObject, kPermission, kQuotaExhausted, kServerError, kBadPayload,
  /// kNetwork, kTimeout, …
  virtual boost::asio::awaitable<Result<Page>> fetch(FeedQuery query) = 0;
  /// The page behind `next`, for the same query.
  /// **Errors:** as fetch; kQueryRestart when the place is gone; kRefusedTarget when `next` points anywhere
  /// but this query.
  virtual boost::asio::awaitable<Result<Page>> fetch_next(FeedQuery query, std::string next) = 0;
  /// Single records by id, deleted ones too; those that don't exist are left out. At most kFetchIdsMax ids.
  virtual boost::asio::awaitable<Result<Page>> fetch_by_ids(std::string object,
                                                            std::vector<std::string> fields,
                                                            std::vector<RemoteId> ids) = 0;
  /// How many records an object has, deleted ones too.
  virtual boost::asio::awaitable<Result<int64_t>> count_records(std::string object) = 0;
  /// Records without fields of their own (id, version, deletion and lineage), each id greater than the one
  /// before it by its bytes. Fewer than the limit: those are the last.
  /// **Errors:** as fetch; kInvalidInput for a limit that is none; kBadPayload for a list in another order.
  virtual boost::asio::awaitable<Result<Page>> list_records(ListingQuery query) = 0;
  /// The writing side, which lives as long as this; nullptr for a CRM that is only read.
  virtual Writer* writer() { return nullptr; }
  virtual ApiUsage usage() const = 0;
  /// Requests sent so far, logins included.
  virtual int64_t calls() const = 0;
};

}  // namespace prospectd
