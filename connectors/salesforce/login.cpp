#include "connectors/salesforce/login.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "connectors/http/message.h"

namespace prospectd::salesforce {
namespace {

constexpr std::string_view kJwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }  // zeroes its private numbers
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

/// OpenSSL's own words about a key go nowhere: what they may quote is not ours to judge.
struct QuietErrors {
  ~QuietErrors() { ERR_clear_error(); }
};

/// Asked for a passphrase, it gives none, where OpenSSL would ask the terminal.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Error bad_key(const std::string& what) {
  return make_error(ErrorCode::kConfigInvalid, "the private key " + what);
}

/// What stands in its place, where that is easily mistaken for it.
Error no_key_in(std::string_view pem) {
  constexpr const char* kWanted = "; it must be the PEM that begins with BEGIN PRIVATE KEY";
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) return bad_key("can't be read; is it whole?");
  if (pem.find("BEGIN CERTIFICATE") != std::string_view::npos) {
    return bad_key(std::string("is a certificate, which is the half that the connected app gets") + kWanted);
  }
  if (pem.find("BEGIN PUBLIC KEY") != std::string_view::npos) {
    return bad_key(std::string("is a public key") + kWanted);
  }
  return bad_key(std::string("is no PEM") + kWanted);
}

/// The key is read for each signature and gone after it: only the PEM stays, in locked memory.
Result<Key> signing_key_of(const Secret& secret) {
  const std::string_view pem = secret.reveal();
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool encrypted = false;
  Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &encrypted) : nullptr);
  if (encrypted) {
    return bad_key(
        "is encrypted with a passphrase; write a copy without one (openssl pkey -in KEY -out "
        "PLAIN-KEY, then chmod 600 PLAIN-KEY) and name that");
  }
  if (!key) return no_key_in(pem);
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return bad_key(
        "is not of RSA, and the CRM takes RS256 alone; make one with: openssl req -x509 -newkey "
        "rsa:2048 -nodes -subj /CN=prospectd -days 730 -keyout KEY -out CERTIFICATE");
  }
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kSigningKeyBitsMin) {
    return bad_key("has only " + std::to_string(bits) + " bits; make one of at least " +
                   std::to_string(kSigningKeyBitsMin) + " and upload its certificate to the connected app");
  }
  return key;
}

/// base64url without filling (RFC 7515 §2).
std::string base64url(const unsigned char* bytes, size_t size) {
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  const int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<size_t>(written));
  while (text.ends_with('='))
    text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64url(std::string_view text) {
  return base64url(bytes_of(text), text.size());
}

std::string field(std::string_view name, std::string_view value) {
  return "&" + std::string(name) + "=" + http::percent_encode(value);
}

bool salesforce_host(std::string_view host) {
  return host.ends_with(".salesforce.com");
}

/// acme--dev.sandbox.my.salesforce.com, acme--dev.my.salesforce.com, x.scratch.my.salesforce.com, test.…
bool test_host(std::string_view host) {
  const std::string_view first = host.substr(0, host.find('.'));
  return first == "test" || first.find("--") != std::string_view::npos ||
         host.find(".sandbox.") != std::string_view::npos || host.find(".scratch.") != std::string_view::npos;
}

}  // namespace

std::string audience_of(std::string_view login_url) {
  const auto url = http::parse_url(login_url);
  if (!url) return std::string(login_url);
  if (!salesforce_host(url->host)) return url->origin();
  return test_host(url->host) ? "https://test.salesforce.com" : "https://login.salesforce.com";
}

Result<void> check_signing_key(const Secret& pem) {
  const QuietErrors quiet;
  PD_TRY(signing_key_of(pem));
  return {};
}

Result<std::string> make_assertion(const LoginOptions& login, std::string_view client_id,
                                   std::string_view audience, Timestamp now) {
  const QuietErrors quiet;
  PD_ASSIGN(key, signing_key_of(login.private_key));
  const int64_t issued = std::chrono::floor<seconds>(now).time_since_epoch().count();
  const std::string claims = "{\"iss\":" + json_quote(client_id) + ",\"sub\":" + json_quote(login.username) +
                             ",\"aud\":" + json_quote(audience) + ",\"iat\":" + std::to_string(issued) +
                             ",\"exp\":" + std::to_string(issued + kAssertionLife.count()) + "}";
  std::string jwt = base64url(R"({"alg":"RS256"})") + "." + base64url(claims);
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
  size_t size = 0;
  const bool begun = digest &&
                     EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                     EVP_DigestSign(digest.get(), nullptr, &size, bytes_of(jwt), jwt.size()) == 1;
  std::vector<unsigned char> signature(size);
  if (!begun || EVP_DigestSign(digest.get(), signature.data(), &size, bytes_of(jwt), jwt.size()) != 1) {
    return bad_key("can't sign; make a new pair and upload its certificate to the connected app");
  }
  return jwt + "." + base64url(signature.data(), size);
}

Result<std::string> login_form(const LoginOptions& login, std::string_view login_url,
                               std::string_view client_id, const Secret& client_secret,
                               const Secret& refresh_token, Timestamp now) {
  if (login.flow == LoginFlow::kJwtBearer) {
    const std::string audience = login.audience.empty() ? audience_of(login_url) : login.audience;
    PD_ASSIGN(assertion, make_assertion(login, client_id, audience, now));
    return "grant_type=" + http::percent_encode(kJwtGrant) + field("assertion", assertion);
  }
  const bool refreshes = login.flow == LoginFlow::kRefreshToken;
  std::string form = refreshes ? "grant_type=refresh_token" : "grant_type=client_credentials";
  form += field("client_id", client_id);
  if (!refreshes || !client_secret.empty()) form += field("client_secret", client_secret.reveal());
  if (refreshes) form += field("refresh_token", refresh_token.reveal());
  return form;
}

}  // namespace prospectd::salesforce
