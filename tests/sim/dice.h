// Dice: chance from a seed, the same on every machine. One owner, one thread.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace prospectd::test {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  /// 0 … below − 1; `below` is at least 1.
  int64_t below(int64_t below) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(below < 1 ? 1 : below));
  }
  /// low … high, both included.
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool of_thousand(int share) { return below(1'000) < share; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<size_t>(below(static_cast<int64_t>(from.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace prospectd::test
