// The Salesforce connector: describe, the feed of changed records in pages, records by id, and writes. Made
// once for a connection and owned by its user; outlives every call under way, and so does the transport. All
// calls on the loop's one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "connectors/connector.h"
#include "connectors/http/transport.h"
#include "connectors/salesforce/login.h"

namespace prospectd::salesforce {

struct Options {
  std::string login_url;  ///< the org's own domain: "https://acme.my.salesforce.com"
  std::string api_version = "v60.0";
  std::string client_id;
  Secret client_secret;
  LoginOptions login = {};              ///< which way to log in
  std::function<Timestamp()> now = {};  ///< this machine's clock; LoginFlow::kJwtBearer needs it
  bool test_endpoint = false;           ///< plain http and loopback are allowed, to this endpoint's host
  std::vector<std::string> allowed_host_suffixes = {};  ///< besides the CRM's own; ".example.com"
  size_t page_size = 2'000;                             ///< a wish; brought into 200 to 2,000
  std::string client_name = "prospectd";                ///< marks our calls in the CRM's change events
  milliseconds timeout{60'000};                         ///< of one request
};
constexpr size_t kPageSizeMin = 200;
constexpr size_t kPageSizeMax = 2'000;

/// Nothing is sent before the first call, which also judges the options.
std::unique_ptr<Connector> make_salesforce_connector(http::Transport& transport, Options options);

}  // namespace prospectd::salesforce
