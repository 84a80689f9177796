// Profile: runs a child under perf and tells where its time went: for each thread the share of each stage,
// and the functions on top. A sample belongs to the stage of the innermost function that is known to be
// one's; what the C library and the kernel do counts to whoever called them. Blocking; one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace prospectd::bench {

/// The text of the profile, or one that says why there is none (no perf on this machine).
/// **Errors:** kInternal when the child, or perf itself, fails.
Result<std::string> profile_child(const std::vector<std::string>& words, const std::string& data_file);

}  // namespace prospectd::bench
