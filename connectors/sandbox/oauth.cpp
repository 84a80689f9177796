// The token endpoint, one function a flow, and the revocation of tokens (SALESFORCE_API §1).
#include <sodium.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/assertion.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kTokenMax = 40;  ///< bytes of a security token behind a password

std::optional<std::string> value_of(const Form& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return std::nullopt;
}

struct Credentials {
  std::string id;
  std::string secret;
};

std::optional<Credentials> basic_credentials(std::string_view header) {
  constexpr std::string_view kScheme = "Basic ";
  constexpr size_t kEncodedMax = 4'096;
  if (!starts_with_ignore_case_ascii(header, kScheme) || header.size() > kEncodedMax) return std::nullopt;
  const std::string_view encoded = trim_ascii(header.substr(kScheme.size()));
  std::string plain(encoded.size(), '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int bad =
      sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), encoded.data(),
                        encoded.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
  if (bad != 0 || end != encoded.data() + encoded.size()) return std::nullopt;
  plain.resize(size);
  const size_t colon = plain.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{plain.substr(0, colon), plain.substr(colon + 1)};
}

Credentials credentials_of(const http::ServerRequest& request, const Form& form) {
  if (const auto header = request.headers.get("Authorization")) {
    if (auto basic = basic_credentials(*header)) return *std::move(basic);
  }
  return {value_of(form, "client_id").value_or(""), value_of(form, "client_secret").value_or("")};
}

// base64(HMAC-SHA256(client secret, id + issued_at)), SALESFORCE_API §1.2.
std::string signature_of(std::string_view secret, const std::string& message) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                message.size());
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, mac);
  char text[sodium_base64_ENCODED_LEN(sizeof(mac), sodium_base64_VARIANT_ORIGINAL)];
  return sodium_bin2base64(text, sizeof(text), mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
}

// Empty when the body is no form.
Form form_of(const http::ServerRequest& request) {
  return http::parse_form(request.body).value_or(Form{});
}

/// What a flow gives when nothing speaks against it.
struct Grant {
  std::string user;
  std::string scope;
  std::string refresh_token = {};  ///< a new one, where there is one
  bool brief = false;              ///< the answer has neither time nor signature
};

ApiError refused(std::string_view error, std::string_view description) {
  return api_error(std::string(error), std::string(description));
}

Outcome<Grant> by_client_credentials(Front::State& s, const http::ServerRequest& request, const Form& form) {
  const Credentials given = credentials_of(request, form);
  if (given.id != s.options.client_id) return refused("invalid_client_id", "client identifier invalid");
  if (!s.options.client_secret.equals(given.secret)) {
    return refused("invalid_client", "invalid client credentials");
  }
  if (!s.knobs.run_as_configured) return refused("invalid_grant", "no client credentials user enabled");
  return Grant{s.org.run_as_user(), "api"};
}

/// The id of the user with that username, and whether the user is active.
std::optional<std::pair<std::string, bool>> user_named(const Org& org, std::string_view username) {
  const Table& users = *org.table("User");
  const int name = users.type().column("Username");
  for (Row row = 0; row < users.rows(); ++row) {
    if (users.state(row) != RowState::kLive) continue;
    if (!equals_ignore_case_ascii(users.text(row, name), username)) continue;
    return std::pair(std::string(users.id(row)), users.flag(row, users.type().column("IsActive")));
  }
  return std::nullopt;
}

Outcome<Grant> by_assertion(Front::State& s, const http::ServerRequest& request, const Form& form) {
  const auto claims = read_assertion(value_of(form, "assertion").value_or(""), s.public_key);
  if (!claims) return refused("invalid_grant", "invalid assertion");
  if (claims->issuer != s.options.client_id) return refused("invalid_client_id", "client identifier invalid");
  // The org's own words for an assertion that is out of date.
  if (claims->expires <= std::chrono::floor<seconds>(s.wire_now()).time_since_epoch().count()) {
    return refused("invalid_grant", "expired authorization code");
  }
  if (claims->audience != s.knobs.jwt_audience &&
      claims->audience != own_address(request, s.options.scheme)) {
    return refused("invalid_grant", "audience is invalid");
  }
  const auto user = user_named(s.org, claims->subject);
  if (!user || !s.knobs.user_approved) {
    return refused("invalid_grant", "user hasn't approved this consumer");
  }
  if (!user->second) return refused("invalid_grant", "inactive user");
  return Grant{user->first, "api", {}, true};
}

// The flow that asks for a person's own password; without a refresh token.
Outcome<Grant> by_password(Front::State& s, const http::ServerRequest& request, const Form& form) {
  const Credentials given = credentials_of(request, form);
  if (given.id != s.options.client_id) return refused("invalid_client_id", "client identifier invalid");
  if (!s.options.client_secret.equals(given.secret))
    return refused("invalid_client", "invalid client credentials");
  PD_ASSIGN(user, s.user_by_password(value_of(form, "username").value_or(""),
                                     value_of(form, "password").value_or("")));
  return Grant{user, "api"};
}

Outcome<Grant> by_code(Front::State& s, const http::ServerRequest& request, const Form& form) {
  const Credentials given = credentials_of(request, form);
  if (given.id != s.options.client_id) return refused("invalid_client_id", "client identifier invalid");
  const auto code = s.codes.redeem(value_of(form, "code").value_or(""), s.org.now());
  if (!code) return refused("invalid_grant", "expired authorization code");
  if (value_of(form, "redirect_uri").value_or("") != code->redirect)
    return refused("redirect_uri_mismatch", "redirect_uri must match configuration");
  const std::string verifier = value_of(form, "code_verifier").value_or("");
  if (!code->challenge.empty() && !answers_challenge(verifier, code->challenge))
    return refused("invalid_grant", "invalid code verifier");
  // A client that keeps no secret proves itself by the verifier alone.
  const bool proven = !code->challenge.empty() && given.secret.empty() && !s.knobs.refresh_needs_secret;
  if (!proven && !s.options.client_secret.equals(given.secret))
    return refused("invalid_client", "invalid client credentials");
  return Grant{code->user, "refresh_token api", s.new_refresh_token(code->user)};
}

Outcome<Grant> by_refresh_token(Front::State& s, const http::ServerRequest& request, const Form& form) {
  const Credentials given = credentials_of(request, form);
  if (given.id != s.options.client_id) return refused("invalid_client_id", "client identifier invalid");
  const bool secret_left_out = given.secret.empty() && !s.knobs.refresh_needs_secret;
  if (!secret_left_out && !s.options.client_secret.equals(given.secret)) {
    return refused("invalid_client", "invalid client credentials");
  }
  const std::string token = value_of(form, "refresh_token").value_or("");
  const std::string user = s.sessions.user_of(token);
  if (user.empty()) return refused("invalid_grant", "expired access/refresh token");
  Grant grant{user, "refresh_token api"};
  if (s.knobs.rotate_refresh_tokens) {
    s.sessions.withdraw(token);
    grant.refresh_token = s.new_refresh_token(user);
  }
  return grant;
}

struct Flow {
  std::string_view grant_type;
  Outcome<Grant> (*judge)(Front::State&, const http::ServerRequest&, const Form&);
};
constexpr Flow kFlows[] = {
    {"client_credentials", by_client_credentials},
    {"urn:ietf:params:oauth:grant-type:jwt-bearer", by_assertion},
    {"refresh_token", by_refresh_token},
    {"password", by_password},
    {"authorization_code", by_code},
};

Outcome<Grant> judge(Front::State& s, const http::ServerRequest& request) {
  const Form form = form_of(request);
  if (const std::string& all = s.knobs.refuse_logins; !all.empty()) {
    const size_t colon = std::min(all.find(':'), all.size());
    return refused(all.substr(0, colon),
                   trim_ascii(std::string_view(all).substr(std::min(colon + 1, all.size()))));
  }
  const std::string type = value_of(form, "grant_type").value_or("");
  for (const Flow& flow : kFlows) {
    if (flow.grant_type == type) return flow.judge(s, request, form);
  }
  return refused("unsupported_grant_type", "grant type not supported");
}

}  // namespace

std::string own_address(const http::ServerRequest& request, const std::string& scheme) {
  const auto host = request.headers.get("Host");
  return scheme + "://" +
         (host && !host->empty() ? std::string(*host) : "127.0.0.1:" + std::to_string(request.local_port));
}

http::Response Front::State::token(const http::ServerRequest& request) {
  if (request.method != "POST") return oauth_error(400, "invalid_request", "must use HTTP POST");
  const Outcome<Grant> grant = judge(*this, request);
  if (!grant) {
    ++stats.logins_refused;
    return oauth_error(grant.error().status, grant.error().code, grant.error().message);
  }
  ++stats.logins;
  const std::string token = open_session(grant->user);
  const std::string instance = own_address(request, options.scheme);
  const std::string id = instance + "/id/" + org.id() + "/" + grant->user;
  const std::string issued = std::to_string(org.now().time_since_epoch().count());
  std::string body = "{\"access_token\":" + json_quote(token) + ",\"instance_url\":" + json_quote(instance) +
                     ",\"id\":" + json_quote(id) +
                     ",\"token_type\":\"Bearer\",\"scope\":" + json_quote(grant->scope);
  if (!grant->refresh_token.empty()) body += ",\"refresh_token\":" + json_quote(grant->refresh_token);
  if (!grant->brief) {
    body += ",\"issued_at\":\"" + issued +
            "\",\"signature\":" + json_quote(signature_of(options.client_secret.reveal(), id + issued));
  }
  return json_answer(200, body + "}");
}

std::string Front::State::open_session(const std::string& user) {
  std::string token = org.id().substr(0, salesforce_wire::kShortIdSize) + "!" + options.random_token();
  sessions.open(token, user, org.now());
  return token;
}

Outcome<std::string> Front::State::user_by_password(std::string_view username, std::string_view password) {
  const std::string_view own = options.user_password.reveal();
  const auto user = user_named(org, username);
  const bool good = !own.empty() && password.size() >= own.size() &&
                    password.size() <= own.size() + kTokenMax &&
                    options.user_password.equals(password.substr(0, own.size()));
  if (!good || !user || !user->second) return refused("invalid_grant", "authentication failure");
  return user->first;
}

std::string Front::State::new_refresh_token(const std::string& user) {
  const std::string token = "5Aep861" + options.random_token();
  sessions.grant(token, user);
  return token;
}

http::Response Front::State::revoke(const http::ServerRequest& request) {
  if (request.method != "POST") return oauth_error(400, "invalid_request", "must use HTTP POST");
  const std::string token = value_of(form_of(request), "token").value_or("");
  if (!sessions.close(token) && !sessions.withdraw(token)) {
    return oauth_error(400, "invalid_token", "invalid token");
  }
  http::Response answer;
  answer.status = 200;
  return answer;
}

}  // namespace prospectd::sandbox
