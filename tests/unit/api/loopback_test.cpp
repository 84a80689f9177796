// The API behind the real server, asked by the real client over loopback.
#include <gmock/gmock.h>

#include "connectors/http/transport.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

class Loopback : public ApiTest {
 protected:
  Loopback() {
    auto made = http::make_server(io, http::ServerOptions{}, handler);
    EXPECT_TRUE(made);
    if (made) server_ = *std::move(made);
  }

  Result<http::Response> ask(std::string method, const std::string& target, std::string body,
                             const std::string& token = kToken) {
    http::Request asked;
    asked.method = std::move(method);
    asked.url = "http://127.0.0.1:" + std::to_string(server_->port()) + target;
    asked.headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/vnd.api+json"}};
    asked.body = std::move(body);
    asked.allow_loopback = true;
    std::optional<Result<http::Response>> answer;
    boost::asio::co_spawn(io, keep(*client_, std::move(asked), answer),
                          [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    while (!answer && (io.restart(), io.run_one() > 0)) {
    }
    return *std::move(answer);
  }

 private:
  static boost::asio::awaitable<void> keep(http::Transport& client, http::Request asked,
                                           std::optional<Result<http::Response>>& answer) {
    answer.emplace(co_await client.send(std::move(asked)));
  }

  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Transport> client_ = http::make_curl_transport(io, http::CurlOptions{});
};

TEST_F(Loopback, AStatusIsReadOverARealSocket) {
  service.status_answer.version = "0.1.0";
  const auto answer = ask("GET", "/v1/status", "");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type(), "application/vnd.api+json");
  EXPECT_EQ(body_of(*answer)["data"]["attributes"]["version"], "0.1.0");
}

TEST_F(Loopback, ASyncIsStartedAndFollowedToItsEnd) {
  const auto started = ask("POST", "/v1/syncs", R"({"connection":"salesforce"})");
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_EQ(started->status, 202);
  const std::string place(started->headers.get("location").value_or(""));
  const auto followed = ask("GET", place, "");
  ASSERT_TRUE(followed);
  EXPECT_EQ(body_of(*followed)["data"]["attributes"]["state"], "done");
}

TEST_F(Loopback, AStrangerGetsNothing) {
  const auto answer = ask("POST", "/v1/syncs", "{}", "a guess");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_TRUE(service.asked.empty());
}

}  // namespace
}  // namespace prospectd::api
