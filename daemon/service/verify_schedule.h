// VerifySchedule: the drift scans that nobody asks for: of each connection one in `verify.every`, at a moment
// that chance spreads, so that many daemons of one CRM do not come together (F35). On the loop's thread.
#pragma once

#include <memory>
#include <optional>

#include "daemon/engine/scheduler.h"
#include "daemon/engine/supervisor.h"
#include "daemon/service/jobs.h"

namespace prospectd::service {

/// When a connection's next scan is due: `every` after the oldest of its objects' last scans began, and up to
/// a tenth later; where there was none, from ten minutes behind `since` on, within an hour. `chance`, 0 to
/// 999, is drawn once and says how much later. None: never, or not before everything has been read once.
std::optional<Timestamp> next_verification(const engine::ConnectionStatus& connection, Timestamp since,
                                           int64_t chance);

class VerifySchedule {
 public:
  virtual ~VerifySchedule() = default;
  /// Looks from now on, at once and then every few minutes, until the scheduler stops.
  virtual void start() = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<VerifySchedule> make_verify_schedule(engine::Scheduler& scheduler,
                                                     engine::Supervisor& supervisor, Jobs& jobs);

}  // namespace prospectd::service
