// HashSet: a set of hashes, open addressing in one array; a page's worth of insertions costs no allocations.
// The hashes are uniform already, so they are their own places. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace prospectd::store {

class HashSet {
 public:
  /// Empties the set and makes room for `n`.
  void reset(size_t n) {
    size_t slots = kSlotsMin;
    while (slots < n * 2)
      slots *= 2;
    slots_.assign(slots, kEmpty);
    used_ = 0;
  }
  /// Beyond the room made by reset() nothing is added: the set may say no where it could say yes.
  void insert(int64_t hash) {
    if ((used_ + 1) * 2 > slots_.size()) return;
    int64_t& slot = slots_[find(hash)];
    if (slot == kEmpty) ++used_;
    slot = hash;
  }
  /// True when it was there.
  bool erase(int64_t hash) {
    if (slots_.empty()) return false;
    int64_t& slot = slots_[find(hash)];
    if (slot != hash) return false;
    slot = kErased;
    return true;
  }

 private:
  static constexpr size_t kSlotsMin = 64;
  static constexpr int64_t kEmpty = INT64_MIN;  // no hash has 64 bits
  static constexpr int64_t kErased = INT64_MIN + 1;

  // The slot that holds `hash`, or the empty one where it would be. There is always an empty one.
  size_t find(int64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t at = static_cast<size_t>(hash) & mask;
    while (slots_[at] != kEmpty && slots_[at] != hash)
      at = (at + 1) & mask;
    return at;
  }

  std::vector<int64_t> slots_;
  size_t used_ = 0;
};

}  // namespace prospectd::store
