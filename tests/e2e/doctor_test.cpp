// `prospectd doctor`, the real binary beside a real sandbox: in order, and broken in one way after another;
// with the daemon running and without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "daemon/cli/json.h"
#include "tests/e2e/organisation.h"

namespace prospectd::e2e {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Doctor : public testing::Test {
 protected:
  Json diagnose(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"doctor", "--json"});
    ended_ = follower_.ask(std::move(words));
    const auto document = cli::parse_json(ended_.out);
    EXPECT_TRUE(document) << ended_.out << ended_.err;
    return document ? cli::member(*document, "data") : Json();
  }

  static Json check_of(const Json& diagnosis, const std::string& name) {
    for (const Json& one : cli::member(diagnosis, "checks"))
      if (cli::text_at(one, "check") == name) return one;
    ADD_FAILURE() << "no check " << name;
    return {};
  }

  void expect(const std::string& name, const std::string& verdict, int code, const std::string& evidence = "",
              std::vector<std::string> words = {}) {
    const Json one = check_of(diagnose(std::move(words)), name);
    EXPECT_EQ(cli::text_at(one, "verdict"), verdict) << one;
    EXPECT_THAT(cli::text_at(one, "evidence"), HasSubstr(evidence)) << one;
    EXPECT_EQ(ended_.code, code) << ended_.out;
  }

  SandboxCrm crm_{{"--people", "200"}};
  Follower follower_{crm_};
  Ended ended_;
};

TEST_F(Doctor, WithADaemonThatRunsNothingFails) {
  follower_.start();
  follower_.await_first_cycle();
  const Json diagnosis = diagnose();
  EXPECT_EQ(ended_.code, 0) << ended_.out;
  EXPECT_EQ(diagnosis["counts"]["failure"], 0) << ended_.out;
  for (const char* name : {"config", "secrets", "database", "schema", "integrity", "daemon", "daemon_version",
                           "daemon_ready", "polls", "freshness", "crm_reachable", "crm_login", "crm_api",
                           "crm_clock", "crm_allowance", "crm_mapping"})
    EXPECT_EQ(cli::text_at(check_of(diagnosis, name), "verdict"), "ok") << check_of(diagnosis, name);
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

TEST_F(Doctor, BeforeTheFirstStartItSaysWhatIsToCome) {
  expect("daemon", "warning", 0, "no daemon runs");
  expect("database", "ok", 0, "the first start makes it");
  expect("crm_login", "ok", 0);
  EXPECT_FALSE(fs::exists(follower_.database())) << "it changes nothing";
  expect("crm_login", "skipped", 0, "--offline", {"--offline"});
}

TEST_F(Doctor, AfterARunTheDatabaseIsLookedAtWithoutADaemon) {
  ASSERT_EQ(follower_.ask({"run", "--once"}).code, 0);
  expect("database", "ok", 0, " prospects");
  expect("integrity", "ok", 0, "no damage");
  expect("freshness", "ok", 0, "checked against the CRM");
  ASSERT_EQ(follower_.ask({"run", "--once"}).code, 0) << "and goes on working";
}

TEST_F(Doctor, DamageIsFound) {
  ASSERT_EQ(follower_.ask({"run", "--once"}).code, 0);
  std::string bytes = read_file(follower_.database());
  const std::string whole = bytes;
  bytes.replace(bytes.size() / 2, 64, std::string(64, 'x'));
  write_file(follower_.database(), bytes);
  expect("integrity", "failure", 6, "damaged");
  EXPECT_EQ(read_file(follower_.database()), bytes);
  write_file(follower_.database(), "this is no database");
  expect("database", "failure", 6);
  write_file(follower_.database(), whole);
  expect("integrity", "ok", 0);
}

TEST_F(Doctor, ASecretThatOthersCanReadIsAFailure) {
  fs::copy(crm_.secret_file(), follower_.path("secret"));
  fs::permissions(follower_.path("secret"), fs::perms(0644));
  follower_.rewrite(crm_.secret_file(), follower_.path("secret"));
  expect("secrets", "failure", 7, "secret");
}

TEST_F(Doctor, AWrongSecretIsARefusedLogin) {
  const std::string secret = "not-the-right-one-0123456789";
  write_file(follower_.path("wrong"), secret + "\n");
  fs::permissions(follower_.path("wrong"), fs::perms::owner_read);
  follower_.rewrite(crm_.secret_file(), follower_.path("wrong"));
  expect("crm_login", "failure", 4);
  EXPECT_EQ((ended_.out + ended_.err).find(secret), std::string::npos);
}

TEST_F(Doctor, ACrmThatIsGoneIsTemporary) {
  crm_.program().signal(SIGTERM);
  crm_.program().wait();
  expect("crm_reachable", "failure", 5);
}

// It accepts the connection and says nothing.
TEST_F(Doctor, ACrmThatHangsDoesNotHangIt) {
  crm_.program().signal(SIGSTOP);
  expect("crm_reachable", "failure", 5);
  crm_.program().signal(SIGCONT);
}

TEST_F(Doctor, ADaemonThatHangsIsToldAndTheRestIsLookedAt) {
  follower_.start();
  follower_.await_first_cycle();
  follower_.daemon().signal(SIGSTOP);
  const Json diagnosis = diagnose();
  EXPECT_EQ(cli::text_at(check_of(diagnosis, "daemon"), "verdict"), "failure") << ended_.out;
  EXPECT_THAT(cli::text_at(check_of(diagnosis, "daemon"), "evidence"), HasSubstr("does not answer"));
  EXPECT_EQ(cli::text_at(check_of(diagnosis, "crm_login"), "verdict"), "ok") << ended_.out;
  EXPECT_EQ(ended_.code, 5);
  follower_.daemon().signal(SIGCONT);
  EXPECT_EQ(follower_.stop(SIGTERM), 0);
}

TEST_F(Doctor, AClockThatIsWrongIsTold) {
  crm_.change({"knobs", "date_offset_seconds:=630"});
  expect("crm_clock", "failure", 7, "10 min");
}

TEST_F(Doctor, AnAllowanceThatIsUsedUpIsALimit) {
  crm_.change({"knobs", "daily_limit:=1"});
  const Json diagnosis = diagnose();
  EXPECT_EQ(cli::text_at(check_of(diagnosis, "crm_allowance"), "verdict"), "failure") << ended_.out;
  EXPECT_EQ(ended_.code, 8) << ended_.out;
}

TEST_F(Doctor, AFieldThatTheCrmDoesNotHaveIsNamedWithItsPlace) {
  const std::string file = follower_.path("mappings/contact.yaml");
  std::string text = read_file(file);
  const size_t at = text.find("Title");
  ASSERT_NE(at, std::string::npos);
  write_file(file, text.replace(at, 5, "Titel"));
  expect("crm_mapping", "failure", 7, "mappings/contact.yaml:");
}

TEST_F(Doctor, AnAddressThatIsTakenIsFoundBeforeTheStart) {
  const std::string url = crm_.url();
  follower_.rewrite("127.0.0.1:0", "127.0.0.1:" + url.substr(url.rfind(':') + 1));
  expect("api_port", "failure", 7, "can't be had");
}

TEST_F(Doctor, ABrokenConfigurationIsSaidOnce) {
  follower_.rewrite("poll:", "pole:");
  const Json diagnosis = diagnose();
  EXPECT_EQ(ended_.code, 7);
  EXPECT_EQ(diagnosis["counts"]["failure"], 1) << ended_.out;
  EXPECT_THAT(cli::text_at(check_of(diagnosis, "config"), "evidence"), HasSubstr("pole"));
}

}  // namespace
}  // namespace prospectd::e2e
