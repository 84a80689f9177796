// Tokens of users and roles (SEMANTICS §13), over a real database: made, shown once, used, expired, revoked;
// and that a role that doesn't suffice does nothing.
#include <gmock/gmock.h>

#include "base/fingerprint.h"
#include "daemon/api/routes.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using reconcile::Role;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TokensTest : public ApiTest {
 protected:
  /// Makes one as the admin; its attributes, with its number as "id".
  Json make(const std::string& name, const std::string& role, const std::string& more = "") {
    const auto answer =
        send(post("/v1/tokens", R"({"name":")" + name + R"(","user":"ana@acme.test","role":")" + role +
                                    R"(")" + more + "}"));
    EXPECT_EQ(answer.status, 201) << answer.body;
    const Json data = body_of(answer)["data"];
    Json attributes = data["attributes"];
    attributes["id"] = data["id"];
    EXPECT_EQ(answer.headers.get("location"), "/v1/tokens/" + data["id"].get<std::string>());
    return attributes;
  }

  http::Response ask_with(const Json& token, http::ServerRequest asked) {
    asked.headers.set("Authorization", "Bearer " + token["token"].get<std::string>());
    return send(std::move(asked));
  }
  http::Response status_with(const Json& token) { return ask_with(token, request("GET", "/v1/status")); }

  http::Response revoke(const Json& token) {
    return send(request("DELETE", "/v1/tokens/" + token["id"].get<std::string>()));
  }

  /// The one token of this number, as the list shows it.
  Json listed(const Json& token) {
    for (const Json& row : data_of(get("/v1/tokens"))) {
      if (row["id"] == token["id"]) return row["attributes"];
    }
    return {};
  }
};

TEST_F(TokensTest, IsShownOnceAndWorksAtOnce) {
  const Json made = make("report", "read");
  EXPECT_THAT(made["token"].get<std::string>(), testing::MatchesRegex("pdt_[0-9a-f]{64}"));
  EXPECT_EQ(made["user"], "ana@acme.test");
  EXPECT_EQ(made["role"], "read");
  EXPECT_EQ(made["createdBy"], "admin");
  EXPECT_EQ(made["expiresAt"], nullptr);
  EXPECT_EQ(status_with(made).status, 200);
  EXPECT_THAT(get("/v1/tokens").body, Not(HasSubstr(made["token"].get<std::string>())));
  EXPECT_THAT(get("/v1/tokens/" + made["id"].get<std::string>()).body, Not(HasSubstr("\"token\"")));
}

TEST_F(TokensTest, OnlyItsFingerprintIsStoredAndItOutlivesTheDaemon) {
  const Json made = make("report", "read");
  const auto kept = (*database->reader())->tokens();
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().fingerprint, fingerprint_of(made["token"].get<std::string>()));
  serve();
  EXPECT_EQ(status_with(made).status, 200);
  EXPECT_NE(make("second", "read")["id"], made["id"]);
}

TEST_F(TokensTest, RevokedInUseItIsRefusedFromTheNextRequestOn) {
  const Json made = make("report", "read");
  const Json other = make("other", "read");
  EXPECT_EQ(status_with(made).status, 200);
  const auto revoked = revoke(made);
  EXPECT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_EQ(body_of(revoked)["data"]["attributes"]["state"], "revoked");
  const auto refused = status_with(made);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(code_of(refused), "unauthorized");
  EXPECT_THAT(detail_of(refused), HasSubstr("it was revoked at 2027-"));
  EXPECT_EQ(status_with(other).status, 200);
  serve();
  EXPECT_EQ(status_with(made).status, 401);
}

TEST_F(TokensTest, OneThatEndedIsNoGuess) {
  const Json made = make("report", "read");
  EXPECT_EQ(revoke(made).status, 200);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(status_with(made).status, 401);
}

TEST_F(TokensTest, IsRevokedOnce) {
  const Json made = make("report", "read");
  EXPECT_EQ(revoke(made).status, 200);
  const auto again = revoke(made);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code_of(again), "conflict");
  EXPECT_EQ(send(request("DELETE", "/v1/tokens/99")).status, 404);
  EXPECT_EQ(send(request("DELETE", "/v1/tokens/own")).status, 404);
}

TEST_F(TokensTest, ExpiresWhenItsTimeIsOver) {
  const Json made = make("report", "read", R"(,"expiresInMs":60000)");
  EXPECT_EQ(made["expiresAt"], "2027-01-15T08:01:00.000Z");
  scheduler.elapsed += seconds{59};
  EXPECT_EQ(status_with(made).status, 200);
  scheduler.elapsed += seconds{1};
  const auto late = status_with(made);
  EXPECT_EQ(late.status, 401);
  EXPECT_THAT(detail_of(late), HasSubstr("it expired at 2027-01-15T08:01:00.000Z"));
  EXPECT_EQ(listed(made)["state"], "expired");
}

TEST_F(TokensTest, TellWhenTheyWereLastUsedToTheMinute) {
  const Json made = make("report", "read");
  EXPECT_EQ(listed(made)["lastUsedAt"], nullptr);
  EXPECT_EQ(status_with(made).status, 200);
  settle();
  const int64_t written = database->rows_written();
  scheduler.elapsed += seconds{30};
  EXPECT_EQ(status_with(made).status, 200);
  settle();
  EXPECT_EQ(database->rows_written(), written) << "one write a minute is enough";
  scheduler.elapsed += seconds{31};
  EXPECT_EQ(status_with(made).status, 200);
  settle();
  serve();
  EXPECT_EQ(listed(made)["lastUsedAt"], "2027-01-15T08:01:01.000Z");
}

TEST_F(TokensTest, WhatARoleMayNotDoIsRefusedAndNotDone) {
  const Json reader = make("reader", "read");
  const Json user = make("user", "user");
  for (const Route& route : routes()) {
    if (!route.role) continue;
    std::string target;
    for (const std::string& segment : route.path)
      target += "/" + (segment == "{id}" ? "1" : segment);
    for (const auto& [token, role] : {std::pair(reader, Role::kRead), std::pair(user, Role::kUser)}) {
      if (role >= *route.role) continue;
      auto asked = request(route.method, target);
      asked.headers.add("Content-Type", "application/json");
      asked.body = "{}";
      const auto answer = ask_with(token, asked);
      settle();
      EXPECT_EQ(answer.status, 403) << route.method << " " << target;
      EXPECT_EQ(code_of(answer), "forbidden");
      EXPECT_THAT(detail_of(answer), HasSubstr("nothing was done"));
    }
  }
  EXPECT_THAT(service.asked, IsEmpty());
  EXPECT_EQ(listed(user)["state"], "active") << "DELETE /v1/tokens/1 by the two did nothing";
}

TEST_F(TokensTest, ARoleMayWhatTheSmallerOnesMay) {
  const Json reader = make("reader", "read");
  const Json user = make("user", "user");
  const Json admin = make("admin", "admin");
  for (const Json& token : {reader, user, admin})
    EXPECT_EQ(status_with(token).status, 200);
  EXPECT_EQ(ask_with(user, post("/v1/syncs", "{}")).status, 202);
  EXPECT_EQ(ask_with(admin, post("/v1/syncs", "{}")).status, 202);
  EXPECT_EQ(ask_with(admin, request("GET", "/v1/tokens")).status, 200);
}

TEST_F(TokensTest, TheActorIsTheUserOfTheToken) {
  const Json admin = make("admin", "admin");
  const auto answer =
      ask_with(admin, post("/v1/tokens", R"({"name":"next","user":"bo","role":"read","expiresInMs":null})"));
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(body_of(answer)["data"]["attributes"]["createdBy"], "ana@acme.test");
}

TEST_F(TokensTest, OneNameIsOfOneTokenInForce) {
  const Json made = make("report", "read");
  const auto second = send(post("/v1/tokens", R"({"name":"report","user":"bo","role":"read"})"));
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(code_of(second), "conflict");
  EXPECT_EQ(revoke(made).status, 200);
  EXPECT_NE(make("report", "read")["id"], made["id"]);
}

TEST_F(TokensTest, WhatIsWrongWithAnOrderIsSaidWithItsPlace) {
  struct Case {
    const char* body;
    const char* pointer;
    const char* detail;
  };
  const Case cases[] = {
      {R"({"user":"a","role":"read"})", "", "\"name\" is missing"},
      {R"({"name":7,"user":"a","role":"read"})", "/name", "must be a text"},
      {R"({"name":"a","user":"a","role":"boss"})", "/role", "one of read, user, admin"},
      {R"({"name":"a","user":"a","role":"read","expiresInMs":0})", "/expiresInMs", "from 1 to"},
      {R"({"name":"a","user":"a","role":"read","expiresInMs":-5})", "/expiresInMs", "from 1 to"},
      {R"({"name":"a","user":"a","role":"read","expiresInMs":1.5})", "/expiresInMs", "from 1 to"},
      {R"({"name":"a","user":"a","role":"read","expiresInMs":18446744073709551615})", "/expiresInMs",
       "from 1"},
      {R"({"name":"a","user":"a","role":"read","rights":"all"})", "", "\"rights\" is not known"},
      {R"({"data":{"type":"token","attributes":{}}})", "/data/type", "must be \"tokens\""},
  };
  for (const Case& one : cases) {
    const auto answer = send(post("/v1/tokens", one.body));
    EXPECT_EQ(answer.status, 400) << one.body;
    const Json error = body_of(answer)["errors"][0];
    EXPECT_EQ(error.value("source", Json::object()).value("pointer", ""), one.pointer) << one.body;
    EXPECT_THAT(error["detail"].get<std::string>(), HasSubstr(one.detail));
  }
  for (const char* body :
       {R"({"name":" ","user":"a","role":"read"})", R"({"name":"a\nb","user":"a","role":"read"})",
        R"({"name":"a","user":"","role":"read"})"})
    EXPECT_EQ(code_of(send(post("/v1/tokens", body))), "invalid_input") << body;
  EXPECT_THAT(data_of(get("/v1/tokens")), IsEmpty());
}

TEST_F(TokensTest, WhatCannotBeATokenIsNone) {
  make("report", "read");
  for (const std::string& text :
       {std::string("pdt_"), std::string(5'000, 'a'), std::string("pdt_") + kToken}) {
    auto asked = request("GET", "/v1/status");
    asked.headers.set("Authorization", "Bearer " + text);
    EXPECT_EQ(send(asked).status, 401);
  }
}

}  // namespace
}  // namespace prospectd::api
