#include "daemon/engine/supervisor.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include "daemon/engine/poller.h"
#include "daemon/engine/sums.h"

namespace prospectd::engine {
namespace {

namespace asio = boost::asio;

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

  asio::awaitable<Result<OnDemandReport>> on_demand(std::string connection, OnDemandOrder order) override {
    PD_TRY_CO(check_name(connection));
    if (order.prospects.size() > kOnDemandMax) {
      co_return make_error(ErrorCode::kTooLarge, "at most " + std::to_string(kOnDemandMax) +
                                                     " prospects can be pulled or pushed in one turn");
    }
    for (const auto& poller : pollers_) {
      if (poller->name() != connection) continue;
      const std::shared_ptr<Ticket> ticket = poller->request(std::move(order));
      co_await ticket->done.wait();
      co_return std::move(ticket->answer);
    }
    co_return nothing_configured();
  }

  asio::awaitable<Result<VerifyReport>> verify(std::string connection, VerifyOrder order) override {
    PD_TRY_CO(check_name(connection));
    for (const auto& poller : pollers_) {
      if (poller->name() != connection) continue;
      const std::shared_ptr<Ticket> ticket = poller->request(std::move(order));
      co_await ticket->done.wait();
      co_return std::move(ticket->verified);
    }
    co_return nothing_configured();
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

  Result<void> accept_mass_change(const std::string& connection, const std::string& actor) override {
    PD_TRY(check_name(connection));
    for (const auto& poller : pollers_)
      if (connection.empty() || poller->name() == connection) poller->accept_mass_change(actor);
    return {};
  }

  void push_soon() override {
    for (const auto& poller : pollers_)
      poller->push_soon();
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
