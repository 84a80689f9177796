#include "tests/bench/engine.h"

#include <pthread.h>

#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "config/loader.h"
#include "daemon/wire/connections.h"

namespace prospectd::bench {
namespace {

namespace asio = boost::asio;

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

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  log::configure(log::Format::kTerminal, log::Level::kWarn);
  std::unique_ptr<Engine> engine(new Engine());
  PD_TRY(engine->make(options));
  return engine;
}

Engine::~Engine() {
  close();
}

Result<void> Engine::make(const EngineOptions& options) {
  PD_ASSIGN(config, load_config(options.config));
  store::SqliteOptions sqlite;
  sqlite.path = options.database;
  schema_ = config::local_schema_of(config);
  sqlite.schema = schema_;
  PD_ASSIGN(store, store::open_sqlite(std::move(sqlite)));
  store_ = std::move(store);
  network_ = http::make_curl_transport(io_, http::CurlOptions{});
  if (options.between) between_ = options.between(*network_);
  PD_ASSIGN(connections, wire::make_connections(config, between_ ? *between_ : *network_));
  for (engine::ConnectionOptions& connection : connections) {
    connection.poll.start_jitter = false;
    connection.poll.interval = std::chrono::hours{24};
    connection.poll.pages_per_commit = options.pages_per_commit;
    if (options.writes)
      for (mapping::TypeSpec& type : connection.types)
        type.outbound_update = true;
    if (options.overlap) connection.poll.overlap = *options.overlap;
  }
  scheduler_ = engine::make_scheduler(io_);
  supervisor_ = engine::make_supervisor(*scheduler_, *store_, std::move(connections), {});
  return {};
}

asio::awaitable<void> Engine::carry_out(std::function<asio::awaitable<Result<void>>()> work) {
  outcome_ = co_await work();
}

Result<void> Engine::run(std::function<asio::awaitable<Result<void>>()> work) {
  name_thread("loop");
  asio::co_spawn(
      io_, [this] { return scheduler_->blocking([] { name_thread("writer"); }); }, [](std::exception_ptr) {});
  // Before the start, so that the connection's first cycle is this one's.
  asio::co_spawn(io_, carry_out(std::move(work)), [this](std::exception_ptr failure) {
    if (failure) outcome_ = make_error(ErrorCode::kInternal, "the work threw");
    supervisor_->stop();
    network_->cancel_all();
  });
  supervisor_->start();
  asio::co_spawn(
      io_, [this] { return supervisor_->finished(); }, [](std::exception_ptr) {});
  io_.run();
  return outcome_;
}

void Engine::close() {
  supervisor_.reset();
  scheduler_.reset();
  store_.reset();
}

}  // namespace prospectd::bench
