#include "daemon/wire/stop_signals.h"

#include <pthread.h>

namespace prospectd::wire {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals_, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool StopSignals::go_on(std::chrono::milliseconds pause) {
  if (stopped_) return false;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(pause);
  timespec wait{};
  wait.tv_sec = whole.count();
  wait.tv_nsec = std::chrono::nanoseconds(pause - whole).count();
  if (::sigtimedwait(&signals_, nullptr, &wait) > 0) stopped_ = true;
  return !stopped_;
}

}  // namespace prospectd::wire
