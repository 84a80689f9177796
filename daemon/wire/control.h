// Control: the service and its API on their loopback socket, with the token and the address where the command
// line finds them. On the loop's thread.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "config/config.h"
#include "connectors/http/metered_transport.h"
#include "daemon/api/configuration.h"
#include "daemon/engine/heartbeat.h"
#include "daemon/engine/supervisor.h"

namespace prospectd::wire {

class Control {
 public:
  virtual ~Control() = default;
  /// "127.0.0.1:8440"
  virtual const std::string& address() const = 0;
  /// Answers what is under way, then nothing more.
  virtual void stop() = 0;
};

/// What it serves and asks; all outlive it.
struct ControlSetup {
  boost::asio::io_context& io;
  const config::Config& config;
  engine::Scheduler& scheduler;
  engine::Supervisor& supervisor;
  store::Store& store;
  api::Configuration& configuration;
  const engine::Heartbeat& heartbeat;
  const http::MeteredTransport& transport;
};

/// Makes the token file when there is none (0600), binds, and writes the address to
/// <state.directory>/api.address.
/// **Errors:** kConfigInvalid when the token can't be read or made, or the address is taken.
Result<std::unique_ptr<Control>> make_control(const ControlSetup& setup);

}  // namespace prospectd::wire
