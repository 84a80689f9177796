// `prospectd dlq …` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kListed = "GET /v1/dlqEntries?page%5Bsize%5D=50";
constexpr const char* kWriteRow =
    R"({"type":"dlqEntries","id":"out-7","attributes":{"direction":"out","connection":"salesforce","object":"Lead",)"
    R"("remoteId":"00QA","operation":"update","code":"REQUIRED_FIELD_MISSING",)"
    R"("message":"Required fields are missing: [Company]","advice":"set it or map it, then retry","attempts":5,)"
    R"("since":"2026-11-20T08:15:30.000Z","givenUpAt":"2026-11-20T09:15:30.000Z",)"
    R"("fields":[{"field":"title","crm":"CTO","prospect":"VP"}],"payload":null},)"
    R"("relationships":{"prospect":{"data":{"type":"prospects","id":"42"},"meta":{"name":"Ana Diaz"}}}})";
constexpr const char* kRecordRow =
    R"({"type":"dlqEntries","id":"in-12","attributes":{"direction":"in","connection":"salesforce","object":"Lead",)"
    R"("remoteId":"00QB","operation":null,"code":"QUARANTINED","message":"the record is not an object",)"
    R"("advice":"mend the record in the CRM","attempts":3,"since":"2026-11-20T08:15:30.000Z",)"
    R"("givenUpAt":"2026-11-20T09:15:30.000Z","fields":[],"payload":"\u001b[2J"},)"
    R"("relationships":{"prospect":{"data":null}}})";

std::string one_of(const char* row) {
  return std::string(R"({"data":)") + row + "}";
}
std::string retried(const std::string& ids, const std::string& missing = "",
                    const std::string& next = "null") {
  return R"({"meta":{"retried":[)" + ids + R"(],"missing":[)" + missing + R"(],"next":)" + next + "}}";
}

TEST(Dlq, ListsBothKindsAndSaysOnceWhatEachCodeMeans) {
  WithDaemon setup;
  setup.daemon.answer(kListed, 200, list({kWriteRow, kWriteRow, kRecordRow}));
  const Ran ran = setup.ask({"dlq", "list"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("out-7  42 Ana Diaz  Lead 00QA   REQUIRED_FIELD_MISSING  Required fields"));
  EXPECT_THAT(ran.out, HasSubstr("in-12               Lead 00QB   QUARANTINED"));
  const std::string advice = "REQUIRED_FIELD_MISSING: set it or map it, then retry\n";
  EXPECT_THAT(ran.out, HasSubstr(advice));
  EXPECT_EQ(ran.out.find(advice), ran.out.rfind(advice));
  EXPECT_THAT(ran.out, HasSubstr("prospectd dlq retry out-7 -c "));
}

TEST(Dlq, TheTableFitsTheTerminal) {
  WithDaemon setup;
  setup.daemon.answer(kListed, 200, list({kWriteRow, kRecordRow}));
  const Ran ran = setup.ask({"dlq", "list", "--quiet"}, 80);
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(cells_of(line), 80U) << line;
}

TEST(Dlq, AnEmptyListSaysSo) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/dlqEntries?filter%5Bconnection%5D=sales%20force&page%5Bsize%5D=50", 200,
                      list({}));
  EXPECT_EQ(setup.ask({"dlq", "list", "--connection", "sales force"}).out, "Nothing was given up.\n");
}

TEST(Dlq, ShowsAWriteWithBothSidesAndARecordHarmlessly) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/dlqEntries/out-7", 200, one_of(kWriteRow));
  setup.daemon.answer("GET /v1/dlqEntries/in-12", 200, one_of(kRecordRow));
  const Ran write = setup.ask({"dlq", "show", "out-7"});
  EXPECT_THAT(write.out, HasSubstr("out-7 · update of Lead 00QA · salesforce · prospect 42 Ana Diaz\n"));
  EXPECT_THAT(write.out, HasSubstr("the CRM says  Required"));
  EXPECT_THAT(write.out, HasSubstr("title  \"CTO\" → \"VP\""));
  const Ran record = setup.ask({"dlq", "show", "in-12"});
  EXPECT_THAT(record.out, HasSubstr("which can't be read"));
  EXPECT_THAT(record.out, Not(HasSubstr("\x1b[2J")));
}

TEST(Dlq, WhatWasNeverSentIsNotSaidToHaveBeenTried) {
  WithDaemon setup;
  std::string row = kWriteRow;
  row.replace(row.find(R"("attempts":5)"), 12, R"("attempts":0)");
  setup.daemon.answer("GET /v1/dlqEntries/out-7", 200, one_of(row.c_str()));
  EXPECT_THAT(
      setup.ask({"dlq", "show", "out-7"}).out,
      HasSubstr("tried         not at all: nothing was sent; given up 2026-11-20 09:15:30, waited since "
                "2026-11-20 08:15:30\n"));
}

TEST(Dlq, RetriesThoseThatAreNamedAndSaysWhichAreMissing) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/dlqRetries", 200, retried(R"("out-7","in-12")", R"("out-9")"));
  const Ran ran = setup.ask({"dlq", "retry", "out-7", "in-12", "out-9"});
  EXPECT_EQ(ran.code, ExitCode::kPartial);
  EXPECT_EQ(ran.out,
            "1 write is due at once; attempts are counted anew.\n"
            "1 record is read again with the cycle that begins now.\n"
            "out-9: not among what was given up\n");
  EXPECT_THAT(setup.daemon.asked(), ElementsAre(R"(POST /v1/dlqRetries {"ids":["out-7","in-12","out-9"]})"));
}

TEST(Dlq, RetriesAllPageAfterPage) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/dlqRetries", 200, retried(R"("out-1","out-2")", "", R"("out-2")"));
  setup.daemon.answer("POST /v1/dlqRetries", 200, retried(R"("out-5")"));
  const Ran ran = setup.ask({"dlq", "retry", "--all", "--connection", "salesforce", "--json"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(member(*parse_json(ran.out), "data")["retried"].size(), 3U);
  EXPECT_THAT(setup.daemon.asked(),
              ElementsAre(R"(POST /v1/dlqRetries {"all":true,"connection":"salesforce"})",
                          R"(POST /v1/dlqRetries {"after":"out-2","all":true,"connection":"salesforce"})"));
}

TEST(Dlq, WantsToBeToldWhich) {
  WithDaemon setup;
  EXPECT_EQ(setup.ask({"dlq", "retry"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"dlq", "retry", "out-7", "--all"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"dlq", "retry", "out-7", "--connection", "salesforce"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"dlq", "drop"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"dlq", "show", "out-7", "out-8"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"dlq", "lsit"}).code, ExitCode::kUsage);
  EXPECT_THAT(setup.ask({"dlq"}).out, HasSubstr("prospectd dlq list"));
  EXPECT_TRUE(setup.daemon.asked().empty());
}

TEST(Dlq, DropsEachAndSaysWhatCouldNotBe) {
  WithDaemon setup;
  setup.daemon.answer("DELETE /v1/dlqEntries/out-7", 200, one_of(kWriteRow));
  setup.daemon.answer("DELETE /v1/dlqEntries/in-12", 200, one_of(kRecordRow));
  const std::vector<std::string> words = {"dlq", "drop", "out-7", "out-9", "in-12"};
  const Ran ran = setup.ask(words);
  EXPECT_EQ(ran.code, ExitCode::kPartial);
  EXPECT_EQ(ran.out,
            "out-7 was dropped: both sides stay as they are.\n"
            "in-12 was dropped, until its record is read again.\n");
  EXPECT_THAT(ran.err, HasSubstr("out-9: "));
  std::vector<std::string> json = words;
  json.emplace_back("--json");
  const auto data = member(*parse_json(setup.ask(json).out), "data");
  EXPECT_EQ(data["dropped"].size(), 2U);
  EXPECT_EQ(data["failed"][0]["id"], "out-9");
  EXPECT_EQ(data["failed"][0]["code"], "not_found");
  EXPECT_EQ(setup.ask({"dlq", "drop", "out-9"}).code, ExitCode::kOther);
}

TEST(Dlq, ATokenThatMayNotIsToldSoAtOnce) {
  WithDaemon setup;
  setup.daemon.answer("DELETE /v1/dlqEntries/out-7", 403,
                      R"({"errors":[{"status":"403","code":"forbidden","detail":"it takes an admin"}]})");
  const Ran ran = setup.ask({"dlq", "drop", "out-7", "out-8"});
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_EQ(setup.daemon.asked().size(), 1U);
}

}  // namespace
}  // namespace prospectd::cli
