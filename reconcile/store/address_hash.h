// AddressHash: the keyed hash by which addresses and CRM ids are found. The key is the database's own secret,
// so that nobody outside can make addresses that collide. 32 bits: the two indexes are what an import writes
// most of, and the rare row that shares a hash is told apart by the text itself. Immutable, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace prospectd::store {

constexpr size_t kHashKeyBytes = 16;

class AddressHash {
 public:
  AddressHash() = default;
  /// `key` has kHashKeyBytes bytes.
  explicit AddressHash(std::string_view key);
  /// In the range of a signed 32-bit number.
  int64_t operator()(std::string_view text) const;

  static std::string random_key();

 private:
  std::array<unsigned char, kHashKeyBytes> key_{};
};

}  // namespace prospectd::store
