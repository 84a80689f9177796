// RecordReader: single records by id, as they stand now: many a call where the connector writes, and those
// that it does not show (deleted, merged) one batch of ids after another. On the loop's thread.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/connector.h"
#include "daemon/engine/reading.h"

namespace prospectd::engine {

/// Takes one page; its error ends the reading.
using PageSink = std::function<boost::asio::awaitable<Result<void>>(Page page)>;

class RecordReader {
 public:
  /// Both outlive it.
  RecordReader(Connector& connector, const Reading& reading) : connector_(connector), reading_(reading) {}

  /// Hands every page with something in it to `sink`. Answers the CRM's error, if it has one.
  /// **Errors:** the sink's.
  boost::asio::awaitable<Result<std::optional<Error>>> read(std::vector<RemoteId> ids, PageSink sink);
  /// The same, deleted records in the first place.
  boost::asio::awaitable<Result<std::optional<Error>>> fetch(std::vector<RemoteId> ids, PageSink sink);

 private:
  Connector& connector_;
  const Reading& reading_;
};

}  // namespace prospectd::engine
