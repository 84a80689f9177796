#include "daemon/api/answers.h"

#include <iterator>

#include <cpprest/http_msg.h>
#include <nlohmann/json.hpp>

#include "daemon/api/media_type.h"

namespace prospectd::api {
namespace {

using web::http::status_code;
using web::http::status_codes;

struct RefusedRow {
  Refused why;
  status_code status;
  const char* code;
  const char* title;
};

// In the order of the enum.
constexpr RefusedRow kRefused[] = {
    {Refused::kInvalidInput, status_codes::BadRequest, "invalid_input", "Invalid request"},
    {Refused::kInvalidJson, status_codes::BadRequest, "invalid_json", "The body is not proper JSON"},
    {Refused::kUnauthorized, status_codes::Unauthorized, "unauthorized", "Not authorized"},
    {Refused::kForbidden, status_codes::Forbidden, "forbidden", "Not allowed"},
    {Refused::kHostNotAllowed, status_codes::Forbidden, "host_not_allowed", "Host not allowed"},
    {Refused::kOriginNotAllowed, status_codes::Forbidden, "origin_not_allowed", "Origin not allowed"},
    {Refused::kCrossSite, status_codes::Forbidden, "cross_site", "Request from another site"},
    {Refused::kNotFound, status_codes::NotFound, "not_found", "Not found"},
    {Refused::kMethodNotAllowed, status_codes::MethodNotAllowed, "method_not_allowed", "Method not allowed"},
    {Refused::kNotAcceptable, status_codes::NotAcceptable, "not_acceptable", "Not acceptable"},
    {Refused::kPreconditionFailed, status_codes::PreconditionFailed, "precondition_failed",
     "It has changed since"},
    {Refused::kUnsupportedMediaType, status_codes::UnsupportedMediaType, "unsupported_media_type",
     "Unsupported media type"},
    {Refused::kTooLarge, status_codes::RequestEntityTooLarge, "too_large", "Too large"},
    {Refused::kKeyUnderWay, status_codes::Conflict, "key_under_way", "The first request is under way"},
    {Refused::kKeyReused, status_codes::UnprocessableEntity, "key_reused", "The key was used already"},
    {Refused::kTooManyRequests, status_codes::TooManyRequests, "too_many_requests", "Too many requests"},
};

constexpr bool in_order() {
  for (size_t i = 0; i < std::size(kRefused); ++i) {
    if (kRefused[i].why != static_cast<Refused>(i)) return false;
  }
  return std::size(kRefused) == static_cast<size_t>(Refused::kTooManyRequests) + 1;
}
static_assert(in_order(), "a row for every refusal");

struct FailedRow {
  ErrorCode code;
  status_code status;
  const char* title;
};

// What a service can answer with; every other code is 500.
constexpr FailedRow kFailed[] = {
    {ErrorCode::kNotFound, status_codes::NotFound, "Not found"},
    {ErrorCode::kInvalidInput, status_codes::BadRequest, "Invalid request"},
    {ErrorCode::kTooLarge, status_codes::BadRequest, "Too large"},
    {ErrorCode::kConflict, status_codes::Conflict, "Conflict"},
    {ErrorCode::kLocked, status_codes::ServiceUnavailable, "Busy"},
    {ErrorCode::kDiskFull, status_codes::ServiceUnavailable, "No space"},
    {ErrorCode::kCancelled, status_codes::ServiceUnavailable, "Stopping"},
    {ErrorCode::kStateDamaged, status_codes::InternalError, "The database is damaged"},
};

// Bytes that came from elsewhere may be no UTF-8: they are replaced, never thrown over.
std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

http::Response response(status_code status, const char* media_type, std::string body) {
  http::Response answer;
  answer.status = status;
  answer.headers = {{"Content-Type", media_type},
                    {"Vary", "Accept"},
                    {"Cache-Control", "no-store"},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                    {"Referrer-Policy", "no-referrer"},
                    {"Cross-Origin-Resource-Policy", "same-origin"}};
  answer.body = std::move(body);
  return answer;
}

http::Response document(status_code status, Json members) {
  Json whole;
  whole["jsonapi"]["version"] = "1.1";
  whole.update(members);
  return response(status, kMediaType, text_of(whole));
}

Json array_of(std::vector<Json> values) {
  Json out = Json::array();
  for (Json& value : values)
    out.push_back(std::move(value));
  return out;
}

http::Response data_document(status_code status, Json resource) {
  Json members;
  members["data"] = std::move(resource);
  return document(status, std::move(members));
}

Json error_object(status_code status, std::string_view code, const char* title, const std::string& detail) {
  Json error;
  error["status"] = std::to_string(status);
  error["code"] = code;
  error["title"] = title;
  error["detail"] = detail;
  return error;
}

http::Response error_document(status_code status, Json error) {
  Json members;
  members["errors"] = Json::array({std::move(error)});
  return document(status, std::move(members));
}

}  // namespace

http::Response one(Json resource, std::optional<std::vector<Json>> included) {
  Json members;
  members["data"] = std::move(resource);
  if (included) members["included"] = array_of(*std::move(included));
  return document(status_codes::OK, std::move(members));
}

http::Response accepted(Json resource, std::string location) {
  http::Response answer = data_document(status_codes::Accepted, std::move(resource));
  answer.headers.add("Location", std::move(location));
  return answer;
}

http::Response created(Json resource, std::string location) {
  http::Response answer = data_document(status_codes::Created, std::move(resource));
  answer.headers.add("Location", std::move(location));
  return answer;
}

http::Response many(ListDocument document_of) {
  Json members;
  const size_t count = document_of.resources.size();
  members["data"] = array_of(std::move(document_of.resources));
  if (document_of.included) members["included"] = array_of(*std::move(document_of.included));
  members["links"] = Json::object();
  if (!document_of.self.empty()) members["links"]["self"] = document_of.self;
  if (!document_of.next.empty()) members["links"]["next"] = document_of.next;
  members["meta"]["count"] = count;
  return document(status_codes::OK, std::move(members));
}

http::Response many(std::vector<Json> resources) {
  ListDocument whole;
  whole.resources = std::move(resources);
  return many(std::move(whole));
}

http::Response removed() {
  return only_meta(Json::object());
}

http::Response only_meta(Json meta) {
  Json members;
  members["meta"] = std::move(meta);
  return document(status_codes::OK, std::move(members));
}

void add_meta(http::Response& answer, Json meta) {
  Json whole = Json::parse(answer.body);
  whole["meta"] = std::move(meta);
  answer.body = text_of(whole);
}

http::Response json_text(std::string_view text) {
  return response(status_codes::OK, "application/json", std::string(text));
}

http::Response probe_text(bool ok) {
  return response(ok ? status_codes::OK : status_codes::ServiceUnavailable, "text/plain; charset=utf-8",
                  ok ? "ok\n" : "failed\n");
}

http::Response probe_document(bool ok, Json resource) {
  return data_document(ok ? status_codes::OK : status_codes::ServiceUnavailable, std::move(resource));
}

http::Response refused(const Refusal& refusal) {
  const RefusedRow& row = kRefused[static_cast<size_t>(refusal.why)];
  Json error = error_object(row.status, row.code, row.title, refusal.detail);
  if (!refusal.parameter.empty()) error["source"]["parameter"] = refusal.parameter;
  if (!refusal.pointer.empty()) error["source"]["pointer"] = refusal.pointer;
  http::Response answer = error_document(row.status, std::move(error));
  for (const auto& [name, value] : refusal.headers)
    answer.headers.add(name, value);
  return answer;
}

http::Response failed(const Error& error) {
  status_code status = status_codes::InternalError;
  const char* title = "Failed";
  for (const FailedRow& row : kFailed) {
    if (row.code != error.code) continue;
    status = row.status;
    title = row.title;
  }
  const std::string detail = error.code == ErrorCode::kInternal
                                 ? "something went wrong inside the daemon; its log says what"
                                 : error.text();
  return error_document(status, error_object(status, name_of(error.code), title, detail));
}

http::Response unprocessable(std::vector<Json> errors) {
  Json members;
  members["errors"] = Json::array();
  for (const Json& given : errors) {
    Json error;
    error["status"] = std::to_string(status_codes::UnprocessableEntity);
    error.update(given);
    members["errors"].push_back(std::move(error));
  }
  return document(status_codes::UnprocessableEntity, std::move(members));
}

http::Response plain(const char* media_type, std::string body) {
  return response(status_codes::OK, media_type, std::move(body));
}

Json resource(std::string type, std::string id, Json attributes) {
  Json out;
  out["type"] = std::move(type);
  out["id"] = std::move(id);
  out["attributes"] = std::move(attributes);
  return out;
}

}  // namespace prospectd::api
