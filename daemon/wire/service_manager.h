// ServiceManager: systemd's notification protocol (sd_notify(3)), a few datagrams over the socket that
// $NOTIFY_SOCKET names: a path, or an abstract address. Without one, everything here does nothing. What a
// service manager doesn't take is lost, and nothing waits for it. On the loop's thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace prospectd::wire {

class ServiceManager {
 public:
  virtual ~ServiceManager() = default;
  /// Within which it wants to hear alive(); none: it doesn't watch.
  virtual std::optional<std::chrono::milliseconds> watchdog() const = 0;

  /// Started, or done with a reload.
  virtual void ready() = 0;
  virtual void reloading() = 0;
  virtual void stopping() = 0;
  /// Said only where somebody watches.
  virtual void alive() = 0;
  /// A line for `systemctl status`; sent when it differs from the last one.
  virtual void status(const std::string& text) = 0;
};

/// Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment, so that no child takes them
/// for its own. Call it before there are other threads. An address that can't be used is logged, once.
std::unique_ptr<ServiceManager> take_service_manager();

}  // namespace prospectd::wire
