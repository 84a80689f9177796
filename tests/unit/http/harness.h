// What the tests of HTTP share: a loop that runs one awaitable to its end, a server and a client that talk
// over real loopback, raw sockets that say what no client would, and a server that answers from a script.
#pragma once

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gtest/gtest.h>

#include "connectors/http/server.h"
#include "connectors/http/transport.h"

namespace prospectd::http {

/// Long enough that only what hangs reaches it.
constexpr std::chrono::seconds kPatience{20};

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& value) {
  value.emplace(co_await std::move(work));
}

/// Runs the loop until `work` ends and gives its value.
template <class T>
T wait_for(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> value;
  std::exception_ptr failure;
  bool ended = false;
  boost::asio::co_spawn(io, keep(std::move(work), value), [&failure, &ended](std::exception_ptr e) {
    failure = e;
    ended = true;
  });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  io.restart();
  while (!ended && io.run_one_until(deadline) > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!ended) {
    // The frame still refers to what is local here: nothing may run any more.
    ADD_FAILURE() << "the loop had nothing more to do, or too long";
    std::abort();
  }
  return *std::move(value);
}

/// Answers 200 with what it was asked: "METHOD target\n" and the body.
boost::asio::awaitable<Response> echo(ServerRequest request);

/// A handler that waits until the test opens the gate, and then echoes.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& io) : timer_(io, boost::asio::steady_timer::time_point::max()) {}

  Handler handler() {
    return [this](ServerRequest request) { return wait(std::move(request)); };
  }
  void open() { timer_.cancel(); }
  int waiting = 0;

 private:
  boost::asio::awaitable<Response> wait(ServerRequest request);

  boost::asio::steady_timer timer_;
};

/// One loop with a server and a transport on it.
class World {
 public:
  World() = default;
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void serve(ServerOptions options, Handler handler);
  void serve(Handler handler) { serve(ServerOptions{}, std::move(handler)); }
  uint16_t port() const { return server->port(); }
  /// "http://127.0.0.1:PORT" + target
  std::string url(const std::string& target) const { return local_url(port(), target); }
  static std::string local_url(uint16_t port, const std::string& target);
  /// A GET that may reach this machine.
  static Request local_get(uint16_t port, const std::string& target = "/");

  Result<Response> send(Request request);
  Result<Response> get(const std::string& target) { return send(local_get(port(), target)); }
  /// Connects, sends `bytes`, and reads until the server closes.
  std::string raw(const std::string& bytes) { return raw(port(), bytes); }
  std::string raw(uint16_t at, const std::string& bytes);

  boost::asio::io_context io;
  std::unique_ptr<Server> server;
  std::unique_ptr<Transport> transport = make_curl_transport(io, CurlOptions{});
};

/// The status in the first line of a raw answer; 0 when there is none.
int status_of(const std::string& raw);
/// The error's code; kInternal, which no test expects, for an answer.
ErrorCode code_of(const Result<Response>& answer);

/// Reads until `socket` closes or resets.
boost::asio::awaitable<std::string> read_all(boost::asio::ip::tcp::socket& socket);
/// Connects to this machine.
boost::asio::ip::tcp::socket connect_to(boost::asio::io_context& io, uint16_t port);

/// A server that answers each connection's requests with the next replies of its script, then closes it.
/// An empty reply closes the connection without an answer.
class ScriptedServer {
 public:
  using Connection = std::vector<std::string>;

  ScriptedServer(boost::asio::io_context& io, std::vector<Connection> script);
  ~ScriptedServer();
  uint16_t port() const;
  /// What came, request by request, headers and body.
  const std::vector<std::string>& requests() const;
  size_t connections() const;

 private:
  struct State;
  static boost::asio::awaitable<void> run(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// A connection of a script whose answer never ends: its second reply waits for a second request.
ScriptedServer::Connection stalled();

/// A transport and a server that answers from a script, on one loop.
struct Scripted {
  explicit Scripted(std::vector<ScriptedServer::Connection> script) : server(world.io, std::move(script)) {}

  Result<Response> get(const std::string& target = "/") {
    return world.send(World::local_get(server.port(), target));
  }
  Result<Response> call(const std::string& method, const std::string& body = "") {
    Request request = World::local_get(server.port());
    request.method = method;
    request.body = body;
    return world.send(std::move(request));
  }

  World world;
  ScriptedServer server;
};

/// "HTTP/1.1 200 OK" with Content-Length, the extra header lines ("A: b\r\n") and the body.
std::string ok_reply(const std::string& body, const std::string& extra = "");
/// A 200 whose body is `chunks` as they are.
std::string chunked_reply(const std::string& chunks);

}  // namespace prospectd::http
