#include "daemon/api/routes.h"

#include <cpprest/http_msg.h>

namespace prospectd::api {
namespace {

using web::http::methods;

constexpr std::string_view kAnySegment = "{id}";

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

std::vector<Route> make_routes() {
  return {
      {methods::GET, {"livez"}, Operation::kLive, false, {}},
      {methods::GET, {"readyz"}, Operation::kReady, false, {}},
      {methods::GET, {"v1", "status"}, Operation::kStatus, true, {}},
      {methods::POST, {"v1", "syncs"}, Operation::kStartSync, true, {}},
      {methods::GET, {"v1", "syncs", kAnySegment}, Operation::kSync, true, {}},
      {methods::GET,
       {"v1", "prospects"},
       Operation::kProspects,
       true,
       {"filter[q]", "filter[text]", "filter[withoutKey]", "page[size]", "page[after]"}},
      {methods::GET, {"v1", "prospects", kAnySegment}, Operation::kProspect, true, {}},
      {methods::GET,
       {"v1", "duplicates"},
       Operation::kDuplicates,
       true,
       {"filter[open]", "page[size]", "page[after]"}},
      {methods::GET, {"v1", "deadLetters"}, Operation::kDeadLetters, true, {"page[size]", "page[after]"}},
      {methods::GET, {"v1", "explain"}, Operation::kExplain, true, {"subject"}},
      {methods::POST, {"v1", "config", "reload"}, Operation::kReloadConfig, true, {}},
      {methods::GET, {"v1", "settings"}, Operation::kSettings, true, {}},
      {methods::GET, {"v1", "settings", kAnySegment}, Operation::kSetting, true, {}},
      {methods::PATCH, {"v1", "settings", kAnySegment}, Operation::kChangeSetting, true, {}},
      {methods::DEL, {"v1", "settings", kAnySegment}, Operation::kResetSetting, true, {}},
  };
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table = make_routes();
  return table;
}

Found find_route(const std::string& method, const std::vector<std::string>& segments) {
  Found found;
  std::vector<std::string> held;
  for (const Route& route : routes()) {
    if (!fits(route, segments, held)) continue;
    found.path_known = true;
    found.open = !route.needs_token;
    allow(found.allow, route);
    if (!takes(route, method)) continue;
    found.route = &route;
    found.held = held;
  }
  return found;
}

}  // namespace prospectd::api
