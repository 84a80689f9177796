#include "connectors/sandbox/assertion.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <simdjson.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <memory>

namespace prospectd::sandbox {
namespace {

namespace dom = simdjson::dom;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// What OpenSSL has to say about a text of strangers interests nobody.
struct QuietErrors {
  ~QuietErrors() { ERR_clear_error(); }
};

Key rsa_key_of(const std::string& pem) {
  const QuietErrors quiet;
  const auto open = [&] { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); };
  Key key(PEM_read_bio_PUBKEY(open().get(), nullptr, nullptr, nullptr));
  if (!key) {
    const Certificate certificate(PEM_read_bio_X509(open().get(), nullptr, nullptr, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  }
  if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
  return key;
}

std::optional<std::string> decoded(std::string_view part) {
  std::string plain(part.size(), '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int bad =
      sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), part.data(),
                        part.size(), nullptr, &size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (bad != 0 || end != part.data() + part.size()) return std::nullopt;
  plain.resize(size);
  return plain;
}

bool signed_by(const std::string& public_key, std::string_view content, const std::string& signature) {
  const QuietErrors quiet;
  const Key key = rsa_key_of(public_key);
  const Digest digest(EVP_MD_CTX_new());
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  return key && digest &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes(signature), signature.size(), bytes(content), content.size()) ==
             1;
}

std::string text_at(dom::object object, std::string_view key) {
  std::string_view text;
  return object[key].get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::optional<int64_t> seconds_at(dom::object object, std::string_view key) {
  int64_t whole = 0;
  if (object[key].get_int64().get(whole) == simdjson::SUCCESS) return whole;
  const std::string text = text_at(object, key);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return whole;
}

std::optional<Assertion> claims_of(const std::string& json) {
  dom::parser parser;
  dom::object claims;
  if (parser.parse(json).get_object().get(claims) != simdjson::SUCCESS) return std::nullopt;
  Assertion read;
  read.issuer = text_at(claims, "iss");
  read.subject = text_at(claims, "sub");
  if (read.subject.empty()) read.subject = text_at(claims, "prn");
  read.audience = text_at(claims, "aud");
  if (read.audience.ends_with('/')) read.audience.pop_back();
  const auto expires = seconds_at(claims, "exp");
  if (read.issuer.empty() || read.subject.empty() || read.audience.empty() || !expires) return std::nullopt;
  read.expires = *expires;
  return read;
}

bool says_rs256(const std::string& json) {
  dom::parser parser;
  dom::object header;
  return parser.parse(json).get_object().get(header) == simdjson::SUCCESS &&
         text_at(header, "alg") == "RS256";
}

}  // namespace

std::optional<Assertion> read_assertion(std::string_view jwt, const std::string& public_key) {
  if (jwt.size() > kAssertionBytesMax) return std::nullopt;
  const size_t first = jwt.find('.');
  const size_t second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto header = decoded(jwt.substr(0, first));
  const auto claims = decoded(jwt.substr(first + 1, second - first - 1));
  const auto signature = decoded(jwt.substr(second + 1));  // a third dot is no letter of it
  if (!header || !claims || !signature || !says_rs256(*header)) return std::nullopt;
  if (!signed_by(public_key, jwt.substr(0, second), *signature)) return std::nullopt;
  return claims_of(*claims);
}

Result<void> check_public_key(const std::string& pem) {
  if (rsa_key_of(pem)) return {};
  return make_error(ErrorCode::kConfigInvalid,
                    "neither a certificate nor a public key of RSA, in PEM; make a pair with: openssl req "
                    "-x509 -newkey rsa:2048 -nodes -subj /CN=prospectd -keyout KEY -out CERTIFICATE");
}

}  // namespace prospectd::sandbox
