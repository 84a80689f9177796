// Api: the control API as a handler for http::Server. It lets in who may ask, finds the route, asks the
// service and answers in JSON:API documents (docs/api.md is the contract). All on the loop's one thread. The
// handler may be copied; all copies are one API, with one table of syncs.
#pragma once

#include <string>
#include <vector>

#include "base/secret.h"
#include "connectors/http/server.h"
#include "daemon/api/configuration.h"
#include "daemon/engine/scheduler.h"
#include "daemon/metrics/metrics.h"
#include "daemon/service/dlq.h"
#include "daemon/service/edits.h"
#include "daemon/service/jobs.h"
#include "daemon/service/kept_answers.h"
#include "daemon/service/plans.h"
#include "daemon/service/reviews.h"
#include "daemon/service/row_edits.h"
#include "daemon/service/service.h"
#include "daemon/service/tokens.h"
#include "daemon/service/undo.h"

namespace prospectd::api {

struct ApiOptions {
  Secret token;                    ///< the daemon's own, of kFirstAdmin; must not be empty
  std::vector<std::string> hosts;  ///< names allowed in Host beside localhost, 127.0.0.1 and [::1]
  Configuration* configuration =
      nullptr;  ///< outlives the api; none: there is nothing to read again or to set
  service::SavedFilters* filters = nullptr;  ///< outlives the api; none: nothing is saved
  service::Tokens* tokens = nullptr;         ///< outlives the api; none: only the daemon's own counts
  service::Edits* edits = nullptr;           ///< outlives the api; none: nothing is changed here
  service::Dlq* dlq = nullptr;               ///< outlives the api; none: nothing is retried or dropped here
  service::Reviews* reviews = nullptr;       ///< outlives the api; none: no conflict is decided here
  service::Jobs* jobs = nullptr;            ///< outlives the api; none: nothing is pulled or pushed on demand
  service::Plans* plans = nullptr;          ///< outlives the api; none: no plan is shown or dropped here
  service::Undos* undos = nullptr;          ///< outlives the api; none: nothing is undone here
  service::RowEdits* rows = nullptr;        ///< outlives the api; none: no other rows are changed here
  service::KeptAnswers* answers = nullptr;  ///< outlives the api; none: no Idempotency-Key is taken
  metrics::Metrics* metrics = nullptr;      ///< outlives the api; none: there is no /metrics
};

/// Scheduler and service outlive the io_context's run: a sync that was asked for goes on as a coroutine of
/// its own, and ends when the supervisor does.
/// **Errors:** kConfigInvalid when the token is empty.
Result<http::Handler> make_api(engine::Scheduler& scheduler, service::Service& service, ApiOptions options);

}  // namespace prospectd::api
