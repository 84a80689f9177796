#include "daemon/wire/daemon.h"

#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "connectors/http/metered_transport.h"
#include "daemon/engine/heartbeat.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/service.h"
#include "daemon/wire/connections.h"
#include "daemon/wire/control.h"
#include "daemon/wire/live_configuration.h"
#include "daemon/wire/once.h"
#include "daemon/wire/private_memory.h"
#include "daemon/wire/service_manager.h"
#include "daemon/wire/status_line.h"

namespace prospectd::wire {
namespace {

namespace asio = boost::asio;

/// Ends the process when it has not ended by itself in time. What is committed is safe, and nothing is
/// written any more.
class LastResort {
 public:
  void arm(ExitCode code) {
    thread_ = std::jthread([code](const std::stop_token& ended) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any time;
      time.wait_for(lock, ended, kStopWithin, [] { return false; });
      if (ended.stop_requested()) return;
      log::warn("daemon.stop_forced", "a question to the database did not end in time; ending now", {});
      std::_Exit(static_cast<int>(code));
    });
  }

 private:
  std::jthread thread_;
};

class Daemon {
 public:
  explicit Daemon(const cli::RunVerb& verb) : verb_(verb) {
    if (!verb_.once) reload_signals_.add(SIGHUP);
  }

  ExitCode run() {
    if (const auto failure = open()) return report(*failure);
    watch_signals();
    if (verb_.once) {
      spawn_once();
    } else if (const auto failure = start_control()) {
      return report(*failure);
    }
    supervisor_->start();
    if (!verb_.once) start_heartbeat();
    spawn_end();
    io_.run();
    log::info("daemon.stopped", "stopped", {});
    return exit_code_;
  }

 private:
  std::optional<Error> open() {
    store::SqliteOptions options;
    options.path = verb_.config.state.database_file();
    options.schema = config::local_schema_of(verb_.config);
    auto store = store::open_sqlite(std::move(options));
    if (!store) return store.error();
    store_ = *std::move(store);
    if (auto failure = add_settings()) return failure;
    curl_ = http::make_curl_transport(io_, http::CurlOptions{});
    transport_ = http::make_metered_transport(*curl_);
    auto connections = make_connections(*loaded_.config, *transport_, &refresh_tokens_);
    if (!connections) return connections.error();
    if (verb_.once) {
      // Only what is asked for runs: no poll of its own before or between the two cycles.
      for (engine::ConnectionOptions& options_of_one : *connections) {
        options_of_one.poll.start_jitter = false;
        options_of_one.poll.interval = std::chrono::hours{24};
      }
    }
    scheduler_ = engine::make_scheduler(io_);
    supervisor_ = engine::make_supervisor(*scheduler_, *store_, *std::move(connections), [this] { stop(); });
    return std::nullopt;
  }

  // What was set while an earlier daemon ran stands before the file, which is read once more for it.
  std::optional<Error> add_settings() {
    loaded_ = verb_.loaded;
    config::Above above;
    auto settings = stored_settings(*store_);
    if (!settings) return settings.error();
    if (settings->empty()) return std::nullopt;
    above.settings = *std::move(settings);
    config::Loaded again = config::load(verb_.config.path, above);
    if (!again.config) return std::nullopt;  // changed under our feet: what was checked counts
    for (const config::Fault& fault : again.faults)
      log::warn("config.warning", config::format_fault(fault), {});
    loaded_ = std::move(again);
    return std::nullopt;
  }

  std::optional<Error> start_control() {
    live_ =
        make_live_configuration({*scheduler_, *supervisor_, *store_, *transport_, loaded_, &refresh_tokens_});
    heartbeat_ = make_heartbeat();
    auto control = make_control(
        {io_, verb_.config, *scheduler_, *supervisor_, *store_, *live_, *heartbeat_, *transport_});
    if (!control) return control.error();
    control_ = *std::move(control);
    log::info("daemon.started", "prospectd is running",
              {{"api", "http://" + control_->address()}, {"state", verb_.config.state.directory}});
    watch_reloads();
    return std::nullopt;
  }

  // The service manager hears of us from the engine's own beat, and so not when the engine hangs.
  std::unique_ptr<engine::Heartbeat> make_heartbeat() {
    engine::HeartbeatOptions options;
    options.watchdog = manager_->watchdog().value_or(options.watchdog);
    options.on_beat = [this] {
      manager_->alive();
      manager_->status(status_line(supervisor_->status()));
    };
    return engine::make_heartbeat(*scheduler_, *store_, std::move(options));
  }

  void start_heartbeat() {
    heartbeat_->start();
    manager_->ready();
  }

  void watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (scheduler_->stopping())
        std::_Exit(static_cast<int>(ExitCode::kInterrupted));  // a second one: at once
      log::info("daemon.stopping", "stopping", {{"signal", signal}});
      if (signal == SIGINT) exit_code_ = ExitCode::kInterrupted;
      stop();
      watch_signals();
    });
  }

  // SIGHUP reads the configuration again. One that comes meanwhile is served after it.
  void watch_reloads() {
    reload_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      asio::co_spawn(
          io_, [this] { return reload(); },
          [this](std::exception_ptr) {
            if (scheduler_->stopping()) return;
            manager_->ready();
            watch_reloads();
          });
    });
  }

  asio::awaitable<void> reload() {
    manager_->reloading();
    co_await live_->reload();
  }

  void stop() {
    if (!scheduler_->stopping()) manager_->stopping();
    reload_signals_.cancel();
    supervisor_->stop();
    transport_->cancel_all();
    if (control_) control_->stop();
    deadline_.expires_after(kStopWithin);
    deadline_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      // What is committed is safe, and what is not will be read again: ending here loses nothing.
      log::warn("daemon.stop_forced", "something did not stop in time; ending now", {});
      std::_Exit(static_cast<int>(exit_code_));
    });
  }

  void spawn_once() {
    asio::co_spawn(
        io_, [this] { return once(); },
        [this](std::exception_ptr failure) {
          if (failure) exit_code_ = ExitCode::kOther;
          stop();
        });
  }

  asio::awaitable<void> once() {
    cli::RunVerb verb = verb_;
    const ExitCode code = co_await run_once(*scheduler_, *supervisor_, *store_, std::move(verb));
    if (exit_code_ == ExitCode::kOk) exit_code_ = code;
  }

  // The end of everything: when no connection has anything under way any more, the loop has nothing left to
  // wait for.
  void spawn_end() {
    asio::co_spawn(
        io_, [this] { return supervisor_->finished(); },
        [this](std::exception_ptr) {
          if (const auto fatal = supervisor_->fatal()) {
            log::error("daemon.fatal", fatal->text(), {{"code", name_of(fatal->code)}});
            if (exit_code_ == ExitCode::kOk) exit_code_ = exit_code_of(*fatal);
          }
          // From here on a signal ends the process, and so does time: a question may still be read.
          signals_.clear();
          signals_.cancel();
          reload_signals_.cancel();
          deadline_.cancel();
          last_resort_.arm(exit_code_);
        });
  }

  static ExitCode report(const Error& error) {
    std::fprintf(stderr, "prospectd: %s\n", error.text().c_str());
    return exit_code_of(error);
  }

  const cli::RunVerb& verb_;
  LastResort last_resort_;  // goes last: what is destroyed may wait for a thread
  const std::unique_ptr<ServiceManager> manager_ = take_service_manager();
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGINT, SIGTERM};
  asio::signal_set reload_signals_{io_};
  asio::steady_timer deadline_{io_};
  ExitCode exit_code_ = ExitCode::kOk;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<http::Transport> curl_;
  std::unique_ptr<http::MeteredTransport> transport_;
  RefreshTokenFiles refresh_tokens_;
  config::Loaded loaded_;  ///< what it was started with
  std::unique_ptr<engine::Scheduler> scheduler_;
  std::unique_ptr<engine::Supervisor> supervisor_;
  std::unique_ptr<engine::Heartbeat> heartbeat_;
  std::unique_ptr<api::Configuration> live_;
  std::unique_ptr<Control> control_;
};

}  // namespace

ExitCode run_daemon(const cli::RunVerb& verb) {
  keep_memory_private();
  configure_log(verb.config.log);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like any other
  return Daemon(verb).run();
}

}  // namespace prospectd::wire
