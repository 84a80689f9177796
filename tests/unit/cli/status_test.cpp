// `prospectd status` for people: how far each object is, what it costs, what is wrong and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

Json counts(int64_t read, int64_t created) {
  return {{"read", read}, {"created", created}, {"updated", 0}};
}

// A daemon in good health, ten minutes after a poll.
Json healthy() {
  return Json::parse(
      R"({"version":"0.1.0","now":"2026-11-20T10:00:00.000Z","startedAt":"2026-11-20T07:00:00.000Z",
    "dataset":"/var/lib/prospectd/prospectd.db",
    "totals":{"prospects":11689,"withoutKey":47,"accounts":900,"users":12,"openDuplicates":311,"deadLetters":0,
              "openConflicts":0},
    "connections":[{"name":"salesforce","state":"idle","progress":null,"rate":0,"lastCycleAt":"2026-11-20T09:58:00.000Z",
      "nextPollAt":"2026-11-20T10:08:00.000Z","lastError":null,"failures":0,"alerts":[],"calls":24,"clockSkewMs":200,
      "usage":{"used":1240,"allowed":15000,"perHour":120.0,"runsOutInMs":null},
      "lastCycle":{"objects":{},"people":{},"calls":4,"tookMs":812,"complete":true},
      "objects":[
        {"object":"User","verified":"2026-11-20T09:58:00.000Z","lagMs":120000,"read":12,"tookMs":9,"complete":true},
        {"object":"Lead","verified":"2026-11-20T09:58:00.000Z","lagMs":120000,"read":2114,"tookMs":800,"complete":true},
        {"object":"Contact","verified":null,"lagMs":null,"read":0,"tookMs":0,"complete":false}]}],
    "cursors":[]})");
}

std::string shown(const Json& status, size_t width = 80) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/status", 200, resource("prospectd", status.dump()));
  const Ran ran = setup.ask({"status"}, width);
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  return ran.out;
}

TEST(Status, EachObjectSaysHowFarItIsAndHowFastItWasRead) {
  Json status = healthy();
  status["connections"][0]["lastCycle"]["objects"]["Lead"] = counts(2'114, 40);
  const std::string text = shown(status);
  EXPECT_THAT(text, HasSubstr("salesforce  up to date; next poll in 8 min\n"));
  EXPECT_THAT(text, HasSubstr("  Lead     2026-11-20 09:58:00  2 min  2,114       40  2,643/s\n"));
  EXPECT_THAT(text, HasSubstr("  User     2026-11-20 09:58:00  2 min     12        0\n"));
  EXPECT_THAT(text, HasSubstr("  Contact  not yet                         0        0\n"));
  EXPECT_THAT(text, HasSubstr("311 records held back as duplicates: prospectd duplicates\n"));
}

TEST(Status, WhatWaitsToBeWrittenAndWhatWasGivenUpIsToldWithTheCommand) {
  Json status = healthy();
  EXPECT_THAT(shown(status), Not(HasSubstr("to be written")));
  status["totals"].update({{"outbox", 3},
                           {"outboxDead", 2},
                           {"outboxOldestAt", "2026-11-20T09:55:00.000Z"},
                           {"openConflicts", 1}});
  const std::string text = shown(status, 100);
  EXPECT_THAT(text, HasSubstr("3 changes to be written to the CRM: the oldest made 5 min ago\n"));
  EXPECT_THAT(text, HasSubstr("2 writes that the CRM refused for good: prospectd dlq list\n"));
  const auto waiting = [&](const char* state, Json code) {
    status["totals"].update({{"outboxOldestState", state},
                             {"outboxOldestDueAt", "2026-11-20T10:08:00.000Z"},
                             {"outboxOldestCode", std::move(code)}});
    return shown(status, 160);
  };
  EXPECT_THAT(waiting("in_doubt", "network"),
              HasSubstr("made 5 min ago, whether it arrived is looked up in 8 min (network)\n"));
  EXPECT_THAT(waiting("ready", nullptr), HasSubstr("made 5 min ago, to be tried again in 8 min\n"));
  EXPECT_THAT(waiting("leased", nullptr), HasSubstr("made 5 min ago, on its way\n"));
  EXPECT_THAT(text, HasSubstr("for a person to decide: prospectd conflicts list"));
}

TEST(Status, TheAllowanceIsToldWithHowLongItLasts) {
  Json status = healthy();
  EXPECT_THAT(shown(status), HasSubstr("1,240 of 15,000 in 24 hours (8 %)"));
  EXPECT_THAT(shown(status), HasSubstr("at 120 more an hour they last\n"));
  EXPECT_THAT(shown(status), Not(HasSubstr("attention")));
  Json& usage = status["connections"][0]["usage"];
  usage["perHour"] = nullptr;
  EXPECT_THAT(shown(status), HasSubstr("no forecast yet"));
  usage = {{"used", 14'000}, {"allowed", 15'000}, {"perHour", 500.4}, {"runsOutInMs", 7'200'000}};
  EXPECT_THAT(
      shown(status, 200),
      HasSubstr("attention   at 500 more an hour the calls are used up in 2 h\n"
                "              → poll less often (plugins.salesforce.poll.interval), or see in Setup"));
}

TEST(Status, WhatWentToTheCrmIsToldAndWhyTheRestWaits) {
  Json status = healthy();
  EXPECT_THAT(shown(status), Not(HasSubstr("to the CRM")));
  status["connections"][0]["pushes"] = {{"written", 1'204},
                                        {"created", 3},
                                        {"linked", 0},
                                        {"refused", 2},
                                        {"lastAt", "2026-11-20T09:57:00.000Z"},
                                        {"error", nullptr},
                                        {"heldBack", "81 % of the CRM's daily allowance is used"}};
  const std::string text = shown(status, 200);
  EXPECT_THAT(text, HasSubstr("1,204 written, 3 created, 2 refused; the last 3 min ago"));
  EXPECT_THAT(text, HasSubstr("attention   81 % of the CRM's daily allowance is used\n"));
}

TEST(Status, SaysWhenTheWholeWasLastComparedAndWhatWasFound) {
  Json status = healthy();
  EXPECT_THAT(shown(status, 200), Not(HasSubstr("drift scan"))) << "there was none";
  Json& object = status["connections"][0]["objects"][0];
  object["verification"] = {{"beganAt", status["now"]}, {"stale", 0}, {"repaired", 0}, {"message", nullptr}};
  EXPECT_THAT(shown(status, 200), HasSubstr(": all agrees\n"));
  object["verification"]["goneThere"] = 3;
  object["verification"]["repaired"] = 1;
  object["verification"]["message"] = "nobody may look";
  const std::string text = shown(status, 200);
  EXPECT_THAT(text, HasSubstr("3 records apart, 1 repaired\n"));
  EXPECT_THAT(text, HasSubstr("prospectd verify --repair mends them"));
  EXPECT_THAT(text, HasSubstr("the drift scan stopped: nobody may look"));
}

TEST(Status, WhatIsWrongComesWithWhatToDo) {
  Json status = healthy();
  Json& connection = status["connections"][0];
  connection["state"] = "needs_attention";
  connection["failures"] = 3;
  connection["lastError"] = {{"code", "login_refused"}, {"message", "the secret is wrong"}};
  connection["alerts"] = {"Lead has no field Titel", "the secret is wrong"};
  connection["clockSkewMs"] = -90'000;
  const std::string text = shown(status, 200);
  EXPECT_THAT(text, HasSubstr("attention   the secret is wrong (3 times in a row)\n              → "));
  EXPECT_THAT(text, HasSubstr("prospectd config reload\n"));
  EXPECT_THAT(text, HasSubstr("attention   Lead has no field Titel\n"));
  EXPECT_THAT(text, HasSubstr("this machine's clock is 1 min 30 s ahead of the CRM's\n"));
  size_t times = 0;
  for (size_t at = text.find("the secret is wrong"); at != std::string::npos; ++times)
    at = text.find("the secret is wrong", at + 1);
  EXPECT_EQ(times, 1U) << "an error is told once";
}

TEST(Status, WhatOfTheConfigurationIsNotInForceIsTold) {
  Json status = healthy();
  EXPECT_THAT(shown(status, 200), Not(HasSubstr("attention")));
  status["configuration"] = {{"takenAt", "2026-11-20T08:00:00.000Z"},
                             {"refusal", "prospectd.yaml:17:5  pole: unknown key"},
                             {"needsRestart", {"api.port", "custom.born"}}};
  const std::string text = shown(status, 200);
  EXPECT_THAT(
      text, HasSubstr("the last reload was refused: prospectd.yaml:17:5  pole: unknown key; in force is the "
                      "configuration of 2026-11-20 08:00:00 (UTC)\n              → prospectd check"));
  EXPECT_THAT(text, HasSubstr("not in force: api.port, custom.born\n              → restart the daemon\n"));
}

TEST(Status, FitsTheTerminal) {
  Json status = healthy();
  Json& connection = status["connections"][0];
  connection["lastError"] = {{"code", "permission"},
                             {"message", std::string(300, 'x') + " y" + std::string(90, 'z')}};
  connection["alerts"] = {
      "a warning with very many words that go on and on until nobody can follow them any more"};
  connection["lastCycle"]["people"] = {{"read", 1'000'000}, {"created", 900'000}, {"updated", 90'000},
                                       {"held", 9'000},     {"deleted", 900},     {"quarantined", 90}};
  status["dataset"] = "/a/path/" + std::string(120, 'p');
  for (const size_t width : {60U, 80U, 132U}) {
    std::istringstream lines(shown(status, width));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(cells_of(line), width) << line;
  }
}

TEST(Status, OnAPipeNothingIsCutAndNothingIsColoured) {
  Json status = healthy();
  status["dataset"] = "/a/path/" + std::string(120, 'p');
  const std::string text = shown(status, 0);
  EXPECT_THAT(text, HasSubstr(std::string(120, 'p')));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Status, AsJsonIsTheWholeDocument) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/status", 200, resource("prospectd", healthy().dump()));
  const Ran ran = setup.ask({"status", "--json"});
  EXPECT_EQ((*parse_json(ran.out))["data"], healthy());
}

}  // namespace
}  // namespace prospectd::cli
