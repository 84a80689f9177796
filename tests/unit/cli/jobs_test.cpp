// `prospectd pull …`, `push …` and `jobs …` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string told_job(const std::string& state, const std::string& counts, const std::string& more = "") {
  return resource(
      "7",
      R"({"kind":"pull","state":")" + state +
          R"(","force":true,"dryRun":false,"total":2,"calls":3,"callsToCome":null,"error":null,"counts":)" +
          counts + more + "}");
}
constexpr const char* kNobodyYet = R"({"done":0})";
constexpr const char* kTwoDone =
    R"({"done":2,"changed":1,"unchanged":0,"waiting":0,"refused":1,"refusedBy":{"NOT_LINKED":1}})";
constexpr const char* kTwoRows =
    R"(,"rows":[{"prospectId":"42","outcome":"changed","reason":"FORCED_FROM_CRM","message":"","changes":[{"field":"title","before":"ours","after":null}],"errors":[]},)"
    R"({"prospectId":"43","outcome":"refused","reason":"NOT_LINKED","message":"The prospect has no record in the CRM","changes":[],"errors":[]}],"rowsCut":false,"cause":"job-7","undoable":true)";

TEST(Pull, WaitsForItsJobAndTellsWhatBecameOfWhom) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/jobs", 202, told_job("queued", kNobodyYet));
  setup.daemon.answer("GET /v1/jobs/7", 200, told_job("done", kTwoDone, kTwoRows));
  const Ran ran = setup.ask({"pull", "42", "43", "--force"});
  EXPECT_EQ(ran.code, ExitCode::kPartial) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Pulled: 1 changed · 1 refused (NOT_LINKED 1); 3 CRM calls.\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("1 of 2 prospects are done, 1 was refused. Which, and why: prospectd jobs show 7 "
                        "--rows 1000"));
  EXPECT_THAT(ran.out, HasSubstr("Undo with: prospectd undo job-7 -c "));
  EXPECT_THAT(ran.out, HasSubstr("(blank)"));
  EXPECT_THAT(ran.out, HasSubstr("The prospect has no record in the CRM"));
  EXPECT_THAT(
      setup.daemon.asked(),
      ElementsAre(
          R"(POST /v1/jobs {"connection":"","dryRun":false,"force":true,"includeBlanks":false,"kind":"pull","prospects":["42","43"]})",
          "GET /v1/jobs/7"));
}

TEST(Push, AsksForWhatAFilterSelectsAndForAll) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/jobs", 202, told_job("done", R"({"done":0})"));
  setup.ask({"push", "--filter", "tag:hot", "--force", "--include-blanks", "--connection", "salesforce"});
  setup.ask({"push", "--all", "--dry-run"});
  EXPECT_THAT(
      setup.daemon.asked(),
      ElementsAre(
          R"(POST /v1/jobs {"connection":"salesforce","dryRun":false,"filter":"tag:hot","force":true,"includeBlanks":true,"kind":"push"})",
          R"(POST /v1/jobs {"all":true,"connection":"","dryRun":true,"force":false,"includeBlanks":false,"kind":"push"})"));
}

TEST(Push, WithoutSayingWhomNothingIsAsked) {
  WithDaemon setup;
  const Ran ran = setup.ask({"push", "--force"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--filter EXPR or --all"));
  EXPECT_EQ(setup.ask({"push", "1", "--all"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"push", "1", "--include-blanks"}).code, ExitCode::kUsage);
  EXPECT_THAT(setup.daemon.asked(), ElementsAre());
}

TEST(Pull, AFailedJobGivesItsErrorsCode) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/jobs", 202,
      resource(
          "7",
          R"({"kind":"pull","state":"failed","counts":{"done":0},"error":{"code":"login_refused","message":"no entry"}})"));
  const Ran ran = setup.ask({"pull", "42"});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_THAT(ran.err, HasSubstr("no entry"));
}

TEST(Pull, OneThatCanNotBeFollowedAnyMoreGoesOnAndItsNumberIsTold) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/jobs", 202, told_job("queued", kNobodyYet));
  setup.daemon.answer(
      "GET /v1/jobs/7", 401,
      R"({"errors":[{"status":"401","code":"unauthorized","detail":"this token counts no more"}]})");
  const Ran ran = setup.ask({"pull", "42", "--force"});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_THAT(ran.err, HasSubstr("this token counts no more"));
  EXPECT_THAT(ran.err, HasSubstr("; job 7 goes on in the daemon"));
}

TEST(Jobs, SayWhichPlanTheyApply) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/jobs/7", 200, told_job("done", kTwoDone, R"(,"plan":"p-7f3a")"));
  EXPECT_THAT(setup.ask({"jobs", "show", "7"}).out, HasSubstr("Job 7 · plan p-7f3a · pull --force"));
}

TEST(Jobs, AreListedShownAndCancelled) {
  WithDaemon setup;
  setup.daemon.answer(
      "GET /v1/jobs", 200,
      list({item(
          "7", R"({"kind":"pull","state":"running","force":true,"filter":"tag:hot","actor":"ana","counts":)" +
                   std::string(kTwoDone) + "}")}));
  setup.daemon.answer("GET /v1/jobs/7", 200, told_job("running", kTwoDone, kTwoRows));
  setup.daemon.answer("DELETE /v1/jobs/7", 200, told_job("running", kTwoDone, R"(,"cancelling":true)"));
  const Ran listed = setup.ask({"jobs", "list"});
  EXPECT_THAT(listed.out, HasSubstr("pull --force"));
  EXPECT_THAT(listed.out, HasSubstr("tag:hot"));
  EXPECT_THAT(setup.ask({"jobs", "show", "7"}).out, HasSubstr("2 of 2: 1 changed · 1 refused"));
  EXPECT_THAT(setup.ask({"jobs", "cancel", "7"}).out, HasSubstr("what was done stays"));
}

}  // namespace
}  // namespace prospectd::cli
