// One login by itself, and what can be learnt with it: for `prospectd login --test`. Nothing is read of any
// record. On the loop's one thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/error.h"
#include "connectors/connector.h"
#include "connectors/salesforce/answers.h"
#include "connectors/salesforce/salesforce_connector.h"

namespace prospectd::salesforce {

/// As far as it came: what was not learnt is empty.
struct LoginProbe {
  std::string instance;  ///< "https://acme.my.salesforce.com"
  Identity identity;     ///< without names where the token may not ask for them
  std::vector<std::string> scopes;
  std::string oldest_version;  ///< that the API is offered in, "v31.0"
  std::string newest_version;
  std::optional<milliseconds> skew;  ///< the CRM's clock less ours
  ApiUsage usage;
  std::optional<Error> failure;  ///< that ended it
};
constexpr size_t kScopesMax = 50;

/// Logs in, asks who it is, which versions there are, and for the root of the configured one. The transport
/// outlives it. **Errors** are in `failure`: those of Session::ensure and RestClient::get, and kConfigInvalid
/// for a version that is not offered.
boost::asio::awaitable<LoginProbe> probe_login(http::Transport& transport, Options options);

}  // namespace prospectd::salesforce
