#include <pthread.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/log.h"
#include "config/loader.h"
#include "connectors/http/transport.h"
#include "daemon/engine/supervisor.h"
#include "daemon/wire/connections.h"
#include "tests/bench/roles.h"

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;

// Far enough back for every record of the CRM to be read again.
constexpr auto kWholeOverlap = std::chrono::hours{24 * 365 * 20};

Result<config::Config> load_config(const std::string& path) {
  config::Loaded loaded = config::load(path);
  if (loaded.config) return *std::move(loaded.config);
  std::string faults;
  for (const config::Fault& fault : loaded.faults)
    faults += "\n" + config::format_fault(fault);
  return make_error(ErrorCode::kConfigInvalid, "the bench's own configuration is refused:" + faults);
}

void name_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

class Import {
 public:
  explicit Import(const ImportOptions& options) : options_(options) {}

  Result<Figures> run() {
    PD_ASSIGN(config, load_config(options_.config));
    PD_TRY(open(config));
    meter_.emplace();
    name_thread("loop");
    asio::co_spawn(
        io_, [this] { return scheduler_->blocking([] { name_thread("writer"); }); },
        [](std::exception_ptr) {});
    // Before the start, so that the connection's first cycle is this one.
    asio::co_spawn(
        io_, [this] { return sync(); },
        [this](std::exception_ptr failure) {
          if (failure) outcome_ = make_error(ErrorCode::kInternal, "the cycle threw");
          supervisor_->stop();
          transport_->cancel_all();
        });
    supervisor_->start();
    asio::co_spawn(
        io_, [this] { return supervisor_->finished(); }, [](std::exception_ptr) {});
    io_.run();
    if (!outcome_) return outcome_.error();
    return figures();
  }

 private:
  Result<void> open(const config::Config& config) {
    store::SqliteOptions options;
    options.path = options_.database;
    options.schema = config::local_schema_of(config);
    PD_ASSIGN(store, store::open_sqlite(std::move(options)));
    store_ = std::move(store);
    transport_ = http::make_curl_transport(io_, http::CurlOptions{});
    PD_ASSIGN(connections, wire::make_connections(config, *transport_));
    for (engine::ConnectionOptions& connection : connections) {
      connection.poll.start_jitter = false;
      connection.poll.interval = std::chrono::hours{24};
      connection.poll.pages_per_commit = options_.pages_per_commit;
      if (options_.again) connection.poll.overlap = kWholeOverlap;
    }
    scheduler_ = engine::make_scheduler(io_);
    supervisor_ = engine::make_supervisor(*scheduler_, *store_, std::move(connections), {});
    return {};
  }

  asio::awaitable<void> sync() {
    outcome_ = co_await supervisor_->sync_now("");
    meter_->mark_committed();
  }

  Result<Figures> figures() {
    const engine::CycleSummary& summary = *outcome_;
    if (!summary.complete) return *summary.first_error;
    Figures figures;
    for (const auto& [object, counts] : summary.objects)
      figures.records += counts.read;
    figures.people = summary.people.read;
    figures.calls = summary.calls;
    figures.rows_written = store_->rows_written();
    supervisor_.reset();
    scheduler_.reset();
    store_.reset();
    meter_->fill(figures);
    if (options_.again && figures.rows_written > 0) {
      return make_error(ErrorCode::kInternal, "reading unchanged records again wrote " +
                                                  std::to_string(figures.rows_written) + " rows");
    }
    return figures;
  }

  const ImportOptions& options_;
  asio::io_context io_{1};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<engine::Scheduler> scheduler_;
  std::unique_ptr<engine::Supervisor> supervisor_;
  std::optional<Meter> meter_;
  Result<engine::CycleSummary> outcome_ = make_error(ErrorCode::kInternal, "the cycle did not run");
};

}  // namespace

Result<Figures> run_import(const ImportOptions& options) {
  log::configure(log::Format::kTerminal, log::Level::kWarn);
  return Import(options).run();
}

}  // namespace prospectd::bench
