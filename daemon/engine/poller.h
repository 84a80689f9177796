// Poller: one connection at work: its polls at their interval, what is to be pushed in between, and requests
// for either now. One thing at a time, so that a record has one state at a time. On the loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/connection.h"
#include "daemon/engine/cycle.h"
#include "daemon/engine/judge.h"
#include "daemon/engine/on_demand.h"
#include "daemon/engine/push_turns.h"
#include "daemon/engine/signal.h"
#include "daemon/engine/tally.h"
#include "daemon/engine/verify.h"

namespace prospectd::engine {

/// A request waiting for a cycle, a dry run, prospects pulled or pushed by name, or a part of a drift scan,
/// that begins after it was made.
struct Ticket {
  explicit Ticket(boost::asio::io_context& io) : done(io) {}
  bool dry = false;
  Result<CycleSummary> cycle = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  Result<DryRunReport> report = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  std::optional<OnDemandOrder> order;
  Result<OnDemandReport> answer = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  std::optional<VerifyOrder> verify;
  Result<VerifyReport> verified = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  Signal done;

  bool wants_cycle() const { return !dry && !is_part(); }
  /// Of work in parts, which may follow each other without an end.
  bool is_part() const { return order || verify; }
};

class Poller {
 public:
  /// The scheduler and the store outlive it.
  Poller(Scheduler& scheduler, store::Store& store, ConnectionOptions options);

  /// Works until the scheduler stops, or fatal().
  boost::asio::awaitable<void> run();
  std::shared_ptr<Ticket> request(bool dry);
  std::shared_ptr<Ticket> request(OnDemandOrder order);
  std::shared_ptr<Ticket> request(VerifyOrder order);
  /// Beside the cycles: it only reads.
  boost::asio::awaitable<Result<std::optional<Judgement>>> judge(RemoteId remote);
  void reconfigure(ConnectionOptions options);
  /// The mass-change brake does not stop it again until a whole cycle has ended.
  void accept_mass_change(std::string actor) { accepted_by_ = std::move(actor); }
  /// Something was put into the outbox.
  void push_soon() { wakeup_.notify(); }

  ConnectionStatus status() const;
  ConnectionFlow flow() const { return flow_of(options_); }
  const std::string& name() const { return options_.name; }
  const std::optional<Error>& fatal() const { return fatal_; }

 private:
  /// The database can't be trusted: nothing goes on.
  static bool is_fatal(const Error& error) { return error.error_class() == ErrorClass::kCorrupt; }
  std::shared_ptr<Ticket> queue(std::shared_ptr<Ticket> ticket);
  bool take_next();
  boost::asio::awaitable<milliseconds> turn();
  milliseconds until_due() const;
  boost::asio::awaitable<Result<void>> connect();
  boost::asio::awaitable<Result<CycleSummary>> cycle(bool asked_for);
  boost::asio::awaitable<Result<void>> let_go();
  Result<void> commit(const reconcile::Plan& plan);
  boost::asio::awaitable<void> push(bool asked_for, Result<CycleSummary>* beside, OnDemand* order = nullptr);
  boost::asio::awaitable<void> answer_dry(Ticket& ticket);
  boost::asio::awaitable<void> answer_part(Ticket& ticket);
  boost::asio::awaitable<Result<OnDemandReport>> answer_order(OnDemandOrder order);
  boost::asio::awaitable<Result<VerifyReport>> answer_verify(VerifyOrder order);
  CycleContext make_context();
  CycleContext make_counted_context();
  void show(const ObjectProgress& progress);
  milliseconds settle(Result<CycleSummary>& outcome);
  void note(const ObjectReading& reading, const CycleSummary& cycle);
  void note(const reconcile::Verification& verification);
  void log_cycle(const CycleSummary& summary) const;
  void log_push(const PushSummary& summary) const;
  boost::asio::awaitable<void> rest(milliseconds pause, ConnectionState state);
  boost::asio::awaitable<void> idle_work();

  Scheduler& scheduler_;
  store::Store& store_;
  ConnectionOptions options_;
  reconcile::ConnectionId connection_;
  std::optional<ConnectionOptions> next_;
  RetryBudget budget_;
  std::shared_ptr<const Maps> maps_;
  Rounds rounds_;
  ConnectionStatus status_;
  Allowance allowance_;
  Tally tally_;
  PushTurns pushes_;
  std::map<std::string, reconcile::Verification> scans_;  ///< the last drift scan of each object
  std::optional<Error> fatal_;
  std::vector<std::shared_ptr<Ticket>> tickets_;  ///< that wait for their turn
  std::vector<std::shared_ptr<Ticket>> serving_;  ///< of the turn under way
  Wakeup wakeup_;
  std::chrono::nanoseconds began_{0};
  std::chrono::nanoseconds due_{0};
  std::optional<std::chrono::nanoseconds> read_at_;  ///< when the last whole cycle began
  std::optional<reconcile::BrakeHold> hold_;         ///< by the mass-change brake
  std::string accepted_by_;                          ///< who lets a mass change pass; empty: nobody
  bool unreachable_ = false;                         ///< the last cycle failed as a whole
  int64_t read_before_ = 0;
  bool read_many_ = false;    ///< in the last cycle
  int64_t calls_before_ = 0;  ///< by connectors that have gone
};

}  // namespace prospectd::engine
