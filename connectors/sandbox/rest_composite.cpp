// Composite calls, graphs and batches: requests inside a request (SALESFORCE_API §7.2, §7.3, §7.5).
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/composite_run.h"
#include "connectors/sandbox/references.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr size_t kSubRequestsMax = 25;
constexpr size_t kSubQueriesMax = 5;
constexpr size_t kGraphsMax = 75;
constexpr size_t kGraphNodesMax = 500;
constexpr size_t kGraphDepthMax = 15;
constexpr size_t kGraphKindsMax = 15;
constexpr size_t kGraphFailuresMax = 14;
constexpr size_t kGraphIdMax = 40;

ApiError over_limit(size_t max, std::string_view of_what) {
  return api_error(std::string(code::kLimitExceeded),
                   "The request has more than " + std::to_string(max) + " " + std::string(of_what));
}

Outcome<bool> flag_in(const Json& body, const char* name) {
  const Json* flag = find_member(body, name);
  if (flag == nullptr || flag->is_null()) return false;
  if (!flag->is_boolean()) return wrong_shape("boolean", *flag);
  return flag->get<bool>();
}

const Json& member_or_null(const Json& body, const char* name) {
  static const Json kNothing;
  const Json* found = find_member(body, name);
  return found == nullptr ? kNothing : *found;
}

// What follows the version, cut at its slashes.
std::vector<std::string_view> segments_below_version(std::string_view path) {
  std::vector<std::string_view> segments;
  size_t slash = path.find('/');
  while (slash != std::string_view::npos) {
    path.remove_prefix(slash + 1);
    slash = path.find('/');
    segments.push_back(path.substr(0, slash));
  }
  return segments;
}

bool counts_as_query(const SubRequest& sub) {
  const auto segments = segments_below_version(path_below_data(sub.url));
  if (segments.empty()) return false;
  return segments[0] == "query" || segments[0] == "queryAll" || segments[0] == "composite";
}

// A graph takes single records alone: new ones, and those that an id or a key names.
bool fits_in_graph(const SubRequest& sub) {
  const auto segments = segments_below_version(path_below_data(sub.url));
  if (segments.size() < 2 || segments.size() > 4 || segments[0] != "sobjects") return false;
  if (segments.size() == 2) return sub.method == "POST";
  return sub.method == "GET" || sub.method == "PATCH" || sub.method == "DELETE";
}

// The version, the method and the object of a request, which make a kind of node.
std::string kind_of_node(const SubRequest& sub) {
  const std::string_view path = path_below_data(sub.url);
  const auto segments = segments_below_version(path);
  return std::string(path.substr(0, path.find('/'))) + " " + sub.method + " " +
         to_lower_ascii(segments.size() < 2 ? std::string_view{} : segments[1]);
}

size_t depth_of_graph(const std::vector<SubRequest>& subs) {
  std::map<std::string, size_t, std::less<>> depths;
  size_t deepest = 0;
  for (const SubRequest& sub : subs) {
    size_t depth = 1;
    const std::set<std::string> names =
        References::names_in(sub.url, sub.body == nullptr ? Json() : *sub.body);
    for (const std::string& name : names) {
      const auto referred = depths.find(name);
      if (referred != depths.end()) depth = std::max(depth, referred->second + 1);
    }
    depths[sub.name] = depth;
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

struct Graph {
  std::string id;
  std::vector<SubRequest> subs;
};

bool is_graph_id(std::string_view id) {
  const auto starts = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !id.empty() && id.size() < kGraphIdMax && starts(id.front());
}

Outcome<Graph> graph_of(const Json& json) {
  if (!json.is_object()) return wrong_shape("graph", json);
  const Json& id = member_or_null(json, "graphId");
  if (!id.is_string()) return wrong_shape("graphId", id);
  Graph graph;
  graph.id = id.get<std::string>();
  if (!is_graph_id(graph.id)) {
    return api_error("INVALID_INPUT", "The graphId '" + graph.id +
                                          "' has to begin with a letter or a digit and be shorter than 40");
  }
  PD_ASSIGN(subs, sub_requests_of(member_or_null(json, "compositeRequest")));
  graph.subs = std::move(subs);
  std::set<std::string> kinds;
  for (const SubRequest& sub : graph.subs) {
    if (!fits_in_graph(sub)) {
      return api_error("INVALID_INPUT", sub.method + " " + sub.url + " is not supported in a graph");
    }
    kinds.insert(kind_of_node(sub));
  }
  if (kinds.size() > kGraphKindsMax) return over_limit(kGraphKindsMax, "different nodes in one graph");
  if (depth_of_graph(graph.subs) > kGraphDepthMax) return over_limit(kGraphDepthMax, "levels in one graph");
  return graph;
}

Outcome<std::vector<Graph>> graphs_of(const Json& list) {
  if (!list.is_array()) return wrong_shape("list of graphs", list);
  if (list.size() > kGraphsMax) return over_limit(kGraphsMax, "graphs");
  std::vector<Graph> graphs;
  std::set<std::string> ids;
  size_t nodes = 0;
  for (const Json& json : list) {
    PD_ASSIGN(graph, graph_of(json));
    nodes += graph.subs.size();
    if (nodes > kGraphNodesMax) return over_limit(kGraphNodesMax, "nodes");
    if (!ids.insert(graph.id).second) {
      return api_error("INVALID_INPUT", "The graphId '" + graph.id + "' is used more than once");
    }
    graphs.push_back(std::move(graph));
  }
  return graphs;
}

// The address of a batch's request with what every other has before it.
std::string batch_url(std::string url) {
  if (url.starts_with('/')) return url;
  return "/services/data/" + url;
}

struct BatchItem {
  SubRequest request;
  const Json* input = nullptr;
};

Outcome<std::vector<BatchItem>> batch_items(const Json& list) {
  if (!list.is_array()) return wrong_shape("list of subrequests", list);
  if (list.size() > kSubRequestsMax) return over_limit(kSubRequestsMax, "subrequests");
  std::vector<BatchItem> items;
  for (const Json& json : list) {
    const Json& method = member_or_null(json, "method");
    const Json& url = member_or_null(json, "url");
    if (!method.is_string()) return wrong_shape("method", method);
    if (!url.is_string()) return wrong_shape("url", url);
    BatchItem item;
    item.request.method = method.get<std::string>();
    item.request.url = batch_url(url.get<std::string>());
    item.input = find_member(json, "richInput");
    items.push_back(std::move(item));
  }
  return items;
}

// Each request of a batch counts by itself, and none may be of a later version than the batch.
http::Response run_batch_item(Call& call, const BatchItem& item) {
  const auto counted = count_call(call.state);
  if (!counted) return error_answer(counted.error());
  const std::string_view path = path_below_data(item.request.url);
  const auto version = salesforce_wire::parse_api_version(path.substr(0, path.find('/')));
  if (version && *version > call.version) {
    return error_answer(
        api_error("INVALID_INPUT", "A subrequest can't be of a later version than its batch"));
  }
  return run_sub_request(call, item.request, item.request.url, item.input, Nesting::kBatch);
}

}  // namespace

Outcome<http::Response> answer_composite(Call& call) {
  PD_ASSIGN(body, parse_request_body(call.request));
  PD_ASSIGN(all_or_none, flag_in(body, "allOrNone"));
  const Json& list = member_or_null(body, "compositeRequest");
  if (list.is_array() && list.size() > kSubRequestsMax) return over_limit(kSubRequestsMax, "subrequests");
  PD_ASSIGN(subs, sub_requests_of(list));
  if (static_cast<size_t>(std::count_if(subs.begin(), subs.end(), counts_as_query)) > kSubQueriesMax) {
    return over_limit(kSubQueriesMax, "queries and collections");
  }
  const CompositeResult result = run_composite(call, subs, all_or_none, Nesting::kComposite);
  return json_answer(200, "{\"compositeResponse\":" + result.json + "}");
}

Outcome<http::Response> answer_graph(Call& call) {
  constexpr int kGraphVersion = 50;
  if (call.version.major < kGraphVersion) return not_found();
  PD_ASSIGN(body, parse_request_body(call.request));
  PD_ASSIGN(graphs, graphs_of(member_or_null(body, "graphs")));
  std::string out = "{\"graphs\":[";
  size_t failures = 0;
  for (const Graph& graph : graphs) {
    const CompositeResult result = failures > kGraphFailuresMax
                                       ? halted_composite(graph.subs)
                                       : run_composite(call, graph.subs, true, Nesting::kComposite);
    failures += result.failed ? 1 : 0;
    out += (out.ends_with('[') ? "{\"graphId\":" : ",{\"graphId\":") + json_quote(graph.id) +
           ",\"graphResponse\":{\"compositeResponse\":" + result.json +
           "},\"isSuccessful\":" + (result.failed ? "false" : "true") + "}";
  }
  return json_answer(200, out + "]}");
}

Outcome<http::Response> answer_batch(Call& call) {
  PD_ASSIGN(body, parse_request_body(call.request));
  PD_ASSIGN(halt, flag_in(body, "haltOnError"));
  PD_ASSIGN(items, batch_items(member_or_null(body, "batchRequests")));
  std::string results;
  bool failed = false;
  for (const BatchItem& item : items) {
    const http::Response answer = failed && halt
                                      ? error_answer(api_error(412, std::string(code::kBatchProcessingHalted),
                                                               "Batch processing halted per request"))
                                      : run_batch_item(call, item);
    failed = failed || answer.status >= 400;
    results += (results.empty() ? "{\"statusCode\":" : ",{\"statusCode\":") + std::to_string(answer.status) +
               ",\"result\":" + (answer.body.empty() ? "null" : answer.body) + "}";
  }
  return json_answer(
      200, std::string("{\"hasErrors\":") + (failed ? "true" : "false") + ",\"results\":[" + results + "]}");
}

}  // namespace prospectd::sandbox
