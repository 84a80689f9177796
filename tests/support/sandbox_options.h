// Options of an organisation for tests that keep its clock themselves, and of its front.
#pragma once

#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"

namespace prospectd::test {

/// The org goes by `now`, which outlives it.
inline sandbox::OrgOptions org_options(const Timestamp& now) {
  sandbox::OrgOptions options;
  options.now = [&now] { return now; };
  return options;
}

/// The client's secret is "s3cret".
inline sandbox::FrontOptions front_options() {
  sandbox::FrontOptions options;
  options.client_secret = Secret("s3cret");
  return options;
}

}  // namespace prospectd::test
