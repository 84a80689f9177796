// `prospectd login --test`: what it says of what was learnt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

LoginReport good() {
  LoginReport report;
  report.connection = "crm";
  report.flow = "jwt_bearer";
  report.login_url = "https://acme.example";
  report.instance = "https://acme.my.salesforce.com";
  report.organization_id = "00DHs0000001XyZMAU";
  report.user_id = "005Hs000001UsrAIAS";
  report.username = "sync@acme.test";
  report.user_name = "Sync Bot";
  report.api_version = "v60.0";
  report.newest_api_version = "v67.0";
  report.scopes = {"api", "refresh_token"};
  report.skew = milliseconds(0);
  report.calls_used = 1'234;
  report.calls_allowed = 115'000;
  return report;
}

LoginReport refused() {
  LoginReport report;
  report.connection = "crm";
  report.flow = "client_credentials";
  report.login_url = "https://acme.example";
  report.failure = make_error(ErrorCode::kLoginRefused, "the CRM refuses the login: do this.");
  return report;
}

using Reports = std::vector<LoginReport>;

TEST(LoginTest, AGoodLoginTellsWhoItIs) {
  const Configured setup;
  const Ran ran = setup.ask({"login", "--test", "crm"}, 0, Reports{good()});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_EQ(ran.login, "crm");
  EXPECT_EQ(ran.out,
            "crm  logged in (jwt_bearer)\n"
            "  organisation  00DHs0000001XyZMAU at https://acme.my.salesforce.com\n"
            "  user          sync@acme.test (Sync Bot, 005Hs000001UsrAIAS)\n"
            "  scopes        api refresh_token\n"
            "  API           v60.0 (the newest is v67.0)\n"
            "  CRM calls     1,234 of 115,000 of this day's\n"
            "  clock         in step with the CRM's\n");
  EXPECT_EQ(setup.ask({"login", "--test", "-q"}, 0, Reports{good()}).out, "crm  logged in (jwt_bearer)\n");
}

TEST(LoginTest, ARefusalSaysWhyAndHasItsExitCode) {
  const Configured setup;
  const Ran ran = setup.ask({"login", "--test"}, 0, Reports{good(), refused()});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_THAT(ran.out, HasSubstr("crm  not logged in (client_credentials at https://acme.example)\n"
                                 "  why           the CRM refuses the login: do this.\n"));
  EXPECT_THAT(setup.ask({"login", "--test", "-q"}, 0, Reports{refused()}).out, HasSubstr("do this."));
  LoginReport closed = good();
  closed.failure = make_error(ErrorCode::kPermission, "the API is closed");
  const Ran useless = setup.ask({"login", "--test"}, 0, Reports{closed});
  EXPECT_EQ(useless.code, ExitCode::kAuth);
  EXPECT_THAT(useless.out, HasSubstr("logged in, but of no use"));
  EXPECT_THAT(useless.out, HasSubstr("sync@acme.test"));
}

TEST(LoginTest, AClockThatIsOffIsTold) {
  const Configured setup;
  LoginReport report = good();
  report.skew = std::chrono::hours(1);
  EXPECT_THAT(setup.ask({"login", "--test"}, 0, Reports{report}).out,
              HasSubstr("clock         this machine's is 1 h behind the CRM's: set it right (NTP)\n"));
  report.skew = -seconds(90);
  EXPECT_THAT(setup.ask({"login", "--test"}, 0, Reports{report}).out,
              HasSubstr("1 min 30 s ahead of the CRM's"));
  report.skew.reset();
  EXPECT_THAT(setup.ask({"login", "--test"}, 0, Reports{report}).out, Not(HasSubstr("clock")));
}

TEST(LoginTest, WhatStrangersWroteIsHarmless) {
  const Configured setup;
  LoginReport report = good();
  report.user_name = "a\x1b[31mb\nc";
  report.scopes = {"api\x1b]52;c;x\x07"};
  const std::string out = setup.ask({"login", "--test"}, 0, Reports{report}).out;
  EXPECT_THAT(out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(out, Not(HasSubstr("\nc,")));
}

TEST(LoginTest, TheDocument) {
  const Configured setup;
  const Ran ran = setup.ask({"login", "--test", "--json"}, 0, Reports{good(), refused()});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  const auto document = parse_json(ran.out);
  ASSERT_TRUE(document) << ran.out;
  EXPECT_EQ(*document, nlohmann::json::parse(R"({"data":{"ok":false,"connections":[
    {"name":"crm","ok":true,"flow":"jwt_bearer","loginUrl":"https://acme.example",
     "instanceUrl":"https://acme.my.salesforce.com","organizationId":"00DHs0000001XyZMAU",
     "user":{"id":"005Hs000001UsrAIAS","username":"sync@acme.test","name":"Sync Bot"},
     "apiVersion":"v60.0","newestApiVersion":"v67.0","scopes":["api","refresh_token"],"clockSkewMs":0,
     "usage":{"used":1234,"allowed":115000},"error":null},
    {"name":"crm","ok":false,"flow":"client_credentials","loginUrl":"https://acme.example","instanceUrl":"",
     "organizationId":"","user":{"id":"","username":"","name":""},"apiVersion":"","newestApiVersion":"",
     "scopes":[],"clockSkewMs":null,"usage":null,
     "error":{"code":"login_refused","message":"the CRM refuses the login: do this."}}]}})"));
}

TEST(LoginTest, WithoutTestItIsUsage) {
  const Configured setup;
  const Ran ran = setup.ask({"login"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--test"));
  EXPECT_THAT(ran.hooks, ElementsAre());
}

TEST(LoginTest, AConnectionThatIsNotThereAndAConfigurationWithFaults) {
  const Configured setup;
  const Ran unknown =
      setup.ask({"login", "--test", "crn"}, 0, make_error(ErrorCode::kNotFound, "no connection named crn"));
  EXPECT_NE(unknown.code, ExitCode::kOk);
  EXPECT_THAT(unknown.err, HasSubstr("no connection named crn"));
  setup.write("prospectd.yaml", "version: 2\n");
  EXPECT_EQ(setup.ask({"login", "--test"}).code, ExitCode::kConfig);
}

}  // namespace
}  // namespace prospectd::cli
