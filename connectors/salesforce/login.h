// The ways to log in, what each needs, and the form that each sends (SALESFORCE_API §1.1). Pure: the time is
// given; any thread. Free of coroutines.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "connectors/salesforce/refresh_tokens.h"

namespace prospectd::salesforce {

enum class LoginFlow { kClientCredentials, kJwtBearer, kRefreshToken };

struct LoginOptions {
  LoginFlow flow = LoginFlow::kClientCredentials;
  std::string username = {};                        ///< kJwtBearer: who is logged in
  std::string audience = {};                        ///< kJwtBearer; empty: audience_of the login URL
  Secret private_key = {};                          ///< kJwtBearer: PEM, see check_signing_key
  std::shared_ptr<RefreshTokens> refresh_tokens{};  ///< kRefreshToken
};

/// For whom a JWT is made out that goes to that login URL: test.salesforce.com for a sandbox or scratch org's
/// host, login.salesforce.com for every other host of Salesforce, else the URL's own origin.
std::string audience_of(std::string_view login_url);

/// **Errors:** kConfigInvalid when the PEM is no private key, is encrypted, is not of RSA, or is shorter than
/// kSigningKeyBitsMin; says what to do and nothing of what it holds.
Result<void> check_signing_key(const Secret& pem);
constexpr int kSigningKeyBitsMin = 2'048;

/// A JWT of the bearer flow, signed with RS256; good from `now` for kAssertionLife. `now` is the CRM's.
/// **Errors:** as check_signing_key.
Result<std::string> make_assertion(const LoginOptions& login, std::string_view client_id,
                                   std::string_view audience, Timestamp now);
/// The CRM takes three minutes at most.
constexpr seconds kAssertionLife{120};

/// The form that the token endpoint gets. `client_secret` may be empty where the flow can do without;
/// `refresh_token` is kRefreshToken's.
/// **Errors:** as make_assertion.
Result<std::string> login_form(const LoginOptions& login, std::string_view login_url,
                               std::string_view client_id, const Secret& client_secret,
                               const Secret& refresh_token, Timestamp now);

}  // namespace prospectd::salesforce
