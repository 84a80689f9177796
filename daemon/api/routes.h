// Routes: which method and path is which operation, as a table. Immutable, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/access.h"

namespace prospectd::api {

enum class Operation {
  kLive,
  kReady,
  kMetrics,
  kOpenApi,
  kStatus,
  kStartSync,
  kSync,
  kList,
  kResource,
  kExplain,
  kReloadConfig,
  kSettings,
  kSetting,
  kChangeSetting,
  kResetSetting,
  kTokens,
  kCreateToken,
  kToken,
  kRevokeToken,
  kFilters,
  kFilter,
  kCreateFilter,
  kChangeFilter,
  kDropFilter,
  kCreateProspect,
  kChangeProspect,
  kImport,
  kDlq,
  kDlqEntry,
  kDropDlqEntry,
  kRetryDlq,
  kReviews,
  kReview,
  kResolveReview,
  kJobs,
  kStartJob,
  kJob,
  kCancelJob,
  kUndo,
  kPlans,
  kPlan,
  kDropPlan,
  kCreateRow,
  kChangeRow,
  kRemoveRow,
  kProspectTags,
  kAddTags,
  kReplaceTags,
  kRemoveTags,
  kVerifications,
  kStartVerification,
  kVerification,
};

struct Route {
  std::string method;
  std::vector<std::string> path;  ///< "{id}" stands for any one segment
  Operation operation = Operation::kLive;
  std::optional<reconcile::Role> role = reconcile::Role::kRead;  ///< the least that it takes; none: no token
  std::vector<std::string> parameters;                           ///< that its query may have
  std::string type = {};  ///< of the resources, where it lists or shows rows of the database
};

const std::vector<Route>& routes();

/// What a path leads to: the route for the method (HEAD as GET), and what may be asked there.
struct Found {
  const Route* route = nullptr;  ///< null: no such path, or not with this method
  bool path_known = false;
  bool open = false;              ///< no token is needed there
  std::string allow;              ///< "GET, HEAD"
  std::vector<std::string> held;  ///< what stood in the place of "{id}"
};
Found find_route(const std::string& method, const std::vector<std::string>& segments);

}  // namespace prospectd::api
