// StopSignals: SIGINT, SIGTERM and SIGHUP of a supervisor that waits for one thing after another: blocked,
// and asked for. Made once, by the main thread, before there are others.
#pragma once

#include <chrono>
#include <csignal>

namespace prospectd::wire {

class StopSignals {
 public:
  StopSignals();

  /// Waits so long, or until somebody asks us to stop; false when somebody has, now or before.
  bool go_on(std::chrono::milliseconds pause);
  bool stopped() const { return stopped_; }

 private:
  sigset_t signals_;
  bool stopped_ = false;
};

}  // namespace prospectd::wire
