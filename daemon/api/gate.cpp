#include "daemon/api/gate.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::api {
namespace {

constexpr const char* kChallenge = "Bearer realm=\"prospectd\"";

// "localhost:8440" → "localhost", "[::1]:8440" → "[::1]"; empty when it is no host with an optional port.
std::string_view host_without_port(std::string_view host) {
  const size_t name_end = host.starts_with('[') ? host.find(']') : host.find(':');
  if (host.starts_with('[')) {
    if (name_end == std::string_view::npos) return {};
    const std::string_view rest = host.substr(name_end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return {};
    host = rest.empty() || rest.find_first_not_of("0123456789", 1) == std::string_view::npos
               ? host.substr(0, name_end + 1)
               : std::string_view{};
    return host;
  }
  if (name_end == std::string_view::npos) return host;
  const std::string_view port = host.substr(name_end + 1);
  return port.find_first_not_of("0123456789") == std::string_view::npos ? host.substr(0, name_end)
                                                                        : std::string_view{};
}

size_t count_of(const http::Headers& headers, std::string_view name) {
  return static_cast<size_t>(std::ranges::count_if(
      headers.fields(), [&](const auto& field) { return equals_ignore_case_ascii(field.first, name); }));
}

// The server speaks plain HTTP on loopback, so a page of ours has exactly this origin.
bool is_same_origin(std::string_view origin, std::string_view host) {
  constexpr std::string_view kScheme = "http://";
  return starts_with_ignore_case_ascii(origin, kScheme) &&
         equals_ignore_case_ascii(origin.substr(kScheme.size()), host);
}

Refusal unauthorized(std::string detail) {
  Refusal refusal = refuse(Refused::kUnauthorized, std::move(detail));
  refusal.headers.emplace_back("WWW-Authenticate", std::string(kChallenge) + ", error=\"invalid_token\"");
  return refusal;
}

}  // namespace

Gate::Gate(Secret token, std::vector<std::string> hosts, service::Tokens* tokens)
    : token_(std::move(token)), tokens_(tokens) {
  hosts_ = {"localhost", "127.0.0.1", "[::1]"};
  for (const std::string& host : hosts)
    hosts_.push_back(std::string(host_without_port(host)));
  std::erase(hosts_, std::string{});
}

bool Gate::is_own_host(std::string_view host) const {
  const std::string_view name = host_without_port(host);
  return !name.empty() &&
         std::ranges::any_of(hosts_, [&](const auto& own) { return equals_ignore_case_ascii(own, name); });
}

std::optional<Refusal> Gate::check_origin(const http::ServerRequest& request) const {
  const auto host = request.headers.get("host");
  if (!host || count_of(request.headers, "host") > 1 || !is_own_host(*host)) {
    return refuse(Refused::kHostNotAllowed,
                  "the Host header must name this machine: localhost, 127.0.0.1, [::1], or a name that the "
                  "configuration allows");
  }
  const auto origin = request.headers.get("origin");
  if (origin && (count_of(request.headers, "origin") > 1 || !is_same_origin(*origin, *host))) {
    return refuse(Refused::kOriginNotAllowed, "pages of other origins may not ask here");
  }
  const auto site = request.headers.get("sec-fetch-site");
  if (site && *site != "same-origin" && *site != "none") {
    return refuse(Refused::kCrossSite, "the browser says that another site asks");
  }
  return std::nullopt;
}

std::variant<service::Bearer, Refusal> Gate::check_token(const http::ServerRequest& request,
                                                         std::chrono::nanoseconds now) {
  constexpr std::string_view kScheme = "bearer ";
  const auto field = request.headers.get("authorization");
  if (!field) {
    Refusal refusal = refuse(
        Refused::kUnauthorized,
        "a bearer token is needed: it is in the file api.token of the state folder, unless the configuration "
        "names another");
    refusal.headers.emplace_back("WWW-Authenticate", kChallenge);
    return refusal;
  }
  const bool bearer = starts_with_ignore_case_ascii(*field, kScheme);
  const std::string_view token = bearer ? trim_ascii(field->substr(kScheme.size())) : std::string_view{};
  if (!bearer || count_of(request.headers, "authorization") > 1) return count_failure(now);
  if (token_.equals(token)) return service::Bearer{kFirstAdmin, reconcile::Role::kAdmin};
  const service::Verdict verdict = tokens_ != nullptr ? tokens_->check(token) : service::Verdict{};
  if (verdict.bearer) return *verdict.bearer;
  if (verdict.ended.empty()) return count_failure(now);
  return unauthorized("this token counts no more: " + verdict.ended);
}

Refusal Gate::count_failure(std::chrono::nanoseconds now) {
  while (!failures_.empty() && now - failures_.front() >= kFailureWindow)
    failures_.pop_front();
  if (failures_.size() >= kFailedTokensMax) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(kFailureWindow - (now - failures_.front()));
    Refusal refusal =
        refuse(Refused::kTooManyRequests, "too many wrong tokens; wait, then use the right one");
    refusal.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return refusal;
  }
  failures_.push_back(now);
  return unauthorized("this is not a token of this daemon");
}

std::optional<Refusal> check_role(const service::Bearer& bearer, reconcile::Role least) {
  if (bearer.role >= least) return std::nullopt;
  return refuse(Refused::kForbidden, "this takes a token of the role " + std::string(name_of(least)) +
                                         ", and yours has the role " + std::string(name_of(bearer.role)) +
                                         ": nothing was done");
}

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace prospectd::api
