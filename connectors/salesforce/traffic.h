// Traffic: what one connection has sent and what the answers' headers told on the way. Owned by the
// connector, shared by its session and its calls; on the loop's one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "connectors/connector.h"
#include "connectors/http/message.h"

namespace prospectd::salesforce {

struct Traffic {
  int64_t calls = 0;  ///< requests sent, logins included
  ApiUsage usage;
  std::optional<Timestamp> server_time;  ///< the Date of the last answer that had one

  void sent() { ++calls; }
  /// Reads Date and Sforce-Limit-Info; what is missing or unreadable leaves things as they are.
  void answered(const http::Headers& headers);
};

}  // namespace prospectd::salesforce
