// `prospectd conflicts …` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kConflictRow =
    R"({"type":"conflictReviews","id":"3","attributes":{"connection":"salesforce","object":"Lead","remoteId":"00QA",)"
    R"("field":"title","crmValue":"CEO","prospectValue":"VP","agreedValue":"CTO","agreedKnown":true,"goesOut":true,"frozen":false,)"
    R"("openedAt":"2026-11-20T08:15:30.000Z","version":"5f0c"},)"
    R"("relationships":{"prospect":{"data":{"type":"prospects","id":"42"},"meta":{"name":"Ana Diaz"}}}})";

TEST(Conflicts, AreListedWithBothSidesAndWhatBothHad) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/conflictReviews?page%5Bsize%5D=50", 200, list({kConflictRow}));
  const Ran ran = setup.ask({"conflicts", "list"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(
      ran.out,
      "conflict  prospect     field  the CRM has  the prospect has  both had  since, UTC\n"
      "       3  42 Ana Diaz  title  \"CEO\"        \"VP\"              \"CTO\"     2026-11-20 08:15:30\n"
      "Decide: prospectd conflicts resolve 3 --take crm|prospect --seen 5f0c -c " +
          setup.config() + "\n");
}

TEST(Conflicts, OneIsShownWithTheCommandsThatDecideIt) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/conflictReviews/3", 200, std::string(R"({"data":)") + kConflictRow + "}");
  const Ran ran = setup.ask({"conflicts", "show", "3"});
  EXPECT_THAT(ran.out, HasSubstr("Conflict 3 · title of prospect 42 Ana Diaz · Lead 00QA of salesforce\n"));
  EXPECT_THAT(ran.out, HasSubstr("Take the CRM's: prospectd conflicts resolve 3 --take crm --seen 5f0c"));
  EXPECT_THAT(ran.out, HasSubstr("Keep the prospect's, and write it to the CRM: "));
}

TEST(Conflicts, AnOwnerIsShownByName) {
  WithDaemon setup;
  setup.daemon.answer(
      "GET /v1/conflictReviews/4", 200,
      R"({"data":{"type":"conflictReviews","id":"4","attributes":{"field":"owner","crmValue":7,"prospectValue":3,)"
      R"("agreedValue":null,"agreedKnown":true,"names":{"owner":{"7":"Ana Diaz"}}}}})");
  const Ran ran = setup.ask({"conflicts", "show", "4"});
  EXPECT_THAT(ran.out, HasSubstr("  the CRM has       Ana Diaz (7)\n"
                                 "  the prospect has  3\n"
                                 "  both had          nothing\n"));
}

TEST(Conflicts, AreDecidedOnWhatWasSeen) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/conflictReviews/3", 200,
      std::string(R"({"data":)") + kConflictRow +
          R"(,"meta":{"taken":"crm","changes":[{"field":"title","before":"VP","after":"CEO"}],)"
          R"("pushes":[]}})");
  const Ran ran = setup.ask({"conflicts", "resolve", "3", "--take", "crm", "--seen", "5f0c"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out,
            "Conflict 3 is decided: the CRM's value counts.\n"
            "  title  \"VP\" → \"CEO\"\n");
  const Ran json = setup.ask({"conflicts", "resolve", "3", "--take", "crm", "--json"});
  EXPECT_EQ(member(*parse_json(json.out), "data")["taken"], "crm");
  EXPECT_THAT(setup.daemon.asked(),
              ElementsAre(R"(PATCH /v1/conflictReviews/3 {"take":"crm","version":"5f0c"})",
                          R"(PATCH /v1/conflictReviews/3 {"take":"crm"})"));
}

TEST(Conflicts, OneThatHasChangedIsRefusedWithTheSentence) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/conflictReviews/3", 409,
      R"({"errors":[{"status":"409","code":"conflict","detail":"conflict 3 has changed since"}]})");
  const Ran ran = setup.ask({"conflicts", "resolve", "3", "--take", "prospect", "--seen", "old"});
  EXPECT_EQ(ran.code, ExitCode::kOther);
  EXPECT_THAT(ran.err, HasSubstr("conflict 3 has changed since"));
}

TEST(Conflicts, WantASideToTake) {
  WithDaemon setup;
  EXPECT_EQ(setup.ask({"conflicts", "resolve", "3"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"conflicts", "resolve", "3", "--take", "mine"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"conflicts", "show"}).code, ExitCode::kUsage);
  EXPECT_TRUE(setup.daemon.asked().empty());
}

}  // namespace
}  // namespace prospectd::cli
