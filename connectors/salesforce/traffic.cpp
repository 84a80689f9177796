#include "connectors/salesforce/traffic.h"

#include "connectors/salesforce_wire/formats.h"

namespace prospectd::salesforce {

void Traffic::answered(const http::Headers& headers) {
  if (const auto date = headers.get("Date")) {
    if (const auto time = parse_http_date(*date)) server_time = time;
  }
  if (const auto header = headers.get("Sforce-Limit-Info")) {
    if (const auto info = salesforce_wire::parse_limit_info(*header)) {
      usage.used = info->used;
      usage.allowed = info->allowed;
    }
  }
}

}  // namespace prospectd::salesforce
