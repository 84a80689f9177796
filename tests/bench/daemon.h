// Daemon: `prospectd run`, the real binary, as a child of the bench. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "tests/bench/child.h"

namespace prospectd::bench {

/// Starts it with a configuration file; returns at once.
Result<Child> start_daemon(const std::string& config);

/// Stops it in order.
/// **Errors:** kInternal when it ends with another status than 0.
Result<void> stop_daemon(Child& daemon);

/// Where its control API is, once it answers.
struct ApiAccess {
  uint16_t port = 0;
  std::string token;
};
/// Waits until the daemon whose state is in that folder listens.
/// **Errors:** kInternal when it doesn't within half a minute.
Result<ApiAccess> wait_for_api(const std::string& state_folder);

/// Lets a little time pass.
void pause_ms(int milliseconds);

}  // namespace prospectd::bench
