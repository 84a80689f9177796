// What each way to log in sends, and what a login_key must be.
#include "connectors/salesforce/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/http/message.h"
#include "connectors/sandbox/assertion.h"
#include "tests/support/rsa_key.h"

namespace prospectd::salesforce::test {
namespace {

using prospectd::test::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kLiveToken = "https://acme.my.salesforce.com";

const TestKey& login_key() {
  static const TestKey made = TestKey::rsa();
  return made;
}

LoginOptions signed_login() {
  LoginOptions login;
  login.flow = LoginFlow::kJwtBearer;
  login.username = "sync@acme.test";
  login.private_key = Secret(login_key().private_pem());
  return login;
}

std::string form_value(const std::string& form, std::string_view name) {
  const auto fields = http::parse_form(form);
  EXPECT_TRUE(fields) << form;
  for (const auto& [field, value] : *fields)
    if (field == name) return value;
  return "(none)";
}

TEST(Assertion, IsSignedByTheKeyAndSaysWhoForWhomAndHowLong) {
  const Timestamp now = *parse_timestamp("2026-11-20T09:00:00.900Z");
  const auto jwt = make_assertion(signed_login(), "the \"key\"", "https://login.salesforce.com", now);
  ASSERT_TRUE(jwt) << jwt.error().text();
  EXPECT_THAT(*jwt, StartsWith(TestKey::encoded(R"({"alg":"RS256"})") + "."));
  const auto read = sandbox::read_assertion(*jwt, login_key().public_pem());
  ASSERT_TRUE(read) << "the signature does not fit the public key";
  EXPECT_EQ(read->issuer, "the \"key\"");
  EXPECT_EQ(read->subject, "sync@acme.test");
  EXPECT_EQ(read->audience, "https://login.salesforce.com");
  EXPECT_EQ(read->expires, std::chrono::floor<seconds>(now).time_since_epoch().count() + 120);
  EXPECT_FALSE(sandbox::read_assertion(*jwt, TestKey::rsa().public_pem()));
}

TEST(Assertion, IsTheSameAsOneSignedByOtherMeans) {
  const auto jwt = make_assertion(signed_login(), "app", "https://x.test", Timestamp{seconds{1'000}});
  ASSERT_TRUE(jwt);
  EXPECT_EQ(*jwt,
            login_key().jwt(
                R"({"iss":"app","sub":"sync@acme.test","aud":"https://x.test","iat":1000,"exp":1120})"));
}

TEST(Assertion, IsMadeOutForTheHostThatTheLoginUrlBelongsTo) {
  const struct {
    const char* login;
    const char* audience;
  } rows[] = {
      {kLiveToken, "https://login.salesforce.com"},
      {"https://login.salesforce.com", "https://login.salesforce.com"},
      {"https://acme-dev-ed.develop.my.salesforce.com", "https://login.salesforce.com"},
      {"https://test.salesforce.com", "https://test.salesforce.com"},
      {"https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"},
      {"https://acme--uat.my.salesforce.com", "https://test.salesforce.com"},
      {"https://a-b.scratch.my.salesforce.com", "https://test.salesforce.com"},
      {"https://evilsalesforce.com", "https://evilsalesforce.com"},
      {"http://127.0.0.1:9443", "http://127.0.0.1:9443"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(audience_of(row.login), row.audience) << row.login;
}

TEST(LoginForm, OfEachFlow) {
  const Secret secret("s3cret&=%");
  const Secret token("5Aep/861");
  const Secret none;
  LoginOptions login;
  EXPECT_EQ(*login_form(login, kLiveToken, "a b", secret, none, Timestamp{}),
            "grant_type=client_credentials&client_id=a%20b&client_secret=s3cret%26%3D%25");
  login.flow = LoginFlow::kRefreshToken;
  EXPECT_EQ(*login_form(login, kLiveToken, "app", secret, token, Timestamp{}),
            "grant_type=refresh_token&client_id=app&client_secret=s3cret%26%3D%25&refresh_token=5Aep%2F861");
  EXPECT_EQ(*login_form(login, kLiveToken, "app", none, token, Timestamp{}),
            "grant_type=refresh_token&client_id=app&refresh_token=5Aep%2F861");
  const auto form = login_form(signed_login(), kLiveToken, "app", none, none, Timestamp{});
  ASSERT_TRUE(form);
  EXPECT_EQ(form_value(*form, "grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const auto read = sandbox::read_assertion(form_value(*form, "assertion"), login_key().public_pem());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->audience, "https://login.salesforce.com");
}

TEST(LoginForm, TakesTheAudienceThatIsConfigured) {
  LoginOptions login = signed_login();
  login.audience = "https://acme.my.site.com/customers";
  const auto form = login_form(login, kLiveToken, "app", Secret(), Secret(), Timestamp{});
  ASSERT_TRUE(form);
  const auto read = sandbox::read_assertion(form_value(*form, "assertion"), login_key().public_pem());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->audience, "https://acme.my.site.com/customers");
}

TEST(SigningKey, ARsaKeyOfEnoughBitsIsTaken) {
  EXPECT_TRUE(check_signing_key(Secret(login_key().private_pem())));
  const std::string pem = login_key().private_pem();
  EXPECT_TRUE(check_signing_key(Secret(pem.substr(0, pem.size() - 1)))) << "without its last line end";
}

TEST(SigningKey, AnyOtherIsRefusedWithWhatToDoAndNothingOfIt) {
  const std::string good = login_key().private_pem();
  const struct {
    std::string pem;
    const char* says;
  } rows[] = {
      {"", "is no PEM"},
      {"canary-of-a-secret", "is no PEM"},
      {login_key().public_pem(), "is a public key"},
      {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is a certificate"},
      {good.substr(0, good.size() / 2), "can't be read"},
      {login_key().private_pem("passphrase"), "is encrypted with a passphrase"},
      {TestKey::elliptic().private_pem(), "is not of RSA"},
      {TestKey::rsa(1024).private_pem(), "has only 1024 bits"},
  };
  for (const auto& row : rows) {
    const auto checked = check_signing_key(Secret(row.pem));
    ASSERT_FALSE(checked) << row.says;
    EXPECT_EQ(checked.error().code, ErrorCode::kConfigInvalid);
    EXPECT_THAT(checked.error().text(), HasSubstr(row.says));
    EXPECT_THAT(checked.error().text(), Not(HasSubstr("canary")));
    LoginOptions login = signed_login();
    login.private_key = Secret(row.pem);
    EXPECT_FALSE(make_assertion(login, "app", "x", Timestamp{}));
  }
}

}  // namespace
}  // namespace prospectd::salesforce::test
