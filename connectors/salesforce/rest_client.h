// RestClient: one request to the API with the session's token. When the session has expired it is renewed
// once and the request repeated once, for a refused session has done nothing; nothing else is ever repeated.
// Owned by the connector; on the loop's one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "connectors/http/transport.h"
#include "connectors/salesforce/session.h"
#include "connectors/salesforce_wire/errors.h"

namespace prospectd::salesforce {

struct Call {
  std::string method = "GET";
  std::string target;  ///< path and query, made by us
  http::Headers headers = {};
  std::string body = {};  ///< JSON; empty: none
  bool authenticated = true;
  salesforce_wire::RequestKind kind = salesforce_wire::RequestKind::kOther;
};

struct CallOutcome {
  Result<http::Response> response;  ///< as the function that gives it says
  uint64_t session = 0;             ///< the generation that was used last
  bool renewed = false;             ///< the session was replaced during the call
  bool in_doubt = false;            ///< with an error: the CRM may have carried the request out
};

struct RestOptions {
  milliseconds timeout{60'000};
  bool test_endpoint = false;
};

class RestClient {
 public:
  RestClient(http::Transport& transport, Traffic& traffic, Session& session, RestOptions options)
      : transport_(transport), traffic_(traffic), session_(session), options_(options) {}

  /// Status 200 with JSON, or an error.
  /// **Errors:** those of the login and the transport; kServerError for what isn't JSON; whatever the API's
  /// refusal means; kSessionExpired when a session just opened is refused as well.
  boost::asio::awaitable<CallOutcome> get(Call call);
  /// Whatever the CRM answers, but for a refused session.
  /// **Errors:** those of the login and the transport; as get where the session is refused.
  boost::asio::awaitable<CallOutcome> send(Call call);

 private:
  http::Request request_of(const Call& call) const;

  http::Transport& transport_;
  Traffic& traffic_;
  Session& session_;
  RestOptions options_;
  int unreached_ = 0;               ///< calls in a row that nobody answered
  uint64_t unreached_session_ = 0;  ///< the session that they used; 0: a new one has been asked for
};

}  // namespace prospectd::salesforce
