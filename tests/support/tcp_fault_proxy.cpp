#include "tests/support/tcp_fault_proxy.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace prospectd::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kPieceBytes = 16 * 1024;
constexpr std::chrono::milliseconds kAcceptPause{100};

// A connection and its other half. Lives as long as either direction runs.
struct Link {
  Link(asio::io_context& io, tcp::socket from) : client(std::move(from)), server(io) {}

  void close(bool reset) {
    closed = true;
    error_code ignored;
    for (tcp::socket* socket : {&client, &server}) {
      if (reset) socket->set_option(asio::socket_base::linger(true, 0), ignored);
      socket->close(ignored);
    }
    for (asio::steady_timer* timer : waiting)
      timer->cancel();
  }

  tcp::socket client;
  tcp::socket server;
  std::set<asio::steady_timer*> waiting;
  bool closed = false;
  int directions_over = 0;
};

asio::awaitable<void> wait_on(std::shared_ptr<Link> link, std::chrono::milliseconds time) {
  if (link->closed || time.count() <= 0) co_return;
  asio::steady_timer timer(link->client.get_executor(), time);
  link->waiting.insert(&timer);
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await timer.async_wait(token);
  link->waiting.erase(&timer);
}

}  // namespace

struct TcpFaultProxy::State : std::enable_shared_from_this<State> {
  State(asio::io_context& loop, uint16_t to, uint64_t seed, uint16_t port)
      : io(loop), target(asio::ip::address_v4::loopback(), to), acceptor(loop), pause(loop), random(seed) {
    acceptor.open(tcp::v4());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind({asio::ip::address_v4::loopback(), port});
    acceptor.listen();
  }

  static asio::awaitable<void> accept_all(std::shared_ptr<State> self);
  static asio::awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<Link> link,
                                     ConnectionFault fault);
  static asio::awaitable<void> pump(std::shared_ptr<State> self, std::shared_ptr<Link> link, bool to_server,
                                    WireFault fault);
  asio::awaitable<bool> pass(std::shared_ptr<Link> link, tcp::socket& to, std::string bytes, WireFault fault);
  void end(Link& link, tcp::socket& to, WireEnd how);

  asio::io_context& io;
  tcp::endpoint target;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  sandbox::Random random;
  Plan plan;
  std::set<std::shared_ptr<Link>> links;
  uint64_t connections = 0;
  uint64_t ended = 0;
};

asio::awaitable<void> TcpFaultProxy::State::accept_all(std::shared_ptr<State> self) {
  while (self->acceptor.is_open()) {
    tcp::socket socket(self->io);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await self->acceptor.async_accept(socket, token);
    if (ec) {  // out of descriptors: asking again at once would spin
      self->pause.expires_after(kAcceptPause);
      co_await self->pause.async_wait(token);
      continue;
    }
    ++self->connections;
    auto link = std::make_shared<Link>(self->io, std::move(socket));
    ConnectionFault fault;
    if (self->plan) fault = self->plan(self->connections, self->random);
    if (fault.refused) {
      ++self->ended;
      link->close(true);
      continue;
    }
    self->links.insert(link);
    asio::co_spawn(self->io, serve(self, link, fault), asio::detached);
  }
}

asio::awaitable<void> TcpFaultProxy::State::serve(std::shared_ptr<State> self, std::shared_ptr<Link> link,
                                                  ConnectionFault fault) {
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await link->server.async_connect(self->target, token);
  if (ec) {
    link->close(true);
    self->links.erase(link);
    co_return;
  }
  error_code ignored;
  link->client.set_option(tcp::no_delay(true), ignored);
  link->server.set_option(tcp::no_delay(true), ignored);
  asio::co_spawn(self->io, pump(self, link, true, fault.to_server), asio::detached);
  co_await pump(self, link, false, fault.to_client);
}

// One direction, until its source ends or the fault says so.
asio::awaitable<void> TcpFaultProxy::State::pump(std::shared_ptr<State> self, std::shared_ptr<Link> link,
                                                 bool to_server, WireFault fault) {
  tcp::socket& from = to_server ? link->client : link->server;
  tcp::socket& to = to_server ? link->server : link->client;
  uint64_t left = fault.cut_after.value_or(UINT64_MAX);
  bool goes_on = true;
  while (goes_on) {
    std::string piece(kPieceBytes, '\0');
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    const auto space = asio::buffer(piece);
    const size_t count = co_await from.async_read_some(space, token);
    if (ec) {
      error_code ignored;
      if (ec == asio::error::eof) {
        to.shutdown(tcp::socket::shutdown_send, ignored);
      } else {
        link->close(ec == asio::error::connection_reset);
      }
      break;
    }
    const bool cut = count > left;
    piece.resize(cut ? static_cast<size_t>(left) : count);
    left -= piece.size();
    goes_on = co_await self->pass(link, to, std::move(piece), fault);
    if (cut && goes_on) {
      self->end(*link, to, fault.end);
      goes_on = false;
    }
  }
  // A direction that only half closed, or stuck, leaves the connection to the other one.
  if (++link->directions_over == 2 && !link->closed) link->close(false);
  if (link->closed) self->links.erase(link);
}

// False when the other side is gone.
asio::awaitable<bool> TcpFaultProxy::State::pass(std::shared_ptr<Link> link, tcp::socket& to,
                                                 std::string bytes, WireFault fault) {
  const size_t step = fault.drip_bytes == 0 ? std::max<size_t>(bytes.size(), 1) : fault.drip_bytes;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const auto more = random.below(fault.delay_up_to.count() + 1);
    co_await wait_on(link, fault.delay + std::chrono::milliseconds(more));
    if (link->closed) co_return false;
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    const auto drop = asio::buffer(bytes.data() + at, std::min(step, bytes.size() - at));
    co_await asio::async_write(to, drop, token);
    if (ec) {
      link->close(true);
      co_return false;
    }
  }
  co_return true;
}

void TcpFaultProxy::State::end(Link& link, tcp::socket& to, WireEnd how) {
  ++ended;
  error_code ignored;
  switch (how) {
    case WireEnd::kClose:
      return link.close(false);
    case WireEnd::kReset:
      return link.close(true);
    case WireEnd::kHalfClose:
      to.shutdown(tcp::socket::shutdown_send, ignored);
      return;
    case WireEnd::kStall:
      return;
  }
}

TcpFaultProxy::TcpFaultProxy(asio::io_context& io, uint16_t target, uint64_t seed, uint16_t port)
    : state_(std::make_shared<State>(io, target, seed, port)) {
  asio::co_spawn(io, State::accept_all(state_), asio::detached);
}

TcpFaultProxy::~TcpFaultProxy() {
  close();
}

uint16_t TcpFaultProxy::port() const {
  return state_->acceptor.local_endpoint().port();
}

void TcpFaultProxy::set_plan(Plan plan) {
  state_->plan = std::move(plan);
}

uint64_t TcpFaultProxy::connections() const {
  return state_->connections;
}

uint64_t TcpFaultProxy::ended() const {
  return state_->ended;
}

void TcpFaultProxy::close() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.cancel();
  const auto links = std::exchange(state_->links, {});
  for (const auto& link : links)
    link->close(false);
}

}  // namespace prospectd::test
