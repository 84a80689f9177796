// The browser's part of the web server flow (SALESFORCE_API §1.1). Nobody sits before this browser: the API
// user approves at once, and the code goes where the client says, as long as that is this machine.
#include <algorithm>

#include "base/text.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kOwnHosts[] = {"localhost", "127.0.0.1", "[::1]"};

std::string parameter_of(const Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  return found == parameters.end() ? std::string() : found->second;
}

// "http://localhost:1717/OauthRedirect"; a code must not leave the machine.
bool is_own_address_of_client(std::string_view address) {
  constexpr std::string_view kScheme = "http://";
  const bool plain = std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7F; });
  if (!plain || !address.starts_with(kScheme)) return false;
  address.remove_prefix(kScheme.size());
  const std::string_view authority = address.substr(0, address.find_first_of("/?#"));
  const std::string_view host = authority.substr(
      0, authority.rfind(':') > authority.rfind(']') || authority.rfind(']') == std::string_view::npos
             ? authority.rfind(':')
             : std::string_view::npos);
  return std::ranges::find(kOwnHosts, host) != std::end(kOwnHosts);
}

http::Response redirect_to(std::string address, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) {
    address += address.find('?') == std::string::npos ? '?' : '&';
    address += name + "=" + http::percent_encode(value);
  }
  http::Response answer;
  answer.status = 302;
  answer.headers.set("Location", std::move(address));
  return answer;
}

}  // namespace

http::Response Front::State::authorize(const http::ServerRequest& request) {
  if (request.method != "GET") return method_not_allowed(request.method, "GET");
  const Parameters given = http::parse_form(request.query()).value_or(Parameters{});
  if (parameter_of(given, "client_id") != options.client_id)
    return oauth_error(400, "invalid_client_id", "client identifier invalid");
  const std::string redirect = parameter_of(given, "redirect_uri");
  if (!is_own_address_of_client(redirect)) {
    return oauth_error(400, "redirect_uri_mismatch",
                       "redirect_uri must match configuration: http://localhost or http://127.0.0.1");
  }
  Parameters told;
  const std::string challenge = parameter_of(given, "code_challenge");
  const std::string method = parameter_of(given, "code_challenge_method");
  if (parameter_of(given, "response_type") != "code") {
    told = {{"error", "unsupported_response_type"}, {"error_description", "response type not supported"}};
  } else if (!challenge.empty() && method != "S256") {
    told = {{"error", "invalid_request"}, {"error_description", "invalid code challenge method"}};
  } else {
    const std::string code = "aPrx" + options.random_token();
    codes.give({code, org.run_as_user(), redirect, challenge, org.now()});
    told = {{"code", code}};
  }
  if (const std::string state = parameter_of(given, "state"); !state.empty())
    told.emplace_back("state", state);
  return redirect_to(redirect, told);
}

}  // namespace prospectd::sandbox
