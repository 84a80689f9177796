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
     {Code::kLoginRefused,
      "The refresh token was revoked or has expired: authorise the app anew, put the new token where "
      "login.refresh_token points, and look at the app's refresh token policy (Setup, App Manager, Manage, "
      "Edit Policies)."}},
    {"invalid_grant",
     "expired authorization code",
     {Code::kLoginRefused,
      "The signed login came too late to be taken: this machine's clock is behind the CRM's, so set it right "
      "(NTP)."}},
    {"invalid_grant",
     "hasn't approved this consumer",
     {Code::kLoginRefused,
      "The user has not approved the app, or does not exist in this org: look at login.username, and "
      "pre-authorise the app (Setup, App Manager, Manage, Edit Policies: admin approved users are "
      "pre-authorized; then add the user's profile or a permission set)."}},
    {"invalid_grant",
     "no client credentials user enabled",
     {Code::kLoginRefused,
      "The app has no user to run as: enable the client credentials flow in the app, and choose its run-as "
      "user (Setup, App Manager, Manage, Edit Policies: Client Credentials Flow, Run As)."}},
    {"invalid_grant",
     "request not supported on this domain",
     {Code::kLoginRefused,
      "This login works on the org's own host only: set login_url to its My Domain address (Setup, My "
      "Domain: https://….my.salesforce.com)."}},
    {"invalid_grant",
     "ip restricted",
     {Code::kLoginRefused,
      "This machine's address is not allowed to log in: add it to the login IP ranges of the user's profile "
      "or to the trusted ranges (Setup, Network Access), or relax the app's IP restrictions (Setup, App "
      "Manager, Manage, Edit Policies)."}},
    {"invalid_grant",
     "inactive user",
     {Code::kLoginRefused,
      "The user is not active: activate the user (Setup, Users), or choose another for the connection."}},
    {"invalid_grant",
     "not assigned to profile",
     {Code::kLoginRefused,
      "The user's profile may not use the app: add the profile or a permission set to the app (Setup, App "
      "Manager, Manage)."}},
    {"invalid_grant",
     "audience",
     {Code::kLoginRefused,
      "The signed login was made out for another host: set login.audience to https://login.salesforce.com, "
      "or for a sandbox org to https://test.salesforce.com."}},
    {"invalid_grant",
     "assertion",
     {Code::kLoginRefused,
      "The signed login does not fit the app: the certificate that the app has (Setup, App Manager, Edit: "
      "Use digital signatures) must be that of login.private_key, and client_id its consumer key."}},
    {"invalid_grant",
     "login rate exceeded",
     {Code::kRateLimited, "The user has logged in too often within the hour: wait before the next login."}},
    {"invalid_grant",
     "locked out",
     {Code::kLoginRefused,
      "The name, password or security token is wrong, or the user is locked: unlock the user (Setup, Users), "
      "and look at the org's login history."}},
    {"invalid_grant",
     "",
     {Code::kLoginRefused,
      "The CRM does not let this user in: look at the connection's credentials and username, whether the "
      "user is locked (Setup, Users), and at the org's login history."}},
    {"invalid_app_access",
     "",
     {Code::kLoginRefused,
      "An administrator has to admit this user to the app: add the user's profile or a permission set to the "
      "app (Setup, App Manager, Manage)."}},
    {"invalid_client_id",
     "",
     {Code::kLoginRefused,
      "The consumer key is not known to this org: copy it into client_id (Setup, App Manager, View: Manage "
      "Consumer Details), look whether login_url is this org's, and wait ten minutes after the app was "
      "made."}},
    {"invalid_client",
     "",
     {Code::kLoginRefused,
      "The consumer secret does not belong to the consumer key: copy it into the file that client_secret "
      "names (Setup, App Manager, View: Manage Consumer Details)."}},
    {"unauthorized_client",
     "",
     {Code::kLoginRefused,
      "The app may not use this way to log in: enable the flow in the app's OAuth settings (Setup, App "
      "Manager, Edit)."}},
    {"unsupported_grant_type",
     "",
     {Code::kLoginRefused,
      "The org does not offer this way to log in: choose another login.flow, or enable it (Setup, OAuth and "
      "OpenID Connect Settings)."}},
    {"invalid_scope",
     "",
     {Code::kLoginRefused,
      "The app does not grant a scope that was asked for: add api, and for refresh tokens refresh_token, to "
      "its scopes (Setup, App Manager, Edit)."}},
    {"redirect_uri_mismatch",
     "",
     {Code::kLoginRefused,
      "The callback address is not one of the app's: make redirect_uri match it (Setup, App Manager, "
      "Edit)."}},
    {"invalid_request",
     "",
     {Code::kLoginRefused,
      "The login lacks something: check the connection's credentials, and that login_url is the org's own "
      "address."}},
    {"inactive_org",
     "",
     {Code::kLoginRefused, "The org is locked, closed or suspended: ask its administrator, or Salesforce."}},
    {"inactive_user",
     "",
     {Code::kLoginRefused,
      "The user is not active: activate the user (Setup, Users), or choose another for the connection."}},
    {"access_denied",
     "",
     {Code::kLoginRefused, "The user refused the authorisation: authorise the app anew."}},
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
