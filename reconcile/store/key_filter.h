// KeyFilter: hashes that surely have no row, so that a first load asks no index for keys which are new. A
// Bloom filter that begins with the empty table: it never forgets a row, and at worst answers "perhaps" for a
// key that is new. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace prospectd::store {

class KeyFilter {
 public:
  /// From now on: the table has no rows. A filter that was never started says "perhaps" to everything.
  void start() { bits_.assign(kBits / 64, 0); }
  bool is_surely_new(int64_t hash) const {
    if (bits_.empty()) return false;
    const Probes probes(hash);
    return !has(probes.first) || !has(probes.second);
  }
  void insert(int64_t hash) {
    if (bits_.empty()) return;
    if (++inserted_ > kInsertedMax) return give_up();
    const Probes probes(hash);
    set(probes.first);
    set(probes.second);
  }

 private:
  static constexpr int kBitsLog = 23;  ///< 1 MiB
  static constexpr size_t kBits = size_t{1} << kBitsLog;
  static constexpr size_t kInsertedMax =
      2'000'000;  ///< past it a sixth of the new keys would be looked up anyway

  /// Two places, from the two ends of one multiplication.
  struct Probes {
    explicit Probes(int64_t hash) {
      const uint64_t mixed = static_cast<uint64_t>(hash) * 0x9e3779b97f4a7c15ULL;
      first = static_cast<size_t>(mixed >> (64 - kBitsLog));
      second = static_cast<size_t>(mixed >> 13) & (kBits - 1);
    }
    size_t first;
    size_t second;
  };

  bool has(size_t bit) const { return ((bits_[bit / 64] >> (bit % 64)) & 1U) != 0; }
  void set(size_t bit) { bits_[bit / 64] |= uint64_t{1} << (bit % 64); }
  void give_up() { std::vector<uint64_t>().swap(bits_); }

  std::vector<uint64_t> bits_;
  size_t inserted_ = 0;
};

}  // namespace prospectd::store
