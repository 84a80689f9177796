// `prospectd undo` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string told_undo(const char* counts, const char* rows, const char* causes, bool dry_run = false) {
  return std::string(
             R"({"data":{"type":"undos","id":"c-12","attributes":{"kind":"edit","detail":"prospect 42",)"
             R"("actor":"ana","at":"2026-11-20T08:15:30.000Z","dryRun":)") +
         (dry_run ? "true" : "false") + R"(,"undone":["c-12"],"counts":)" + counts +
         R"(,"pushes":1,"causes":)" + causes + R"(,"rows":)" + rows + R"(,"rowsCut":false}}})";
}

constexpr const char* kOneRestoredOneChanged = R"({"restored":1,"already":0,"changedSince":1,"refused":0})";
constexpr const char* kUndoRows =
    R"([{"prospectId":"42","prospects":1,"field":"title","side":"prospect","outcome":"restored","now":"VP",)"
    R"("before":"CTO","reason":"UNDONE","message":"","changedBy":null},)"
    R"({"prospectId":"42","prospects":1,"field":"phone","side":"crm","outcome":"changed_since","now":"2",)"
    R"("before":null,"reason":"GIVEN_BACK","message":"","changedBy":"c-20"}])";

TEST(Undo, TellsRowByRowWhatWasRestoredAndWhatNotAndHowToHaveItAgain) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/undos", 200, told_undo(kOneRestoredOneChanged, kUndoRows, R"(["c-31"])"));
  const Ran ran = setup.ask({"undo", "c-12"});
  EXPECT_EQ(ran.code, ExitCode::kPartial) << ran.err;
  EXPECT_EQ(ran.out,
            "c-12 · edit · prospect 42 · by ana · 2026-11-20 08:15:30\n"
            "Undone: 1 restored · 1 changed since, left alone.\n"
            "\n"
            "prospect  field  of the    outcome        found  before   why\n"
            "42        title  prospect  restored       \"VP\"   \"CTO\"\n"
            "42        phone  CRM       changed since  \"2\"    nothing  by c-20\n"
            "1 prospect is written to the CRM, each field where the CRM still holds our value.\n"
            "To have it again: prospectd undo c-31 -c " +
                setup.config() + "\n");
  EXPECT_THAT(setup.daemon.asked(), ElementsAre(R"(POST /v1/undos {"cause":"c-12","dryRun":false})"));
}

TEST(Undo, ADryRunSaysWhatWouldBeRestoredAndHowToDoIt) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/undos", 200,
      told_undo(R"({"restored":2,"already":0,"changedSince":0,"refused":0})", "[]", "[]", true));
  const Ran ran = setup.ask({"undo", "c-12", "--dry-run"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Dry run: 2 would be restored."));
  EXPECT_THAT(ran.out, HasSubstr("1 prospect would be written to the CRM"));
  EXPECT_THAT(ran.out, HasSubstr("Nothing was written. Undo: prospectd undo c-12 -c "));
  EXPECT_THAT(setup.daemon.asked(), ElementsAre(R"(POST /v1/undos {"cause":"c-12","dryRun":true})"));
}

TEST(Undo, TheSameAgainSaysThatNothingWasChanged) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/undos", 200,
                      told_undo(R"({"restored":0,"already":3,"changedSince":0,"refused":0})", "[]", "[]"));
  const Ran ran = setup.ask({"undo", "c-12"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.out, HasSubstr("Nothing was changed: 3 as it was before already."));
}

TEST(Undo, WhatIsNeverUndoneIsRefusedWithTheSentence) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/undos", 409,
      R"({"errors":[{"status":"409","code":"conflict","detail":"c-12 (poll) can't be undone: it came from the CRM"}]})");
  const Ran ran = setup.ask({"undo", "c-12"});
  EXPECT_EQ(ran.code, ExitCode::kOther);
  EXPECT_THAT(ran.err, HasSubstr("can't be undone"));
  EXPECT_EQ(setup.ask({"undo"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace prospectd::cli
