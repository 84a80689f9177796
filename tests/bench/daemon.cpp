#include "tests/bench/daemon.h"

#include <poll.h>

#include <fstream>

namespace prospectd::bench {
namespace {

constexpr int kLookEveryMs = 5;
constexpr int kLooksMax = 6'000;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

void pause_ms(int milliseconds) {
  ::poll(nullptr, 0, milliseconds);
}

Result<Child> start_daemon(const std::string& config) {
  return Child::start({PROSPECTD_BINARY, "run", "-c", config});
}

Result<void> stop_daemon(Child& daemon) {
  daemon.terminate();
  return daemon.finish();
}

Result<ApiAccess> wait_for_api(const std::string& state_folder) {
  for (int look = 0; look < kLooksMax; ++look) {
    // "127.0.0.1:40123"; it is written when the port is bound, after the token.
    const std::string address = first_line(state_folder + "/api.address");
    const size_t colon = address.rfind(':');
    if (colon != std::string::npos) {
      return ApiAccess{static_cast<uint16_t>(std::stoi(address.substr(colon + 1))),
                       first_line(state_folder + "/api.token")};
    }
    pause_ms(kLookEveryMs);
  }
  return make_error(ErrorCode::kInternal, "the daemon did not begin to listen");
}

}  // namespace prospectd::bench
