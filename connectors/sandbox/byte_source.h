// ByteSource: bytes that are read from the front to the end, once: a file, or an entry of a zip. One owner,
// one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace prospectd::sandbox {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Puts up to `size` bytes at `to` and returns how many; 0 at the end, and after a failure.
  virtual size_t read(char* to, size_t size) = 0;
  /// What kept it from being read to its end; empty: nothing so far.
  virtual const std::string& failure() const = 0;
};

}  // namespace prospectd::sandbox
