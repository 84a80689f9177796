// RSA keys for tests, made as they are needed, and JWTs signed with them without a line of the product's.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::test {

class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048) { return TestKey(EVP_RSA_gen(bits)); }
  static TestKey elliptic() { return TestKey(EVP_EC_gen("P-256")); }

  /// PEM of the private key; with a passphrase it is encrypted.
  std::string private_pem(std::string passphrase = {}) const {
    return pem([&](BIO* to) {
      const auto* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
      return PEM_write_bio_PKCS8PrivateKey(to, key_.get(), cipher, passphrase.data(),
                                           static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
  }
  std::string public_pem() const {
    return pem([&](BIO* to) { return PEM_write_bio_PUBKEY(to, key_.get()); });
  }

  /// A JWT with these two JSON texts, signed with RS256.
  std::string jwt(std::string_view header, std::string_view claims) const {
    const std::string content = encoded(header) + "." + encoded(claims);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
    size_t size = 0;
    EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(digest.get(), nullptr, &size, bytes, content.size());
    std::string signature(size, '\0');
    EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   content.size());
    signature.resize(size);
    return content + "." + encoded(signature);
  }
  std::string jwt(std::string_view claims) const { return jwt(R"({"alg":"RS256"})", claims); }

  /// base64url without filling.
  static std::string encoded(std::string_view plain) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::vector<char> text(sodium_base64_ENCODED_LEN(plain.size(), kVariant));
    return sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                             plain.size(), kVariant);
  }

 private:
  explicit TestKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
    if (key == nullptr) throw std::runtime_error("no key could be made");
  }

  template <class Write>
  static std::string pem(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> to(BIO_new(BIO_s_mem()), BIO_free_all);
    char* text = nullptr;
    if (write(to.get()) != 1) throw std::runtime_error("the key could not be written");
    const long size = BIO_get_mem_data(to.get(), &text);
    return std::string(text, static_cast<size_t>(size));
  }

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace prospectd::test
