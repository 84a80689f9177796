// The client-credentials login and the revocation of tokens (SALESFORCE_API §1).
#include <sodium.h>

#include <vector>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

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

std::string instance_url(const http::ServerRequest& request, const std::string& scheme) {
  const auto host = request.headers.get("Host");
  return scheme + "://" +
         (host && !host->empty() ? std::string(*host) : "127.0.0.1:" + std::to_string(request.local_port));
}

// Empty when the body is no form.
Form form_of(const http::ServerRequest& request) {
  return http::parse_form(request.body).value_or(Form{});
}

struct Refusal {
  std::string_view error;
  std::string_view description;
};

}  // namespace

http::Response Front::State::token(const http::ServerRequest& request) {
  if (request.method != "POST") return oauth_error(400, "invalid_request", "must use HTTP POST");
  const Form form = form_of(request);
  const Credentials given = credentials_of(request, form);
  std::optional<Refusal> refusal;
  if (value_of(form, "grant_type") != "client_credentials") {
    refusal = Refusal{"unsupported_grant_type", "grant type not supported"};
  } else if (given.id != options.client_id) {
    refusal = Refusal{"invalid_client_id", "client identifier invalid"};
  } else if (!options.client_secret.equals(given.secret)) {
    refusal = Refusal{"invalid_client", "invalid client credentials"};
  } else if (!knobs.run_as_configured) {
    refusal = Refusal{"invalid_grant", "no client credentials user enabled"};
  }
  if (refusal) {
    ++stats.logins_refused;
    return oauth_error(400, refusal->error, refusal->description);
  }
  ++stats.logins;
  const std::string token = org.id().substr(0, salesforce_wire::kShortIdSize) + "!" + options.random_token();
  sessions.open(token, org.now());
  const std::string instance = instance_url(request, options.scheme);
  const std::string id = instance + "/id/" + org.id() + "/" + org.run_as_user();
  const std::string issued = std::to_string(org.now().time_since_epoch().count());
  return json_answer(
      200, "{\"access_token\":" + json_quote(token) + ",\"instance_url\":" + json_quote(instance) +
               ",\"id\":" + json_quote(id) + ",\"token_type\":\"Bearer\",\"issued_at\":\"" + issued +
               "\",\"signature\":" + json_quote(signature_of(options.client_secret.reveal(), id + issued)) +
               ",\"scope\":\"api\"}");
}

http::Response Front::State::revoke(const http::ServerRequest& request) {
  if (request.method != "POST") return oauth_error(400, "invalid_request", "must use HTTP POST");
  if (!sessions.close(value_of(form_of(request), "token").value_or(""))) {
    return oauth_error(400, "invalid_token", "invalid token");
  }
  http::Response answer;
  answer.status = 200;
  return answer;
}

}  // namespace prospectd::sandbox
