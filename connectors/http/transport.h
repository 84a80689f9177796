// Transport: the seam between connectors and the network. One implementation drives libcurl's multi interface
// on the Asio loop (make_curl_transport); the simulator puts a modelled CRM with seeded faults in its place.
// All calls and completions are on the loop's one thread.
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "connectors/http/message.h"

namespace prospectd::http {

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends one request and waits for the whole answer. Any HTTP status is an answer, not an error. Redirects
  /// are never followed. A request other than GET or HEAD goes out at most once: when its connection breaks
  /// before an answer, that is kNetwork, and what became of it is the caller's to find out.
  /// **Errors:** kNetwork, kTimeout, kTooLarge (body, header or their count over the limit), kRefusedTarget
  /// (scheme, or an address that is loopback, link-local or private where the request does not allow it),
  /// kServerError and kBadPayload (what came is not HTTP, or its compression is broken), kInvalidInput (a
  /// method or header that can't be sent), kConfigInvalid (the CA file can't be read), kCancelled after
  /// cancel_all(). Error::never_sent tells whether the request stayed here; without it nothing is known.
  virtual boost::asio::awaitable<Result<Response>> send(Request request) = 0;

  /// Ends every request under way with kCancelled, and every later one at once. For shutdown.
  virtual void cancel_all() = 0;
};

struct CurlOptions {
  std::string user_agent = "prospectd";
  std::chrono::milliseconds connect_timeout{10'000};
  size_t header_bytes_max = 64 * 1024;
  long connections_per_host_max = 8;
  std::string ca_file;  ///< empty: the system's
};

/// The real one. Certificates are always verified, TLS 1.2 or later, gzip accepted, cookies and redirects
/// off.
std::unique_ptr<Transport> make_curl_transport(boost::asio::io_context& io, CurlOptions options);

}  // namespace prospectd::http
