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
  /// Of 2^`bits_log` bits, good for a quarter as many keys: past that a sixth of the new ones would be looked
  /// up anyway.
  explicit KeyFilter(int bits_log) : bits_log_(bits_log) {}
  /// From now on: the table has no rows. A filter that was never started says "perhaps" to everything.
  void start() {
    bits_.assign(bits_max() / 64, 0);
    inserted_ = 0;
  }
  bool is_surely_new(int64_t hash) const {
    if (bits_.empty()) return false;
    const Probes probes(hash, bits_log_);
    return !has(probes.first) || !has(probes.second);
  }
  void insert(int64_t hash) {
    if (bits_.empty()) return;
    if (++inserted_ > bits_max() / 4) return give_up();
    const Probes probes(hash, bits_log_);
    set(probes.first);
    set(probes.second);
  }

 private:
  size_t bits_max() const { return size_t{1} << bits_log_; }

  /// Two places, from the two ends of one multiplication.
  struct Probes {
    Probes(int64_t hash, int bits_log) {
      const uint64_t mixed = static_cast<uint64_t>(hash) * 0x9e3779b97f4a7c15ULL;
      first = static_cast<size_t>(mixed >> (64 - bits_log));
      second = static_cast<size_t>(mixed >> 13) & ((size_t{1} << bits_log) - 1);
    }
    size_t first;
    size_t second;
  };

  bool has(size_t bit) const { return ((bits_[bit / 64] >> (bit % 64)) & 1U) != 0; }
  void set(size_t bit) { bits_[bit / 64] |= uint64_t{1} << (bit % 64); }
  void give_up() { std::vector<uint64_t>().swap(bits_); }

  int bits_log_;
  std::vector<uint64_t> bits_;
  size_t inserted_ = 0;
};

}  // namespace prospectd::store
