// Secret: a password, token or key. Its bytes live in locked, zeroed memory (libsodium), it can't be printed,
// and it leaves only through reveal(), so that `grep reveal` lists every place that handles one (I11).
// Move-only; any one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prospectd {

class Secret {
 public:
  Secret() = default;
  /// Copies `text` into locked memory. The caller's copy stays the caller's to wipe.
  explicit Secret(std::string_view text);
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret clone() const { return Secret(reveal()); }
  bool empty() const { return size_ == 0; }
  std::string_view reveal() const { return {data_, size_}; }
  /// Constant-time comparison.
  bool equals(std::string_view candidate) const;

 private:
  void release();

  char* data_ = nullptr;
  size_t size_ = 0;
};

/// Reads a secret from a file: one value, one trailing newline dropped, at most 64 KiB.
/// **Errors:** kConfigInvalid when it is missing, empty, not a regular file, not owned by us or root, or
/// readable by group or others (says the chmod to run).
Result<Secret> read_secret_file(const std::string& path);

/// `bytes` random bytes as lower-case hex, from the system's generator.
std::string random_hex(size_t bytes);

}  // namespace prospectd
