#include "connectors/sandbox/answers.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"

namespace prospectd::sandbox {

namespace code = salesforce_wire::error_name;

http::Response json_answer(int status, std::string body) {
  http::Response answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/json;charset=UTF-8");
  answer.body = std::move(body);
  return answer;
}

namespace {

std::string names_json(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names)
    out += (out.size() == 1 ? "" : ",") + json_quote(name);
  return out + "]";
}

// What a request is refused for before anybody has looked at what it asks. Where SALESFORCE_API §11.2 has no
// code for a status, the code is the name of the status.
struct RefusedRequest {
  int status;
  std::string_view code;
  std::string_view message;
};
constexpr RefusedRequest kRefusedRequests[] = {
    {400, "BAD_REQUEST", "The request is not well-formed"},
    {408, "REQUEST_TIMEOUT", "The request did not come to its end in time"},
    {413, "REQUEST_TOO_LARGE", "The body is larger than it may be here"},
    {414, "URI_TOO_LONG", "The URI has more than 16384 bytes"},
    {415, code::kUnsupportedMediaType, "The body's content encoding is not known"},
    {417, "EXPECTATION_FAILED", "The request expects what is not done here"},
    {431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "URI and headers have more than 16384 bytes"},
    {503, code::kServerUnavailable, "There are too many connections"},
};

std::string error_json(const ApiError& error) {
  std::string out = "{\"message\":" + json_quote(error.message) + ",\"errorCode\":" + json_quote(error.code);
  if (!error.fields.empty()) out += ",\"fields\":" + names_json(error.fields);
  return out + "}";
}

}  // namespace

// These texts may quote what was sent, so they are repaired where it is no UTF-8.
http::Response error_answer(const ApiError& error) {
  std::string body = "[" + error_json(error);
  for (const ApiError& other : error.more)
    body += "," + error_json(other);
  return json_answer(error.status, body + "]");
}

http::Response duplicate_answer(const ApiError& error, std::string_view base, bool spelled_right) {
  const DuplicateReport& report = *error.duplicates;
  std::string results;
  for (const DuplicateReport::Matches& matches : report.matches) {
    std::string records;
    for (const std::string& id : matches.ids) {
      records += (records.empty() ? "" : ",") +
                 std::string(
                     "{\"additionalInformation\":[],\"fieldDiffs\":[],\"matchConfidence\":100.0,"
                     "\"record\":{\"attributes\":{\"type\":") +
                 json_quote(matches.object) +
                 ",\"url\":" + json_quote(std::string(base) + "/sobjects/" + matches.object + "/" + id) +
                 "},\"Id\":" + json_quote(id) + "}}";
    }
    results += (results.empty() ? "" : ",") + std::string("{\"entityType\":") + json_quote(matches.object) +
               ",\"errors\":[],\"matchEngine\":\"ExactMatchEngine\",\"matchRecords\":[" + records +
               "],\"rule\":" + json_quote(report.rule) + ",\"size\":" + std::to_string(matches.ids.size()) +
               ",\"success\":true}";
  }
  const std::string key = spelled_right ? "duplicateResult" : "duplicateResut";
  return json_answer(error.status,
                     "[{\"" + key + "\":{\"allowSave\":" + (report.allow_save ? "true" : "false") +
                         ",\"duplicateRule\":" + json_quote(report.rule) + ",\"duplicateRuleEntityType\":" +
                         json_quote(report.object) + ",\"errorMessage\":" + json_quote(error.message) +
                         ",\"matchResults\":[" + results + "]},\"errorCode\":" + json_quote(error.code) +
                         ",\"message\":" + json_quote(error.message) + "}]");
}

std::string item_errors_json(const ApiError& error) {
  std::string out = "{\"statusCode\":" + json_quote(error.code) +
                    ",\"message\":" + json_quote(error.message) + ",\"fields\":" + names_json(error.fields) +
                    "}";
  for (const ApiError& other : error.more)
    out += "," + item_errors_json(other);
  return out;
}

http::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return json_answer(
      status, "{\"error\":" + json_quote(error) + ",\"error_description\":" + json_quote(description) + "}");
}

http::Response method_not_allowed(std::string_view method, std::string_view allowed) {
  http::Response answer = error_answer(api_error(
      405, std::string(code::kMethodNotAllowed),
      "HTTP Method '" + std::string(method) + "' not allowed. Allowed are " + std::string(allowed)));
  answer.headers.set("Allow", std::string(allowed));
  return answer;
}

http::Response refused_request(int status) {
  const auto* row = std::find_if(std::begin(kRefusedRequests), std::end(kRefusedRequests),
                                 [status](const RefusedRequest& known) { return known.status == status; });
  if (row == std::end(kRefusedRequests))
    return error_answer(
        api_error(status, std::string(code::kUnknownException), "An unexpected error occurred."));
  return error_answer(api_error(status, std::string(row->code), std::string(row->message)));
}

ApiError not_found() {
  return api_error(404, std::string(code::kNotFound), "The requested resource does not exist");
}

}  // namespace prospectd::sandbox
