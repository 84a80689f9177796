// The way into the data API: versions, session, quota, and the table of resources (SALESFORCE_API §2, §3,
// §11).
#include <variant>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/path_pattern.h"
#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

constexpr std::string_view kRead = "HEAD,GET";

// What a resource's requests may stand in.
enum class Reach : uint8_t { kAnywhere, kComposite, kByItself };

struct Resource {
  std::string_view pattern;  ///< segments with '/' between; '*' is any one, '**' one or more at the end
  std::string_view methods;
  Outcome<http::Response> (*answer)(Call&);
  int64_t Stats::*counter;
  Reach reach = Reach::kAnywhere;
};
// The first pattern that fits is taken; one may stand several times, with other methods.
constexpr Resource kResources[] = {
    {"", kRead, answer_resources, &Stats::describes},
    {"sobjects", kRead, answer_objects, &Stats::describes},
    {"sobjects/*", kRead, answer_object, &Stats::describes},
    {"sobjects/*", "POST", answer_create, &Stats::records},
    {"sobjects/*/describe", kRead, answer_describe, &Stats::describes},
    {"sobjects/*/updated", kRead, answer_updated, &Stats::queries},
    {"sobjects/*/deleted", kRead, answer_deleted, &Stats::queries},
    {"sobjects/*/*", "DELETE,GET,HEAD,PATCH,POST", answer_record, &Stats::records},
    {"sobjects/*/*/*", "DELETE,GET,HEAD,PATCH", answer_keyed_record, &Stats::records},
    {"sobjects/*/*/**", kRead, answer_related, &Stats::records},
    {"query", kRead, answer_query, &Stats::queries},
    {"queryAll", kRead, answer_query, &Stats::queries},
    {"query/*", kRead, answer_query_page, &Stats::query_pages},
    {"queryAll/*", kRead, answer_query_page, &Stats::query_pages},
    {"search", kRead, answer_search, &Stats::queries},
    {"parameterizedSearch", "GET,HEAD,POST", answer_parameterized_search, &Stats::queries},
    {"composite", "POST", answer_composite, &Stats::records, Reach::kByItself},
    {"composite/batch", "POST", answer_batch, &Stats::records, Reach::kByItself},
    {"composite/graph", "POST", answer_graph, &Stats::records, Reach::kByItself},
    {"composite/tree/*", "POST", answer_tree, &Stats::records, Reach::kByItself},
    {"composite/sobjects", "POST", answer_collection_create, &Stats::records, Reach::kComposite},
    {"composite/sobjects", "PATCH", answer_collection_update, &Stats::records, Reach::kComposite},
    {"composite/sobjects", "DELETE", answer_collection_delete, &Stats::records, Reach::kComposite},
    {"composite/sobjects/*", "GET,HEAD,POST", answer_collection_read, &Stats::records, Reach::kComposite},
    {"composite/sobjects/*/*", "PATCH", answer_collection_upsert, &Stats::records, Reach::kComposite},
    {"jobs/**", "DELETE,GET,HEAD,PATCH,POST,PUT", answer_jobs, &Stats::bulk_calls, Reach::kByItself},
    {"limits/recordCount", kRead, answer_record_count, &Stats::limits},
    {"limits", kRead, answer_limits, &Stats::limits},
};

bool reaches(Reach reach, Nesting nesting) {
  if (nesting == Nesting::kNone || reach == Reach::kAnywhere) return true;
  return reach == Reach::kComposite && nesting == Nesting::kComposite;
}

// "Summer '26": three releases a year, counted from Summer '14 as version 31.
std::string release_label(int version) {
  static constexpr std::string_view kSeasons[] = {"Spring", "Summer", "Winter"};
  constexpr int kSpring15 = 33;
  const int since = version - kSpring15;
  const int year = 15 + (since >= 0 ? since / 3 : (since - 2) / 3);
  const int season = ((since % 3) + 3) % 3;
  return std::string(kSeasons[season]) + " '" + std::to_string(season == 2 ? year + 1 : year);
}

Outcome<Session*> session_of(Front::State& s, const http::ServerRequest& request) {
  const auto token = token_in(request);
  if (!token) return api_error(401, std::string(code::kInvalidAuthHeader), "INVALID_HEADER_TYPE");
  Session* session = s.sessions.use(*token, s.org.now(), s.knobs);
  if (session == nullptr) {
    return api_error(401, std::string(code::kInvalidSessionId), "Session expired or invalid");
  }
  return session;
}

bool among_methods(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    const size_t comma = methods.find(',');
    if (methods.substr(0, comma) == method) return true;
    if (comma == std::string_view::npos) return false;
    methods.remove_prefix(comma + 1);
  }
  return false;
}

std::string limit_info(Front::State& s) {
  salesforce_wire::LimitInfo info;
  info.used = s.quota.used(s.org.now());
  info.allowed = s.knobs.daily_limit;
  if (!s.knobs.app_name.empty()) {
    info.per_app = salesforce_wire::LimitInfo::PerApp{info.used, s.knobs.app_limit, s.knobs.app_name};
  }
  return salesforce_wire::format_limit_info(info);
}

}  // namespace

Outcome<salesforce_wire::ApiVersion> version_of(const Front::State& s, std::string_view segment) {
  constexpr int kRetiredMin = 7;
  const auto version = salesforce_wire::parse_api_version(segment);
  if (!version || !segment.starts_with('v') || version->minor != 0) return not_found();
  if (version->major >= kRetiredMin && version->major < s.knobs.version_min) {
    return api_error(410, std::string(code::kUnsupportedApiVersion),
                     "The requested API version is no longer supported: " + version->text());
  }
  if (version->major < s.knobs.version_min || version->major > s.knobs.version_max) return not_found();
  return *version;
}

Outcome<void> check_access(Front::State& s) {
  PD_TRY(count_call(s));
  if (!s.knobs.api_enabled) {
    return api_error(403, std::string(code::kApiDisabledForOrg),
                     "The REST API is not enabled for this Organization.");
  }
  return {};
}

Outcome<void> count_call(Front::State& s) {
  const Timestamp now = s.org.now();
  if (s.quota.used(now) >= s.knobs.daily_limit) {
    ++s.stats.refused_quota;
    return api_error(403, std::string(code::kRequestLimitExceeded), "TotalRequests Limit exceeded.");
  }
  s.quota.count(now);
  ++s.stats.api_calls;
  return {};
}

Outcome<http::Response> run_call(Front::State& s, const http::ServerRequest& request, Session& session,
                                 std::string_view path, Nesting nesting) {
  auto segments = path_segments(path);
  if (!segments || segments->empty()) return not_found();
  PD_ASSIGN(version, version_of(s, segments->front()));
  segments->erase(segments->begin());
  if (nesting == Nesting::kNone) s.org.recorder().set_origin(change_origin("rest", version, request));
  auto parameters = http::parse_form(request.query());
  if (!parameters) return api_error("MALFORMED_REQUEST", "the query string has a broken escape");
  Call call{s, request, session, version, request.method, *std::move(segments), *std::move(parameters)};
  const auto tunnelled = call.parameter("_HttpMethod");
  if (tunnelled && request.method == "POST") call.method = *tunnelled;
  const Resource* fitting = nullptr;
  std::string allowed;
  for (const Resource& resource : kResources) {
    const bool fit = fitting == nullptr ? fits_pattern(resource.pattern, call.segments)
                                        : resource.pattern == fitting->pattern;
    if (!fit) continue;
    fitting = &resource;
    if (!reaches(resource.reach, nesting)) {
      return api_error("INVALID_INPUT",
                       "The resource is not supported inside another request: " + std::string(path));
    }
    if (among_methods(resource.methods, call.method)) {
      ++(s.stats.*(resource.counter));
      auto answer = resource.answer(call);
      if (answer || !answer.error().duplicates) return answer;
      return duplicate_answer(answer.error(), call.base(), s.knobs.duplicate_result_spelled_right);
    }
    allowed += (allowed.empty() ? "" : ",") + std::string(resource.methods);
  }
  if (fitting == nullptr) return not_found();
  return method_not_allowed(call.method, allowed);
}

std::optional<std::string_view> token_in(const http::ServerRequest& request) {
  const auto header = request.headers.get("Authorization");
  if (!header) return std::string_view{};
  const std::string_view value = trim_ascii(*header);
  const size_t blank = value.find(' ');
  const std::string_view scheme = value.substr(0, blank);
  if (blank == std::string_view::npos ||
      (!equals_ignore_case_ascii(scheme, "Bearer") && !equals_ignore_case_ascii(scheme, "OAuth"))) {
    return std::nullopt;
  }
  return trim_ascii(value.substr(blank));
}

std::string change_origin(std::string_view api, const salesforce_wire::ApiVersion& version,
                          const http::ServerRequest& request) {
  constexpr std::string_view kClient = "client=";
  std::string origin = "com/salesforce/api/" + std::string(api) + "/" + version.text().substr(1);
  std::string_view rest = request.headers.get("Sforce-Call-Options").value_or("");
  while (!rest.empty()) {
    const size_t end = rest.find(',');
    const std::string_view option = trim_ascii(rest.substr(0, end));
    if (option.starts_with(kClient)) return origin + ";" + std::string(option);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return origin;
}

http::Response Front::State::versions(const http::ServerRequest& request) {
  ++stats.versions;
  if (request.method != "GET" && request.method != "HEAD")
    return method_not_allowed(request.method, "HEAD,GET");
  std::string body = "[";
  for (int v = knobs.version_min; v <= knobs.version_max; ++v) {
    const std::string number = std::to_string(v) + ".0";
    body += body.size() == 1 ? "" : ",";
    body += "{\"label\":" + json_quote(release_label(v)) + ",\"url\":\"/services/data/v" + number +
            "\",\"version\":\"" + number + "\"}";
  }
  return json_answer(200, body + "]");
}

Handled Front::State::streaming(const http::ServerRequest& request, std::string_view path) {
  constexpr int kDurableVersionMin = 37;  // replay is known from there on (§16.5)
  ++stats.cometd_calls;
  const std::string_view version_text = path.substr(0, path.find('/'));
  const auto version = salesforce_wire::parse_api_version(version_text);
  if (!version || version_text.starts_with('v') || version->minor != 0 ||
      version->major < std::max(kDurableVersionMin, knobs.version_min) ||
      version->major > knobs.version_max) {
    return {error_answer(not_found())};
  }
  const auto token = token_in(request);
  std::string_view refusal;
  if (!token || token->empty()) {
    refusal = "401::Request requires authentication";
  } else if (sessions.use(*token, org.now(), knobs) == nullptr) {
    ++stats.refused_sessions;
    refusal = "401::Authentication invalid";
  }
  return cometd.handle(request, refusal, options.random_token(), knobs);
}

http::Response Front::State::data(const http::ServerRequest& request, std::string_view path) {
  auto session = session_of(*this, request);
  if (!session) {
    ++stats.refused_sessions;
    return error_answer(session.error());
  }
  org.set_author((*session)->user);
  const auto access = check_access(*this);
  auto answer = access ? run_call(*this, request, **session, path) : Outcome<http::Response>(access.error());
  org.set_author({});
  org.recorder().set_origin({});
  http::Response out = answer ? *std::move(answer) : error_answer(answer.error());
  out.headers.set("Sforce-Limit-Info", limit_info(*this));
  return out;
}

}  // namespace prospectd::sandbox
