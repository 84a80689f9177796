// Logging in: once for however many want it, never in a loop, and the token only to where it belongs.
#include "connectors/salesforce/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/salesforce/fake_org.h"

namespace prospectd::salesforce::test {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "s3cret&=%";

SessionOptions session_test_options() {
  SessionOptions out;
  out.login_url = "http://127.0.0.1:9443/ignored?x=1";
  out.client_id = "client id";
  out.client_secret = Secret(kSecret);
  out.test_endpoint = true;
  return out;
}

class SessionTest : public ::testing::Test {
 protected:
  Result<uint64_t> ensure(uint64_t stale) { return run(session_.ensure(stale)); }

  FakeOrg org_;
  Traffic traffic_;
  Session session_{org_, traffic_, session_test_options()};
};

TEST_F(SessionTest, LogsInWithAFormOfClientCredentials) {
  const auto generation = ensure(0);
  ASSERT_TRUE(generation) << generation.error().text();
  EXPECT_EQ(*generation, 1u);
  const http::Request& request = org_.last();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:9443/services/oauth2/token");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_TRUE(request.allow_loopback);
  const auto form = http::parse_form(request.body);
  ASSERT_TRUE(form);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"grant_type", "client_credentials"}, {"client_id", "client id"}, {"client_secret", kSecret}};
  EXPECT_EQ(*form, expected);
  EXPECT_EQ(session_.origin(), "http://127.0.0.1:9443");
  EXPECT_EQ(traffic_.calls, 1);
}

TEST_F(SessionTest, KeepsItsTokenUntilANewerOneIsAskedFor) {
  EXPECT_EQ(*ensure(0), 1u);
  EXPECT_EQ(*ensure(0), 1u);
  EXPECT_EQ(org_.logins(), 1);
  EXPECT_EQ(*ensure(1), 2u);
  EXPECT_EQ(org_.logins(), 2);
  EXPECT_EQ(*ensure(1), 2u);  // its token was older than the one at hand
  EXPECT_EQ(org_.logins(), 2);
}

asio::awaitable<void> ask(Session& session, uint64_t stale, std::vector<Result<uint64_t>>& out) {
  auto generation = co_await session.ensure(stale);
  out.push_back(std::move(generation));
}

TEST_F(SessionTest, ManyCallersAtOnceShareOneLogin) {
  asio::io_context io;
  std::vector<Result<uint64_t>> out;
  for (int i = 0; i < 500; ++i) {
    asio::co_spawn(io, ask(session_, 0, out), [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }
  io.run();
  ASSERT_EQ(out.size(), 500u);
  for (const auto& generation : out)
    EXPECT_EQ(*generation, 1u);
  EXPECT_EQ(org_.logins(), 1);
}

TEST_F(SessionTest, ManyCallersAtOnceShareItsFailure) {
  org_.login_status = 400;
  org_.login_body = R"({"error":"invalid_client_id","error_description":"client identifier invalid"})";
  asio::io_context io;
  std::vector<Result<uint64_t>> out;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(io, ask(session_, 0, out), [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }
  io.run();
  ASSERT_EQ(out.size(), 100u);
  for (const auto& generation : out) {
    ASSERT_FALSE(generation);
    EXPECT_EQ(generation.error().code, ErrorCode::kLoginRefused);
  }
  EXPECT_EQ(org_.logins(), 1);
  org_.login_status = 200;
  org_.login_body.clear();
  EXPECT_TRUE(ensure(0)) << "a failure is not for good";
}

TEST_F(SessionTest, ALoginThatIsRefusedSaysWhatToDoAndNoSecret) {
  org_.login_status = 400;
  org_.login_body = R"({"error":"invalid_client","error_description":"invalid client credentials"})";
  const auto generation = ensure(0);
  ASSERT_FALSE(generation);
  EXPECT_EQ(generation.error().code, ErrorCode::kLoginRefused);
  EXPECT_THAT(generation.error().text(), HasSubstr("invalid_client"));
  EXPECT_THAT(generation.error().text(), HasSubstr("log in"));
  EXPECT_THAT(generation.error().text(), Not(HasSubstr("s3cret")));
  EXPECT_EQ(session_.origin(), "");
}

TEST_F(SessionTest, AnAnswerThatIsNoLoginIsAnError) {
  org_.login_type = "text/html";
  EXPECT_EQ(ensure(0).error().code, ErrorCode::kServerError);
  org_.login_type = "application/json";
  for (const char* body :
       {"{}", "[]", "{", "x", R"({"access_token":"","instance_url":"http://127.0.0.1:9443"})",
        R"({"access_token":"a\r\nb","instance_url":"http://127.0.0.1:9443"})", R"({"access_token":"t"})",
        R"({"access_token":7,"instance_url":"http://127.0.0.1:9443"})"}) {
    org_.login_body = body;
    EXPECT_EQ(ensure(0).error().code, ErrorCode::kBadPayload) << body;
  }
  EXPECT_EQ(session_.generation(), 0u);
}

TEST_F(SessionTest, AnInstanceElsewhereIsRefusedAndGetsNoToken) {
  org_.login_body = R"({"access_token":"t","instance_url":"http://evil.test"})";
  const auto generation = ensure(0);
  ASSERT_FALSE(generation);
  EXPECT_EQ(generation.error().code, ErrorCode::kRefusedTarget);
  EXPECT_EQ(session_.generation(), 0u);
  EXPECT_EQ(org_.requests.size(), 1u);
}

TEST_F(SessionTest, ATransportThatClosesEndsTheLogin) {
  org_.cancel_all();
  EXPECT_EQ(ensure(0).error().code, ErrorCode::kCancelled);
}

TEST(SessionUrl, PlainHttpIsForTestEndpointsOnly) {
  FakeOrg org;
  Traffic traffic;
  SessionOptions plain = session_test_options();
  plain.test_endpoint = false;
  Session session(org, traffic, std::move(plain));
  EXPECT_EQ(run(session.ensure(0)).error().code, ErrorCode::kRefusedTarget);
  EXPECT_TRUE(org.requests.empty());
}

TEST(SessionUrl, ALoginUrlThatIsNoUrlIsAFaultOfTheConfig) {
  FakeOrg org;
  Traffic traffic;
  SessionOptions bad = session_test_options();
  bad.login_url = "acme.my.salesforce.com";
  Session session(org, traffic, std::move(bad));
  EXPECT_EQ(run(session.ensure(0)).error().code, ErrorCode::kConfigInvalid);
  EXPECT_TRUE(org.requests.empty());
}

struct InstanceCase {
  const char* login;
  bool test_endpoint;
  const char* instance;
  const char* origin;  ///< empty: refused
};

class Instance : public ::testing::TestWithParam<InstanceCase> {};

TEST_P(Instance, IsAcceptedOrRefused) {
  const InstanceCase& given = GetParam();
  SessionOptions options;
  options.login_url = given.login;
  options.test_endpoint = given.test_endpoint;
  options.allowed_host_suffixes = {".Example.com", "example.org"};
  const auto origin = accept_instance(given.instance, options);
  if (*given.origin == '\0') {
    ASSERT_FALSE(origin) << given.instance;
    EXPECT_EQ(origin.error().code, ErrorCode::kRefusedTarget);
  } else {
    ASSERT_TRUE(origin) << given.instance;
    EXPECT_EQ(*origin, given.origin);
  }
}

constexpr const char* kLive = "https://acme.my.salesforce.com";
constexpr const char* kTest = "http://127.0.0.1:9443";
const InstanceCase kInstances[] = {
    {kLive, false, "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
    {kLive, false, "https://ACME.my.salesforce.com/path?x", "https://acme.my.salesforce.com"},
    {kLive, false, "https://eu12.salesforce.com", "https://eu12.salesforce.com"},
    {kLive, false, "https://acme.my.site.force.com", "https://acme.my.site.force.com"},
    {kLive, false, "https://crm.example.com", "https://crm.example.com"},
    {"https://crm.acme.test", false, "https://crm.acme.test", "https://crm.acme.test"},
    {kLive, false, "https://example.com", ""},
    {kLive, false, "https://crm.example.org", ""},  // a suffix without its dot counts for nothing
    {kLive, false, "http://acme.my.salesforce.com", ""},
    {kLive, false, "https://evil.test", ""},
    {kLive, false, "https://evilsalesforce.com", ""},
    {kLive, false, "https://salesforce.com.evil.test", ""},
    {kLive, false, "https://evil.test/.salesforce.com", ""},
    {kLive, false, "https://evil.test#.salesforce.com", ""},
    {kLive, false, "https://acme.my.salesforce.com@evil.test", ""},
    {kLive, false, "https://.salesforce.com", ""},
    {kLive, false, "https://127.0.0.1", ""},
    {kLive, false, "ftp://acme.my.salesforce.com", ""},
    {kLive, false, "//acme.my.salesforce.com", ""},
    {kLive, false, "", ""},
    {kLive, false, "https://acme.my.salesforce.com\r\nX: y", ""},
    {kTest, true, "http://127.0.0.1:9443", "http://127.0.0.1:9443"},
    {kTest, true, "http://127.0.0.1:9555", "http://127.0.0.1:9555"},
    {kTest, true, "http://127.0.0.2:9443", ""},
    {kTest, true, "http://acme.my.salesforce.com", ""},
    {kTest, true, "http://evil.test", ""},
};

INSTANTIATE_TEST_SUITE_P(Table, Instance, ::testing::ValuesIn(kInstances));

}  // namespace
}  // namespace prospectd::salesforce::test
