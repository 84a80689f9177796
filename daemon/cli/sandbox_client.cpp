#include "daemon/cli/sandbox_client.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/secret.h"
#include "config/files.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// Where a sandbox may have left word of itself, the likeliest first.
std::vector<std::string> places(const CommonOptions& common, const SandboxCallOptions& options) {
  if (!options.directory.empty()) return {options.directory + "/" + kSandboxFile};
  std::vector<std::string> found;
  if (const std::string config = find_config(common); !config.empty())
    found.push_back((fs::path(config).parent_path() / kSandboxFile).string());
  found.push_back(SandboxVerb{}.directory + "/" + kSandboxFile);
  return found;
}

Error refusal_of(const HttpAnswer& answer) {
  const auto body = parse_json(answer.body);
  const Json first = body && body->is_array() && !body->empty() ? body->front() : Json::object();
  const std::string code = text_at(first, "errorCode");
  std::string message = text_at(first, "message");
  if (answer.status == 401) {
    return make_error(ErrorCode::kLoginRefused,
                      "the sandbox does not know this token; is it the folder of the one that runs?");
  }
  if (message.empty()) message = "the sandbox answered with status " + std::to_string(answer.status);
  const bool usage = code == "INVALID_INPUT";
  return make_error(usage ? ErrorCode::kInvalidInput : ErrorCode::kBadRecord,
                    "the sandbox says no: " + message + (code.empty() ? "" : " [" + code + "]"));
}

}  // namespace

Result<SandboxPlace> find_sandbox(const CommonOptions& common, const SandboxCallOptions& options) {
  SandboxPlace place{options.url, options.token_file};
  if (!place.url.empty() && !place.token_file.empty()) return place;
  if (std::error_code ignored; !common.config.empty() && !fs::exists(common.config, ignored))
    return make_error(ErrorCode::kConfigInvalid, common.config + ": there is no such file");
  for (const std::string& file : places(common, options)) {
    const config::FileText text = config::read_text_file(file);
    if (!text.text) continue;
    const auto said = parse_json(*text.text);
    if (!said) continue;
    if (place.url.empty()) place.url = text_at(*said, "url");
    if (place.token_file.empty()) place.token_file = text_at(*said, "adminTokenFile");
    if (!place.url.empty() && !place.token_file.empty()) return place;
  }
  return make_error(ErrorCode::kInvalidInput,
                    "no running sandbox is known here; name its folder with --dir DIR, or a demo's "
                    "configuration with -c FILE, or --url URL and --token-file FILE");
}

Result<Json> ask_sandbox(const SandboxPlace& place, const SandboxRequest& request) {
  PD_ASSIGN(token, read_secret_file(place.token_file));
  HttpCall call;
  call.method = request.method;
  call.base = place.url;
  call.target = "/sandbox/admin/" + request.path;
  call.headers = {{"X-Sandbox-Admin", std::string(token.reveal())}};
  call.body = request.body;
  const auto answer = http_call(call);
  if (!answer && answer.error().code == ErrorCode::kNetwork) {
    return make_error(ErrorCode::kNetwork,
                      "no sandbox answers at " + place.url + "; start it: prospectd sandbox");
  }
  if (!answer) return answer.error();
  if (answer->status >= 400) return refusal_of(*answer);
  return parse_json(answer->body);
}

}  // namespace prospectd::cli
