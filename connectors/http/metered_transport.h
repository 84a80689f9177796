// MeteredTransport: a transport that counts what became of its requests, by outcome, and leaves everything
// else to the one behind it. On the loop's one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "connectors/http/transport.h"

namespace prospectd::http {

class MeteredTransport : public Transport {
 public:
  /// Requests by outcome since it was made: the status of an answer ("200"), a name for what the protocol
  /// doesn't define ("4xx", "other"), or the code of the error ("timeout"). The names are ours, whatever a
  /// server answers, so there are few of them.
  virtual const std::map<std::string, int64_t>& requests() const = 0;
};

/// `behind` outlives it.
std::unique_ptr<MeteredTransport> make_metered_transport(Transport& behind);

}  // namespace prospectd::http
