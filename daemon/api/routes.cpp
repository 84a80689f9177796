#include "daemon/api/routes.h"

#include <cpprest/http_msg.h>

#include "daemon/api/list_wish.h"
#include "reconcile/row_kind.h"

namespace prospectd::api {
namespace {

using reconcile::Role;
using web::http::methods;

constexpr const char* kAnySegment = "{id}";

bool fits(const Route& route, const std::vector<std::string>& segments, std::vector<std::string>& held) {
  if (route.path.size() != segments.size()) return false;
  held.clear();
  for (size_t i = 0; i < segments.size(); ++i) {
    if (route.path[i] == kAnySegment) {
      held.push_back(segments[i]);
    } else if (route.path[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

bool takes(const Route& route, const std::string& method) {
  return route.method == method || (route.method == methods::GET && method == methods::HEAD);
}

void allow(std::string& list, const Route& route) {
  if (!list.empty()) list += ", ";
  list += route.method;
  if (route.method == methods::GET) list += ", " + methods::HEAD;
}

// Lists, and what may be shown by itself of what they list.
void add_lists(std::vector<Route>& table) {
  std::vector<std::string> types = {"prospects"};
  for (const store::Collection& collection : store::collections())
    types.push_back(collection.type);
  for (const std::string& type : types) {
    table.push_back({methods::GET, {"v1", type}, Operation::kList, Role::kRead, list_parameters(type), type});
    table.push_back({methods::GET,
                     {"v1", type, kAnySegment},
                     Operation::kResource,
                     Role::kRead,
                     resource_parameters(type),
                     type});
  }
  for (const std::string type : {"duplicates", "deadLetters"})
    table.push_back({methods::GET, {"v1", type}, Operation::kList, Role::kRead, list_parameters(type), type});
}

// Changes of what the lists list, but for prospects.
void add_row_changes(std::vector<Route>& table) {
  for (const reconcile::RowKind& kind : reconcile::row_kinds()) {
    if (!kind.editable) continue;
    const std::vector<std::string> one = {"v1", kind.type, kAnySegment};
    table.push_back(
        {methods::POST, {"v1", kind.type}, Operation::kCreateRow, kind.role, {"dryRun"}, kind.type});
    table.push_back({methods::PATCH, one, Operation::kChangeRow, kind.role, {"dryRun"}, kind.type});
    table.push_back({methods::DEL, one, Operation::kRemoveRow, kind.role, {"dryRun"}, kind.type});
  }
}

void add_prospect_tags(std::vector<Route>& table) {
  const std::vector<std::string> tags = {"v1", "prospects", kAnySegment, "relationships", "tags"};
  table.push_back({methods::GET, tags, Operation::kProspectTags, Role::kRead, {}});
  table.push_back({methods::POST, tags, Operation::kAddTags, Role::kUser, {"dryRun"}});
  table.push_back({methods::PATCH, tags, Operation::kReplaceTags, Role::kUser, {"dryRun"}});
  table.push_back({methods::DEL, tags, Operation::kRemoveTags, Role::kUser, {"dryRun"}});
}

std::vector<Route> make_routes() {
  constexpr auto kRead = Role::kRead;
  constexpr auto kUser = Role::kUser;
  constexpr auto kAdmin = Role::kAdmin;
  return {
      {methods::GET, {"livez"}, Operation::kLive, std::nullopt, {}},
      {methods::GET, {"readyz"}, Operation::kReady, std::nullopt, {}},
      {methods::GET, {"metrics"}, Operation::kMetrics, std::nullopt, {}},
      {methods::GET, {"v1", "openapi.json"}, Operation::kOpenApi, kRead, {}},
      {methods::GET, {"v1", "status"}, Operation::kStatus, kRead, {}},
      {methods::POST, {"v1", "syncs"}, Operation::kStartSync, kUser, {}},
      {methods::GET, {"v1", "syncs", kAnySegment}, Operation::kSync, kRead, {}},
      {methods::GET, {"v1", "explain"}, Operation::kExplain, kRead, {"subject", "field"}},
      {methods::POST, {"v1", "config", "reload"}, Operation::kReloadConfig, kAdmin, {}},
      {methods::GET, {"v1", "settings"}, Operation::kSettings, kRead, {}},
      {methods::GET, {"v1", "settings", kAnySegment}, Operation::kSetting, kRead, {}},
      {methods::PATCH, {"v1", "settings", kAnySegment}, Operation::kChangeSetting, kAdmin, {}},
      {methods::DEL, {"v1", "settings", kAnySegment}, Operation::kResetSetting, kAdmin, {}},
      {methods::GET, {"v1", "tokens"}, Operation::kTokens, kAdmin, {}},
      {methods::POST, {"v1", "tokens"}, Operation::kCreateToken, kAdmin, {}},
      {methods::GET, {"v1", "tokens", kAnySegment}, Operation::kToken, kAdmin, {}},
      {methods::DEL, {"v1", "tokens", kAnySegment}, Operation::kRevokeToken, kAdmin, {}},
      {methods::POST, {"v1", "prospects"}, Operation::kCreateProspect, kUser, {"dryRun"}},
      {methods::PATCH,
       {"v1", "prospects", kAnySegment},
       Operation::kChangeProspect,
       kUser,
       {"dryRun", "optIn"}},
      {methods::POST, {"v1", "imports"}, Operation::kImport, kUser, {"dryRun"}},
      {methods::GET,
       {"v1", "dlqEntries"},
       Operation::kDlq,
       kRead,
       {"filter[connection]", "page[size]", "page[after]"}},
      {methods::GET, {"v1", "dlqEntries", kAnySegment}, Operation::kDlqEntry, kRead, {}},
      {methods::DEL, {"v1", "dlqEntries", kAnySegment}, Operation::kDropDlqEntry, kAdmin, {}},
      {methods::POST, {"v1", "dlqRetries"}, Operation::kRetryDlq, kUser, {}},
      {methods::GET, {"v1", "conflictReviews"}, Operation::kReviews, kRead, {"page[size]", "page[after]"}},
      {methods::GET, {"v1", "conflictReviews", kAnySegment}, Operation::kReview, kRead, {}},
      {methods::PATCH, {"v1", "conflictReviews", kAnySegment}, Operation::kResolveReview, kUser, {}},
      {methods::GET, {"v1", "jobs"}, Operation::kJobs, kRead, {}},
      {methods::POST, {"v1", "jobs"}, Operation::kStartJob, kUser, {}},
      {methods::GET, {"v1", "jobs", kAnySegment}, Operation::kJob, kRead, {}},
      {methods::DEL, {"v1", "jobs", kAnySegment}, Operation::kCancelJob, kUser, {}},
      {methods::GET, {"v1", "plans"}, Operation::kPlans, kRead, {}},
      {methods::GET, {"v1", "plans", kAnySegment}, Operation::kPlan, kRead, {}},
      {methods::DEL, {"v1", "plans", kAnySegment}, Operation::kDropPlan, kUser, {}},
      {methods::POST, {"v1", "undos"}, Operation::kUndo, kUser, {}},
      {methods::GET, {"v1", "verifications"}, Operation::kVerifications, kRead, {}},
      {methods::POST, {"v1", "verifications"}, Operation::kStartVerification, kUser, {}},
      {methods::GET, {"v1", "verifications", kAnySegment}, Operation::kVerification, kRead, {}},
      {methods::GET, {"v1", "filters"}, Operation::kFilters, kRead, {}},
      {methods::POST, {"v1", "filters"}, Operation::kCreateFilter, kUser, {}},
      {methods::GET, {"v1", "filters", kAnySegment}, Operation::kFilter, kRead, {}},
      {methods::PATCH, {"v1", "filters", kAnySegment}, Operation::kChangeFilter, kUser, {}},
      {methods::DEL, {"v1", "filters", kAnySegment}, Operation::kDropFilter, kUser, {}},
  };
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table = [] {
    std::vector<Route> made = make_routes();
    add_lists(made);
    add_row_changes(made);
    add_prospect_tags(made);
    return made;
  }();
  return table;
}

Found find_route(const std::string& method, const std::vector<std::string>& segments) {
  Found found;
  std::vector<std::string> held;
  for (const Route& route : routes()) {
    if (!fits(route, segments, held)) continue;
    found.path_known = true;
    found.open = !route.role;
    allow(found.allow, route);
    if (!takes(route, method)) continue;
    found.route = &route;
    found.held = held;
  }
  return found;
}

}  // namespace prospectd::api
