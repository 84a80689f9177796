// Logins by the configuration against a sandbox CRM over real HTTP: every flow, every refusal, and nothing of
// a secret in what is said about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "config/examples.h"
#include "config/loader.h"
#include "connectors/sandbox/serve.h"
#include "daemon/wire/login.h"
#include "tests/support/rsa_key.h"
#include "tests/support/scratch.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;
using test::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kClientSecret = "canary-client-secret-7f31";

const TestKey& key() {
  static const TestKey made = TestKey::rsa();
  return made;
}

/// A sandbox on a thread of its own.
class ServedCrm {
 public:
  ServedCrm() {
    sandbox::SandboxOptions options;
    options.client_secret = Secret(kClientSecret);
    options.public_key = key().public_pem();
    options.generator.people = 0;
    auto made = sandbox::make_sandbox(io_, std::move(options));
    if (!made) throw std::runtime_error(made.error().text());
    sandbox_ = *std::move(made);
    const auto person = sandbox_->org().create("User", {{"Username", mapping::Value("sync@acme.test")},
                                                        {"Email", mapping::Value("sync@acme.test")},
                                                        {"FirstName", mapping::Value("Sync")},
                                                        {"LastName", mapping::Value("Bot")}});
    user = person ? person->id : "";
    url = sandbox_->url();
    refresh_token = sandbox_->front().authorize();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ServedCrm() {
    boost::asio::post(io_, [this] { sandbox_->stop(milliseconds(0)); });
    thread_.join();
  }

  /// Done on the sandbox's own thread.
  template <class Work>
  void with(Work work) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      work(*sandbox_);
      done.set_value();
    });
    done.get_future().wait();
  }
  void knobs(const std::function<void(sandbox::Knobs&)>& change) {
    with([&](sandbox::Sandbox& crm) {
      sandbox::Knobs knobs = crm.front().knobs();
      change(knobs);
      crm.front().set_knobs(knobs);
    });
  }

  std::string url;
  std::string user;
  std::string refresh_token;

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::thread thread_;
};

class LoginLoopback : public ::testing::Test {
 protected:
  LoginLoopback() {
    write("client-secret", kClientSecret);
    write("key.pem", key().private_pem());
    write("refresh", crm_.refresh_token);
    for (const auto& [name, text] : config::example_mappings()) {
      fs::create_directories(scratch_.path() / "mappings");
      write("mappings/" + name, text);
    }
  }

  void write(const std::string& name, const std::string& text) const {
    const std::string path = scratch_.file(name);
    std::ofstream(path, std::ios::binary) << text << "\n";
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }

  /// `login` as it stands in the file, indented by four.
  cli::LoginReport log_in(const std::string& login) {
    write("prospectd.yaml", "version: 1\nstate: { directory: state }\nplugins:\n  crm:\n    login_url: " +
                                crm_.url + "\n    test_endpoint: true\n    client_id: sandbox\n" + login +
                                "    types: [{ object: Lead, mapping: mappings/lead.yaml }]\n");
    config::Loaded loaded = config::load(scratch_.file("prospectd.yaml"));
    for (const config::Fault& fault : loaded.faults)
      ADD_FAILURE() << config::format_fault(fault);
    if (!loaded.config) return {};
    auto reports = test_logins(cli::LoginVerb{*std::move(loaded.config), ""});
    EXPECT_TRUE(reports);
    EXPECT_EQ(reports->size(), 1u);
    expect_no_secret(reports->front());
    return reports->front();
  }
  void expect_no_secret(const cli::LoginReport& report) const {
    std::string said = report.instance + report.organization_id + report.user_id + report.username +
                       report.user_name + report.login_url;
    if (report.failure) said += report.failure->text();
    const std::string pem = key().private_pem();
    for (const std::string& canary :
         {std::string(kClientSecret), crm_.refresh_token, pem.substr(100, 60), std::string("BEGIN PRIVATE"),
          std::string("eyJ"), std::string("00D000000000001!")}) {
      EXPECT_THAT(said, Not(HasSubstr(canary)));
    }
  }
  static std::string why(const cli::LoginReport& report) {
    return report.failure ? report.failure->text() : "(logged in)";
  }

  const std::string by_secret_ = "    client_secret: ${file:client-secret}\n";
  const std::string by_key_ =
      "    login: { flow: jwt_bearer, username: sync@acme.test, private_key: \"${file:key.pem}\" }\n";
  const std::string by_refresh_ =
      by_secret_ + "    login: { flow: refresh_token, refresh_token: \"${file:refresh}\" }\n";
  test::Scratch scratch_;
  ServedCrm crm_;
};

TEST_F(LoginLoopback, ClientCredentialsTellWhoTheyRunAs) {
  const cli::LoginReport report = log_in(by_secret_);
  ASSERT_FALSE(report.failure) << why(report);
  EXPECT_EQ(report.flow, "client_credentials");
  EXPECT_EQ(report.instance, crm_.url);
  EXPECT_EQ(report.organization_id.substr(0, 3), "00D");
  EXPECT_FALSE(report.username.empty());
  EXPECT_EQ(report.scopes, std::vector<std::string>{"api"});
  EXPECT_EQ(report.newest_api_version, "v67.0");
  EXPECT_EQ(report.calls_used, 1) << "the root of the API alone is metered";
  EXPECT_EQ(report.calls_allowed, 100'000);
  ASSERT_TRUE(report.skew);
  EXPECT_LT(std::chrono::abs(*report.skew), seconds(30));
}

TEST_F(LoginLoopback, AJwtLogsInTheUserThatItNames) {
  const cli::LoginReport report = log_in(by_key_);
  ASSERT_FALSE(report.failure) << why(report);
  EXPECT_EQ(report.flow, "jwt_bearer");
  EXPECT_EQ(report.user_id, crm_.user);
  EXPECT_EQ(report.username, "sync@acme.test");
  EXPECT_EQ(report.user_name, "Sync Bot");
}

TEST_F(LoginLoopback, AClockThatIsWrongIsToldAndMadeUpFor) {
  crm_.knobs([](sandbox::Knobs& k) { k.date_offset = std::chrono::hours(1); });
  const cli::LoginReport report = log_in(by_key_);
  ASSERT_FALSE(report.failure) << why(report);
  ASSERT_TRUE(report.skew);
  EXPECT_GT(*report.skew, std::chrono::minutes(59));
  crm_.with([](sandbox::Sandbox& crm) { EXPECT_EQ(crm.front().stats().logins_refused, 1); });
}

TEST_F(LoginLoopback, ARefreshTokenLogsInWithAndWithoutRotation) {
  EXPECT_EQ(why(log_in(by_refresh_)), "(logged in)");
  EXPECT_FALSE(fs::exists(scratch_.file("state/crm.refresh_token")));
  crm_.knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(why(log_in(by_refresh_)), "(logged in)");
  EXPECT_TRUE(fs::exists(scratch_.file("state/crm.refresh_token")));
}

TEST_F(LoginLoopback, ANewlyAuthorisedTokenEndsARevokedOnesTrouble) {
  crm_.knobs([](sandbox::Knobs& k) { k.rotate_refresh_tokens = true; });
  ASSERT_EQ(why(log_in(by_refresh_)), "(logged in)");
  fs::remove(scratch_.file("state/crm.refresh_token"));
  const cli::LoginReport dead = log_in(by_refresh_);
  ASSERT_TRUE(dead.failure);
  EXPECT_THAT(why(dead), HasSubstr("authorise the app anew"));
  EXPECT_EQ(exit_code_of(*dead.failure), ExitCode::kAuth);
  crm_.with([&](sandbox::Sandbox& crm) { crm_.refresh_token = crm.front().authorize(); });
  write("refresh", crm_.refresh_token);
  EXPECT_EQ(why(log_in(by_refresh_)), "(logged in)");
}

TEST_F(LoginLoopback, APublicClientRefreshesWithoutASecretWhereTheAppAllows) {
  const std::string alone = by_refresh_.substr(by_secret_.size());
  EXPECT_THAT(why(log_in(alone)), HasSubstr("client_secret"));
  crm_.knobs([](sandbox::Knobs& k) { k.refresh_needs_secret = false; });
  EXPECT_EQ(why(log_in(alone)), "(logged in)");
}

TEST_F(LoginLoopback, AnotherKeyAnotherAudienceAnotherUser) {
  const TestKey other = TestKey::rsa();
  write("key.pem", other.private_pem());
  EXPECT_THAT(why(log_in(by_key_)), HasSubstr("certificate"));
  write("key.pem", key().private_pem());
  const auto with = [&](const std::string& more) {
    return "    login: { flow: jwt_bearer, private_key: \"${file:key.pem}\", " + more + " }\n";
  };
  EXPECT_THAT(why(log_in(with("username: sync@acme.test, audience: \"https://test.salesforce.com\""))),
              HasSubstr("login.audience"));
  EXPECT_EQ(why(log_in(with("username: sync@acme.test, audience: \"https://login.salesforce.com\""))),
            "(logged in)");
  EXPECT_THAT(why(log_in(with("username: nobody@acme.test"))), HasSubstr("login.username"));
}

TEST_F(LoginLoopback, EveryRefusalHasItsExitCodeAndSaysWhatToDo) {
  const struct {
    const char* refusal;
    const char* says;
    ExitCode code = ExitCode::kAuth;
  } rows[] = {
      {"invalid_grant: authentication failure", "login history"},
      {"invalid_grant: invalid username, password, security token; or user locked out.", "unlock"},
      {"invalid_grant: expired access/refresh token", "authorise the app anew"},
      {"invalid_grant: expired authorization code", "clock"},
      {"invalid_grant: user hasn't approved this consumer", "pre-authorise"},
      {"invalid_grant: no client credentials user enabled", "Run As"},
      {"invalid_grant: request not supported on this domain", "My Domain"},
      {"invalid_grant: ip restricted", "IP ranges"},
      {"invalid_grant: inactive user", "activate"},
      {"invalid_grant: user is not assigned to profile 00e", "profile"},
      {"invalid_app_access: user is not admin approved to access this app", "administrator"},
      {"invalid_client_id: client identifier invalid", "client_id"},
      {"invalid_client: invalid client credentials", "client_secret"},
      {"unsupported_grant_type: grant type not supported", "login.flow"},
      {"inactive_org:", "suspended"},
      {"inactive_user:", "activate"},
      {"rate_limit_exceeded:", "wait", ExitCode::kLimit},
      {"invalid_scope:", "scopes"},
      {"redirect_uri_mismatch:", "redirect_uri"},
  };
  std::set<std::string> answers;
  for (const auto& row : rows) {
    crm_.knobs([&](sandbox::Knobs& k) { k.refuse_logins = row.refusal; });
    for (const std::string& flow : {by_secret_, by_key_, by_refresh_}) {
      const cli::LoginReport report = log_in(flow);
      ASSERT_TRUE(report.failure) << row.refusal;
      EXPECT_THAT(why(report), HasSubstr(row.says)) << row.refusal;
      EXPECT_EQ(exit_code_of(*report.failure), row.code) << row.refusal;
      EXPECT_EQ(report.instance, "");
      answers.insert(why(report));
    }
  }
  EXPECT_GE(answers.size(), std::size(rows) - 1) << "each says something of its own";
}

TEST_F(LoginLoopback, ALoginThatIsOfNoUseSaysSo) {
  crm_.knobs([](sandbox::Knobs& k) { k.api_enabled = false; });
  const cli::LoginReport closed = log_in(by_secret_);
  ASSERT_TRUE(closed.failure);
  EXPECT_EQ(exit_code_of(*closed.failure), ExitCode::kAuth) << why(closed);
  EXPECT_FALSE(closed.username.empty()) << "what was learnt before is told";
  crm_.knobs([](sandbox::Knobs& k) {
    k.api_enabled = true;
    k.version_min = 63;
  });
  const cli::LoginReport old = log_in(by_secret_);
  EXPECT_THAT(why(old), HasSubstr("v63.0 to v67.0, and api_version is v60.0"));
}

TEST_F(LoginLoopback, AKeyThatCantSignIsRefusedWithItsPlace) {
  write("key.pem", TestKey::rsa(1024).private_pem());
  const cli::LoginReport report = log_in(by_key_);
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(why(report), HasSubstr("prospectd.yaml:8:"));
  EXPECT_THAT(why(report), HasSubstr("plugins.crm.login.private_key: the private key has only 1024 bits"));
  EXPECT_EQ(exit_code_of(*report.failure), ExitCode::kConfig);
}

TEST_F(LoginLoopback, WhereNobodyListensItIsTemporary) {
  const std::string url = crm_.url;
  crm_.url = "http://127.0.0.1:1";
  const cli::LoginReport report = log_in(by_secret_);
  crm_.url = url;
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(exit_code_of(*report.failure), ExitCode::kTemporary) << why(report);
}

}  // namespace
}  // namespace prospectd::wire
