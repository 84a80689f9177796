// Session: the login of one connection (login.h) and its token, kept in locked memory. Many callers share it:
// whoever finds it missing or expired asks for a newer one, and however many ask at once, one login is sent
// (a second one at most, where a signed one was refused and this machine's clock turns out to be wrong).
// Owned by the connector, which outlives every call; on the loop's one thread.
// Invariants: the token is only ever sent to an origin that passed accept_instance; a new refresh token is
// safe before the access token that came with it is used.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "connectors/http/transport.h"
#include "connectors/salesforce/login.h"
#include "connectors/salesforce/traffic.h"

namespace prospectd::salesforce {

struct SessionOptions {
  std::string login_url;  ///< "https://acme.my.salesforce.com"; its path is not used
  std::string client_id;
  Secret client_secret;
  LoginOptions login = {};
  std::function<Timestamp()> now = {};  ///< this machine's clock; LoginFlow::kJwtBearer needs it
  bool test_endpoint = false;           ///< plain http and loopback are allowed, to this endpoint's host
  std::vector<std::string> allowed_host_suffixes = {};  ///< besides the CRM's own; ".example.com"
  milliseconds timeout{60'000};
};

/// The origin that a login's instance_url names, when our token may be sent there: the login's own origin; a
/// host under .salesforce.com, .force.com or a suffix of the options, by https; or the login's host when it
/// is a test endpoint. **Errors:** kRefusedTarget (never quotes more than the host).
Result<std::string> accept_instance(std::string_view instance_url, const SessionOptions& options);

/// How far a clock may be off before it is held to be wrong: a login takes a while, and a header has seconds.
constexpr seconds kSkewTolerance{30};
/// "this machine's clock is 12 min 3 s behind the CRM's"; `skew` is what ours lacks.
std::string skew_words(milliseconds skew);

/// What the last login told besides its token, as the answer had it.
struct LoginFacts {
  std::string identity_url;
  std::string scope;
};

class Session {
 public:
  Session(http::Transport& transport, Traffic& traffic, SessionOptions options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The generation of a session newer than `stale` (0: any). Sends one login when there is none and no login
  /// is under way; waits for the one that is. Those who waited share its failure.
  /// **Errors:** kLoginRefused and others as the login's answer means; kRefusedTarget; kConfigInvalid for a
  /// login_url that is no URL or a key that can't sign; kBadPayload; those of the transport and of
  /// RefreshTokens. Source: API §1.
  boost::asio::awaitable<Result<uint64_t>> ensure(uint64_t stale);

  uint64_t generation() const { return generation_; }
  /// "https://acme.my.salesforce.com"; empty before the first login.
  const std::string& origin() const { return origin_; }
  const LoginFacts& facts() const { return facts_; }
  /// The CRM's clock less ours, by the last login's answer; none before it, or without a clock of ours.
  std::optional<milliseconds> skew() const { return skew_; }
  /// Adds the header Authorization.
  void authorize(http::Request& request) const;

 private:
  struct Round;
  boost::asio::awaitable<Result<void>> log_in();
  boost::asio::awaitable<Result<void>> log_in_once();
  Result<http::Request> login_request(const Secret& refresh_token) const;
  Result<void> take_over(http::Response& answer, RefreshTokens::Turn* turn);
  void measure_skew(const http::Headers& headers, std::optional<Timestamp> sent);
  std::optional<Timestamp> now() const;

  http::Transport& transport_;
  Traffic& traffic_;
  SessionOptions options_;
  Secret token_;
  std::string origin_;
  LoginFacts facts_;
  std::optional<milliseconds> skew_;
  uint64_t generation_ = 0;
  std::shared_ptr<Round> round_;  ///< the login under way
};

}  // namespace prospectd::salesforce
