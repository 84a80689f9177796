// `prospectd plan …`, `apply` and `--save` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kPlanAttributes =
    R"({"kind":"pull","force":true,"includeBlanks":false,"connection":"","filter":"tag:hot","prospects":96,)"
    R"("actor":"ana","createdAt":"2026-11-20T08:15:30.000Z","expiresAt":"2026-11-21T08:15:30.000Z",)"
    R"("counts":{"done":96,"changed":96},"callsToCome":1,"rowsCut":true,"rows":[{"prospectId":"42",)"
    R"("outcome":"changed","reason":"FORCED_FROM_CRM","changes":[{"field":"title","before":"CTO",)"
    R"("after":"CEO"}],"errors":[]}]})";

std::string job_told(const std::string& more) {
  return R"({"data":{"type":"jobs","id":"7","attributes":{"kind":"pull",)" + more + "}}}";
}

TEST(Plan, ADryRunThatIsSavedSaysItsNameAndHowToApplyIt) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/jobs", 202,
      job_told(R"("state":"done","dryRun":true,"savedAs":"p-7f3a","counts":{"done":1,"changed":1})"));
  const Ran ran = setup.ask({"pull", "42", "--force", "--dry-run", "--save"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Plan p-7f3a, kept for 24 hours."));
  EXPECT_THAT(ran.out, HasSubstr("prospectd apply p-7f3a -c "));
  EXPECT_THAT(setup.daemon.asked().front(), HasSubstr(R"("save":true)"));
  EXPECT_EQ(setup.ask({"pull", "42", "--save"}).code, ExitCode::kUsage) << "only a dry run is a plan";
}

TEST(Plan, IsListedAndShownWithItsRows) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/plans", 200, list({item("p-7f3a", kPlanAttributes)}));
  setup.daemon.answer("GET /v1/plans/p-7f3a", 200, resource("p-7f3a", kPlanAttributes));
  const Ran listed = setup.ask({"plan", "list"});
  EXPECT_THAT(listed.out, HasSubstr("pull --force  96 prospects: tag:hot"));
  const Ran shown = setup.ask({"plan", "show", "p-7f3a"});
  EXPECT_THAT(shown.out, HasSubstr("Plan p-7f3a · pull --force · 96 prospects: tag:hot · by ana"));
  EXPECT_THAT(shown.out, HasSubstr("96 changed; applying it costs about 1 CRM call"));
  EXPECT_THAT(shown.out, HasSubstr("CEO"));
}

TEST(Plan, IsAppliedAsAJobThatIsWaitedFor) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/jobs", 202, job_told(R"("state":"running")"));
  setup.daemon.answer("GET /v1/jobs/7", 200, job_told(R"("state":"done","counts":{"done":2,"changed":2})"));
  const Ran ran = setup.ask({"apply", "p-7f3a"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Pulled: 2 changed"));
  EXPECT_THAT(setup.daemon.asked(), ElementsAre(R"(POST /v1/jobs {"plan":"p-7f3a"})", "GET /v1/jobs/7"));
}

TEST(Plan, OneWhoseInputsHaveChangedIsRefusedWithTheSentence) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/jobs", 202,
      job_told(R"("state":"failed","counts":{"done":0},"error":{"code":"conflict","message":"3 of the inputs)"
               R"( have changed since"})"));
  const Ran ran = setup.ask({"apply", "p-7f3a"});
  EXPECT_EQ(ran.code, ExitCode::kOther);
  EXPECT_THAT(ran.err, HasSubstr("3 of the inputs have changed since"));
}

TEST(Plan, IsDropped) {
  WithDaemon setup;
  setup.daemon.answer("DELETE /v1/plans/p-7f3a", 200, R"({"meta":{}})");
  EXPECT_EQ(setup.ask({"plan", "drop", "p-7f3a"}).out, "Plan p-7f3a was dropped.\n");
}

}  // namespace
}  // namespace prospectd::cli
