#include <gtest/gtest.h>

#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

TEST(CurlTransport, SendsEveryMethodWithItsBodyAndHeaders) {
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"}) {
    Scripted scripted({{ok_reply("done")}});
    Request request = World::local_get(scripted.server.port(), "/a?b=c");
    request.method = method;
    request.headers.add("X-One", "1");
    request.headers.add("X-Empty", "");
    if (method != "GET" && method != "DELETE") request.body = "{\"a\":\"\xc3\xbc\"}";
    const auto answer = scripted.world.send(request);
    ASSERT_TRUE(answer) << method << ": " << answer.error().text();
    EXPECT_EQ(answer->body, "done");
    const std::string& seen = scripted.server.requests().at(0);
    EXPECT_TRUE(seen.starts_with(method + " /a?b=c HTTP/1.1\r\n")) << seen;
    EXPECT_NE(seen.find("X-One: 1\r\n"), std::string::npos);
    EXPECT_NE(seen.find("X-Empty:"), std::string::npos);
    EXPECT_NE(seen.find("User-Agent: prospectd\r\n"), std::string::npos);
    EXPECT_EQ(seen.substr(seen.find("\r\n\r\n") + 4), request.body);
  }
}

TEST(CurlTransport, AddsNoContentTypeOfItsOwn) {
  Scripted scripted({{ok_reply("")}});
  ASSERT_TRUE(scripted.call("POST", "a=b"));
  EXPECT_EQ(scripted.server.requests().at(0).find("Content-Type"), std::string::npos);
}

TEST(CurlTransport, SaysTheLengthOfAnEmptyPost) {
  Scripted scripted({{ok_reply("")}});
  ASSERT_TRUE(scripted.call("POST"));
  EXPECT_NE(scripted.server.requests().at(0).find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(CurlTransport, NeverAsksBeforeSendingABody) {
  World world;
  std::optional<std::string> expect;
  const Handler handler = [&expect](ServerRequest request) {
    if (const auto value = request.headers.get("expect")) expect = *value;
    return echo(std::move(request));
  };
  world.serve(handler);
  Request request = World::local_get(world.port());
  request.method = "POST";
  request.body = std::string(3 * 1024 * 1024, 'a');
  const auto answer = world.send(request);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body.size(), request.body.size() + 7);
  EXPECT_EQ(expect, std::nullopt);
}

TEST(CurlTransport, SendsThePathAsItIs) {
  Scripted scripted({{ok_reply("")}});
  ASSERT_TRUE(scripted.get("/a/../b/./c%2F"));
  EXPECT_TRUE(scripted.server.requests().at(0).starts_with("GET /a/../b/./c%2F HTTP/1.1\r\n"));
}

TEST(CurlTransport, AnyStatusIsAnAnswer) {
  for (const int status : {200, 204, 300, 304, 400, 401, 403, 404, 420, 429, 500, 503}) {
    World world;
    const Handler handler = [status](ServerRequest) -> asio::awaitable<Response> {
      Response response;
      response.status = status;
      response.headers.add("WWW-Authenticate", "Basic");
      co_return response;
    };
    world.serve(handler);
    const auto answer = world.get("/");
    ASSERT_TRUE(answer) << status << answer.error().text();
    EXPECT_EQ(answer->status, status);
  }
}

TEST(CurlTransport, FollowsNoRedirect) {
  Scripted scripted(
      {{"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", ok_reply("login")}});
  const auto answer = scripted.get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->headers.get("location"), "/login");
  EXPECT_EQ(scripted.server.requests().size(), 1U);
}

TEST(CurlTransport, KeepsNoCookies) {
  Scripted scripted({{ok_reply("1", "Set-Cookie: sid=1; Path=/\r\n"), ok_reply("2")}});
  ASSERT_TRUE(scripted.get());
  ASSERT_TRUE(scripted.get());
  EXPECT_EQ(scripted.server.requests().at(1).find("Cookie"), std::string::npos);
}

TEST(CurlTransport, UsesNoProxyOfTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:9", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
  Scripted scripted({{ok_reply("direct")}});
  const auto answer = scripted.get();
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "direct");
}

TEST(CurlTransport, ReusesItsConnection) {
  Scripted scripted({{ok_reply("1"), ok_reply("2"), ok_reply("3")}});
  for (const char* body : {"1", "2", "3"})
    EXPECT_EQ(scripted.get()->body, body);
  EXPECT_EQ(scripted.server.connections(), 1U);
}

TEST(CurlTransport, GivesTheFinalAnswersHeadersOnly) {
  Scripted scripted({{"HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n" +
                      ok_reply("x", "X-A:  1 \r\nX-A: 2\r\nEmpty:\r\n")}});
  const auto answer = scripted.get();
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"X-A", "1"}, {"X-A", "2"}, {"Empty", ""}, {"Content-Length", "1"}};
  EXPECT_EQ(answer->headers.fields(), expected);
}

TEST(CurlTransport, LeavesTrailersOut) {
  Scripted scripted({{chunked_reply("3\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n")}});
  const auto answer = scripted.get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "abc");
  EXPECT_FALSE(answer->headers.get("x-trailer"));
}

TEST(CurlTransport, HeadHasALengthAndNoBody) {
  Scripted scripted({{"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\nContent-Encoding: br\r\n\r\n"}});
  const auto answer = scripted.call("HEAD");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "");
}

TEST(CurlTransport, AsksForGzipAndUndoesIt) {
  World world;
  ServerOptions options;
  options.gzip = true;
  std::string accepted;
  const Handler handler = [&accepted](ServerRequest request) -> asio::awaitable<Response> {
    accepted = request.headers.get("accept-encoding").value_or("");
    Response response;
    response.status = 200;
    response.body = std::string(300'000, 'a');
    co_return response;
  };
  world.serve(options, handler);
  const auto answer = world.get("/");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(accepted, "gzip");
  EXPECT_EQ(answer->body, std::string(300'000, 'a'));
  EXPECT_FALSE(answer->headers.get("content-encoding"));
  EXPECT_LT(std::stoul(std::string(*answer->headers.get("content-length"))), 30'000U);
}

TEST(CurlTransport, TakesABodyOfExactlyItsLimit) {
  Scripted scripted({{ok_reply(std::string(1'000, 'a')), ok_reply(std::string(1'001, 'a'))}});
  Request request = World::local_get(scripted.server.port());
  request.response_body_max = 1'000;
  EXPECT_TRUE(scripted.world.send(request));
  EXPECT_EQ(code_of(scripted.world.send(request)), ErrorCode::kTooLarge);
}

TEST(CurlTransport, NobodyListeningIsANetworkError) {
  World world;
  world.serve(echo);
  const uint16_t port = world.port();
  world.server.reset();
  const auto answer = world.send(World::local_get(port));
  EXPECT_EQ(code_of(answer), ErrorCode::kNetwork);
  EXPECT_TRUE(answer.error().never_sent);
}

TEST(CurlTransport, AnUnknownNameIsANetworkError) {
  World world;
  Request request;
  request.url = "https://no-such-host.invalid/";
  EXPECT_EQ(code_of(world.send(request)), ErrorCode::kNetwork);
}

TEST(CurlTransport, AnAnswerThatDoesNotComeIsATimeout) {
  Scripted scripted({stalled()});
  Request request = World::local_get(scripted.server.port());
  request.timeout = milliseconds(40);
  const auto answer = scripted.world.send(request);
  EXPECT_EQ(code_of(answer), ErrorCode::kTimeout) << answer.error().text();
  EXPECT_FALSE(answer.error().never_sent);
}

TEST(CurlTransport, LooksNamesUp) {
  World world;
  world.serve(echo);
  Request request = World::local_get(world.port());
  request.url = "http://localhost:" + std::to_string(world.port()) + "/";
  const auto answer = world.send(request);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
}

struct Target {
  const char* url;
  bool allow_loopback;
};

class RefusedTarget : public testing::TestWithParam<Target> {};

TEST_P(RefusedTarget, IsNeverConnectedTo) {
  World world;
  Request request;
  request.url = GetParam().url;
  request.allow_loopback = GetParam().allow_loopback;
  request.timeout = milliseconds(2'000);
  const auto answer = world.send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kRefusedTarget) << answer.error().text();
  EXPECT_TRUE(answer.error().never_sent);
}

INSTANTIATE_TEST_SUITE_P(
    CurlTransport, RefusedTarget,
    testing::Values(Target{"http://example.com/", false}, Target{"http://127.0.0.1/", false},
                    Target{"http://10.0.0.1/", true}, Target{"http://1.1.1.1/", true},
                    Target{"https://127.0.0.1/", false}, Target{"https://localhost/", false},
                    Target{"https://127.1/", false}, Target{"https://2130706433/", false},
                    Target{"https://0x7f000001/", false}, Target{"https://0/", false},
                    Target{"https://10.1.2.3/", true}, Target{"https://172.16.0.1/", true},
                    Target{"https://192.168.1.1/", true},
                    Target{"https://169.254.169.254/latest/meta-data", true},
                    Target{"https://100.64.0.1/", false}, Target{"https://[::1]/", false},
                    Target{"https://[fe80::1]/", true}, Target{"https://[fc00::1]/", true},
                    Target{"https://[::ffff:127.0.0.1]/", true}, Target{"ftp://127.0.0.1/", true},
                    Target{"file:///etc/passwd", true}, Target{"https://user@127.0.0.1/", true},
                    Target{"https://a/\r\nX: y", true}, Target{"", true}));

TEST(CurlTransport, AKeptConnectionIsNotLentToARequestThatMayNotUseIt) {
  Scripted scripted({{ok_reply("1"), ok_reply("2")}});
  ASSERT_TRUE(scripted.get());
  Request request;
  request.url = World::local_url(scripted.server.port(), "/");
  const auto answer = scripted.world.send(request);
  EXPECT_EQ(code_of(answer), ErrorCode::kRefusedTarget);
  EXPECT_TRUE(answer.error().never_sent);
  EXPECT_EQ(scripted.server.requests().size(), 1U);
}

struct BadRequest {
  std::string method;
  std::string name;
  std::string value;
};

TEST(CurlTransport, SendsNoHeaderOrMethodThatCouldSplitTheRequest) {
  Scripted scripted({{ok_reply("never")}});
  const BadRequest cases[] = {
      {"GET", "X-A", "1\r\nX-B: 2"},
      {"GET", "X-A", "1\n2"},
      {"GET", "X-A", std::string("1\0002", 3)},
      {"GET", "X-A\r\nX-B", "1"},
      {"GET", "X A", "1"},
      {"GET", "", "1"},
      {"GET", "X:A", "1"},
      {"GET /x HTTP/1.1\r\n", "X-A", "1"},
      {"", "X-A", "1"},
      {"GET", "Content-Length", "5"},
      {"GET", "transfer-encoding", "chunked"},
      {"GET", "Expect", "100-continue"},
  };
  for (const BadRequest& bad : cases) {
    Request request = World::local_get(scripted.server.port());
    request.method = bad.method;
    request.headers.add(bad.name, bad.value);
    const auto answer = scripted.world.send(request);
    EXPECT_EQ(code_of(answer), ErrorCode::kInvalidInput);
    EXPECT_TRUE(answer.error().never_sent);
  }
  EXPECT_EQ(scripted.server.connections(), 0U);
}

TEST(CurlTransport, LeavesPersonalSegmentsOutOfMessages) {
  Scripted scripted({{""}});
  const auto answer = scripted.get("/sobjects/Lead/Email__c/jane@example.com/x%20y");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().text().find("jane"), std::string::npos);
  EXPECT_NE(answer.error().text().find("/sobjects/Lead/Email__c/…/…: "), std::string::npos)
      << answer.error().text();
}

/// A kept connection that the server closes just as the next request comes: libcurl would send it again by
/// itself.
TEST(CurlTransport, SendsAWriteAtMostOnce) {
  for (const char* method : {"POST", "PATCH", "PUT", "DELETE"}) {
    Scripted scripted({{ok_reply("1"), ""}, {ok_reply("again")}});
    ASSERT_TRUE(scripted.get());
    const auto answer = scripted.call(method, "body");
    EXPECT_EQ(code_of(answer), ErrorCode::kNetwork) << method;
    EXPECT_FALSE(answer.error().never_sent) << method;
    EXPECT_EQ(scripted.server.requests().size(), 2U) << method;
  }
}

TEST(CurlTransport, SendsAReadAgainWhenItsKeptConnectionWasGone) {
  Scripted scripted({{ok_reply("1"), ""}, {ok_reply("again")}});
  ASSERT_TRUE(scripted.get());
  const auto answer = scripted.get();
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "again");
}

}  // namespace
}  // namespace prospectd::http
