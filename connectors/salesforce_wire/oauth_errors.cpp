#include <string>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"

namespace prospectd::salesforce_wire {
namespace {

using Code = ErrorCode;

// The first row that fits decides: its error exactly, its phrase anywhere in the description in any letter
// case. An empty phrase fits every description, so each error ends with such a row.
struct OAuthRow {
  std::string_view error;
  std::string_view phrase;
  OAuthVerdict verdict;
};
constexpr OAuthRow kOAuthErrors[] = {
    {"invalid_grant",
     "expired access/refresh token",
     {Code::kLoginRefused, "The refresh token was revoked or has expired: authorise the connection again."}},
    {"invalid_grant",
     "expired authorization code",
     {Code::kLoginRefused,
      "The authorisation code was used before or came too late: start the authorisation again."}},
    {"invalid_grant",
     "hasn't approved this consumer",
     {Code::kLoginRefused,
      "The user has not approved the app: pre-authorise the app for the user's profile or a permission "
      "set."}},
    {"invalid_grant",
     "no client credentials user enabled",
     {Code::kLoginRefused,
      "The app has no user to run as: turn on the client credentials flow in the app and choose one."}},
    {"invalid_grant",
     "request not supported on this domain",
     {Code::kLoginRefused,
      "This login works on the org's own host only: set login_url to its My Domain address."}},
    {"invalid_grant",
     "ip restricted",
     {Code::kLoginRefused,
      "This machine's address is not allowed to log in: add it to the trusted addresses of the org, the "
      "profile or the app."}},
    {"invalid_grant",
     "inactive user",
     {Code::kLoginRefused,
      "The user is not active: activate the user, or choose another for the connection."}},
    {"invalid_grant",
     "not assigned to profile",
     {Code::kLoginRefused,
      "The user's profile may not use the app: assign the app to the profile or a permission set."}},
    {"invalid_grant",
     "audience",
     {Code::kLoginRefused,
      "The token was made for another host: use login.salesforce.com, or test.salesforce.com for a sandbox "
      "org, as its audience."}},
    {"invalid_grant",
     "assertion",
     {Code::kLoginRefused,
      "The signed token was refused: check the private key, client_id, username and this machine's clock."}},
    {"invalid_grant",
     "login rate exceeded",
     {Code::kRateLimited, "The user has logged in too often within the hour: wait before the next login."}},
    {"invalid_grant",
     "",
     {Code::kLoginRefused,
      "The login was refused: check username, password and security token, and that the user is not "
      "locked."}},
    {"invalid_app_access",
     "",
     {Code::kLoginRefused,
      "An administrator has to admit this user to the app: assign the app to the user's profile or a "
      "permission set."}},
    {"invalid_client_id",
     "",
     {Code::kLoginRefused, "The consumer key is not known to this org: check client_id and login_url."}},
    {"invalid_client",
     "",
     {Code::kLoginRefused, "The consumer secret does not belong to the consumer key: check client_secret."}},
    {"unauthorized_client",
     "",
     {Code::kLoginRefused, "The app may not use this way to log in: allow the flow in the app's settings."}},
    {"unsupported_grant_type",
     "",
     {Code::kLoginRefused,
      "The org does not offer this way to log in: choose another flow, or allow it in the org."}},
    {"invalid_scope",
     "",
     {Code::kLoginRefused,
      "The app does not grant a scope that was asked for: add api and refresh_token to its scopes."}},
    {"redirect_uri_mismatch",
     "",
     {Code::kLoginRefused, "The callback address is not one of the app's: make redirect_uri match it."}},
    {"invalid_request",
     "",
     {Code::kLoginRefused, "The login request lacks something: check the connection's credentials."}},
    {"inactive_org",
     "",
     {Code::kLoginRefused, "The org is locked, closed or suspended: ask its administrator."}},
    {"inactive_user",
     "",
     {Code::kLoginRefused,
      "The user is not active: activate the user, or choose another for the connection."}},
    {"access_denied",
     "",
     {Code::kLoginRefused, "The user refused the authorisation: authorise the connection again."}},
    {"rate_limit_exceeded",
     "",
     {Code::kRateLimited, "There were too many logins: wait before the next one."}},
    {"server_error", "", {Code::kServerError, "The login service has a fault: it will be tried again."}},
    {"temporarily_unavailable",
     "",
     {Code::kServerError, "The login service is not available now: it will be tried again."}},
    {"unknown_error", "", {Code::kServerError, "The login service has a fault: it will be tried again."}},
};

constexpr OAuthVerdict kEdgeFault{Code::kServerError,
                                  "The login host did not answer as a login service does: it will be tried "
                                  "again; if it lasts, check login_url."};
constexpr OAuthVerdict kTooOften{Code::kRateLimited, "There were too many logins: wait before the next one."};
constexpr OAuthVerdict kMoved{Code::kRefusedTarget,
                              "The login host sends elsewhere, which is not followed: set login_url to the "
                              "address that it names."};
constexpr OAuthVerdict kUnknownError{
    Code::kLoginRefused,
    "The login was refused for a reason that is not known here: look at the org's login history."};

}  // namespace

OAuthVerdict classify_oauth(int status, std::string_view error, std::string_view description) {
  const std::string words = to_lower_ascii(description);
  for (const OAuthRow& row : kOAuthErrors) {
    if (row.error == error && words.find(row.phrase) != std::string::npos) return row.verdict;
  }
  if (status == 429) return kTooOften;
  if (status >= 300 && status < 400) return kMoved;
  const bool refused = status >= 400 && status < 500 && status != 420;
  return refused && !error.empty() ? kUnknownError : kEdgeFault;
}

}  // namespace prospectd::salesforce_wire
