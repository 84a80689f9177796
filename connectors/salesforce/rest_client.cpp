#include "connectors/salesforce/rest_client.h"

#include <utility>

#include "connectors/salesforce/answers.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;

constexpr int kAttemptsMax = 2;  ///< with the session at hand, then with a newer one
/// Calls in a row that reach nobody, after which the session's instance may have moved: a new login says
/// where.
constexpr int kUnreachedMax = 3;

CallOutcome failed(Error error, uint64_t session, bool renewed, bool in_doubt = false) {
  return CallOutcome{std::move(error), session, renewed, in_doubt};
}

}  // namespace

http::Request RestClient::request_of(const Call& call) const {
  http::Request request;
  request.method = call.method;
  request.url = session_.origin() + call.target;
  request.headers = call.headers;
  request.headers.set("Accept", "application/json");
  if (!call.body.empty()) request.headers.set("Content-Type", "application/json; charset=UTF-8");
  request.body = call.body;
  if (call.authenticated) session_.authorize(request);
  request.timeout = options_.timeout;
  request.allow_loopback = options_.test_endpoint;
  return request;
}

asio::awaitable<CallOutcome> RestClient::send(Call call) {
  uint64_t used = 0;
  const uint64_t doubtful = unreached_ >= kUnreachedMax ? std::exchange(unreached_session_, 0) : 0;
  auto session = co_await session_.ensure(doubtful);
  if (!session) co_return failed(std::move(session).error(), used, false);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const bool renewed = attempt > 0;
    used = *session;
    http::Request request = request_of(call);
    traffic_.sent();
    auto answer = co_await transport_.send(std::move(request));
    if (!answer) {
      unreached_ = used == unreached_session_ ? unreached_ + 1 : 1;
      unreached_session_ = used;
      const bool in_doubt = !answer.error().never_sent;
      co_return failed(std::move(answer).error(), used, renewed, in_doubt);
    }
    unreached_ = 0;
    traffic_.answered(answer->headers);
    const bool good = answer->status >= 200 && answer->status < 300;
    if (good) co_return CallOutcome{*std::move(answer), used, renewed, false};
    Error error = error_of(*answer, call.kind);
    if (error.code != ErrorCode::kSessionExpired) {
      co_return CallOutcome{*std::move(answer), used, renewed, false};
    }
    if (renewed) co_return failed(std::move(error), used, renewed);
    session = co_await session_.ensure(used);
    if (!session) co_return failed(std::move(session).error(), used, renewed);
  }
  co_return failed(make_error(ErrorCode::kSessionExpired, "the session is refused"), used, true);
}

asio::awaitable<CallOutcome> RestClient::get(Call call) {
  const salesforce_wire::RequestKind kind = call.kind;
  CallOutcome outcome = co_await send(std::move(call));
  if (!outcome.response) co_return outcome;
  const bool good = outcome.response->status == 200 && is_json(*outcome.response);
  if (!good) outcome.response = error_of(*outcome.response, kind);
  co_return outcome;
}

}  // namespace prospectd::salesforce
