#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <boost/asio/use_awaitable.hpp>

#include "base/time.h"
#include "connectors/http/gzip.h"
#include "tests/unit/http/harness.h"

namespace prospectd::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

std::string body_of(const std::string& raw) {
  return raw.substr(raw.find("\r\n\r\n") + 4);
}

/// A handler that always gives this answer.
Handler always(Response response) {
  return [response](ServerRequest) -> asio::awaitable<Response> { co_return response; };
}

Response answer_of(int status, std::string body, Headers headers = {}) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

TEST(Server, HandsTheRequestToTheHandlerAndItsAnswerBack) {
  World world;
  ServerRequest seen;
  const Handler handler = [&seen](ServerRequest request) {
    seen = request;
    return echo(std::move(request));
  };
  world.serve(handler);
  Request request = World::local_get(world.port(), "/a/b?c=d%20e");
  request.method = "PATCH";
  request.headers.add("X-Custom", "value");
  request.body = "{\"a\":1}";
  const auto answer = world.send(request);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "PATCH /a/b?c=d%20e\n{\"a\":1}");
  EXPECT_EQ(answer->content_type(), "text/plain");
  EXPECT_EQ(seen.path(), "/a/b");
  EXPECT_EQ(seen.query(), "c=d%20e");
  EXPECT_EQ(seen.headers.get("x-custom"), "value");
  EXPECT_EQ(seen.remote_address, "127.0.0.1");
  EXPECT_EQ(seen.local_port, world.port());
}

TEST(Server, AddsDateAndContentLength) {
  World world;
  world.serve(always(answer_of(200, "abc")));
  const auto answer = world.get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.get("content-length"), "3");
  EXPECT_TRUE(parse_http_date(answer->headers.get("date").value_or("")));
}

TEST(Server, KeepsTheHandlersOwnDate) {
  World world;
  world.serve(always(answer_of(200, "", {{"Date", "Sat, 21 Nov 2026 10:00:00 GMT"}})));
  const auto answer = world.get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.get("date"), "Sat, 21 Nov 2026 10:00:00 GMT");
}

TEST(Server, FramesTheAnswerItself) {
  World world;
  world.serve(always(answer_of(200, "abc", {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}})));
  const auto answer = world.get("/");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "abc");
}

TEST(Server, AnswersStatusesItHasNoPhraseFor) {
  World world;
  world.serve(always(answer_of(499, "odd")));
  const auto answer = world.get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 499);
}

TEST(Server, TakesRequestsOneAfterAnotherOnOneConnection) {
  World world;
  world.serve(echo);
  const std::string one = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string two = "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  const std::string last = "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string answers = world.raw(one + two + last);
  EXPECT_EQ(count_of(answers, "HTTP/1.1 200 OK\r\n"), 3U);
  EXPECT_NE(answers.find("GET /1\n"), std::string::npos);
  EXPECT_NE(answers.find("POST /2\nabc"), std::string::npos);
  EXPECT_EQ(count_of(answers, "Connection: close"), 1U);
}

TEST(Server, ReadsChunkedBodies) {
  World world;
  world.serve(echo);
  const std::string answer = world.raw(
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(answer), "POST /\nabc0123456789");
}

TEST(Server, DecodesGzipBodies) {
  World world;
  ServerRequest seen;
  const Handler handler = [&seen](ServerRequest request) {
    seen = request;
    return echo(std::move(request));
  };
  world.serve(handler);
  Request request = World::local_get(world.port());
  request.method = "POST";
  request.headers.add("Content-Encoding", "gzip");
  request.body = gzip_compress("hello");
  ASSERT_TRUE(world.send(request));
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.headers.get("content-encoding"), std::nullopt);
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
  World world;
  world.serve(always(answer_of(200, "abcde")));
  const std::string raw = world.raw("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(raw.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(body_of(raw), "");
}

TEST(Server, SendsNoBodyWithNoContent) {
  World world;
  world.serve(always(answer_of(204, "ignored")));
  const std::string raw = world.raw("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(raw), 204);
  EXPECT_EQ(raw.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(raw), "");
}

TEST(Server, ClosesAfterHttp10UnlessAskedToKeep) {
  World world;
  world.serve(echo);
  EXPECT_EQ(status_of(world.raw("GET / HTTP/1.0\r\n\r\n")), 200);
  const std::string kept =
      world.raw("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n");
  EXPECT_EQ(count_of(kept, "HTTP/1.1 200 OK"), 2U);
  EXPECT_EQ(count_of(kept, "Connection: keep-alive"), 1U);
}

asio::awaitable<std::string> ask_before_sending(std::shared_ptr<tcp::socket> socket) {
  const std::string header =
      "PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  socket->send(asio::buffer(header));
  std::string interim(25, '\0');
  auto space = asio::buffer(interim);
  const size_t count = co_await socket->async_read_some(space, asio::use_awaitable);
  interim.resize(count);
  socket->send(asio::buffer("abc", 3));
  std::string rest = co_await read_all(*socket);
  co_return interim + rest;
}

TEST(Server, TellsAClientThatAsksFirstToGoOn) {
  World world;
  world.serve(echo);
  const auto socket = std::make_shared<tcp::socket>(connect_to(world.io, world.port()));
  const std::string answers = wait_for(world.io, ask_before_sending(socket));
  EXPECT_TRUE(answers.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << answers;
  EXPECT_EQ(answers.substr(answers.size() - 3), "abc");
}

struct Acceptance {
  const char* accept;
  size_t size;
  bool compressed;
};

TEST(Server, CompressesLongAnswersForThoseWhoAccept) {
  World world;
  ServerOptions options;
  options.gzip = true;
  const Handler sized = [](ServerRequest request) -> asio::awaitable<Response> {
    const size_t size = std::stoul(std::string(request.query()));
    co_return answer_of(200, std::string(size, 'a'));
  };
  world.serve(options, sized);
  const Acceptance cases[] = {
      {"gzip", 1'024, true},           {"gzip", 1'023, false},     {"deflate, gzip;q=0.5", 5'000, true},
      {"br, *;q=0.1", 5'000, true},    {"gzip;q=0", 5'000, false}, {"identity", 5'000, false},
      {"gzip; q=0.000", 5'000, false}, {"X-GZIP", 5'000, true},    {"gzipped", 5'000, false},
  };
  for (const Acceptance& one : cases) {
    const std::string raw =
        world.raw("GET /?" + std::to_string(one.size) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                  "Accept-Encoding: " + one.accept + "\r\n\r\n");
    const bool compressed = raw.find("Content-Encoding: gzip\r\n") != std::string::npos;
    EXPECT_EQ(compressed, one.compressed) << one.accept << " " << one.size;
    const std::string expected(one.size, 'a');
    EXPECT_EQ(compressed ? gzip_decompress(body_of(raw), 10'000).value_or("") : body_of(raw), expected);
  }
}

TEST(Server, LeavesWhatTheHandlerEncodedAsItIs) {
  World world;
  ServerOptions options;
  options.gzip = true;
  const std::string packed = gzip_compress(std::string(100'000, 'a')) + std::string(2'000, '\0');
  world.serve(options, always(answer_of(200, packed, {{"Content-Encoding", "br"}})));
  const std::string raw =
      world.raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(body_of(raw), packed);
}

TEST(Server, AnswersAThrowingHandlerWithABare500AndGoesOn) {
  World world;
  const Handler handler = [](ServerRequest request) -> asio::awaitable<Response> {
    if (request.target == "/bad") throw std::runtime_error("secret detail");
    Response response = co_await echo(std::move(request));
    co_return response;
  };
  world.serve(handler);
  const auto bad = world.get("/bad");
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->status, 500);
  EXPECT_EQ(bad->body.find("secret"), std::string::npos);
  EXPECT_EQ(world.get("/good")->status, 200);
}

TEST(Server, RefusesInTheWordsOfWhoServes) {
  World world;
  ServerOptions options;
  options.header_bytes_max = 2'048;
  options.refusal = [](int status) {
    return answer_of(status, "{\"no\":" + std::to_string(status) + "}", {{"Content-Type", "text/json"}});
  };
  world.serve(options, [](ServerRequest) -> asio::awaitable<Response> { throw std::runtime_error("oops"); });
  const std::string refused = world.raw("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(refused), 400);
  EXPECT_NE(refused.find("Content-Type: text/json\r\n"), std::string::npos);
  EXPECT_EQ(body_of(refused), "{\"no\":400}");
  EXPECT_EQ(body_of(world.raw("GET /" + std::string(3'000, 'a') + " HTTP/1.1\r\n\r\n")), "{\"no\":414}");
  EXPECT_EQ(world.get("/")->body, "{\"no\":500}");
}

TEST(Server, LetsNoHandlerSplitTheAnswer) {
  const Headers bad_headers[] = {
      {{"X-A", "1\r\nSet-Cookie: a=b"}}, {{"X-A", "1\n2"}}, {{"X-A:\r\nX-B", "1"}}, {{"", "1"}}};
  for (const Headers& headers : bad_headers) {
    World world;
    world.serve(always(answer_of(200, "body", headers)));
    const auto answer = world.get("/");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_FALSE(answer->headers.get("set-cookie"));
  }
}

TEST(Server, ClosesWithoutAnAnswerWhereTheHandlerGivesStatusZero) {
  World world;
  world.serve(always(answer_of(0, "")));
  EXPECT_EQ(world.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
}

TEST(Server, SaysWhoseAddressIsTaken) {
  World world;
  world.serve(echo);
  ServerOptions options;
  options.port = world.port();
  const auto second = make_server(world.io, options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConfigInvalid);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(world.port())), std::string::npos);
  EXPECT_NE(second.error().message.find("another program"), std::string::npos);
}

TEST(Server, RefusesAnAddressThatIsNoneOrNotOurs) {
  asio::io_context io;
  for (const char* address : {"localhost", "", "300.1.1.1", "203.0.113.7"}) {
    ServerOptions options;
    options.address = address;
    const auto made = make_server(io, options, echo);
    ASSERT_FALSE(made) << address;
    EXPECT_EQ(made.error().code, ErrorCode::kConfigInvalid);
    EXPECT_NE(made.error().message.find(address), std::string::npos);
  }
}

TEST(Server, TakesTheSamePortAgainRightAfterAStop) {
  World world;
  world.serve(echo);
  ASSERT_TRUE(world.get("/"));
  ServerOptions options;
  options.port = world.port();
  world.server.reset();
  world.serve(options, echo);
  EXPECT_EQ(world.port(), options.port);
  EXPECT_TRUE(world.get("/"));
}

TEST(Server, ClosesAnIdleConnectionInTime) {
  World world;
  ServerOptions options;
  options.idle_timeout = milliseconds(40);
  world.serve(options, echo);
  const std::string answer = world.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(answer.find("Connection: close"), std::string::npos) << "it was kept, and closed when idle";
}

/// Asks until the server has room again.
Result<Response> get_when_free(World& world) {
  auto answer = world.get("/");
  for (int i = 0; i < 10'000 && (!answer || answer->status == 503); ++i)
    answer = world.get("/");
  return answer;
}

TEST(Server, DropsAClientThatDoesNotRead) {
  World world;
  ServerOptions options;
  options.connections_max = 1;
  options.write_timeout = milliseconds(40);
  const Handler big = [](ServerRequest request) -> asio::awaitable<Response> {
    co_return answer_of(200, request.target == "/big" ? std::string(16 * 1024 * 1024, 'a') : "small");
  };
  world.serve(options, big);
  tcp::socket deaf = connect_to(world.io, world.port());
  deaf.send(asio::buffer(std::string("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")));
  const auto answer = get_when_free(world);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "small");
}

TEST(Server, AnswersConnectionsOverItsLimitWith503AndCloses) {
  World world;
  ServerOptions options;
  options.connections_max = 2;
  world.serve(options, echo);
  auto first = std::make_shared<tcp::socket>(connect_to(world.io, world.port()));
  auto second = std::make_shared<tcp::socket>(connect_to(world.io, world.port()));
  const std::string refused = world.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(refused), 503);
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos);
  first.reset();
  EXPECT_EQ(get_when_free(world)->status, 200);
}

/// Lowers the number of descriptors this process may open to those it has, for as long as it lives.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int probe = dup(STDERR_FILENO);
    ::close(probe);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(probe);
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~NoDescriptorsLeft() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Server, OutOfDescriptorsItWaitsWithoutSpinningAndGoesOn) {
  World world;
  world.serve(echo);
  tcp::socket client = connect_to(world.io, world.port());  // the kernel's queue takes it
  size_t steps = 0;
  {
    const NoDescriptorsLeft none;
    steps = world.io.run_for(milliseconds(250));
  }
  EXPECT_GT(steps, 0U);
  EXPECT_LT(steps, 50U) << "a few tries with pauses between";
  client.send(asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
  EXPECT_EQ(status_of(wait_for(world.io, read_all(client))), 200);
}

}  // namespace
}  // namespace prospectd::http
