// Configuration: what the control API may do about the configuration in force: read it again, and set what
// can be set at run time. Implemented by the composition root, which alone knows the file. On the loop's
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "config/changes.h"
#include "config/settings.h"
#include "reconcile/store/store.h"

namespace prospectd::api {

/// A key that can be set at run time.
struct SettingInForce {
  config::SettableKey about;
  std::string value;  ///< in force
  config::Layer origin = config::Layer::kDefault;
  config::Place place;  ///< of a value from a file
  std::optional<store::StoredSetting>
      stored;  ///< what somebody set; in force unless the environment says more
};

class Configuration {
 public:
  virtual ~Configuration() = default;
  /// Reads the configuration again. With faults in the report the old one stays.
  virtual boost::asio::awaitable<config::ReloadReport> reload() = 0;
  virtual config::ReloadHistory reloads() const = 0;
  /// Every key that can be set at run time, in the order of the reference.
  virtual boost::asio::awaitable<Result<std::vector<SettingInForce>>> settings() = 0;
  /// Sets one, or takes it back (no value), for `actor`; in force from the next cycle.
  /// **Errors:** kNotFound for a key that can't be set; kInvalidInput for a value that its row refuses; the
  /// store's.
  virtual boost::asio::awaitable<Result<SettingInForce>> set(std::string key,
                                                             std::optional<std::string> value,
                                                             std::string actor) = 0;
};

}  // namespace prospectd::api
