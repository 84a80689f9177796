// Server: the HTTP/1.1 server of the control API and of the sandbox (Boost.Beast on the Asio loop). Every
// limit is named; what breaks one is answered or closed, and never reaches the handler. All on the loop's one
// thread; the handler may suspend.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "connectors/http/body_limit.h"
#include "connectors/http/message.h"

namespace prospectd::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  ///< 0: any free one
  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 8 * 1024 * 1024;
  BodyLimit body_limit_of;  ///< set: decides in place of body_bytes_max
  size_t connections_max = 1'024;
  std::chrono::milliseconds header_timeout{
      5'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds request_timeout{30'000};  ///< to the end of its body
  std::chrono::milliseconds idle_timeout{60'000};     ///< between requests
  std::chrono::milliseconds write_timeout{30'000};    ///< a client that doesn't read
  /// How long a client that sends nothing more, and may be gone, is waited for by who watches it (peer.h).
  std::chrono::milliseconds half_closed_timeout{10'000};
  bool gzip = false;  ///< compress answers of 1 KiB or more where the client accepts it
  /// The answer with this status to what never reaches the handler, or fails in it: 400, 408, 413, 414, 415,
  /// 417, 431, 500 and 503. Unset: a line of plain text.
  std::function<Response(int status)> refusal;
};

/// Answers one request. A body that came compressed is decoded already. An exception becomes a 500; a
/// response whose status is 0 closes the connection without an answer. It may outlive stop(): what it
/// captured must too. Where it lets a client wait, it does well to watch it: ServerRequest::peer.
using Handler = std::function<boost::asio::awaitable<Response>(ServerRequest)>;

class Server {
 public:
  virtual ~Server() = default;
  /// The port it listens on.
  virtual uint16_t port() const = 0;
  /// Stops accepting, lets requests under way end within `grace`, then closes the rest. Idempotent; again
  /// with a grace of 0 closes the rest at once.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

/// Binds and starts accepting.
/// **Errors:** kConfigInvalid when the address can't be bound (says which, and by what it seems to be taken).
Result<std::unique_ptr<Server>> make_server(boost::asio::io_context& io, ServerOptions options,
                                            Handler handler);

}  // namespace prospectd::http
