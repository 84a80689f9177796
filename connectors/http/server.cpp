#include "connectors/http/server.h"

#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http/session.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};  // after a failed accept: no descriptors, no memory
constexpr size_t kRefusalsMax = 64;  // connections over the limit that get their 503 at once

/// A top-level coroutine's end. Sessions and the accept loop catch what they can answer; what is left (no
/// memory for a frame) has ended that one connection, and there is nobody to tell at this layer.
void on_ended(const std::exception_ptr&) {}

std::string bind_problem(const error_code& ec) {
  if (ec == asio::error::address_in_use)
    return "another program listens there; choose another port (`api.listen` of a configuration, --port of "
           "the sandbox)";
  if (ec == asio::error::access_denied) return "this user may not use that port; take one above 1023";
  if (ec == boost::system::errc::address_not_available) return "this machine has no such address";
  return ec.message();
}

/// The acceptor and the sessions it made. Shared by the Server and the accept loop.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, ServerOptions options, Handler handler)
      : io_(io), acceptor_(io), pause_(io), grace_(io), host_(std::make_shared<SessionHost>()) {
    host_->options = std::move(options);
    host_->handler = std::move(handler);
  }

  Result<void> listen();
  void start();
  void stop(std::chrono::milliseconds grace);
  uint16_t port() const { return port_; }

 private:
  static asio::awaitable<void> accept_loop(std::shared_ptr<Listener> self);
  void admit(tcp::socket socket);
  void close_all();

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer grace_;
  std::shared_ptr<SessionHost> host_;
  uint16_t port_ = 0;
};

Result<void> Listener::listen() {
  const ServerOptions& options = host_->options;
  error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return make_error(ErrorCode::kConfigInvalid, "\"" + options.address + "\" is not an IP address");
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    const std::string host = address.is_v6() ? "[" + options.address + "]" : options.address;
    return make_error(ErrorCode::kConfigInvalid, "can't listen on " + host + ":" +
                                                     std::to_string(options.port) + ": " + bind_problem(ec));
  }
  port_ = acceptor_.local_endpoint(ec).port();
  return {};
}

void Listener::start() {
  host_->on_last_ended = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->grace_.cancel();
  };
  asio::co_spawn(io_, accept_loop(shared_from_this()), on_ended);
}

asio::awaitable<void> Listener::accept_loop(std::shared_ptr<Listener> self) {
  while (!self->host_->stopping) {
    tcp::socket socket(self->io_);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await self->acceptor_.async_accept(socket, token);
    if (self->host_->stopping) break;
    if (!ec) {
      self->admit(std::move(socket));
      continue;
    }
    // Out of descriptors or memory, the connection stays in the queue: asking again at once would spin (F51).
    self->pause_.expires_after(kAcceptPause);
    co_await self->pause_.async_wait(token);
  }
}

void Listener::admit(tcp::socket socket) {
  const bool serves = host_->serving < host_->options.connections_max;
  const size_t refusals = host_->sessions.size() - host_->serving;
  if (!serves && refusals >= kRefusalsMax) return;  // the socket closes here
  auto session = std::make_shared<Session>(host_, std::move(socket), serves);
  asio::co_spawn(io_, Session::run(std::move(session)), on_ended);
}

void Listener::stop(std::chrono::milliseconds grace) {
  const bool again = host_->stopping;
  host_->stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  if (grace <= grace.zero() || host_->sessions.empty()) {
    grace_.cancel();
    close_all();
    return;
  }
  if (again) return;
  for (Session* session : host_->sessions)
    session->close_if_idle();
  grace_.expires_after(grace);
  grace_.async_wait([weak = weak_from_this()](const error_code& ec) {
    const auto self = weak.lock();
    if (!ec && self) self->close_all();
  });
}

/// Sessions end by themselves once their sockets are closed; one whose handler is suspended, when that
/// resumes.
void Listener::close_all() {
  host_->closed = true;
  for (Session* session : host_->sessions)
    session->close();
}

class BeastServer final : public Server {
 public:
  explicit BeastServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
  ~BeastServer() override { listener_->stop(std::chrono::milliseconds::zero()); }
  uint16_t port() const override { return listener_->port(); }
  void stop(std::chrono::milliseconds grace) override { listener_->stop(grace); }

 private:
  std::shared_ptr<Listener> listener_;
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(asio::io_context& io, ServerOptions options, Handler handler) {
  auto listener = std::make_shared<Listener>(io, std::move(options), std::move(handler));
  PD_TRY(listener->listen());
  listener->start();
  return std::unique_ptr<Server>(std::make_unique<BeastServer>(std::move(listener)));
}

}  // namespace prospectd::http
