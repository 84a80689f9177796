// HTTP messages as both ends of this project speak them: the client transport, the servers, and the simulator
// between them. Pure data, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prospectd::http {

/// Header fields in the order they came; names compare ignoring ASCII case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  /// Drops every field of that name.
  void remove(std::string_view name);
  /// The first field's value; nullopt when there is none.
  std::optional<std::string_view> get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// What a client sends. `url` is absolute ("http://127.0.0.1:9443/services/data"). Header values may be
/// secret: never log them.
struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{
      60'000};  ///< from send() to the last byte in, a wait for a free connection included
  size_t response_body_max = 32 * 1024 * 1024;  ///< decoded bytes; past it the transfer is aborted (F22)
  bool allow_loopback = false;  ///< only for endpoints that the config names as test endpoints
};

/// What befalls an answer on its way, for a server that plays a bad network.
struct Delivery {
  std::optional<size_t> cut_after = std::nullopt;  ///< bytes, the head's too; there the connection ends
  bool reset = false;                              ///< it ends with a reset, not with an orderly close
  size_t piece_bytes = 0;                          ///< goes out in pieces of this size; 0: all at once
  std::chrono::milliseconds pause{0};              ///< between two pieces
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;  ///< decoded (gzip undone)
  /// Of a server's answer: set where it doesn't simply go out whole and at once.
  std::shared_ptr<const Delivery> delivery = nullptr;

  /// The media type without parameters, lower case: "application/json".
  std::string content_type() const;
};

class Peer;

/// What a server was asked. `target` is the origin form as sent ("/services/data/v60.0/query?q=…").
struct ServerRequest {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  std::string remote_address;
  uint16_t local_port = 0;
  std::weak_ptr<Peer> peer = {};  ///< who waits for the answer (peer.h); nobody where no server stands behind

  std::string_view path() const;     ///< the target up to '?'
  std::string_view query() const;    ///< after '?', or empty
  std::string content_type() const;  ///< as Response::content_type
};

/// Percent-decodes; '+' becomes a blank when `plus_is_blank`. nullopt for a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);
/// Encodes everything but unreserved characters (RFC 3986 §2.3).
std::string percent_encode(std::string_view text);
/// "a=1&b=x%20y" as decoded pairs; nullopt for a broken escape. At most 1,000 pairs.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);

/// A URL cut into parts; only http and https, no user info, no fragment, no control characters.
struct Url {
  std::string scheme;
  std::string host;   ///< lower case; an IPv6 literal without its brackets
  uint16_t port = 0;  ///< the scheme's own when none is given
  std::string target = "/";

  /// "https://host[:port]", the port only where it is not the scheme's own.
  std::string origin() const;
};
std::optional<Url> parse_url(std::string_view text);

}  // namespace prospectd::http
