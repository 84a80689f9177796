// Logins of people: by password, through the browser, and by SOAP (SALESFORCE_API §1.1, §1.4).
#include "base/text.h"
#include "connectors/sandbox/authorization_codes.h"
#include "connectors/sandbox/xml_text.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

// RFC 7636, appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
constexpr const char* kRedirect = "http://localhost:1717/OauthRedirect";

class LoginFlows : public SandboxTest {
 protected:
  LoginFlows() : user_(user("ada@acme.test")) { user("gone@acme.test", false); }

  Answer by_password(const std::string& username, const std::string& password, const char* secret = kSecret) {
    return login(std::string("grant_type=password&client_id=app&client_secret=") + secret + "&username=" +
                 http::percent_encode(username) + "&password=" + http::percent_encode(password));
  }
  http::Response raw(std::string method, std::string target, std::string body = {}) {
    http::ServerRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.set("Host", "crm.test:8443");
    request.body = std::move(body);
    return front_->handle(request);
  }
  http::Response authorize(const std::string& more, const std::string& redirect = kRedirect) {
    return raw("GET", "/services/oauth2/authorize?response_type=code&client_id=app&redirect_uri=" +
                          http::percent_encode(redirect) + more);
  }
  static std::string code_in(const http::Response& answer) {
    const std::string location(answer.headers.get("Location").value_or(""));
    const size_t at = location.find("code=");
    return at == std::string::npos ? "" : location.substr(at + 5, location.find('&', at) - at - 5);
  }
  Answer redeem(const std::string& code, const std::string& more = {}) {
    return login("grant_type=authorization_code&client_id=app&client_secret=" + std::string(kSecret) +
                 "&redirect_uri=" + http::percent_encode(kRedirect) + "&code=" + code + more);
  }
  http::Response soap(const std::string& username, const std::string& password,
                      const char* path = "/services/Soap/u/50.0") {
    return raw("POST", path,
               "<se:Envelope xmlns:se=\"http://schemas.xmlsoap.org/soap/envelope/\"><se:Header/><se:Body>"
               "<login xmlns=\"urn:partner.soap.sforce.com\"><username>" +
                   xml_escape(username) + "</username><password>" + xml_escape(password) +
                   "</password></login></se:Body></se:Envelope>");
  }
  std::string user_;
};

TEST_F(LoginFlows, AUserLogsInByPasswordWithOrWithoutASecurityToken) {
  for (const std::string& password : {std::string(kPassword), std::string(kPassword) + "AbC123tokenTOKEN"}) {
    const Answer answer = by_password("Ada@Acme.test", password);
    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body["id"].get<std::string>(), HasSubstr(user_));
    EXPECT_FALSE(answer.body.contains("refresh_token"));
    EXPECT_EQ(send("GET", "/services/data/v60.0/limits",
                   {{"Authorization", "Bearer " + answer.body["access_token"].get<std::string>()}})
                  .status,
              200);
  }
}

TEST_F(LoginFlows, AWrongPasswordUserOrSecretIsRefused) {
  EXPECT_EQ(by_password("ada@acme.test", "open sesame").body["error_description"], "authentication failure");
  EXPECT_EQ(by_password("ada@acme.test", std::string(kPassword) + std::string(41, 'x')).status, 400);
  EXPECT_EQ(by_password("ada@acme.test", "").body["error"], "invalid_grant");
  EXPECT_EQ(by_password("nobody@acme.test", kPassword).body["error"], "invalid_grant");
  EXPECT_EQ(by_password("gone@acme.test", kPassword).body["error"], "invalid_grant");
  EXPECT_EQ(by_password("ada@acme.test", kPassword, "wrong").body["error"], "invalid_client");
}

TEST_F(LoginFlows, TheBrowserBringsACodeThatIsGoodOnce) {
  const http::Response sent = authorize("&state=a%20b%26c");
  ASSERT_EQ(sent.status, 302);
  EXPECT_THAT(std::string(*sent.headers.get("Location")),
              ::testing::StartsWith(std::string(kRedirect) + "?"));
  EXPECT_THAT(std::string(*sent.headers.get("Location")), HasSubstr("&state=a%20b%26c"));
  const std::string code = code_in(sent);
  const Answer answer = redeem(code);
  ASSERT_EQ(answer.status, 200);
  const std::string refresh = answer.body["refresh_token"];
  EXPECT_EQ(login("grant_type=refresh_token&client_id=app&client_secret=" + std::string(kSecret) +
                  "&refresh_token=" + refresh)
                .status,
            200);
  EXPECT_EQ(redeem(code).body["error_description"], "expired authorization code");
}

TEST_F(LoginFlows, ACodeIsGoodForAWhileAndForItsAddressOnly) {
  const std::string late = code_in(authorize(""));
  now_ += kAuthorizationCodeLife + seconds(1);
  EXPECT_EQ(redeem(late).body["error"], "invalid_grant");
  const std::string elsewhere = code_in(authorize("", "http://127.0.0.1:9/other"));
  EXPECT_EQ(redeem(elsewhere).body["error"], "redirect_uri_mismatch");
  EXPECT_EQ(redeem("made-up").body["error"], "invalid_grant");
}

TEST_F(LoginFlows, AChallengeWantsItsVerifier) {
  const std::string with = std::string("&code_challenge_method=S256&code_challenge=") + kChallenge;
  EXPECT_EQ(redeem(code_in(authorize(with)), std::string("&code_verifier=") + kVerifier).status, 200);
  EXPECT_EQ(redeem(code_in(authorize(with)), "&code_verifier=wrong").body["error_description"],
            "invalid code verifier");
  EXPECT_EQ(redeem(code_in(authorize(with))).body["error"], "invalid_grant");
}

TEST_F(LoginFlows, NoCodeLeavesThisMachine) {
  for (const char* address :
       {"http://evil.test/", "https://localhost/", "http://localhost.evil.test/",
        "http://localhost@evil.test/", "javascript:alert(1)", "http://127.0.0.1\r\nX: y", ""}) {
    const http::Response answer = authorize("", address);
    EXPECT_EQ(answer.status, 400) << address;
    EXPECT_FALSE(answer.headers.get("Location")) << address;
  }
  EXPECT_EQ(authorize("", "http://[::1]:1717/cb").status, 302);
  EXPECT_EQ(authorize("", "http://127.0.0.1/cb").status, 302);
}

TEST_F(LoginFlows, OlderClientsLogInBySoap) {
  const http::Response answer = soap("ada@acme.test", kPassword);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(element_text(answer.body, "userId"), user_);
  EXPECT_THAT(*element_text(answer.body, "serverUrl"),
              ::testing::StartsWith("http://crm.test:8443/services/Soap/u/50.0/00D"));
  const std::string session = *element_text(answer.body, "sessionId");
  EXPECT_EQ(send("GET", "/services/data/v50.0/limits", {{"Authorization", "Bearer " + session}}).status, 200);
}

TEST_F(LoginFlows, ASoapLoginThatIsRefusedIsAFault) {
  const http::Response wrong = soap("ada@acme.test", "nope");
  EXPECT_EQ(wrong.status, 500);
  EXPECT_EQ(element_text(wrong.body, "exceptionCode"), "INVALID_LOGIN");
  EXPECT_THAT(wrong.body, HasSubstr("<faultstring>INVALID_LOGIN: "));
  EXPECT_EQ(element_text(soap("ada@acme.test", kPassword, "/services/Soap/u/65.0").body, "exceptionCode"),
            "UNSUPPORTED_API_VERSION");
  for (const char* body :
       {"", "<login>", "<username>a</username>", "<username>&nope;</username><password>x"}) {
    EXPECT_EQ(raw("POST", "/services/Soap/u/60.0", body).status, 500) << body;
  }
}

TEST(XmlText, ABodyOfNothingButOpeningBracketsIsReadInOnePass) {
  constexpr size_t kBytes = 8 * 1024 * 1024;  // by the square of it nobody would wait for the end
  EXPECT_EQ(element_text(std::string(kBytes, '<'), "username"), std::nullopt);
}

TEST(XmlText, TheFirstElementOfThatNameWithItsReferencesResolved) {
  EXPECT_EQ(element_text("<a><n:user x='1'>a &amp; &lt;b&gt; &#65;&#x42;</n:user></a>", "user"),
            "a & <b> AB");
  EXPECT_EQ(element_text("<user></user>", "user"), "");
  for (const char* broken :
       {"<user/>", "<users>x</users>", "<user>a<b/></user>", "<user>a", "<user", "&", "<user>&nope;</user>",
        "<user>&#0;</user>", "<user>&#xD800;</user>", "<user>&#x110000;</user>", "<user>&amp</user>"}) {
    EXPECT_EQ(element_text(broken, "user"), std::nullopt) << broken;
  }
  EXPECT_EQ(element_text("<u>" + xml_escape("<&>\"'") + "</u>", "u"), "<&>\"'");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
