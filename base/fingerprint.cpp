#include "base/fingerprint.h"

#include <sodium.h>

namespace prospectd {

std::string fingerprint_of(std::string_view secret) {
  unsigned char hash[crypto_generichash_BYTES];
  // Without a key it fails for no input.
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                     nullptr, 0);
  char text[2 * sizeof hash + 1];
  return sodium_bin2hex(text, sizeof text, hash, sizeof hash);
}

}  // namespace prospectd
