#include "connectors/salesforce/session.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "connectors/salesforce/answers.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kTokenPath = "/services/oauth2/token";
constexpr size_t kLoginAnswerBytesMax = 64 * 1024;
constexpr std::array<std::string_view, 3> kHostSuffixes{".salesforce.com", ".my.salesforce.com",
                                                        ".force.com"};

bool under(std::string_view host, std::string_view suffix) {
  // A suffix without its dot would let evilsalesforce.com pass.
  return suffix.starts_with('.') && host.size() > suffix.size() && host.ends_with(suffix);
}

bool host_allowed(std::string_view host, const std::vector<std::string>& more) {
  const auto matches = [host](std::string_view suffix) { return under(host, suffix); };
  return std::any_of(kHostSuffixes.begin(), kHostSuffixes.end(), matches) ||
         std::any_of(more.begin(), more.end(),
                     [&](const std::string& suffix) { return matches(to_lower_ascii(suffix)); });
}

/// The login's URL, when a secret may be sent there.
Result<http::Url> login_endpoint(const SessionOptions& options) {
  auto url = http::parse_url(options.login_url);
  if (!url) {
    return make_error(ErrorCode::kConfigInvalid, "the login URL is no http or https URL without user name");
  }
  if (url->scheme != "https" && !options.test_endpoint) {
    return make_error(ErrorCode::kRefusedTarget,
                      "the login URL must be https (plain http is for test endpoints)");
  }
  return *std::move(url);
}

}  // namespace

/// One login under way, and those who wait for it.
struct Session::Round {
  explicit Round(asio::any_io_executor executor) : done(std::move(executor)) {
    done.expires_at(asio::steady_timer::time_point::max());
  }
  asio::steady_timer done;  ///< cancelled when the login is over
  std::optional<Error> failure = make_error(ErrorCode::kCancelled, "the login was broken off");
};

Result<std::string> accept_instance(std::string_view instance_url, const SessionOptions& options) {
  PD_ASSIGN(login, login_endpoint(options));
  const auto url = http::parse_url(instance_url);
  if (!url) return make_error(ErrorCode::kRefusedTarget, "the login answers with an instance that is no URL");
  if (url->origin() == login.origin()) return url->origin();
  const bool same_test_host = options.test_endpoint && url->host == login.host;
  const bool listed = url->scheme == "https" && host_allowed(url->host, options.allowed_host_suffixes);
  if (same_test_host || listed) return url->origin();
  return make_error(ErrorCode::kRefusedTarget,
                    "the login answers with the instance " + repair_utf8(url->host.substr(0, 255)) +
                        ", which is not https under an allowed domain; if it is yours, add its domain to the "
                        "allowed hosts");
}

std::string skew_words(milliseconds skew) {
  const bool behind = skew.count() > 0;
  return "this machine's clock is " + format_duration(behind ? skew : -skew) +
         (behind ? " behind" : " ahead of") + " the CRM's";
}

Session::Session(http::Transport& transport, Traffic& traffic, SessionOptions options)
    : transport_(transport), traffic_(traffic), options_(std::move(options)) {}
Session::~Session() = default;

void Session::authorize(http::Request& request) const {
  std::string value = "Bearer ";
  value += token_.reveal();
  request.headers.set("Authorization", std::move(value));
}

asio::awaitable<Result<uint64_t>> Session::ensure(uint64_t stale) {
  if (generation_ > stale) co_return generation_;
  if (round_) {
    const std::shared_ptr<Round> round = round_;
    boost::system::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await round->done.async_wait(token);
    if (round->failure) co_return *round->failure;
    co_return generation_;
  }
  auto executor = co_await asio::this_coro::executor;
  const auto round = std::make_shared<Round>(executor);
  round_ = round;
  struct Finish {
    Session& session;
    ~Finish() {
      session.round_->done.cancel();
      session.round_.reset();
    }
  };
  const Finish finish{*this};
  Result<void> outcome = co_await log_in();
  if (!outcome) {
    round->failure = std::move(outcome).error().within("log in");
    co_return *round->failure;
  }
  round->failure.reset();
  co_return generation_;
}

Result<http::Request> Session::login_request(const Secret& refresh_token) const {
  PD_ASSIGN(endpoint, login_endpoint(options_));
  const bool is_signed = options_.login.flow == LoginFlow::kJwtBearer;
  if (is_signed && !options_.now)
    return make_error(ErrorCode::kConfigInvalid, "a signed login needs a clock");
  const Timestamp crm_now = now().value_or(Timestamp{}) + skew_.value_or(milliseconds{0});
  PD_ASSIGN(form, login_form(options_.login, options_.login_url, options_.client_id, options_.client_secret,
                             refresh_token, crm_now));
  http::Request request;
  request.method = "POST";
  request.url = endpoint.origin() + std::string(kTokenPath);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Accept", "application/json");
  request.body = std::move(form);
  request.timeout = options_.timeout;
  request.response_body_max = kLoginAnswerBytesMax;
  request.allow_loopback = options_.test_endpoint;
  return request;
}

std::optional<Timestamp> Session::now() const {
  return options_.now ? std::optional(options_.now()) : std::nullopt;
}

/// The header has whole seconds and was written somewhere between the two ends of the exchange.
void Session::measure_skew(const http::Headers& headers, std::optional<Timestamp> sent) {
  const auto header = headers.get("Date");
  const auto date = header ? parse_http_date(*header) : std::nullopt;
  const auto received = now();
  if (!date || !sent || !received) return;
  const Timestamp latest = *date + seconds{1};
  milliseconds skew{0};
  if (*date > *received) skew = *date - *received;
  if (latest < *sent) skew = latest - *sent;
  skew_ = skew;
}

asio::awaitable<Result<void>> Session::log_in() {
  const bool is_signed = options_.login.flow == LoginFlow::kJwtBearer;
  const milliseconds believed = skew_.value_or(milliseconds{0});
  Result<void> outcome = co_await log_in_once();
  const auto off = [this](milliseconds from) {
    return skew_ && (*skew_ - from > kSkewTolerance || from - *skew_ > kSkewTolerance);
  };
  const bool refused = !outcome && outcome.error().code == ErrorCode::kLoginRefused;
  if (!is_signed || !refused) co_return outcome;
  if (off(believed)) outcome = co_await log_in_once();
  if (!outcome && off(milliseconds{0})) {
    outcome.error().message += " Besides, " + skew_words(*skew_) + ": set it right (NTP).";
  }
  co_return outcome;
}

asio::awaitable<Result<void>> Session::log_in_once() {
  std::unique_ptr<RefreshTokens::Turn> turn;
  if (options_.login.flow == LoginFlow::kRefreshToken) {
    if (!options_.login.refresh_tokens) {
      co_return make_error(ErrorCode::kConfigInvalid, "there is no refresh token to log in with");
    }
    auto taken = options_.login.refresh_tokens->take();
    if (!taken) co_return std::move(taken).error();
    turn = *std::move(taken);
  }
  static const Secret none;
  auto request = login_request(turn ? turn->token() : none);
  if (!request) co_return std::move(request).error();
  const auto sent = now();
  traffic_.sent();
  auto answer = co_await transport_.send(*std::move(request));
  if (!answer) co_return std::move(answer).error();
  traffic_.answered(answer->headers);
  measure_skew(answer->headers, sent);
  co_return take_over(*answer, turn.get());
}

Result<void> Session::take_over(http::Response& answer, RefreshTokens::Turn* turn) {
  if (answer.status != 200) return login_error_of(answer);
  if (!is_json(answer)) {
    return make_error(ErrorCode::kServerError, "the answer to the login is no JSON, but " +
                                                   repair_utf8(answer.content_type().substr(0, 64)));
  }
  PD_ASSIGN(login, parse_login(answer.body));
  // First of all: whatever else is wrong with the answer, the token that it replaces is dead.
  const bool rotated =
      turn != nullptr && !login.refresh_token.empty() && !turn->token().equals(login.refresh_token.reveal());
  if (rotated) PD_TRY(turn->replace(login.refresh_token));
  PD_ASSIGN(origin, accept_instance(login.instance_url, options_));
  origin_ = std::move(origin);
  token_ = std::move(login.token);
  facts_ = LoginFacts{std::move(login.identity_url), std::move(login.scope)};
  ++generation_;
  return {};
}

}  // namespace prospectd::salesforce
