// Judge: what the CRM has under an id that nothing here knows, and what the next cycle would make of it.
// Reads only, in the CRM and here. Loop's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/connection.h"
#include "daemon/engine/maps.h"
#include "daemon/engine/scheduler.h"
#include "reconcile/match.h"
#include "reconcile/store/store.h"

namespace prospectd::engine {

struct Judgement {
  std::string connection;  ///< its name
  std::string object;
  reconcile::Decision decision;
  std::string condition;   ///< `inbound.create_when` of its type; empty: none
  std::string unreadable;  ///< why the record can't be decoded; then there is no decision
};

/// Asks for the record as each person type of the connection, in their order: a call each until it is found.
/// None: the CRM has no such person, deleted ones included. `maps` may be null. `options` is
/// a copy of its own: a reload may replace the connection's meanwhile.
/// **Errors:** the connector's and the store's.
boost::asio::awaitable<Result<std::optional<Judgement>>> judge_record(
    Scheduler& scheduler, store::Store& store, ConnectionOptions options, reconcile::ConnectionId connection,
    std::shared_ptr<const Maps> maps, RemoteId remote);

}  // namespace prospectd::engine
