// Gate: who may ask at all. Keeps web pages out (Host, Origin, Sec-Fetch-Site: FAULTS F61) and lets in who
// bears a token. On the loop's thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "connectors/http/message.h"
#include "daemon/api/refusal.h"
#include "daemon/service/tokens.h"

namespace prospectd::api {

/// Whom the daemon's own token, of api.token_file, stands for.
constexpr const char* kFirstAdmin = "admin";

constexpr size_t kFailedTokensMax = 10;  ///< within kFailureWindow; more get 429
constexpr std::chrono::seconds kFailureWindow{60};

class Gate {
 public:
  /// `token`: the daemon's own. `tokens` outlives it; none: there are no others.
  Gate(Secret token, std::vector<std::string> hosts, service::Tokens* tokens);

  /// Host must be one of ours, Origin absent or ours, and no browser may say that another site asks.
  std::optional<Refusal> check_origin(const http::ServerRequest& request) const;
  /// Who asks, by the bearer token. A wrong one counts; a right one passes however many wrong ones came, so
  /// that guessing keeps nobody out. One that was right once is no guess. `now` is monotonic.
  std::variant<service::Bearer, Refusal> check_token(const http::ServerRequest& request,
                                                     std::chrono::nanoseconds now);

 private:
  bool is_own_host(std::string_view host) const;
  Refusal count_failure(std::chrono::nanoseconds now);

  Secret token_;
  service::Tokens* tokens_;
  std::vector<std::string> hosts_;
  std::deque<std::chrono::nanoseconds> failures_;  ///< oldest first, at most kFailedTokensMax
};

/// Whether a bearer may do what takes at least this role.
std::optional<Refusal> check_role(const service::Bearer& bearer, reconcile::Role least);

/// True for methods that change nothing.
bool is_safe_method(std::string_view method);

}  // namespace prospectd::api
