// Supervisor: runs every connection's polls at their interval, one after another within a connection, keeps
// their status, and answers requests for a sync now. One connection's trouble never stops the others (I12).
// All on the loop's one thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/connection.h"
#include "daemon/engine/judge.h"
#include "daemon/engine/on_demand.h"
#include "daemon/engine/scheduler.h"
#include "daemon/engine/verify.h"
#include "reconcile/store/store.h"

namespace prospectd::engine {

class Supervisor {
 public:
  virtual ~Supervisor() = default;

  /// Starts the polling of all connections; returns at once.
  virtual void start() = 0;
  /// A whole cycle that begins after this call, of one connection ("" : of each; their sums). Where some of
  /// several fail, the sum of the others comes with `complete` false and the first error.
  /// **Errors:** kNotFound for an unknown name; the cycle's own error.
  virtual boost::asio::awaitable<Result<CycleSummary>> sync_now(std::string connection) = 0;
  /// What a cycle would do now. Nothing is written. Takes the connection's turn like a cycle. What only the
  /// end of a cycle settles (addresses that it makes free, records to read again) is not in it.
  virtual boost::asio::awaitable<Result<DryRunReport>> dry_run(std::string connection) = 0;
  /// The mass-change brake does not stop the connection (empty: all) again until a whole cycle has ended.
  /// **Errors:** kNotFound for an unknown connection.
  virtual Result<void> accept_mass_change(const std::string& connection, const std::string& actor) = 0;
  /// Pulls or pushes named prospects over one connection, in its turn (SEMANTICS §6).
  /// **Errors:** kNotFound for an unknown name; kTooLarge over kOnDemandMax; as OnDemand::run.
  virtual boost::asio::awaitable<Result<OnDemandReport>> on_demand(std::string connection,
                                                                   OnDemandOrder order) = 0;
  /// The next part of a drift scan over one connection, in its turn.
  /// **Errors:** kNotFound for an unknown name; as Verify::run.
  virtual boost::asio::awaitable<Result<VerifyReport>> verify(std::string connection, VerifyOrder order) = 0;
  /// judge_record of the connection that has the record; none: none has.
  /// **Errors:** of the last connection that could not be asked, where no other has the record.
  virtual boost::asio::awaitable<Result<std::optional<Judgement>>> judge(RemoteId remote) = 0;
  /// Gives a connection other options: how it is read, by which mappings and policy. A cycle under way ends
  /// with the old ones; the next begins at once, with the new. The connection keeps its local schema, which
  /// is the store's, and its connector where these options name none.
  /// **Errors:** kNotFound for an unknown name.
  virtual Result<void> reconfigure(ConnectionOptions options) = 0;
  /// Something was put into the outbox: it goes out now.
  virtual void push_soon() = 0;
  virtual std::vector<ConnectionStatus> status() const = 0;
  /// What flows outward, by connection, in the configuration's order.
  virtual std::vector<ConnectionFlow> flows() const = 0;
  /// The error after which the daemon must not go on (its own state is damaged); none while all is well.
  virtual std::optional<Error> fatal() const = 0;
  /// Asks everything to stop; finished() resumes when nothing is under way any more.
  virtual void stop() = 0;
  virtual boost::asio::awaitable<void> finished() = 0;
};

/// The scheduler and the store outlive it. `on_fatal` is called once, after fatal() has become true and
/// before the other connections have ended; it may be empty.
std::unique_ptr<Supervisor> make_supervisor(Scheduler& scheduler, store::Store& store,
                                            std::vector<ConnectionOptions> connections,
                                            std::function<void()> on_fatal);

}  // namespace prospectd::engine
