// Files that only their owner may read: secrets, tokens, and word of where something listens. Blocking; any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace prospectd::wire {

/// Writes a small file whole, with mode 0600: a reader, and whoever comes after a crash, sees the old one or
/// the new one, never a part.
/// **Errors:** kConfigInvalid when it can't be written.
Result<void> write_private_file(const std::string& path, std::string_view content);

/// Its two halves. Each is on the disk when it returns.
Result<void> write_durably(const std::string& path, std::string_view content);
Result<void> rename_durably(const std::string& from, const std::string& to);

/// The secret in a file; where there is none yet, a random one of `bytes` bytes is made and kept there.
/// **Errors:** as read_secret_file and write_private_file.
Result<Secret> secret_of_file(const std::string& path, size_t bytes);

/// Makes a folder and those above it; a new one may be entered by its owner alone.
/// **Errors:** kConfigInvalid when it can't be made, or something else has its name.
Result<void> make_private_folder(const std::string& path);

}  // namespace prospectd::wire
