// Who may ask (FAULTS F61): hosts, origins, tokens, bodies; and that nothing happens when they may not.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Gated : public ApiTest {
 protected:
  /// A sync is what a stranger could do harm with.
  http::ServerRequest harmful() { return post("/v1/syncs", "{}"); }

  void expect_refused(http::ServerRequest asked, int status, const std::string& code) {
    const auto answer = send(std::move(asked));
    settle();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(code_of(answer), code);
    EXPECT_THAT(service.asked, IsEmpty()) << "a refused request changes nothing";
  }
};

TEST_F(Gated, LetsInTheBearerOfTheToken) {
  EXPECT_EQ(send(harmful()).status, 202);
}

TEST_F(Gated, RefusesWithoutAToken) {
  auto asked = harmful();
  asked.headers.remove("Authorization");
  expect_refused(asked, 401, "unauthorized");
  const auto answer = send(asked);
  EXPECT_THAT(std::string(answer.headers.get("www-authenticate").value_or("")), HasSubstr("Bearer"));
}

TEST_F(Gated, RefusesAWrongToken) {
  for (const std::string& wrong :
       {std::string("Bearer wrong"), std::string("Bearer "), std::string("Basic ") + kToken,
        std::string(kToken), std::string("Bearer ") + kToken + "0",
        std::string("Bearer ") + std::string(kToken).substr(1)}) {
    auto asked = harmful();
    asked.headers.set("Authorization", wrong);
    expect_refused(asked, 401, "unauthorized");
  }
}

TEST_F(Gated, RefusesTwoAuthorizations) {
  auto asked = harmful();
  asked.headers.add("Authorization", std::string("Bearer ") + kToken);
  expect_refused(asked, 401, "unauthorized");
}

TEST_F(Gated, AfterTenWrongTokensAMinuteTheNextWaits) {
  auto guess = request("GET", "/v1/status");
  guess.headers.set("Authorization", "Bearer guess");
  for (size_t i = 0; i < 10; ++i)
    EXPECT_EQ(send(guess).status, 401);
  scheduler.elapsed += seconds{20};
  const auto answer = send(guess);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(code_of(answer), "too_many_requests");
  EXPECT_EQ(answer.headers.get("retry-after"), "40");
  EXPECT_EQ(get("/v1/status").status, 200) << "guessing keeps nobody out";
  scheduler.elapsed += seconds{41};
  EXPECT_EQ(send(guess).status, 401) << "the minute is over";
}

TEST_F(Gated, GuessesAtTheProbesCountToo) {
  auto guess = request("GET", "/livez");
  guess.headers.set("Authorization", "Bearer guess");
  for (size_t i = 0; i < 10; ++i)
    EXPECT_EQ(send(guess).status, 401);
  EXPECT_EQ(send(guess).status, 429);
}

TEST_F(Gated, AMissingTokenIsNoGuess) {
  auto asked = request("GET", "/v1/status");
  asked.headers.remove("Authorization");
  for (size_t i = 0; i < 20; ++i)
    EXPECT_EQ(send(asked).status, 401);
}

TEST_F(Gated, TakesTheNamesOfThisMachineWithAnyPort) {
  for (const std::string host : {"localhost", "localhost:1", "LOCALHOST:8440", "127.0.0.1", "127.0.0.1:65535",
                                 "[::1]", "[::1]:8440", "crm.internal", "crm.internal:8440"}) {
    auto asked = request("GET", "/v1/status");
    asked.headers.set("Host", host);
    EXPECT_EQ(send(asked).status, 200) << host;
  }
}

TEST_F(Gated, F61_RefusesOtherHostsSoThatNoNameCanBeReboundToUs) {
  for (const std::string host :
       {"evil.test", "evil.test:8440", "localhost.evil.test", "127.0.0.1.evil.test:8440", "127.0.0.2", "",
        ":8440", "[::1]evil", "[::1", "[::2]", "localhost:evil", "localhost:8440:1", "user@localhost",
        "localhost."}) {
    auto asked = harmful();
    asked.headers.set("Host", host);
    expect_refused(asked, 403, "host_not_allowed");
  }
}

TEST_F(Gated, RefusesNoHostAndTwoHosts) {
  auto none = harmful();
  none.headers.remove("Host");
  expect_refused(none, 403, "host_not_allowed");
  auto two = harmful();
  two.headers.add("Host", "evil.test");
  expect_refused(two, 403, "host_not_allowed");
}

TEST_F(Gated, F61_TheProbesKeepToTheHostsToo) {
  auto asked = request("GET", "/readyz");
  asked.headers = {{"Host", "evil.test"}};
  expect_refused(asked, 403, "host_not_allowed");
}

TEST_F(Gated, TakesItsOwnOrigin) {
  auto asked = request("GET", "/v1/status");
  asked.headers.add("Origin", "http://127.0.0.1:8440");
  asked.headers.add("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(send(asked).status, 200);
}

TEST_F(Gated, F61_RefusesForeignOrigins) {
  for (const std::string origin :
       {"https://evil.test", "null", "http://localhost:8440", "http://127.0.0.1:3000",
        "https://127.0.0.1:8440", "http://127.0.0.1", ""}) {
    auto asked = harmful();
    asked.headers.add("Origin", origin);
    expect_refused(asked, 403, "origin_not_allowed");
  }
}

TEST_F(Gated, F61_RefusesWhatABrowserSaysComesFromElsewhere) {
  for (const std::string site : {"cross-site", "same-site", "something-new"}) {
    auto asked = harmful();
    asked.headers.add("Sec-Fetch-Site", site);
    expect_refused(asked, 403, "cross_site");
  }
  auto typed_by_a_person = request("GET", "/v1/status");
  typed_by_a_person.headers.add("Sec-Fetch-Site", "none");
  EXPECT_EQ(send(typed_by_a_person).status, 200);
}

TEST_F(Gated, F61_RefusesTheFormsOfAWebPage) {
  for (const std::string type : {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                                 "text/plain", "", "application/jsonx"}) {
    auto asked = harmful();
    asked.headers.set("Content-Type", type);
    expect_refused(asked, 415, "unsupported_media_type");
  }
  auto none = harmful();
  none.headers.remove("Content-Type");
  expect_refused(none, 415, "unsupported_media_type");
}

TEST_F(Gated, TakesBothMediaTypesOfJson) {
  for (const std::string type :
       {"application/json", "Application/JSON; charset=utf-8", "application/vnd.api+json"}) {
    auto asked = harmful();
    asked.headers.set("Content-Type", type);
    EXPECT_EQ(send(asked).status, 202) << type;
  }
}

TEST_F(Gated, EveryAnswerCarriesTheHeadersThatKeepBrowsersInCheck) {
  auto stranger = request("GET", "/v1/status");
  stranger.headers.set("Host", "evil.test");
  for (const auto& answer : {get("/v1/status"), get("/v1/nothing"), get("/livez"), send(stranger)}) {
    EXPECT_EQ(answer.headers.get("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.headers.get("cache-control"), "no-store");
    EXPECT_THAT(std::string(answer.headers.get("content-security-policy").value_or("")),
                HasSubstr("default-src 'none'"));
    EXPECT_FALSE(answer.headers.get("access-control-allow-origin"));
  }
}

TEST_F(Gated, WithoutATokenNobodyLearnsWhichPathsThereAre) {
  auto asked = request("GET", "/v1/nothing");
  asked.headers.remove("Authorization");
  expect_refused(asked, 401, "unauthorized");
}

TEST_F(Gated, AnEmptyTokenIsNoToken) {
  ApiOptions options;
  const auto made = make_api(scheduler, service, std::move(options));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kConfigInvalid);
}

TEST_F(Gated, NeverShowsTheTokenOrTheTextOfAnException) {
  service.throws = true;
  const auto answer = get("/v1/status");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(code_of(answer), "internal");
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  auto wrong = request("GET", "/v1/status");
  wrong.headers.set("Authorization", "Bearer my-other-password");
  const auto refused = send(wrong);
  EXPECT_THAT(refused.body, Not(HasSubstr("my-other-password")));
  EXPECT_THAT(refused.body, Not(HasSubstr(kToken)));
}

}  // namespace
}  // namespace prospectd::api
