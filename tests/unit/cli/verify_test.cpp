// `prospectd verify` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string told_scan(const std::string& state, const std::string& more) {
  return resource("7", R"({"state":")" + state +
                           R"(","dryRun":false,"done":12,"total":12,"calls":4,"error":null,"effects":{},)" +
                           more + "}");
}
constexpr const char* kApart =
    R"("objects":[{"connection":"salesforce","object":"Lead","compared":11,"missingHere":0,"stale":1,"unexpected":0,"goneThere":1,"repaired":1,"reason":null,"message":null}],)"
    R"("rows":[{"kind":"gone_there","object":"Lead","remoteId":"00Q1","prospectId":"42","action":"delete","repaired":true,"message":"The CRM has the record no more"}],"rowsCut":false)";
constexpr const char* kAgreed =
    R"("objects":[{"connection":"salesforce","object":"Lead","compared":12,"repaired":0,"reason":null,"message":null}],"rows":[],"rowsCut":false)";
constexpr const char* kStopped =
    R"("objects":[{"connection":"salesforce","object":"Lead","compared":0,"repaired":0,"reason":"MASS_CHANGE","message":"120 of 121 linked records of Lead would be marked deleted"}],"rows":[],"rowsCut":false)";

TEST(VerifyVerb, WaitsForItsScanAndTellsWhatIsApart) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/verifications", 202, told_scan("queued", kAgreed));
  setup.daemon.answer("GET /v1/verifications/7", 200, told_scan("done", kApart));
  const Ran ran = setup.ask({"verify", "--object", "Lead", "--repair"});
  EXPECT_EQ(ran.code, ExitCode::kPartial) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("11 compared: 1 older here, 1 gone in the CRM; 1 repaired"));
  EXPECT_THAT(ran.out, HasSubstr("00Q1"));
  EXPECT_THAT(ran.out, HasSubstr("2 records apart, 1 repaired; 4 CRM calls."));
  EXPECT_THAT(
      setup.daemon.asked(),
      ElementsAre(
          R"(POST /v1/verifications {"connection":"","dryRun":false,"object":"Lead","repair":true,"yes":false})",
          "GET /v1/verifications/7"));
}

TEST(VerifyVerb, SaysSoWhenAllAgrees) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/verifications", 202, told_scan("done", kAgreed));
  const Ran ran = setup.ask({"verify"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("12 compared: agrees"));
  EXPECT_THAT(ran.out, HasSubstr("No drift was found"));
}

TEST(VerifyVerb, AScanThatStoppedIsNotAllWell) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/verifications", 202, told_scan("done", kStopped));
  const Ran ran = setup.ask({"verify", "--repair"});
  EXPECT_EQ(ran.code, ExitCode::kPartial);
  EXPECT_THAT(ran.out, HasSubstr("120 of 121 linked records"));
  EXPECT_THAT(ran.out, HasSubstr("Not everything was compared: reading stopped at 1 object"));
  EXPECT_THAT(ran.out, Not(HasSubstr("agrees")));
}

TEST(VerifyVerb, OnlyARepairIsConfirmed) {
  WithDaemon setup;
  EXPECT_EQ(setup.ask({"verify", "--yes"}).code, ExitCode::kUsage);
  EXPECT_THAT(setup.daemon.asked(), ElementsAre());
}

}  // namespace
}  // namespace prospectd::cli
