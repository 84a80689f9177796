// AuthorizationCodes: what the browser's part of the web server flow hands out (SALESFORCE_API §1.1): a code
// for one user, one address and one challenge, good once and for a short while. One owner (the front), one
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace prospectd::sandbox {

struct AuthorizationCode {
  std::string code;
  std::string user;       ///< id
  std::string redirect;   ///< address that the code was sent to, and must be redeemed with
  std::string challenge;  ///< PKCE, S256; empty: none
  Timestamp given{};
};
constexpr size_t kAuthorizationCodesMax = 100;
constexpr std::chrono::minutes kAuthorizationCodeLife{15};

class AuthorizationCodes {
 public:
  /// The oldest makes room when there are kAuthorizationCodesMax.
  void give(AuthorizationCode code);
  /// Takes the code out, so that it is good once; nullopt when it is unknown, used or too old.
  std::optional<AuthorizationCode> redeem(std::string_view code, Timestamp now);

 private:
  std::vector<AuthorizationCode> codes_;  ///< oldest first
};

/// Whether the verifier is the challenge's (RFC 7636, S256).
bool answers_challenge(std::string_view verifier, std::string_view challenge);

}  // namespace prospectd::sandbox
