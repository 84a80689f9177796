#include "tests/support/sim_transport.h"

#include "tests/support/front_transport.h"

namespace prospectd::test {
namespace {

namespace asio = boost::asio;

constexpr const char* kLoginPage = "<!DOCTYPE html><html><body>Please log in</body></html>";

bool is_query(const http::Request& request) {
  return request.url.find("/query") != std::string::npos;
}
// The place in a query that a request asks for; empty where it begins one, or is none.
std::string place_of(const http::Request& request) {
  constexpr std::string_view kPlace = "/query/";
  const size_t at = request.url.find(kPlace);
  return at == std::string::npos ? std::string() : request.url.substr(at + kPlace.size());
}

http::Response html(int status) {
  http::Response page;
  page.status = status;
  page.headers.add("Content-Type", "text/html;charset=UTF-8");
  page.body = kLoginPage;
  return page;
}

http::Response locator_gone() {
  http::Response page;
  page.status = 400;
  page.headers.add("Content-Type", "application/json;charset=UTF-8");
  page.body = R"([{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}])";
  return page;
}

}  // namespace

FaultRates FaultRates::all(int per_mille_each) {
  FaultRates rates;
  rates.per_mille.fill(per_mille_each);
  rates.per_mille[static_cast<size_t>(Fault::kNone)] = 0;
  return rates;
}

SimTransport::SimTransport(engine::Scheduler& scheduler, std::function<sandbox::Front&()> front)
    : scheduler_(scheduler), front_(std::move(front)) {}

Fault SimTransport::draw(const http::Request& request) {
  if (planned_ != Fault::kNone) return std::exchange(planned_, Fault::kNone);
  auto dice = static_cast<int>(scheduler_.random() % 1000);
  for (size_t i = 1; i < kFaultCount; ++i) {
    dice -= rates_.per_mille[i];
    if (dice >= 0) continue;
    const auto fault = static_cast<Fault>(i);
    const std::string place = place_of(request);
    if (fault == Fault::kLostLocator && place.empty()) return Fault::kNone;
    // The page before, of the same query: the one that led here.
    const bool led_here = !place.empty() && last_page_.body.find(place) != std::string::npos;
    if (fault == Fault::kReplayedPage && !led_here) return Fault::kNone;
    return fault;
  }
  return Fault::kNone;
}

http::Response SimTransport::ask(const http::Request& request) {
  http::ServerRequest asked;
  asked.method = request.method;
  const auto url = http::parse_url(request.url);
  asked.target = url ? url->target : "/";
  asked.headers = request.headers;
  asked.headers.set("Host", "127.0.0.1:9443");
  asked.body = request.body;
  asked.remote_address = "127.0.0.1";
  asked.local_port = 9443;
  http::Response answer = front_().handle(asked);
  if (mangler_) mangler_(request, answer);
  return answer;
}

asio::awaitable<Result<http::Response>> SimTransport::send(http::Request request) {
  http::Request sent = request;
  auto answer = co_await exchange(std::move(sent));
  if (observer_) observer_(request, answer);
  co_return answer;
}

asio::awaitable<Result<http::Response>> SimTransport::exchange(http::Request request) {
  ++requests_;
  if (cancelled_) co_return make_error(ErrorCode::kCancelled, "cancelled");
  const auto longest = static_cast<uint64_t>(rates_.latency_max.count());
  co_await scheduler_.sleep(milliseconds{static_cast<int64_t>(scheduler_.random() % (longest + 1))}, nullptr);
  if (cancelled_) co_return make_error(ErrorCode::kCancelled, "cancelled");
  const Fault fault = draw(request);
  if (fault != Fault::kNone) ++faults_;
  ++met_[static_cast<size_t>(fault)];
  switch (fault) {
    case Fault::kTimeoutBefore:
      co_await scheduler_.sleep(request.timeout, nullptr);
      break;
    case Fault::kReset:
      co_return make_error(ErrorCode::kNetwork, "connection reset");
    case Fault::kUnavailable:
      co_return html(503);
    case Fault::kHtml:
      co_return html(200);
    case Fault::kLostLocator:
      co_return locator_gone();
    case Fault::kReplayedPage:
      co_return last_page_;
    case Fault::kSessionGone:
      front_().expire_tokens();
      break;
    default:
      break;
  }
  if (fault == Fault::kTimeoutBefore) co_return make_error(ErrorCode::kTimeout, "no answer in time");
  http::Response answer = ask(request);
  if (is_lost(answer)) co_return make_error(ErrorCode::kNetwork, "the connection ended early");
  if (fault == Fault::kTimeoutAfter) {
    co_await scheduler_.sleep(request.timeout, nullptr);
    co_return make_error(ErrorCode::kTimeout, "no answer in time");
  }
  if (is_query(request) && answer.status == 200) last_page_ = answer;
  if (fault == Fault::kTruncated && !answer.body.empty())
    answer.body.resize(scheduler_.random() % answer.body.size());
  co_return answer;
}

}  // namespace prospectd::test
