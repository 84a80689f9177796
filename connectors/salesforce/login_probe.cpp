#include "connectors/salesforce/login_probe.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/salesforce/options_of.h"
#include "connectors/salesforce_wire/formats.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace wire = salesforce_wire;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim_ascii(text)).empty() && words.size() < kScopesMax) {
    const size_t end = std::min(text.find(' '), text.size());
    words.push_back(repair_utf8(text.substr(0, std::min(end, kIdentityBytesMax))));
    text.remove_prefix(end);
  }
  return words;
}

Error not_offered(const std::string& version, const LoginProbe& probe) {
  return make_error(ErrorCode::kConfigInvalid, "the CRM offers the API in " + probe.oldest_version + " to " +
                                                   probe.newest_version + ", and api_version is " + version);
}

/// The parts of one probe, which live as long as it does.
class Probing {
 public:
  Probing(http::Transport& transport, Options options)
      : version_(options.api_version),
        session_(transport, traffic_, session_options(options)),
        rest_(transport, traffic_, session_, rest_options(options)) {}

  asio::awaitable<void> run(LoginProbe& probe) {
    auto generation = co_await session_.ensure(0);
    probe.skew = session_.skew();
    if (!generation) {
      probe.failure = std::move(generation).error();
      co_return;
    }
    probe.instance = session_.origin();
    probe.scopes = words_of(session_.facts().scope);
    co_await ask_identity(probe);
    if (!probe.failure) co_await ask_versions(probe);
    if (!probe.failure) co_await ask_root(probe);
    probe.usage = traffic_.usage;
  }

 private:
  /// Not every app's scopes allow the question; the login's answer has the ids then.
  asio::awaitable<void> ask_identity(LoginProbe& probe) {
    Call call;
    call.target = "/services/oauth2/userinfo";
    const CallOutcome outcome = co_await rest_.get(std::move(call));
    if (outcome.response) {
      if (auto identity = parse_user_info(outcome.response->body)) {
        probe.identity = *std::move(identity);
        co_return;
      }
    }
    probe.identity = identity_of(session_.facts().identity_url);
  }

  asio::awaitable<void> ask_versions(LoginProbe& probe) {
    Call call;
    call.target = "/services/data";
    call.authenticated = false;
    CallOutcome outcome = co_await rest_.get(std::move(call));
    if (!outcome.response) {
      probe.failure = std::move(outcome.response).error().within("ask for the API's versions");
      co_return;
    }
    const auto versions = parse_versions(outcome.response->body);
    if (!versions) {
      probe.failure = versions.error();
      co_return;
    }
    probe.oldest_version = versions->front().text();
    probe.newest_version = versions->back().text();
    const auto wanted = wire::parse_api_version(version_);
    const bool offered = wanted && std::find(versions->begin(), versions->end(), *wanted) != versions->end();
    if (!offered) probe.failure = not_offered(version_, probe);
  }

  /// The first call that counts: it shows that the API is open to this user, and its allowance.
  asio::awaitable<void> ask_root(LoginProbe& probe) {
    Call call;
    call.target = "/services/data/" + version_;
    CallOutcome outcome = co_await rest_.get(std::move(call));
    if (!outcome.response) probe.failure = std::move(outcome.response).error().within("use the API");
  }

  std::string version_;
  Traffic traffic_;
  Session session_;
  RestClient rest_;
};

}  // namespace

asio::awaitable<LoginProbe> probe_login(http::Transport& transport, Options options) {
  Probing probing(transport, std::move(options));
  LoginProbe probe;
  co_await probing.run(probe);
  co_return probe;
}

}  // namespace prospectd::salesforce
