// The ways to log in besides client credentials, and who a token stands for.
#include "tests/support/rsa_key.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using prospectd::test::TestKey;
using ::testing::HasSubstr;

const TestKey& key() {
  static const TestKey made = TestKey::rsa();
  return made;
}

class Flows : public SandboxTest {
 protected:
  Flows() {
    sync_ = user("sync@acme.test");
    EXPECT_TRUE(front_->register_key(key().public_pem()));
  }

  /// Seconds from the org's clock.
  std::string claims(int64_t expires_in, const std::string& more = R"("sub":"Sync@acme.test")") const {
    return R"({"iss":"app","aud":"https://login.salesforce.com",)" + more + R"(,"exp":)" +
           std::to_string(org_seconds() + expires_in) + "}";
  }
  int64_t org_seconds() const { return std::chrono::floor<seconds>(now_).time_since_epoch().count(); }

  Answer assert_with(const std::string& jwt) {
    return login("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + jwt);
  }
  Answer refresh(const std::string& token, const std::string& more = "&client_secret=not-a-real-secret") {
    return login("grant_type=refresh_token&client_id=app&refresh_token=" + token + more);
  }
  static std::string why(const Answer& answer) {
    EXPECT_EQ(answer.status, 400);
    return answer.body.value("error", "") + ": " + answer.body.value("error_description", "");
  }

  std::string sync_;
};

TEST_F(Flows, ASignedAssertionLogsItsUserIn) {
  const Answer answer = assert_with(key().jwt(claims(180)));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body["id"].get<std::string>(), HasSubstr("/" + sync_));
  EXPECT_EQ(answer.body["scope"], "api");
  EXPECT_FALSE(answer.body.contains("issued_at"));
  EXPECT_FALSE(answer.body.contains("refresh_token"));
}

TEST_F(Flows, TheSpellingsThatClientsUseAreTaken) {
  const std::string seconds = std::to_string(org_seconds() + 100);
  for (const std::string& body :
       {R"({"iss":"app","prn":"sync@acme.test","aud":"http://crm.test:8443/","exp":")" + seconds + "\"}",
        R"({"iss":"app","sub":"sync@acme.test","aud":"https://login.salesforce.com","exp":)" + seconds +
            "000}"}) {
    EXPECT_EQ(assert_with(key().jwt(body)).status, 200) << body;
  }
}

TEST_F(Flows, AnAssertionIsRefusedForWhatIsWrongWithIt) {
  const std::string good = key().jwt(claims(180));
  const TestKey other = TestKey::rsa();
  const struct {
    std::string jwt;
    const char* why;
  } rows[] = {
      {"", "invalid_grant: invalid assertion"},
      {"a.b", "invalid_grant: invalid assertion"},
      {good + ".x", "invalid_grant: invalid assertion"},
      {good.substr(0, good.size() - 4) + "AAAA", "invalid_grant: invalid assertion"},
      {other.jwt(claims(180)), "invalid_grant: invalid assertion"},
      {key().jwt(R"({"alg":"none"})", claims(180)), "invalid_grant: invalid assertion"},
      {key().jwt(R"({"iss":"app"})"), "invalid_grant: invalid assertion"},
      {key().jwt("no JSON"), "invalid_grant: invalid assertion"},
      {key().jwt(R"({"iss":"other","sub":"x","aud":"y","exp":1})"),
       "invalid_client_id: client identifier invalid"},
      {key().jwt(claims(0)), "invalid_grant: expired authorization code"},
      {key().jwt(
           R"({"iss":"app","sub":"sync@acme.test","aud":"https://test.salesforce.com","exp":9999999999})"),
       "invalid_grant: audience is invalid"},
      {key().jwt(claims(180, R"("sub":"nobody@acme.test")")),
       "invalid_grant: user hasn't approved this consumer"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(why(assert_with(row.jwt)), row.why);
  EXPECT_EQ(front_->stats().logins, 0);
}

TEST_F(Flows, TheHttpClockJudgesAnAssertion) {
  set_knobs([](Knobs& k) { k.date_offset = seconds(3'600); });
  EXPECT_EQ(why(assert_with(key().jwt(claims(180)))), "invalid_grant: expired authorization code");
  EXPECT_EQ(assert_with(key().jwt(claims(3'700))).status, 200);
}

TEST_F(Flows, AUserWithoutApprovalOrWhoIsInactiveIsRefused) {
  user("left@acme.test", false);
  EXPECT_EQ(why(assert_with(key().jwt(claims(180, R"("sub":"left@acme.test")")))),
            "invalid_grant: inactive user");
  set_knobs([](Knobs& k) { k.user_approved = false; });
  EXPECT_EQ(why(assert_with(key().jwt(claims(180)))), "invalid_grant: user hasn't approved this consumer");
}

TEST_F(Flows, OnlyAnRsaKeyCanBeRegisteredAndTheLastOneCounts) {
  for (const std::string& pem :
       {std::string("nonsense"), TestKey::elliptic().public_pem(), key().private_pem()})
    EXPECT_FALSE(front_->register_key(pem));
  EXPECT_EQ(assert_with(key().jwt(claims(180))).status, 200) << "what is refused changes nothing";
  ASSERT_TRUE(front_->register_key(TestKey::rsa().public_pem()));
  EXPECT_EQ(why(assert_with(key().jwt(claims(180)))), "invalid_grant: invalid assertion");
}

TEST_F(Flows, ARefreshTokenOpensSessionsUntilItIsRevoked) {
  const std::string token = front_->authorize();
  for (int i = 0; i < 2; ++i) {
    const Answer answer = refresh(token);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(answer.body.contains("refresh_token"));
    EXPECT_EQ(answer.body["scope"], "refresh_token api");
  }
  EXPECT_EQ(send("POST", "/services/oauth2/revoke", {}, "token=" + token).status, 200);
  EXPECT_EQ(why(refresh(token)), "invalid_grant: expired access/refresh token");
  EXPECT_EQ(why(refresh("unknown")), "invalid_grant: expired access/refresh token");
}

TEST_F(Flows, RotationGivesANewRefreshTokenAndTheOldOneDies) {
  set_knobs([](Knobs& k) { k.rotate_refresh_tokens = true; });
  const std::string first = front_->authorize();
  const std::string second = refresh(first).body.value("refresh_token", "");
  ASSERT_FALSE(second.empty());
  EXPECT_NE(second, first);
  EXPECT_EQ(why(refresh(first)), "invalid_grant: expired access/refresh token");
  EXPECT_EQ(refresh(second).status, 200);
}

TEST_F(Flows, ARefreshNeedsTheSecretUnlessTheAppSaysOtherwise) {
  const std::string token = front_->authorize();
  EXPECT_EQ(why(refresh(token, "")), "invalid_client: invalid client credentials");
  set_knobs([](Knobs& k) { k.refresh_needs_secret = false; });
  EXPECT_EQ(refresh(token, "").status, 200);
  EXPECT_EQ(why(refresh(token, "&client_secret=wrong")), "invalid_client: invalid client credentials");
}

TEST_F(Flows, EveryLoginCanBeRefusedWithWordsOfTheTests) {
  set_knobs([](Knobs& k) { k.refuse_logins = "invalid_grant: ip restricted"; });
  EXPECT_EQ(why(login()), "invalid_grant: ip restricted");
  EXPECT_EQ(why(refresh(front_->authorize())), "invalid_grant: ip restricted");
  set_knobs([](Knobs& k) { k.refuse_logins = "inactive_org"; });
  EXPECT_EQ(why(login()), "inactive_org: ");
}

TEST_F(Flows, ATokenTellsWhoItStandsFor) {
  ASSERT_TRUE(org_->update("User", sync_, {{"TimeZoneSidKey", "Europe/Berlin"}}));
  const Answer opened = assert_with(key().jwt(claims(180)));
  const http::Headers headers{{"Authorization", "Bearer " + opened.body.value("access_token", "")}};
  const Answer info = send("GET", "/services/oauth2/userinfo", headers);
  ASSERT_EQ(info.status, 200);
  EXPECT_EQ(info.body["preferred_username"], "sync@acme.test");
  EXPECT_EQ(info.body["user_id"], sync_);
  EXPECT_EQ(info.body["organization_id"], org_->id());
  EXPECT_EQ(info.body["sub"], opened.body["id"]);
  EXPECT_EQ(info.body["zoneinfo"], "Europe/Berlin");
  EXPECT_EQ(info.body["utcOffset"], 3'600'000);
  EXPECT_EQ(info.body["updated_at"], "2026-11-21T10:00:00Z");
  const std::string url =
      opened.body["id"].get<std::string>().substr(std::string("http://crm.test:8443").size());
  const Answer identity = send("GET", url + "?version=latest", headers);
  ASSERT_EQ(identity.status, 200);
  EXPECT_EQ(identity.body["username"], "sync@acme.test");
  EXPECT_EQ(identity.body["asserted_user"], true);
  EXPECT_EQ(identity.body["timezone"], "Europe/Berlin");
  EXPECT_EQ(identity.body["mobile_phone"], nullptr);
  EXPECT_EQ(identity.body["last_modified_date"], "2026-11-21T10:00:00Z");
  EXPECT_EQ(identity.body["urls"]["partner"],
            "http://crm.test:8443/services/Soap/u/67.0/" + org_->id().substr(0, 15));
  EXPECT_EQ(identity.body["urls"]["rest"], "http://crm.test:8443/services/data/v67.0/");
  EXPECT_EQ(front_->stats().api_calls, 0);
}

TEST_F(Flows, AWriteIsOfTheUserWhoLoggedIn) {
  const std::string rep = user("rep@acme.test");
  token_ = assert_with(key().jwt(claims(180, R"("sub":"rep@acme.test")"))).body.value("access_token", "");
  const Answer made = call("POST", "sobjects/Lead", {{"LastName", "A"}, {"Company", "B"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const Json row = get("sobjects/Lead/" + made.body["id"].get<std::string>()).body;
  for (const char* field : {"OwnerId", "CreatedById", "LastModifiedById"})
    EXPECT_EQ(row[field], rep) << field;
  EXPECT_NE(rep, org_->run_as_user());
}

TEST_F(Flows, AnIdentityThatCantBeToldIsRefusedInPlainText) {
  const std::string token = assert_with(key().jwt(claims(180))).body.value("access_token", "");
  const auto ask = [&](const std::string& target, const std::string& bearer) {
    http::ServerRequest request;
    request.method = "GET";
    request.target = target;
    if (!bearer.empty()) request.headers.set("Authorization", "Bearer " + bearer);
    const http::Response answer = front_->handle(request);
    return std::to_string(answer.status) + " " + answer.body;
  };
  const std::string own = "/id/" + org_->id() + "/";
  EXPECT_EQ(ask(own + sync_, ""), "403 Missing_OAuth_Token");
  EXPECT_EQ(ask(own + sync_, "nonsense"), "403 Bad_OAuth_Token");
  EXPECT_EQ(ask("/services/oauth2/userinfo", "nonsense"), "403 Bad_OAuth_Token");
  EXPECT_EQ(ask("/id/00D000000000009AAA/" + sync_, token), "403 Wrong_Org");
  EXPECT_EQ(ask("/id/nonsense", token), "403 Wrong_Org");
  EXPECT_EQ(ask(own + "005000000000999AAA", token), "404 Not_Found");
  EXPECT_EQ(ask(own, token), "404 Not_Found");
  EXPECT_EQ(ask(own + sync_ + "?oauth_token=" + http::percent_encode(token), "").substr(0, 3), "200");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
