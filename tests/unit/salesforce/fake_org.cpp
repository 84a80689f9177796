#include "tests/unit/salesforce/fake_org.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {

namespace asio = boost::asio;

http::Response json_answer(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json;charset=UTF-8");
  response.body = std::move(body);
  return response;
}

http::Response refusal(int status, const std::string& code, const std::string& message) {
  return json_answer(status,
                     R"([{"message":)" + json_quote(message) + R"(,"errorCode":)" + json_quote(code) + "}]");
}

asio::awaitable<Result<http::Response>> FakeOrg::send(http::Request request) {
  // Every answer takes a turn of the loop, so that calls made together really run together.
  auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  if (cancelled_) co_return make_error(ErrorCode::kCancelled, "the transport is closing");
  requests.push_back(request);
  auto response = answer(request);
  co_await asio::post(executor, asio::use_awaitable);
  co_return response;
}

void FakeOrg::then(http::Response response) {
  then([response = std::move(response)](const http::Request&) -> Result<http::Response> { return response; });
}

http::Response FakeOrg::log_in() {
  valid_token_ = "00DHs0000001XyZ!token." + std::to_string(++tokens_);
  http::Response response = json_answer(
      login_status, !login_body.empty()
                        ? login_body
                        : R"({"access_token":")" + valid_token_ +
                              R"(","instance_url":"http://127.0.0.1:9443","token_type":"Bearer"})");
  response.headers.set("Content-Type", login_type);
  return response;
}

Result<http::Response> FakeOrg::answer(const http::Request& request) {
  const auto url = http::parse_url(request.url);
  if (!url) return make_error(ErrorCode::kRefusedTarget, "no URL");
  const auto finish = [this](http::Response response) {
    response.headers.set("Date", date);
    if (!limit_info.empty()) response.headers.set("Sforce-Limit-Info", limit_info);
    return response;
  };
  if (url->target == "/services/oauth2/token") return finish(log_in());
  if (url->target == "/services/data") return finish(json_answer(200, R"([{"version":"60.0"}])"));
  const auto authorization = request.headers.get("Authorization");
  if (refuse_every_token || !authorization || *authorization != "Bearer " + valid_token_) {
    return finish(refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"));
  }
  if (url->target.ends_with("/describe")) {
    return finish(json_answer(describe_status, describe_body.empty() ? lead_describe() : describe_body));
  }
  if (script_.empty()) return finish(json_answer(200, page_of({}, 0)));
  const Answer next = std::move(script_.front());
  script_.pop_front();
  auto response = next(request);
  if (!response) return response;
  return finish(*std::move(response));
}

int FakeOrg::count(const std::string& part) const {
  return static_cast<int>(std::count_if(requests.begin(), requests.end(), [&](const http::Request& request) {
    return request.url.find(part) != std::string::npos;
  }));
}

std::string FakeOrg::last_query() const {
  for (auto it = requests.rbegin(); it != requests.rend(); ++it) {
    const size_t at = it->url.find("?q=");
    if (at != std::string::npos) return http::percent_decode(it->url.substr(at + 3), true).value_or("?");
  }
  return "";
}

}  // namespace prospectd::salesforce::test
