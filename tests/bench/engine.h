// Engine: prospectd's own parts in this process, wired as the daemon wires them: transport, connector, core
// and store. It polls only when it is asked to. One loop on the calling thread, and the scheduler's workers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "connectors/http/transport.h"
#include "daemon/engine/supervisor.h"

namespace prospectd::bench {

struct EngineOptions {
  std::string config;    ///< a configuration file of prospectd
  std::string database;  ///< a new file, or one that was imported into
  size_t pages_per_commit = 10;
  bool writes = false;                  ///< changed prospects change their record
  std::optional<milliseconds> overlap;  ///< none: as configured
  /// Makes what stands between the connectors and the network; empty: nothing does.
  std::function<std::unique_ptr<http::Transport>(http::Transport& network)> between;
};

class Engine {
 public:
  /// **Errors:** the configuration's, the store's.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs the loop until `work` is done and nothing else is under way. Once. The connection's first cycle is
  /// the first that the work asks for.
  /// **Errors:** the work's.
  Result<void> run(std::function<boost::asio::awaitable<Result<void>>()> work);
  engine::Supervisor& supervisor() { return *supervisor_; }
  engine::Scheduler& scheduler() { return *scheduler_; }
  store::Store& store() { return *store_; }
  const mapping::LocalSchema& schema() const { return schema_; }
  /// Closes the database, its log moved into it.
  void close();

 private:
  Engine() = default;
  Result<void> make(const EngineOptions& options);
  boost::asio::awaitable<void> carry_out(std::function<boost::asio::awaitable<Result<void>>()> work);

  boost::asio::io_context io_{1};
  mapping::LocalSchema schema_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<http::Transport> network_;
  std::unique_ptr<http::Transport> between_;
  std::unique_ptr<engine::Scheduler> scheduler_;
  std::unique_ptr<engine::Supervisor> supervisor_;
  Result<void> outcome_ = make_error(ErrorCode::kInternal, "the work did not end");
};

}  // namespace prospectd::bench
