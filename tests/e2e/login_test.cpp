// `prospectd login --test` and the daemon with each way to log in, against `prospectd sandbox`: the real
// binary over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"
#include "tests/support/rsa_key.h"

namespace prospectd::e2e {
namespace {

using test::TestKey;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

const TestKey& key() {
  static const TestKey made = TestKey::rsa();
  return made;
}

void write_secret(const std::string& path, const std::string& text) {
  write_file(path, text + "\n");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

/// A sandbox that knows the key, and a configuration for it.
class Login : public testing::Test {
 protected:
  Login() {
    write_secret(follower_.path("key.pem"), key().private_pem());
    const Json user = crm_.change({"create", "User", "Username=sync@acme.test", "Email=sync@acme.test",
                                   "FirstName=Sync", "LastName=Bot"});
    EXPECT_FALSE(user.is_null());
  }

  static std::vector<std::string> arguments(const test::Scratch& folder) {
    write_file(folder.file("public.pem"), key().public_pem());
    return {"--people", "60", "--public-key", folder.file("public.pem")};
  }
  void log_in_by_key() const {
    const std::string secret = secret_line();
    follower_.rewrite(
        secret, "login: { flow: jwt_bearer, username: sync@acme.test, private_key: \"${file:key.pem}\" }");
  }
  void log_in_by_refresh_token() const {
    const std::string secret = secret_line();
    follower_.rewrite(secret, secret + "\n    login: { flow: refresh_token, refresh_token: \"${file:" +
                                  text_of(crm_.word(), "refreshTokenFile") + "}\" }");
  }
  std::string secret_line() const { return "client_secret: \"${file:" + crm_.secret_file() + "}\""; }
  static std::string text_of(const Json& json, const char* name) { return json.at(name).get<std::string>(); }

  /// The one connection of `login --test --json`, with the exit code that it must have.
  Json tested(int code) const {
    const Ended ended = follower_.ask({"login", "--test", "--json"});
    EXPECT_EQ(ended.code, code) << ended.out << ended.err;
    expect_no_secret(ended.out + ended.err);
    const auto document = cli::parse_json(ended.out);
    if (!document) return {};
    return cli::member(cli::member(*document, "data"), "connections").at(0);
  }
  void expect_no_secret(const std::string& said) const {
    const std::string pem = key().private_pem();
    const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    for (const std::string& secret :
         {first_line(read_file(crm_.secret_file())),
          first_line(read_file(text_of(crm_.word(), "refreshTokenFile"))), pem.substr(100, 60),
          std::string("eyJ"), std::string("00D000000000001!")}) {
      EXPECT_THAT(said, Not(HasSubstr(secret)));
    }
  }
  void knob(const std::string& setting) const { crm_.change({"knobs", setting}); }

  test::Scratch scratch_;
  SandboxCrm crm_{arguments(scratch_)};
  Follower follower_{crm_};
};

TEST_F(Login, ByClientCredentials) {
  const Json report = tested(0);
  EXPECT_EQ(report.at("flow"), "client_credentials");
  EXPECT_EQ(report.at("instanceUrl"), crm_.url());
  EXPECT_THAT(text_of(report.at("user"), "username"), HasSubstr("@"));
  EXPECT_EQ(report.at("usage").at("allowed"), 100'000);
  EXPECT_THAT(follower_.ask({"login", "--test"}).out, HasSubstr("logged in (client_credentials)"));
}

TEST_F(Login, ByJwt) {
  log_in_by_key();
  const Json report = tested(0);
  EXPECT_EQ(report.at("flow"), "jwt_bearer");
  EXPECT_EQ(report.at("user").at("username"), "sync@acme.test");
  EXPECT_EQ(follower_.ask({"run", "--once"}).code, 0);
}

TEST_F(Login, ByJwtWithAClockThatIsAnHourOff) {
  log_in_by_key();
  knob("date_offset_seconds:=3600");
  const Json report = tested(0);
  EXPECT_GT(report.at("clockSkewMs").get<int64_t>(), 3'500'000);
  EXPECT_THAT(follower_.ask({"login", "--test"}).out, HasSubstr("behind the CRM's: set it right"));
}

TEST_F(Login, ByARefreshTokenThatChangesAtEachUse) {
  log_in_by_refresh_token();
  knob("rotate_refresh_tokens:=true");
  tested(0);
  EXPECT_EQ(follower_.ask({"run", "--once"}).code, 0);
  tested(0);
  const std::string kept = follower_.path("state/salesforce.refresh_token");
  ASSERT_TRUE(fs::exists(kept));
  EXPECT_EQ(fs::status(kept).permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
}

TEST_F(Login, TheDaemonAndATestBesideItShareOneRefreshToken) {
  log_in_by_refresh_token();
  knob("rotate_refresh_tokens:=true");
  follower_.start();
  follower_.await_first_cycle();
  tested(0);  // spends the daemon's token, and keeps the next
  crm_.change({"expire-tokens"});
  EXPECT_EQ(follower_.ask({"sync"}).code, 0);
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
  expect_no_secret(follower_.daemon().out() + follower_.daemon().err());
}

TEST_F(Login, ARefusalIsAdvisedByTheTestAndByTheDaemon) {
  knob("refuse_logins=invalid_grant: ip restricted");
  const Json report = tested(4);
  EXPECT_EQ(report.at("error").at("code"), "login_refused");
  EXPECT_THAT(text_of(report.at("error"), "message"), HasSubstr("Network Access"));
  follower_.start();
  follower_.await_api();
  ASSERT_TRUE(wait_until([&] {
    const auto now = follower_.status();
    return now && now->at("connections").at(0).at("lastError").is_object();
  })) << follower_.daemon().err();
  const Json connection = follower_.status()->at("connections").at(0);
  EXPECT_EQ(connection.at("state"), "needs_attention");
  EXPECT_THAT(text_of(connection.at("lastError"), "message"), HasSubstr("Network Access"));
  const Ended status = follower_.ask({"status"});
  EXPECT_THAT(status.out, HasSubstr("Network Access"));
  EXPECT_THAT(status.out, HasSubstr("prospectd login --test"));
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
  expect_no_secret(follower_.daemon().err());
}

TEST_F(Login, AKeyThatCantSignStopsTheDaemonWithItsPlace) {
  log_in_by_key();
  write_secret(follower_.path("key.pem"), key().private_pem("a passphrase"));
  const Ended ended = follower_.ask({"run", "--once"});
  EXPECT_EQ(ended.code, 7);
  EXPECT_THAT(ended.err, HasSubstr("login.private_key"));
  EXPECT_THAT(ended.err, HasSubstr("encrypted with a passphrase"));
  expect_no_secret(ended.out + ended.err);
}

TEST(SandboxKey, AFileThatIsNoPublicKeyIsRefusedAtTheStart) {
  const test::Scratch folder;
  write_file(folder.file("key"), "nonsense");
  const Ended ended =
      run_program(folder.path().string(), {"sandbox", "--port", "0", "--people", "5", "--dir",
                                           folder.file("box"), "--public-key", folder.file("key")});
  EXPECT_EQ(ended.code, 7) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("openssl req"));
}

}  // namespace
}  // namespace prospectd::e2e
