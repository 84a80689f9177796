// Gate: who may ask at all. Keeps web pages out (Host, Origin, Sec-Fetch-Site: FAULTS F61) and lets in the
// bearer of the token. On the loop's thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "connectors/http/message.h"
#include "daemon/api/refusal.h"

namespace prospectd::api {

constexpr size_t kFailedTokensMax = 10;  ///< within kFailureWindow; more get 429
constexpr std::chrono::seconds kFailureWindow{60};

class Gate {
 public:
  Gate(Secret token, std::vector<std::string> hosts);

  /// Host must be one of ours, Origin absent or ours, and no browser may say that another site asks.
  std::optional<Refusal> check_origin(const http::ServerRequest& request) const;
  /// The bearer token. A wrong one counts; the right one passes however many wrong ones came, so that
  /// guessing keeps nobody out. `now` is monotonic.
  std::optional<Refusal> check_token(const http::ServerRequest& request, std::chrono::nanoseconds now);

 private:
  bool is_own_host(std::string_view host) const;
  std::optional<Refusal> count_failure(std::chrono::nanoseconds now);

  Secret token_;
  std::vector<std::string> hosts_;
  std::deque<std::chrono::nanoseconds> failures_;  ///< oldest first, at most kFailedTokensMax
};

/// True for methods that change nothing.
bool is_safe_method(std::string_view method);

/// A body is JSON, or it is refused: no form of a web page can send that.
std::optional<Refusal> check_media_type(const http::ServerRequest& request);

}  // namespace prospectd::api
