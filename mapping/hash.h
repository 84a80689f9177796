// A fast 64-bit hash for noticing change: multiply-and-fold over eight bytes at a time. It is kept in the
// database; should it ever change, every record is decided once more, and nothing else happens. Not for
// tables that strangers fill. Pure, any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace prospectd::mapping {

namespace hash_detail {

constexpr uint64_t kOdd1 = 0x9E3779B97F4A7C15ull;  // 2^64 / golden ratio
constexpr uint64_t kOdd2 = 0xD6E8FEB86659FD93ull;

inline uint64_t read8(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline uint64_t read4(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace hash_detail

/// Folds two words into one. The inputs are kept in the result, so that a factor of zero loses nothing.
inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ hash_detail::kOdd1) * (b ^ hash_detail::kOdd2);
  return a ^ (b << 1 | b >> 63) ^ static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// The hash of `bytes`, continuing from `seed`. The length counts: "a","b" and "ab","" differ.
inline uint64_t hash_bytes(std::string_view bytes, uint64_t seed) {
  using hash_detail::read4;
  using hash_detail::read8;
  const char* p = bytes.data();
  size_t left = bytes.size();
  uint64_t h = hash_mix(seed, bytes.size());
  for (; left > 16; p += 16, left -= 16)
    h = hash_mix(h ^ read8(p), read8(p + 8));
  uint64_t a = 0, b = 0;
  if (left >= 8) {
    a = read8(p);
    b = read8(p + left - 8);
  } else if (left >= 4) {
    a = read4(p);
    b = read4(p + left - 4);
  } else if (left > 0) {
    a = static_cast<uint64_t>(static_cast<unsigned char>(p[0])) << 16 |
        static_cast<uint64_t>(static_cast<unsigned char>(p[left / 2])) << 8 |
        static_cast<unsigned char>(p[left - 1]);
  }
  return hash_mix(h ^ a, b + h);
}

}  // namespace prospectd::mapping
