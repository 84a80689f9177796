#include "daemon/cli/daemon_client.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "config/files.h"
#include "config/values.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

struct CodeRow {
  std::string_view api;
  ErrorCode code;
};
// The API's own codes; all others are names of ErrorCode.
constexpr CodeRow kApiCodes[] = {
    {"unauthorized", ErrorCode::kLoginRefused},
    {"forbidden", ErrorCode::kPermission},
    {"host_not_allowed", ErrorCode::kPermission},
    {"origin_not_allowed", ErrorCode::kPermission},
    {"cross_site", ErrorCode::kPermission},
    {"too_many_requests", ErrorCode::kLocked},
    {"invalid_json", ErrorCode::kInternal},
    {"unsupported_media_type", ErrorCode::kInternal},
    {"precondition_failed", ErrorCode::kConflict},
    {"method_not_allowed", ErrorCode::kInternal},
    {"cancelled", ErrorCode::kNetwork},  // the daemon is stopping, not we
};

std::optional<ErrorCode> code_named(const std::string& api) {
  for (const CodeRow& row : kApiCodes) {
    if (row.api == api) return row.code;
  }
  return error_code_named(api);
}

ErrorCode code_of(int status, const std::string& api) {
  if (const auto known = code_named(api)) return *known;
  if (status == 401) return ErrorCode::kLoginRefused;
  if (status == 422) return ErrorCode::kInvalidInput;  // the codes of single fields
  return status >= 500 ? ErrorCode::kServerError : ErrorCode::kInternal;
}

std::string start_it(const std::string& config_path) {
  return "start it: prospectd run -c " + shell_word(config_path);
}

}  // namespace

std::string address_file(const config::Config& config) {
  return config.state.directory + "/api.address";
}

std::string daemon_url(const config::Config& config) {
  const auto url = [](const std::string& host, uint16_t port) {
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return "http://" + shown + ":" + std::to_string(port);
  };
  const config::FileText file = config::read_text_file(address_file(config));
  if (file.text) {
    const auto endpoint = config::parse_endpoint(trim_ascii(*file.text));
    if (endpoint && endpoint->port != 0 && config::is_loopback(endpoint->host))
      return url(endpoint->host, endpoint->port);
  }
  return config.api.port == 0 ? std::string() : url(config.api.host, config.api.port);
}

Result<DaemonClient> DaemonClient::open(const config::Config& config) {
  DaemonClient client;
  client.config_path_ = config.path;
  client.base_ = daemon_url(config);
  std::error_code ignored;
  if (client.base_.empty() || !std::filesystem::exists(config.api.token_file, ignored)) {
    return make_error(ErrorCode::kNetwork,
                      "no daemon is running with this configuration; " + start_it(config.path));
  }
  PD_ASSIGN(token, read_secret_file(config.api.token_file));
  client.token_ = std::move(token);
  return client;
}

Error error_of_answer(int status, const Json& body) {
  const Json& errors = member(body, "errors");
  const Json first = errors.is_array() && !errors.empty() ? errors.front() : Json::object();
  std::string detail;
  if (errors.is_array()) {
    for (const Json& error : errors)
      detail += (detail.empty() ? "" : " · ") + text_at(error, "detail");
  }
  for (const Json& check : member(member(member(body, "data"), "attributes"), "checks")) {  // of readyz
    if (!flag_at(check, "ok")) detail += (detail.empty() ? "" : " · ") + text_at(check, "why");
  }
  if (detail.empty()) detail = text_at(first, "title");
  if (detail.empty()) detail = "the daemon answered with status " + std::to_string(status);
  const ErrorCode code = code_of(status, text_at(first, "code"));
  if (status == 401) detail += " (is it the daemon of this configuration?)";
  return make_error(code, std::move(detail));
}

Error error_of_json(const Json& error) {
  const std::string code = text_at(error, "code");
  std::string message = text_at(error, "message");
  if (message.empty()) message = "the daemon gave no reason";
  return make_error(code_named(code).value_or(ErrorCode::kInternal), std::move(message));
}

Result<Json> DaemonClient::ask(std::string method, const std::string& target, std::string body) const {
  HttpCall call;
  call.method = std::move(method);
  call.base = base_;
  call.target = target;
  call.headers = {{"Authorization", "Bearer " + std::string(token_.reveal())},
                  {"Accept", "application/vnd.api+json"}};
  call.body = std::move(body);
  call.timeout = timeout_;
  auto answer = http_call(call);
  if (!answer && answer.error().code == ErrorCode::kNetwork) {
    return make_error(ErrorCode::kNetwork, "no daemon answers at " + base_ + "; " + start_it(config_path_));
  }
  if (!answer) return answer.error();
  auto parsed = parse_json(answer->body);
  if (answer->status >= 400) return error_of_answer(answer->status, parsed ? *parsed : Json());
  return parsed;
}

Result<Json> DaemonClient::get(const std::string& target) const {
  return ask("GET", target, {});
}

Result<Json> DaemonClient::post(const std::string& target, const Json& body) const {
  return ask("POST", target, dump_json_line(body));
}

Result<Json> DaemonClient::patch(const std::string& target, const Json& body) const {
  return ask("PATCH", target, dump_json_line(body));
}

Result<Json> DaemonClient::remove(const std::string& target) const {
  return ask("DELETE", target, {});
}

Result<Json> DaemonClient::remove(const std::string& target, const Json& body) const {
  return ask("DELETE", target, dump_json_line(body));
}

}  // namespace prospectd::cli
