// Faults that act on bytes, over real sockets: answers that never come, come late, slowly or in part.
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "connectors/sandbox/serve.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

namespace asio = boost::asio;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A sandbox with a plan on a loop of its own, and a client with sockets.
class FaultWire : public ::testing::Test {
 protected:
  void TearDown() override {
    if (!thread_.joinable()) return;
    begin_to_stop(milliseconds(0));
    thread_.join();
  }

  void serve(const Json& rules, http::ServerOptions server = {}) {
    SandboxOptions options;
    options.server = std::move(server);
    options.client_secret = Secret("s3cret");
    options.admin_token = Secret("let-me-in");
    options.generator.people = 20;
    options.faults = Json{{"rules", rules}}.dump();
    auto made = make_sandbox(loop_, std::move(options));
    ASSERT_TRUE(made) << made.error().text();
    sandbox_ = std::move(*made);
    thread_ = std::thread([this] { loop_.run(); });
  }
  void begin_to_stop(milliseconds grace) {
    asio::post(loop_, [this, grace] { sandbox_->stop(grace); });
  }
  struct Got {
    std::string text;
    bool reset = false;
  };
  asio::ip::tcp::socket connected() {
    asio::ip::tcp::socket socket(own_);
    socket.connect({asio::ip::address_v4::loopback(), sandbox_->port()});
    return socket;
  }
  static Got rest_of(asio::ip::tcp::socket& socket) {
    Got got;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(got.text), end);
    got.reset = end == asio::error::connection_reset;
    return got;
  }
  Got exchange(const std::string& request) {
    auto socket = connected();
    asio::write(socket, asio::buffer(request));
    return rest_of(socket);
  }
  Got versions() { return exchange(kVersions); }
  std::string admin_get(const std::string& what) {
    return exchange("GET /sandbox/admin/" + what +
                    " HTTP/1.1\r\nHost: x\r\nX-Sandbox-Admin: let-me-in\r\nConnection: close\r\n\r\n")
        .text;
  }
  /// Whether the first rule of the plan has struck so often.
  bool has_fired(int times) {
    return admin_get("faults").find("\"fired\":" + std::to_string(times) + ",") != std::string::npos;
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  static constexpr const char* kVersions =
      "GET /services/data HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  asio::io_context loop_;
  asio::io_context own_;
  std::unique_ptr<Sandbox> sandbox_;
  std::thread thread_;
};

TEST_F(FaultWire, AnAnswerIsLostAfterItsCommit) {
  serve({{{"fault", "drop"}, {"on", {{"operation", "create"}}}}});
  const std::string form = "grant_type=client_credentials&client_id=sandbox&client_secret=s3cret";
  const auto post = [](const std::string& path, const std::string& headers, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const std::string login =
      exchange(post("/services/oauth2/token", "Content-Type: application/x-www-form-urlencoded\r\n", form))
          .text;
  const std::string token = Json::parse(body_of(login))["access_token"];
  const std::string session = "Authorization: Bearer " + token + "\r\nContent-Type: application/json\r\n";
  const Got got = exchange(
      post("/services/data/v60.0/sobjects/Lead", session, R"({"LastName":"Zaphod","Company":"Acme"})"));
  EXPECT_EQ(got.text, "");
  EXPECT_FALSE(got.reset);
  EXPECT_THAT(exchange("GET /services/data/v60.0/query?q=SELECT+Id+FROM+Lead+WHERE+LastName='Zaphod' "
                       "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                       session + "\r\n")
                  .text,
              HasSubstr("\"totalSize\":1"));
}

TEST_F(FaultWire, AConnectionIsReset) {
  serve({{{"fault", "drop"}, {"with", {{"reset", true}}}}});
  const Got got = versions();
  EXPECT_EQ(got.text, "");
  EXPECT_TRUE(got.reset);
}

TEST_F(FaultWire, AnAnswerIsCutAtAnyByte) {
  serve({{{"fault", "cut"}, {"when", {{"nth", 1}}}, {"with", {{"after_bytes", 10}}}},
         {{"fault", "cut"}, {"when", {{"nth", 2}}}, {"with", {{"after_bytes", 400}}}},
         {{"fault", "cut"}, {"when", {{"nth", 3}}}, {"with", {{"after_bytes", 1'000'000}}}}});
  const std::string first = versions().text;
  const std::string second = versions().text;
  const std::string whole = versions().text;
  EXPECT_EQ(first, "HTTP/1.1 2");
  EXPECT_EQ(second.size(), 400u);
  EXPECT_THAT(second, HasSubstr("Content-Length: "));
  EXPECT_THAT(whole, EndsWith("}]"));
}

TEST_F(FaultWire, ATruncatedBodyTellsTheLengthThatItHas) {
  serve({{{"fault", "truncate"}, {"with", {{"after_bytes", 33}}}}});
  const std::string text = versions().text;
  EXPECT_THAT(text, HasSubstr("Content-Length: 33\r\n"));
  EXPECT_EQ(body_of(text).size(), 33u);
}

TEST_F(FaultWire, SlowBytesComeOneAfterTheOther) {
  constexpr int kNever = 600'000;  // longer than the test
  serve({{{"fault", "slow"}, {"when", {{"nth", 1}}}, {"with", {{"bytes", 100}, {"every_milliseconds", 1}}}},
         {{"fault", "slow"},
          {"when", {{"nth", 2}}},
          {"with", {{"bytes", 7}, {"every_milliseconds", kNever}}}}});
  EXPECT_THAT(versions().text, EndsWith("}]")) << "slowly, but whole";
  auto socket = connected();
  asio::write(socket, asio::buffer(std::string(kVersions)));
  std::array<char, 7> first{};
  asio::read(socket, asio::buffer(first));
  EXPECT_EQ(std::string(first.data(), first.size()), "HTTP/1.");
  begin_to_stop(milliseconds(0));
  EXPECT_EQ(rest_of(socket).text, "") << "the second piece was not due yet";
}

TEST_F(FaultWire, ADelayedAnswerComesWhenTheSandboxStops) {
  serve({{{"fault", "delay"}, {"with", {{"milliseconds", 600'000}}}}});
  auto socket = connected();
  asio::write(socket, asio::buffer(std::string(kVersions)));
  while (!has_fired(1)) {
  }
  EXPECT_EQ(socket.available(), 0u);
  begin_to_stop(std::chrono::minutes(1));
  EXPECT_THAT(rest_of(socket).text, StartsWith("HTTP/1.1 200"));
}

TEST_F(FaultWire, ClientsThatGoWhileTheirAnswerIsDelayedHoldNoConnections) {
  http::ServerOptions server;
  server.connections_max = 4;
  server.half_closed_timeout = milliseconds(1);
  serve({{{"fault", "delay"}, {"when", {{"times", 6}}}, {"with", {{"milliseconds", 600'000}}}}}, server);
  for (int fired = 1; fired <= 6;) {
    auto socket = connected();
    if (fired % 2 == 0) socket.set_option(asio::socket_base::linger(true, 0));
    asio::write(socket, asio::buffer(std::string(kVersions)));
    bool waits = false;
    while (!waits && socket.available() == 0)  // what is refused tries again
      waits = has_fired(fired);
    if (waits) ++fired;
  }
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200"))
    answer = versions().text;
  EXPECT_THAT(answer, EndsWith("}]"));
}

TEST_F(FaultWire, HoweverManyWaitTheAdminEndpointIsThere) {
  http::ServerOptions server;
  server.connections_max = 16;
  serve({{{"fault", "delay"}, {"with", {{"milliseconds", 600'000}}}}}, server);
  std::vector<asio::ip::tcp::socket> waiting;
  for (int fired = 1; fired <= 15; ++fired) {
    waiting.push_back(connected());
    asio::write(waiting.back(), asio::buffer(std::string(kVersions)));
    while (!has_fired(fired)) {
    }
  }
  // The connection before may still be on its way out.
  const auto when_free = [](const auto& ask) {
    std::string answer = ask();
    while (answer.starts_with("HTTP/1.1 503"))
      answer = ask();
    return answer;
  };
  const std::string refused = when_free([&] { return versions().text; });
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(refused, EndsWith(R"([{"message":"ConcurrentPerOrgLongTxn Limit exceeded.",)"
                                R"("errorCode":"REQUEST_LIMIT_EXCEEDED"}])"));
  EXPECT_THAT(when_free([&] { return admin_get("stats"); }), HasSubstr("\"versions\":15"))
      << "what is refused is not done";
}

TEST_F(FaultWire, TheConnectionStaysGoodForTheNextRequestAfterASlowAnswer) {
  serve({{{"fault", "slow"}, {"when", {{"nth", 1}}}, {"with", {{"bytes", 50}, {"every_milliseconds", 0}}}}});
  const std::string first = "GET /services/data HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string both = exchange(first + kVersions).text;
  const size_t second = both.find("HTTP/1.1 200", 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(body_of(both.substr(0, second)), body_of(both.substr(second)));
}

TEST_F(FaultWire, ABadPlanIsTheErrorOfTheStart) {
  SandboxOptions options;
  options.generator.people = 20;
  options.faults_name = "plan.json";
  options.faults = "{\"rules\": [{\"fault\":\n \"plague\"}]}";
  const auto unknown = make_sandbox(loop_, std::move(options));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kConfigInvalid);
  EXPECT_THAT(unknown.error().text(), StartsWith("plan.json: rules[0].fault must be among"));
  SandboxOptions broken;
  broken.generator.people = 20;
  broken.faults_name = "plan.json";
  broken.faults = "{\"rules\": [\n oops]}";
  const auto refused = make_sandbox(loop_, std::move(broken));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), StartsWith("plan.json: "));
  EXPECT_THAT(refused.error().text(), HasSubstr("line:2"));
}

}  // namespace
}  // namespace prospectd::sandbox::testing
