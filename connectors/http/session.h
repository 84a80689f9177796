// Session: one connection of the server, from the first byte to the close: reads requests within the limits,
// asks the handler, writes the answers. Internal to the server; the loop's one thread. A session lives as
// long as its coroutine; the host that all sessions share lives as long as the last of them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connectors/http/peer_watch.h"
#include "connectors/http/server.h"

namespace prospectd::http {

class RequestParser;
class Session;

/// What the server shares with its sessions.
struct SessionHost {
  ServerOptions options;
  Handler handler;
  std::set<Session*> sessions;          ///< every living one
  size_t serving = 0;                   ///< those that count against connections_max
  bool stopping = false;                ///< no connection is kept for another request
  bool closed = false;                  ///< no handler is called any more
  std::function<void()> on_last_ended;  ///< called while stopping, when the last session ended
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  /// `serves`: false for a connection over the limit, which only gets its 503.
  Session(std::shared_ptr<SessionHost> host, boost::asio::ip::tcp::socket socket, bool serves);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The session's life; ends when the connection does.
  static boost::asio::awaitable<void> run(std::shared_ptr<Session> self);
  /// Closes the socket; what waits on it ends.
  void close();
  /// Closes it when no request is under way.
  void close_if_idle();

 private:
  using Clock = std::chrono::steady_clock;

  /// How reading a request ended: with a whole one, with a status to refuse it, or with the connection gone.
  struct Received {
    bool closed = false;
    int refusal = 0;
  };
  /// What the request wants of its answer.
  struct Wishes {
    bool head = false;
    bool gzip = false;
    bool keep_alive = false;
    bool http_1_0 = false;
  };

  // The parser is serve_one's, and outlives what it awaits.
  boost::asio::awaitable<bool> serve_one(bool first);
  boost::asio::awaitable<Received> receive(RequestParser& parser, bool first);
  boost::asio::awaitable<bool> await_first_byte(bool first);
  boost::asio::awaitable<Received> receive_header(RequestParser& parser, Clock::time_point start);
  boost::asio::awaitable<Received> receive_body(RequestParser& parser, Clock::time_point start);
  boost::asio::awaitable<Response> ask_handler(ServerRequest request);
  boost::asio::awaitable<bool> respond(Response response, Wishes wishes);
  boost::asio::awaitable<bool> deliver(std::string text, std::shared_ptr<const Delivery> how);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
  boost::asio::awaitable<void> refuse(int status);
  Response refusal_of(int status) const;
  boost::asio::awaitable<bool> fill(size_t at_most);
  boost::asio::awaitable<bool> write(std::string text);
  boost::asio::awaitable<void> linger();
  ServerRequest take_request(RequestParser& parser) const;
  Received lost() const;
  void feed(RequestParser& parser);
  void watch_until(Clock::time_point deadline);
  void unwatch();

  std::shared_ptr<SessionHost> host_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer watchdog_;
  std::string pending_;  ///< bytes read and not parsed yet
  std::shared_ptr<PeerWatch> watch_;
  uint64_t watch_number_ = 0;
  bool expired_ = false;  ///< the watchdog ended the last wait
  bool idle_ = false;     ///< no request under way
  const bool serves_;
};

}  // namespace prospectd::http
