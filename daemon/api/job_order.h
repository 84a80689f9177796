// The bodies that start a job. Pure, any thread.
#pragma once

#include <string>
#include <variant>

#include "daemon/api/refusal.h"
#include "daemon/service/jobs.h"

namespace prospectd::api {

struct JobBody {
  service::JobOrder order;
  bool save = false;    ///< a dry run is kept as a plan
  std::string pointer;  ///< to what has the members in the body
};

/// {"kind": "pull", "prospects": ["42"], "force": …, "includeBlanks": …, "dryRun": …, "connection": …}, or
/// with "filter": …, or with "all": true, as plain members or as a JSON:API resource; "save": true with a dry
/// run keeps it as a plan, and {"plan": "p-7f3a"} applies one.
/// **Errors:** kTooLarge; kInvalidJson with line and column; kInvalidInput, which names the member.
std::variant<JobBody, Refusal> parse_job_order(const std::string& body);

/// {"object": …, "connection": …, "repair": …, "yes": …, "dryRun": …}, each of which may be missing, of a
/// drift scan; in the same forms. **Errors:** as parse_job_order.
std::variant<service::JobOrder, Refusal> parse_verification_order(const std::string& body);

}  // namespace prospectd::api
