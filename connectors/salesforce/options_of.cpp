#include "connectors/salesforce/options_of.h"

namespace prospectd::salesforce {

SessionOptions session_options(Options& options) {
  SessionOptions out;
  out.login_url = std::move(options.login_url);
  out.client_id = std::move(options.client_id);
  out.client_secret = std::move(options.client_secret);
  out.login = std::move(options.login);
  out.now = std::move(options.now);
  out.test_endpoint = options.test_endpoint;
  out.allowed_host_suffixes = std::move(options.allowed_host_suffixes);
  out.timeout = options.timeout;
  return out;
}

RestOptions rest_options(const Options& options) {
  RestOptions out;
  out.timeout = options.timeout;
  out.test_endpoint = options.test_endpoint;
  return out;
}

}  // namespace prospectd::salesforce
