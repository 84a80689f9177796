// FileLock: one process (and one store in it) owns a path, by an advisory lock on a file beside it that names
// the owner. The lock goes with the process, however it ends. Any one thread. On network file systems such
// locks may not hold: the database belongs on a local disk.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace prospectd::store {

class FileLock {
 public:
  FileLock() = default;
  /// Takes the lock at `path` without waiting.
  /// **Errors:** kLockHeld, naming the process that has it; kConfigInvalid when the file can't be made.
  static Result<FileLock> take(const std::string& path);
  /// Who has the lock at `path` ("process 4711"); none when nobody has. Makes no file; holds the lock itself
  /// for a moment, shared.
  static std::optional<std::string> holder(const std::string& path);
  ~FileLock() { release(); }
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;

  void release();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace prospectd::store
