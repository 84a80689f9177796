#include "connectors/sandbox/authorization_codes.h"

#include <sodium.h>

#include <algorithm>

namespace prospectd::sandbox {

void AuthorizationCodes::give(AuthorizationCode code) {
  if (codes_.size() >= kAuthorizationCodesMax) codes_.erase(codes_.begin());
  codes_.push_back(std::move(code));
}

std::optional<AuthorizationCode> AuthorizationCodes::redeem(std::string_view code, Timestamp now) {
  const auto found = std::ranges::find(codes_, code, &AuthorizationCode::code);
  if (found == codes_.end()) return std::nullopt;
  AuthorizationCode taken = std::move(*found);
  codes_.erase(found);
  if (now - taken.given > kAuthorizationCodeLife) return std::nullopt;
  return taken;
}

bool answers_challenge(std::string_view verifier, std::string_view challenge) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
  char text[sodium_base64_ENCODED_LEN(sizeof(digest), sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  sodium_bin2base64(text, sizeof(text), digest, sizeof(digest), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return challenge == text;
}

}  // namespace prospectd::sandbox
