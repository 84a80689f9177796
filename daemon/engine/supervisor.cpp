#include "daemon/engine/supervisor.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "base/memory.h"
#include "daemon/engine/cycle.h"
#include "daemon/engine/signal.h"
#include "daemon/engine/sums.h"
#include "daemon/engine/tally.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

constexpr int64_t kManyRecords = 20'000;  ///< in a cycle: more than a few pages

/// A request waiting for a cycle, or a dry run, that begins after it was made.
struct Ticket {
  explicit Ticket(asio::io_context& io) : done(io) {}
  bool dry = false;
  Result<CycleSummary> cycle = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  Result<DryRunReport> report = make_error(ErrorCode::kCancelled, "the daemon is stopping");
  Signal done;
};

bool is_fatal(const Error& error) {
  return error.error_class() == ErrorClass::kCorrupt;
}

/// The polling of one connection.
class Poller {
 public:
  Poller(Scheduler& scheduler, store::Store& store, ConnectionOptions options)
      : scheduler_(scheduler), store_(store), options_(std::move(options)) {
    status_.name = options_.name;
  }

  asio::awaitable<void> run() {
    if (options_.poll.start_jitter && tickets_.empty()) {
      const auto interval = static_cast<uint64_t>(std::max<int64_t>(options_.poll.interval.count(), 1));
      co_await rest(milliseconds{static_cast<int64_t>(scheduler_.random() % interval)},
                    ConnectionState::kStarting);
    }
    while (!scheduler_.stopping() && !fatal_) {
      const milliseconds pause = co_await turn();
      if (scheduler_.stopping() || fatal_) break;
      co_await rest(pause, status_.state);
    }
    status_.state = fatal_ ? ConnectionState::kNeedsAttention : ConnectionState::kStopped;
    for (const auto& ticket : std::exchange(tickets_, {}))
      ticket->done.notify();
  }

  std::shared_ptr<Ticket> request(bool dry) {
    auto ticket = std::make_shared<Ticket>(scheduler_.io());
    ticket->dry = dry;
    if (scheduler_.stopping() || fatal_) {
      ticket->done.notify();
      return ticket;
    }
    tickets_.push_back(ticket);
    wakeup_.notify();
    return ticket;
  }

  // Beside the cycles: it only reads.
  asio::awaitable<Result<std::optional<Judgement>>> judge(RemoteId remote) {
    PD_TRY_CO(co_await connect());
    ConnectionOptions options = options_;
    std::shared_ptr<const Maps> maps = maps_;
    co_return co_await judge_record(scheduler_, store_, std::move(options), connection_, std::move(maps),
                                    std::move(remote));
  }

  void reconfigure(ConnectionOptions options) {
    next_ = std::move(options);
    wakeup_.notify();
  }

  ConnectionStatus status() const {
    ConnectionStatus s = status_;
    s.usage = options_.connector->usage();
    s.forecast = allowance_.forecast();
    s.calls = calls_before_ + options_.connector->calls();
    s.poll_interval = options_.poll.interval;
    tally_.show(s, scheduler_.monotonic());
    return s;
  }
  ConnectionFlow flow() const { return flow_of(options_); }
  const std::string& name() const { return options_.name; }
  const std::optional<Error>& fatal() const { return fatal_; }

 private:
  // What a reload brought takes the place of what was, between two cycles.
  void take_next() {
    if (!next_) return;
    next_->schema = std::move(options_.schema);
    if (next_->connector == nullptr) {
      next_->connector = options_.connector;
      next_->owned = std::move(options_.owned);
    } else {
      calls_before_ += options_.connector->calls();
    }
    options_ = *std::exchange(next_, std::nullopt);
    maps_.reset();
    allowance_ = {};
    log::info("connection.reconfigured", "goes on with other options", {{"connection", options_.name}});
  }

  // Answers the requests that are there, or polls; returns how long to rest.
  asio::awaitable<milliseconds> turn() {
    take_next();
    std::vector<std::shared_ptr<Ticket>> served = std::exchange(tickets_, {});
    wakeup_.take();  // what it announced is being served: the rest after this turn is a whole one
    bool wants_cycle = served.empty();
    for (const auto& ticket : served) {
      if (ticket->dry) {
        co_await answer_dry(*ticket);
        ticket->done.notify();
      } else {
        wants_cycle = true;
      }
    }
    if (!wants_cycle) co_return until_due();
    Result<CycleSummary> outcome = co_await cycle(!served.empty());
    const milliseconds pause = settle(outcome);
    due_ = scheduler_.monotonic() + pause;
    for (const auto& ticket : served) {
      if (ticket->dry) continue;
      ticket->cycle = outcome;
      ticket->done.notify();
    }
    co_await idle_work();
    co_return until_due();
  }

  // A dry run in between does not put the next poll off.
  milliseconds until_due() const {
    const auto left = std::chrono::ceil<milliseconds>(due_ - scheduler_.monotonic());
    return std::max(left, milliseconds{0});
  }

  asio::awaitable<Result<void>> connect() {
    if (connection_) co_return Result<void>{};
    Result<reconcile::ConnectionId> id = reconcile::ConnectionId{};
    std::function<void()> work = [this, &id] { id = store_.connection(options_.name); };
    co_await scheduler_.blocking(std::move(work));
    if (!id) co_return std::move(id).error();
    connection_ = *id;
    co_return Result<void>{};
  }

  asio::awaitable<Result<CycleSummary>> cycle(bool asked_for) {
    status_.state = ConnectionState::kSyncing;
    status_.next_poll_at.reset();
    began_ = scheduler_.monotonic();
    read_before_ = 0;
    PD_TRY_CO(co_await connect());
    CycleContext context = make_context();
    context.asked_for = asked_for;
    context.on_applied = [this](const std::string& object, const reconcile::PlanCounts& counts) {
      tally_.applied(object, counts);
    };
    auto applier = make_committing_applier(store_);
    Result<CycleSummary> outcome = co_await run_cycle(context, *applier);
    read_many_ = read_before_ + (status_.progress ? status_.progress->read : 0) >= kManyRecords;
    co_return outcome;
  }

  asio::awaitable<void> answer_dry(Ticket& ticket) {
    Result<void> connected = co_await connect();
    if (!connected) {
      ticket.report = connected.error();
      co_return;
    }
    DryRunReport report;
    CycleContext context = make_context();
    auto applier = make_dry_run_applier(store_, options_.schema, report);
    context.on_progress = {};  // nothing is synced
    Result<CycleSummary> outcome = co_await run_cycle(context, *applier);
    if (!outcome) {
      ticket.report = outcome.error();
      co_return;
    }
    report.summary = *std::move(outcome);
    ticket.report = std::move(report);
  }

  CycleContext make_context() {
    return CycleContext{
        scheduler_, store_, options_, connection_,
        budget_,    maps_,  rounds_,  [this](const ObjectProgress& progress) { show(progress); },
        {}};
  }

  void show(const ObjectProgress& progress) {
    if (status_.progress && status_.progress->object != progress.object)
      read_before_ += status_.progress->read;
    status_.progress = progress;
    const double elapsed = std::chrono::duration<double>(scheduler_.monotonic() - began_).count();
    status_.rate = elapsed > 0 ? static_cast<double>(read_before_ + progress.read) / elapsed : 0;
  }

  // The state after a cycle, and the rest before the next.
  milliseconds settle(Result<CycleSummary>& outcome) {
    status_.progress.reset();
    tally_.ended(outcome, began_, scheduler_.monotonic());
    const std::optional<Error> error = outcome ? outcome->first_error : std::optional<Error>(outcome.error());
    status_.last_error = error;
    if (outcome) {
      status_.last_cycle_at = scheduler_.now();
      status_.alerts = outcome->alerts;
      status_.last_cycle = *outcome;
      status_.clock_skew = outcome->clock_skew;
      for (const ObjectReading& reading : outcome->readings)
        note(reading, *outcome);
      log_cycle(*outcome);
    }
    allowance_.note(scheduler_.monotonic(), options_.connector->usage());
    if (!error) {
      status_.consecutive_failures = 0;
      status_.state = ConnectionState::kIdle;
      return options_.poll.interval;
    }
    ++status_.consecutive_failures;
    if (error->error_class() == ErrorClass::kCancelled) return milliseconds{0};
    log::write(log::Level::kWarn, "poll.failed", error->text(),
               {{"connection", options_.name},
                {"code", name_of(error->code)},
                {"failures", status_.consecutive_failures}});
    if (is_fatal(*error)) fatal_ = error;
    status_.state = state_for(*error);
    if (outcome) return options_.poll.interval;
    return rest_after(*error, status_.consecutive_failures, options_.poll.interval, scheduler_.random());
  }

  void note(const ObjectReading& reading, const CycleSummary& cycle) {
    ObjectStatus& status = status_of(status_.objects, reading.object);
    const auto counts = cycle.objects.find(reading.object);
    status.read = counts == cycle.objects.end() ? 0 : counts->second.read;
    status.took = reading.took;
    status.complete = reading.complete;
    if (reading.complete) status.verified = cycle.window_upper;
  }

  static ConnectionState state_for(const Error& error) {
    switch (error.error_class()) {
      case ErrorClass::kWait:
        return ConnectionState::kWaiting;
      case ErrorClass::kConfig:
      case ErrorClass::kReauth:
      case ErrorClass::kCorrupt:
        return ConnectionState::kNeedsAttention;
      default:
        return ConnectionState::kBackingOff;
    }
  }

  void log_cycle(const CycleSummary& summary) const {
    const reconcile::PlanCounts& people = summary.people;
    const bool quiet = people.read == people.unchanged + people.skipped + people.held_again;
    log::write(quiet ? log::Level::kDebug : log::Level::kInfo, "poll.done", "polled",
               {{"connection", options_.name},
                {"read", people.read},
                {"created", people.created},
                {"updated", people.updated},
                {"linked", people.linked},
                {"held", people.held},
                {"deleted", people.deleted},
                {"quarantined", people.quarantined},
                {"calls", summary.calls},
                {"ms", summary.took.count()}});
  }

  asio::awaitable<void> rest(milliseconds pause, ConnectionState state) {
    if (!tickets_.empty() || next_) co_return;
    status_.state = state;
    status_.next_poll_at = scheduler_.now() + pause;
    co_await scheduler_.sleep(pause, &wakeup_);
  }

  // While nothing is waiting, what the log holds goes into the database file. What an import took, a poll
  // will not need again.
  asio::awaitable<void> idle_work() {
    Result<void> done;
    const bool give_back = std::exchange(read_many_, false);
    std::function<void()> work = [this, give_back, &done] {
      done = store_.checkpoint();
      if (!give_back) return;
      store_.release_memory();
      give_back_memory();
    };
    co_await scheduler_.blocking(std::move(work));
    if (!done) log::warn("store.checkpoint", done.error().text(), {});
  }

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
  std::optional<Error> fatal_;
  std::vector<std::shared_ptr<Ticket>> tickets_;
  Wakeup wakeup_;
  std::chrono::nanoseconds began_{0};
  std::chrono::nanoseconds due_{0};
  int64_t read_before_ = 0;
  bool read_many_ = false;    ///< in the last cycle
  int64_t calls_before_ = 0;  ///< by connectors that have gone
};

class EngineSupervisor final : public Supervisor {
 public:
  EngineSupervisor(Scheduler& scheduler, store::Store& store, std::vector<ConnectionOptions> connections,
                   std::function<void()> on_fatal)
      : scheduler_(scheduler), on_fatal_(std::move(on_fatal)), ended_(scheduler.io()) {
    for (ConnectionOptions& options : connections) {
      pollers_.push_back(std::make_unique<Poller>(scheduler, store, std::move(options)));
    }
  }

  void start() override {
    for (const auto& poller : pollers_) {
      ++running_;
      asio::co_spawn(
          scheduler_.io(), [poller = poller.get()] { return poller->run(); },
          [this](std::exception_ptr failure) {
            if (failure) crashed_ = make_error(ErrorCode::kInternal, "a connection's loop threw");
            --running_;
            if (fatal() && on_fatal_) std::exchange(on_fatal_, {})();
            ended_.notify();
          });
    }
  }

  asio::awaitable<Result<CycleSummary>> sync_now(std::string connection) override {
    PD_TRY_CO(check_name(connection));
    std::optional<CycleSummary> sum;
    std::optional<Error> failure;
    for (const auto& ticket : request(connection, false)) {
      co_await ticket->done.wait();
      if (ticket->cycle) {
        if (!sum) sum.emplace();
        *sum += *ticket->cycle;
      } else if (!failure) {
        failure = ticket->cycle.error();
      }
    }
    if (!sum) co_return failure.value_or(nothing_configured());
    if (failure) {
      sum->complete = false;
      sum->alerts.push_back(failure->text());
      if (!sum->first_error) sum->first_error = std::move(failure);
    }
    co_return *std::move(sum);
  }

  asio::awaitable<Result<std::optional<Judgement>>> judge(RemoteId remote) override {
    Result<std::optional<Judgement>> last = std::optional<Judgement>();
    for (const auto& poller : pollers_) {
      RemoteId asked = remote;
      auto found = co_await poller->judge(std::move(asked));
      if (found && *found) co_return found;
      if (!found) last = std::move(found);
    }
    co_return last;
  }

  Result<void> reconfigure(ConnectionOptions options) override {
    PD_TRY(check_name(options.name));
    for (const auto& poller : pollers_) {
      if (poller->name() != options.name) continue;
      poller->reconfigure(std::move(options));
      break;
    }
    return {};
  }

  asio::awaitable<Result<DryRunReport>> dry_run(std::string connection) override {
    PD_TRY_CO(check_name(connection));
    DryRunReport sum;
    for (const auto& ticket : request(connection, true)) {
      co_await ticket->done.wait();
      if (!ticket->report) co_return ticket->report.error();
      sum += *std::move(ticket->report);
    }
    co_return sum;
  }

  std::vector<ConnectionFlow> flows() const override {
    std::vector<ConnectionFlow> all;
    for (const auto& poller : pollers_)
      all.push_back(poller->flow());
    return all;
  }
  std::vector<ConnectionStatus> status() const override {
    std::vector<ConnectionStatus> all;
    for (const auto& poller : pollers_)
      all.push_back(poller->status());
    return all;
  }

  std::optional<Error> fatal() const override {
    if (crashed_) return crashed_;
    for (const auto& poller : pollers_) {
      if (poller->fatal()) return poller->fatal();
    }
    return std::nullopt;
  }

  void stop() override { scheduler_.stop(); }

  asio::awaitable<void> finished() override {
    while (running_ > 0)
      co_await ended_.wait();
  }

 private:
  // Of one connection, or of every one: all at once, so that none waits for another's turn (I12).
  std::vector<std::shared_ptr<Ticket>> request(const std::string& connection, bool dry) {
    std::vector<std::shared_ptr<Ticket>> tickets;
    for (const auto& poller : pollers_) {
      if (connection.empty() || poller->name() == connection) tickets.push_back(poller->request(dry));
    }
    return tickets;
  }

  static Error nothing_configured() {
    return make_error(ErrorCode::kNotFound, "the configuration names no connection");
  }

  Result<void> check_name(const std::string& connection) const {
    if (connection.empty()) return {};
    const auto same = [&](const auto& poller) { return poller->name() == connection; };
    if (std::ranges::any_of(pollers_, same)) return {};
    std::string names;
    for (const auto& poller : pollers_)
      names += (names.empty() ? "" : ", ") + poller->name();
    return make_error(ErrorCode::kNotFound, "no connection named " + connection +
                                                " in the configuration; there is " +
                                                (names.empty() ? "none" : names));
  }

  Scheduler& scheduler_;
  std::function<void()> on_fatal_;
  std::vector<std::unique_ptr<Poller>> pollers_;
  int running_ = 0;
  Signal ended_;
  std::optional<Error> crashed_;
};

}  // namespace

ObjectStatus& status_of(std::vector<ObjectStatus>& objects, const std::string& object) {
  const auto found = std::ranges::find(objects, object, &ObjectStatus::object);
  if (found != objects.end()) return *found;
  objects.emplace_back().object = object;
  return objects.back();
}

std::string_view name_of(ConnectionState s) {
  switch (s) {
    case ConnectionState::kStarting:
      return "starting";
    case ConnectionState::kIdle:
      return "idle";
    case ConnectionState::kSyncing:
      return "syncing";
    case ConnectionState::kBackingOff:
      return "backing_off";
    case ConnectionState::kWaiting:
      return "waiting";
    case ConnectionState::kNeedsAttention:
      return "needs_attention";
    case ConnectionState::kStopped:
      return "stopped";
  }
  return "";
}

std::unique_ptr<Supervisor> make_supervisor(Scheduler& scheduler, store::Store& store,
                                            std::vector<ConnectionOptions> connections,
                                            std::function<void()> on_fatal) {
  return std::make_unique<EngineSupervisor>(scheduler, store, std::move(connections), std::move(on_fatal));
}

}  // namespace prospectd::engine
