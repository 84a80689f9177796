// A small random generator of our own, so that a seed means the same on every machine. Value, one thread.
#pragma once

#include <cstdint>
#include <span>

namespace prospectd::sandbox {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  /// splitmix64
  uint64_t next() {
    uint64_t z = (state_ += 0x9e37'79b9'7f4a'7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebULL;
    return z ^ (z >> 31);
  }
  /// From 0 to n − 1; 0 when n is 0.
  int64_t below(int64_t n) {
    if (n <= 0) return 0;
    // The bias of a remainder is far below anything that shows at these sizes.
    return static_cast<int64_t>(next() % static_cast<uint64_t>(n));
  }
  bool of_thousand(int share) { return below(1'000) < share; }
  template <class T>
  const T& pick(std::span<const T> items) {
    return items[static_cast<size_t>(below(static_cast<int64_t>(items.size())))];
  }

 private:
  uint64_t state_;
};

}  // namespace prospectd::sandbox
