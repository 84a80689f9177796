// Heartbeat: proof that the engine is alive. It beats on the loop, and each beat also asks something of the
// database's thread; a beat counts only while both answer. Whoever tells a supervisor of processes that all
// is well does it from on_beat, and so falls silent with the engine. All on the loop's one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/engine/scheduler.h"
#include "reconcile/store/store.h"

namespace prospectd::engine {

struct HeartbeatOptions {
  milliseconds watchdog{
      30'000};  ///< within which somebody expects to hear from us; it beats three times in it
  /// How long the database's thread may be at one thing. Much longer than a watchdog: a slow disk is no
  /// reason to be killed, a thread that never answers is.
  milliseconds writer_patience{300'000};
  std::function<void()> on_beat;  ///< with each beat while everything answers; may be empty
};

class Heartbeat {
 public:
  virtual ~Heartbeat() = default;
  /// Begins to beat; ends when the scheduler stops.
  virtual void start() = 0;
  /// What keeps the engine from being alive: the loop's last beat is two watchdogs old, or the database's
  /// thread has been silent beyond patience. A sentence without ids or values; none while it is alive.
  virtual std::optional<std::string> complaint() const = 0;
  /// Why the last beat could not begin a transaction; none when it could.
  virtual std::optional<ErrorCode> write_failure() const = 0;
};

/// Scheduler and store outlive it; it outlives the loop's run.
std::unique_ptr<Heartbeat> make_heartbeat(Scheduler& scheduler, store::Store& store,
                                          HeartbeatOptions options);

}  // namespace prospectd::engine
