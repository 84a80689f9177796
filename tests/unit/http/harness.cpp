#include "tests/unit/http/harness.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/text.h"

namespace prospectd::http {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<Response> echo(ServerRequest request) {
  Response response;
  response.status = 200;
  response.headers.add("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + "\n" + request.body;
  co_return response;
}

asio::awaitable<Response> Gate::wait(ServerRequest request) {
  ++waiting;
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await timer_.async_wait(token);
  Response response = co_await echo(std::move(request));
  co_return response;
}

World::~World() {
  server.reset();
  transport.reset();
}

void World::serve(ServerOptions options, Handler handler) {
  auto made = make_server(io, std::move(options), std::move(handler));
  if (!made) throw std::runtime_error(made.error().text());
  server = std::move(made).value();
}

std::string World::local_url(uint16_t port, const std::string& target) {
  return "http://127.0.0.1:" + std::to_string(port) + target;
}

Request World::local_get(uint16_t port, const std::string& target) {
  Request request;
  request.url = local_url(port, target);
  request.allow_loopback = true;
  return request;
}

Result<Response> World::send(Request request) {
  return wait_for(io, transport->send(std::move(request)));
}

tcp::socket connect_to(asio::io_context& io, uint16_t port) {
  tcp::socket socket(io);
  socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  return socket;
}

asio::awaitable<std::string> read_all(tcp::socket& socket) {
  std::string text;
  std::string piece(16 * 1024, '\0');
  boost::system::error_code ec;
  while (!ec) {
    const auto space = asio::buffer(piece);
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    const size_t count = co_await socket.async_read_some(space, token);
    text.append(piece, 0, count);
  }
  co_return text;
}

namespace {

asio::awaitable<void> write_all(std::shared_ptr<tcp::socket> socket, std::string bytes) {
  boost::system::error_code ec;
  const auto data = asio::buffer(bytes);
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await asio::async_write(*socket, data, token);
}

}  // namespace

std::string World::raw(uint16_t at, const std::string& bytes) {
  const auto socket = std::make_shared<tcp::socket>(connect_to(io, at));
  // Written beside the reading: a server that refuses early stops reading.
  asio::co_spawn(io, write_all(socket, bytes), [](const std::exception_ptr&) {});
  return wait_for(io, read_all(*socket));
}

int status_of(const std::string& raw) {
  if (!raw.starts_with("HTTP/1.1 ") || raw.size() < 12) return 0;
  return std::stoi(raw.substr(9, 3));
}

ErrorCode code_of(const Result<Response>& answer) {
  return answer ? ErrorCode::kInternal : answer.error().code;
}

ScriptedServer::Connection stalled() {
  return ScriptedServer::Connection{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "never"};
}

std::string ok_reply(const std::string& body, const std::string& extra) {
  return "HTTP/1.1 200 OK\r\n" + extra + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked_reply(const std::string& chunks) {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

struct ScriptedServer::State {
  State(asio::io_context& io, std::vector<Connection> lines)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), script(std::move(lines)) {}

  tcp::acceptor acceptor;
  std::vector<Connection> script;
  std::vector<std::string> requests;
  std::vector<std::shared_ptr<tcp::socket>> open;
  size_t connections = 0;
};

namespace {

size_t body_length(const std::string& header) {
  const std::string lower = to_lower_ascii(header);
  const size_t at = lower.find("content-length:");
  return at == std::string::npos ? 0 : std::stoul(lower.substr(at + 15));
}

/// One whole request; empty when the connection closed.
asio::awaitable<std::string> read_request(std::shared_ptr<tcp::socket> socket) {
  std::string text;
  std::string piece(16 * 1024, '\0');
  boost::system::error_code ec;
  while (!ec) {
    const size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos && text.size() >= end + 4 + body_length(text.substr(0, end))) co_return text;
    const auto space = asio::buffer(piece);
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    const size_t count = co_await socket->async_read_some(space, token);
    text.append(piece, 0, count);
  }
  co_return std::string();
}

}  // namespace

asio::awaitable<void> ScriptedServer::run(std::shared_ptr<State> state) {
  for (const Connection& replies : state->script) {
    const auto socket = std::make_shared<tcp::socket>(state->acceptor.get_executor());
    boost::system::error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await state->acceptor.async_accept(*socket, token);
    if (ec) co_return;
    ++state->connections;
    state->open.push_back(socket);
    for (const std::string& reply : replies) {
      std::string request = co_await read_request(socket);
      if (request.empty()) break;
      state->requests.push_back(std::move(request));
      if (reply.empty()) break;
      co_await write_all(socket, reply);
    }
    socket->close(ec);
  }
}

ScriptedServer::ScriptedServer(asio::io_context& io, std::vector<Connection> script)
    : state_(std::make_shared<State>(io, std::move(script))) {
  asio::co_spawn(io, run(state_), [](const std::exception_ptr&) {});
}

ScriptedServer::~ScriptedServer() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (const auto& socket : state_->open)
    socket->close(ignored);
}

uint16_t ScriptedServer::port() const {
  return state_->acceptor.local_endpoint().port();
}
const std::vector<std::string>& ScriptedServer::requests() const {
  return state_->requests;
}
size_t ScriptedServer::connections() const {
  return state_->connections;
}

}  // namespace prospectd::http
