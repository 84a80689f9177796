#include <sodium.h>

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

class OAuth : public SandboxTest {};

TEST_F(OAuth, LoginByBodyGivesTheTokenBodyOfTheApi) {
  const Answer answer = login();
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body["access_token"].get<std::string>(),
              ::testing::MatchesRegex("00D[0-9A-Za-z]{12}!token1"));
  EXPECT_EQ(answer.body["instance_url"], "http://crm.test:8443");
  EXPECT_EQ(answer.body["token_type"], "Bearer");
  EXPECT_EQ(answer.body["issued_at"], "1795255200500");
  EXPECT_FALSE(answer.body.contains("expires_in"));
  EXPECT_FALSE(answer.body.contains("refresh_token"));
  EXPECT_THAT(answer.body["id"].get<std::string>(),
              ::testing::MatchesRegex("http://crm.test:8443/id/00D[0-9A-Za-z]{15}/005[0-9A-Za-z]{15}"));
}

TEST_F(OAuth, TheSignatureIsTheHmacOfIdAndIssuedAt) {
  const Answer answer = login();
  const std::string message =
      answer.body["id"].get<std::string>() + answer.body["issued_at"].get<std::string>();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(kSecret), strlen(kSecret));
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                message.size());
  unsigned char mac[32];
  crypto_auth_hmacsha256_final(&state, mac);
  char text[64];
  sodium_bin2base64(text, sizeof(text), mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
  EXPECT_EQ(answer.body["signature"], text);
}

TEST_F(OAuth, LoginByBasicHeader) {
  const Answer answer =
      send("POST", "/services/oauth2/token", {{"Authorization", "Basic YXBwOm5vdC1hLXJlYWwtc2VjcmV0"}},
           "grant_type=client_credentials");
  EXPECT_EQ(answer.status, 200);
}

TEST_F(OAuth, RefusalsHaveTheirOwnErrorAndStatus400) {
  const struct {
    const char* form;
    const char* error;
    const char* description;
  } rows[] = {
      {"grant_type=client_credentials&client_id=app&client_secret=wrong", "invalid_client",
       "invalid client credentials"},
      {"grant_type=client_credentials&client_id=app", "invalid_client", "invalid client credentials"},
      {"grant_type=client_credentials&client_id=other&client_secret=x", "invalid_client_id",
       "client identifier invalid"},
      {"grant_type=client_credentials", "invalid_client_id", "client identifier invalid"},
      {"grant_type=device&client_id=app&client_secret=x", "unsupported_grant_type",
       "grant type not supported"},
      {"", "unsupported_grant_type", "grant type not supported"},
      {"grant_type=%zz", "unsupported_grant_type", "grant type not supported"},
  };
  for (const auto& row : rows) {
    const Answer answer = login(row.form);
    EXPECT_EQ(answer.status, 400) << row.form;
    EXPECT_EQ(answer.body["error"], row.error) << row.form;
    EXPECT_EQ(answer.body["error_description"], row.description) << row.form;
  }
  EXPECT_EQ(front_->stats().logins_refused, 7);
}

TEST_F(OAuth, WithoutARunAsUserTheGrantIsRefused) {
  set_knobs([](Knobs& k) { k.run_as_configured = false; });
  const Answer answer = login();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body["error"], "invalid_grant");
  EXPECT_EQ(answer.body["error_description"], "no client credentials user enabled");
}

TEST_F(OAuth, AMalformedBasicHeaderIsNoLogin) {
  for (const char* header : {"Basic ", "Basic !!!", "Basic YXBw", "Basic YXBwOm5vdA==trailing"}) {
    const Answer answer =
        send("POST", "/services/oauth2/token", {{"Authorization", header}}, "grant_type=client_credentials");
    EXPECT_EQ(answer.status, 400) << header;
  }
}

TEST_F(OAuth, TheTokenEndpointTakesPostOnly) {
  EXPECT_EQ(send("GET", "/services/oauth2/token").body["error"], "invalid_request");
}

TEST_F(OAuth, ARevokedTokenIsRefusedAfterwards) {
  ASSERT_EQ(get("limits").status, 200);
  EXPECT_EQ(send("POST", "/services/oauth2/revoke", {}, "token=" + http::percent_encode(token_)).status, 200);
  EXPECT_EQ(get("limits").code(), "INVALID_SESSION_ID");
  const Answer again = send("POST", "/services/oauth2/revoke", {}, "token=" + http::percent_encode(token_));
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.body["error"], "invalid_token");
}

TEST_F(OAuth, UnknownAndMissingTokensAre401Arrays) {
  for (const http::Headers& headers : {http::Headers{}, http::Headers{{"Authorization", "Bearer 00Dnope!x"}},
                                       http::Headers{{"Authorization", "OAuth x"}}}) {
    const Answer answer = send("GET", "/services/data/v60.0/limits", headers);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body,
              Json::parse(R"([{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}])"));
  }
}

TEST_F(OAuth, AMalformedAuthorizationHeaderIsSaidToBe) {
  for (const char* header : {"", "Bearer", "Token abc", "abc"}) {
    const Answer answer = send("GET", "/services/data/v60.0/limits", {{"Authorization", header}});
    EXPECT_EQ(answer.status, 401) << header;
    EXPECT_EQ(answer.code(), "INVALID_AUTH_HEADER") << header;
    EXPECT_EQ(answer.message(), "INVALID_HEADER_TYPE") << header;
  }
}

TEST_F(OAuth, BothSchemesOfTheHeaderAreTaken) {
  const std::string token = login().body["access_token"];
  EXPECT_EQ(send("GET", "/services/data/v60.0/limits", {{"Authorization", "OAuth " + token}}).status, 200);
  EXPECT_EQ(send("GET", "/services/data/v60.0/limits", {{"Authorization", "bearer " + token}}).status, 200);
}

TEST_F(OAuth, ASessionEndsWhenItWasIdleForTooLong) {
  ASSERT_EQ(get("limits").status, 200);
  now_ += std::chrono::hours(2);
  EXPECT_EQ(get("limits").status, 200);  // used in time
  now_ += std::chrono::hours(2) + seconds(1);
  EXPECT_EQ(get("limits").code(), "INVALID_SESSION_ID");
}

TEST_F(OAuth, ATokenCanBeMadeToLastForSoManyRequests) {
  set_knobs([](Knobs& k) { k.token_requests_max = 2; });
  EXPECT_EQ(get("limits").status, 200);
  EXPECT_EQ(get("limits").status, 200);
  EXPECT_EQ(get("limits").status, 401);
  token_.clear();
  EXPECT_EQ(get("limits").status, 200);
}

TEST_F(OAuth, ExpireTokensEndsEverySession) {
  ASSERT_EQ(get("limits").status, 200);
  EXPECT_EQ(admin("expire-tokens", Json::object()).body["expired"], 1);
  EXPECT_EQ(get("limits").status, 401);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
