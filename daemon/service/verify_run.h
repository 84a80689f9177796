// VerifyRun: a drift scan's job at work: connection by connection, part by part, each in its connection's
// turn. Keeps the job's counts and rows. Internal to the service; on the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/supervisor.h"
#include "daemon/service/jobs.h"

namespace prospectd::service {

/// Who orders the scans that nobody asked for.
constexpr std::string_view kDaemonActor = "prospectd";

class VerifyRun {
 public:
  /// Both references outlive it. What the job says is finished is not scanned again.
  VerifyRun(engine::Supervisor& supervisor, JobView& view, std::vector<std::string> connections)
      : supervisor_(supervisor), view_(view), connections_(std::move(connections)) {}

  /// The next part; false: nothing is left. Where the view says that it is held back, nothing was done.
  /// **Errors:** the CRM's, which may pass: called again, it goes on where it was; kNotFound where no
  /// connection reads the object asked for.
  boost::asio::awaitable<Result<bool>> next();

 private:
  std::shared_ptr<engine::VerifyScan> scan_of(const std::string& connection) const;
  void take(const std::string& connection, engine::VerifyReport& report);
  void count();

  engine::Supervisor& supervisor_;
  JobView& view_;
  const std::vector<std::string> connections_;
  size_t at_ = 0;  ///< the connection under way
  std::shared_ptr<engine::VerifyScan> scan_;
};

}  // namespace prospectd::service
