#include "reconcile/store/address_hash.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace prospectd::store {

static_assert(kHashKeyBytes == crypto_shorthash_KEYBYTES);

AddressHash::AddressHash(std::string_view key) {
  std::copy_n(key.begin(), std::min(key.size(), key_.size()), key_.begin());
}

int64_t AddressHash::operator()(std::string_view text) const {
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, reinterpret_cast<const unsigned char*>(text.data()), text.size(), key_.data());
  int32_t hash;
  static_assert(sizeof hash <= sizeof out);
  std::memcpy(&hash, out, sizeof hash);
  return hash;
}

std::string AddressHash::random_key() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
  std::string key(kHashKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  return key;
}

}  // namespace prospectd::store
