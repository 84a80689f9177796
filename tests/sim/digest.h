// Digest: one number for everything that happened, so that two runs can be held against each other bit by
// bit. One owner, one thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace prospectd::test {

class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes)
      mix(static_cast<unsigned char>(c));
    mix(0xFFU);  // no UTF-8 text has this byte: what is added ends here
  }
  void add(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      mix(static_cast<unsigned char>(static_cast<uint64_t>(number) >> shift));
  }
  uint64_t value() const { return value_; }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }

  uint64_t value_ = 0xcbf29ce484222325ULL;  // FNV-1a
};

}  // namespace prospectd::test
