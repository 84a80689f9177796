#include "connectors/sandbox/composite_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/references.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr std::string_view kDataPath = "/services/data/";
constexpr size_t kSubHeadersMax = 50;

Outcome<std::string> text_member(const Json& object, const char* name) {
  const Json* text = find_member(object, name);
  if (text == nullptr || !text->is_string()) return wrong_shape(name, text == nullptr ? Json() : *text);
  return text->get<std::string>();
}

Outcome<http::Headers> sub_headers(const Json& sub) {
  http::Headers headers;
  const Json* sent = find_member(sub, "httpHeaders");
  if (sent == nullptr || sent->is_null()) return headers;
  if (!sent->is_object() || sent->size() > kSubHeadersMax) return wrong_shape("httpHeaders", *sent);
  for (const auto& [name, value] : sent->items()) {
    if (!value.is_string()) return wrong_shape("string", value);
    const bool ours =
        equals_ignore_case_ascii(name, "Authorization") || equals_ignore_case_ascii(name, "Content-Type");
    if (!ours) headers.add(name, value.get<std::string>());
  }
  return headers;
}

Outcome<SubRequest> sub_request_of(const Json& json) {
  if (!json.is_object()) return wrong_shape("subrequest", json);
  SubRequest sub;
  PD_ASSIGN(method, text_member(json, "method"));
  PD_ASSIGN(url, text_member(json, "url"));
  PD_ASSIGN(name, text_member(json, "referenceId"));
  PD_ASSIGN(headers, sub_headers(json));
  if (!is_reference_name(name)) {
    return api_error("INVALID_INPUT",
                     "The referenceId '" + name + "' may hold letters, digits and underscores only");
  }
  sub.method = std::move(method);
  sub.url = std::move(url);
  sub.name = std::move(name);
  sub.headers = std::move(headers);
  sub.body = find_member(json, "body");
  return sub;
}

// A collection answers 200 whatever became of its records.
bool holds_failed_item(const http::Response& answer) {
  if (answer.status != 200 || answer.body.find("\"success\":false") == std::string::npos) return false;
  const Json items = Json::parse(answer.body, nullptr, false);
  return items.is_array() && std::any_of(items.begin(), items.end(), [](const Json& item) {
           return item.is_object() && item.value("success", Json(true)) == Json(false);
         });
}

bool has_failed(const http::Response& answer, bool all_or_none) {
  constexpr int kNotModified = 304;
  if (answer.status >= 300 && answer.status != kNotModified) return true;
  return all_or_none && holds_failed_item(answer);
}

http::Response halted_answer() {
  return error_answer(
      api_error(std::string(code::kProcessingHalted),
                "The transaction was rolled back since another operation in the same transaction failed."));
}

http::Response run_referring(Call& call, const SubRequest& sub, References& references, Nesting nesting) {
  auto url = references.resolve_url(sub.url);
  if (!url) return error_answer(url.error());
  if (sub.body == nullptr) return run_sub_request(call, sub, *url, nullptr, nesting);
  auto body = references.resolve_body(*sub.body);
  if (!body) return error_answer(body.error());
  return run_sub_request(call, sub, *url, &*body, nesting);
}

void append_result(std::string& out, const SubRequest& sub, const http::Response& answer) {
  out += out.size() == 1 ? "{\"body\":" : ",{\"body\":";
  out += answer.body.empty() ? "null" : answer.body;
  out += ",\"httpHeaders\":{";
  bool first = true;
  for (const std::string_view name : {"Location", "ETag", "Last-Modified", "Allow"}) {
    const auto value = answer.headers.get(name);
    if (!value) continue;
    out += (first ? "" : ",") + json_quote(name) + ":" + json_quote(*value);
    first = false;
  }
  out += "},\"httpStatusCode\":" + std::to_string(answer.status) + ",\"referenceId\":\"" + sub.name + "\"}";
}

}  // namespace

Outcome<std::vector<SubRequest>> sub_requests_of(const Json& list) {
  if (!list.is_array()) return wrong_shape("list of subrequests", list);
  std::vector<SubRequest> subs;
  std::set<std::string> names;
  for (const Json& json : list) {
    PD_ASSIGN(sub, sub_request_of(json));
    if (!names.insert(sub.name).second) {
      return api_error("INVALID_INPUT", "The referenceId '" + sub.name + "' is used more than once");
    }
    subs.push_back(std::move(sub));
  }
  return subs;
}

std::string_view path_below_data(std::string_view url) {
  std::string_view path = url.substr(0, url.find('?'));
  if (!path.starts_with(kDataPath)) return {};
  path.remove_prefix(kDataPath.size());
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

http::Response run_sub_request(Call& call, const SubRequest& sub, const std::string& url, const Json* body,
                               Nesting nesting) {
  http::ServerRequest request;
  request.method = sub.method;
  request.target = url;
  request.headers = sub.headers;
  if (const auto host = call.request.headers.get("Host")) request.headers.set("Host", std::string(*host));
  request.headers.set("Content-Type", "application/json");
  if (body != nullptr && !body->is_null()) request.body = body->dump();
  auto answer = run_call(call.state, request, call.session, path_below_data(url), nesting);
  return answer ? *std::move(answer) : error_answer(answer.error());
}

CompositeResult run_composite(Call& call, const std::vector<SubRequest>& subs, bool all_or_none,
                              Nesting nesting) {
  References references;
  std::optional<Org::Transaction> transaction;
  if (all_or_none) transaction.emplace(call.state.org);
  std::vector<http::Response> answers(subs.size(), halted_answer());
  CompositeResult result;
  size_t culprit = subs.size();
  for (size_t i = 0; i < subs.size() && culprit == subs.size(); ++i) {
    answers[i] = run_referring(call, subs[i], references, nesting);
    if (!has_failed(answers[i], all_or_none)) {
      references.add(subs[i].name, answers[i].body);
      continue;
    }
    result.failed = true;
    if (all_or_none) culprit = i;
  }
  if (transaction && !result.failed) transaction->commit();
  result.json = "[";
  for (size_t i = 0; i < subs.size(); ++i) {
    const bool undone = all_or_none && result.failed && i != culprit;
    append_result(result.json, subs[i], undone ? halted_answer() : answers[i]);
  }
  result.json += ']';
  return result;
}

CompositeResult halted_composite(const std::vector<SubRequest>& subs) {
  CompositeResult result{true, "["};
  for (const SubRequest& sub : subs)
    append_result(result.json, sub, halted_answer());
  result.json += ']';
  return result;
}

}  // namespace prospectd::sandbox
