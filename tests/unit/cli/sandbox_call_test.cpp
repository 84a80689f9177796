// `prospectd sandbox edit …` against something that answers like a sandbox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kContact = "003000000000001AAA";
const std::string kChanged =
    R"({"object":"Contact","id":")" + kContact +
    R"(","stamp":"2026-11-20T08:15:30.000Z","visible_at":"2026-11-20T08:15:30.000Z"})";

struct WithSandbox : Configured {
  WithSandbox() {
    write("sandbox.json",
          R"({"url":")" + sandbox.url() + R"(","adminTokenFile":")" + folder.file("secret") + R"("})");
  }
  FakeServer sandbox;
};

TEST(SandboxCall, AnEditIsSentWithTheTokenAndToldInWords) {
  WithSandbox t;
  t.sandbox.answer("POST /sandbox/admin/edit", 200, kChanged);
  const Ran ran = run({"sandbox", "edit", "Contact", kContact, "Title=CTO", "--dir", t.folder.path()});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out, "Contact " + kContact + " changed, stamped 2026-11-20 08:15:30\n");
  EXPECT_EQ(t.sandbox.last_header("X-Sandbox-Admin"), "a-token");
  EXPECT_THAT(t.sandbox.asked(), ElementsAre(R"(POST /sandbox/admin/edit {"fields":{"Title":"CTO"},"id":")" +
                                             kContact + R"(","object":"Contact"})"));
}

TEST(SandboxCall, ARecordIsShownByTheFieldsThatHaveAValue) {
  WithSandbox t;
  t.sandbox.answer(
      "POST /sandbox/admin/show", 200,
      R"({"object":"Contact","id":")" + kContact + R"(","deleted":true,"fields":{"Id":")" + kContact +
          R"(","DoNotCall":false,"MailingAddress":{"city":"Bern"},"MailingCity":"Bern","Title":null}})");
  EXPECT_EQ(t.ask({"sandbox", "show", kContact}).out, "Contact " + kContact +
                                                          ", in the recycle bin\n"
                                                          "  DoNotCall                  false\n"
                                                          "  MailingCity                Bern\n");
  EXPECT_THAT(t.sandbox.asked(), ElementsAre(R"(POST /sandbox/admin/show {"id":")" + kContact + R"("})"));
}

TEST(SandboxCall, TheConfigurationOfADemoLeadsToItsSandbox) {
  WithSandbox t;
  t.sandbox.answer("GET /sandbox/admin/stats", 200, R"({"logins":1,"records_served":12000})");
  EXPECT_EQ(t.ask({"sandbox", "stats"}).out, "  logins                 1\n  records_served         12,000\n");
  EXPECT_EQ(*parse_json(t.ask({"sandbox", "stats", "--json"}).out),
            *parse_json(R"({"data":{"logins":1,"records_served":12000}})"));
}

TEST(SandboxCall, AConfigurationThatIsNotThereLeadsToNoOtherSandbox) {
  WithSandbox t;
  const Ran ran = run({"sandbox", "counts", "-c", t.folder.file("nope.yaml")});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("nope.yaml: there is no such file"));
  EXPECT_TRUE(t.sandbox.asked().empty());
}

TEST(SandboxCall, UrlAndTokenFileMayBeNamed) {
  WithSandbox t;
  t.sandbox.answer("POST /sandbox/admin/delete", 200, kChanged);
  const Ran ran =
      run({"sandbox", "delete", kContact, "--url", t.sandbox.url(), "--token-file", t.folder.file("secret")});
  EXPECT_EQ(ran.out, "Contact " + kContact + " deleted, stamped 2026-11-20 08:15:30\n");
}

TEST(SandboxCall, CountsAreATable) {
  WithSandbox t;
  t.sandbox.answer("GET /sandbox/admin/counts", 200,
                   R"({"pending":1,"Lead":{"live":7200,"deleted":70,"purged":0}})");
  EXPECT_EQ(t.ask({"sandbox", "counts"}).out,
            "object   live  deleted  purged\n"
            "Lead    7,200       70       0\n"
            "1 late commit to come\n");
}

TEST(SandboxCall, ARefusalIsToldInTheSandboxsWords) {
  WithSandbox t;
  t.sandbox.answer(
      "POST /sandbox/admin/edit", 400,
      R"([{"message":"No such column 'Titel' on sobject of type Contact","errorCode":"INVALID_FIELD"}])");
  const Ran ran = t.ask({"sandbox", "edit", kContact, "Titel=CTO"});
  EXPECT_EQ(ran.code, ExitCode::kOther);
  EXPECT_EQ(
      ran.err,
      "prospectd: the sandbox says no: No such column 'Titel' on sobject of type Contact [INVALID_FIELD]\n");
}

TEST(SandboxCall, AWrongTokenIsAnAuthenticationError) {
  WithSandbox t;
  t.sandbox.answer("GET /sandbox/admin/stats", 401,
                   R"([{"message":"wrong","errorCode":"INVALID_ADMIN_TOKEN"}])");
  EXPECT_EQ(t.ask({"sandbox", "stats"}).code, ExitCode::kAuth);
}

TEST(SandboxCall, WithoutASandboxItSaysWhatToName) {
  const Configured setup;
  const Ran ran = setup.ask({"sandbox", "stats"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--dir"));
}

TEST(SandboxCall, ASandboxElsewhereIsNeverCalled) {
  const Configured setup;
  const Ran ran =
      run({"sandbox", "stats", "--url", "http://192.0.2.1:80", "--token-file", setup.folder.file("secret")});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("only http:// to this machine"));
}

TEST(SandboxCall, SnapshotsAreTakenRestoredAndDropped) {
  WithSandbox t;
  const std::string answer = R"({"name":"before","records":12000,"taken":"2026-11-20T08:15:30.000Z"})";
  for (const char* call : {"POST /sandbox/admin/snapshot", "POST /sandbox/admin/restore",
                           "POST /sandbox/admin/reset", "DELETE /sandbox/admin/snapshot"})
    t.sandbox.answer(call, 200, answer);
  t.sandbox.answer("GET /sandbox/admin/snapshots", 200, R"({"snapshots":[)" + answer + "]}");
  const std::string line = "snapshot before: 12,000 records, taken 2026-11-20 08:15:30\n";
  EXPECT_EQ(t.ask({"sandbox", "snapshot", "before"}).out, line);
  EXPECT_EQ(t.ask({"sandbox", "snapshots"}).out, line);
  EXPECT_EQ(t.ask({"sandbox", "restore", "before"}).out, "back at " + line);
  EXPECT_EQ(t.ask({"sandbox", "drop-snapshot", "before"}).out, "dropped " + line);
  EXPECT_EQ(t.ask({"sandbox", "reset"}).code, ExitCode::kOk);
  EXPECT_THAT(
      t.sandbox.asked(),
      ElementsAre(R"(POST /sandbox/admin/snapshot {"name":"before"})", "GET /sandbox/admin/snapshots",
                  R"(POST /sandbox/admin/restore {"name":"before"})",
                  R"(DELETE /sandbox/admin/snapshot {"name":"before"})", "POST /sandbox/admin/reset {}"));
  EXPECT_EQ(t.ask({"sandbox", "snapshot"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace prospectd::cli
