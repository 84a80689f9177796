// `prospectd list task`: rows of every kind, with the names of what they refer to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kTask =
    R"({"type":"tasks","id":"7","attributes":{"subject":"Call","state":"incomplete","kind":"call",)"
    R"("dueAt":"2026-12-01T00:00:00.000Z"},"relationships":{"owner":{"data":{"type":"users","id":"3"}},)"
    R"("prospect":{"data":{"type":"prospects","id":"42"}},"account":{"data":null}}})";
constexpr const char* kIncluded =
    R"([{"type":"users","id":"3","attributes":{"name":"Ana Diaz"}},)"
    R"({"type":"prospects","id":"42","attributes":{"firstName":"Bo","lastName":"Roy"}}])";

std::string answer(const std::string& rest) {
  return std::string(R"({"data":[)") + kTask + R"(],"included":)" + kIncluded + rest + "}";
}

TEST(List, TasksAreATableWithTheNamesOfTheirPeople) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/tasks?include=owner%2Cprospect%2Caccount&page%5Bsize%5D=50", 200, answer(""));
  const Ran ran = setup.ask({"list", "task"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out,
            "number  subject  state       kind  due, UTC             owner       prospect   account\n"
            "     7  Call     incomplete  call  2026-12-01 00:00:00  3 Ana Diaz  42 Bo Roy\n");
  const auto row = member(*parse_json(setup.ask({"list", "task", "--json"}).out), "data")[0];
  EXPECT_EQ(row["owner"], (nlohmann::json{{"id", "3"}, {"name", "Ana Diaz"}}));
  EXPECT_TRUE(row["account"].is_null());
}

TEST(List, TheNextPageBeginsWhereTheLinkSays) {
  WithDaemon setup;
  const std::string target =
      "GET "
      "/v1/"
      "tasks?filter%5Bq%5D=state%3Aincomplete&sort=-dueAt&include=owner%2Cprospect%2Caccount&page%5Bsize%5D="
      "2";
  setup.daemon.answer(
      target, 200,
      answer(R"(,"links":{"next":"/v1/tasks?sort=-dueAt&page%5Bafter%5D=x%2C7&page%5Bsize%5D=2"})"));
  setup.daemon.answer(target.substr(0, target.size() - 1) + "1&page%5Bafter%5D=x%2C7", 200, answer(""));
  const Ran ran =
      setup.ask({"list", "task", "--filter", "state:incomplete", "--sort", "-dueAt", "--limit", "2"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(setup.daemon.asked().size(), 2U);
}

TEST(List, NothingIsSaidInWords) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/tags?page%5Bsize%5D=50", 200, R"({"data":[]})");
  setup.daemon.answer("GET /v1/tags?filter%5Bq%5D=name%3Ahot&page%5Bsize%5D=50", 200, R"({"data":[]})");
  EXPECT_EQ(setup.ask({"list", "tag"}).out, "No tag is here yet.\n");
  EXPECT_EQ(setup.ask({"list", "tag", "--filter", "name:hot"}).out, "No tag is like that.\n");
}

TEST(List, EveryKindHasItsColumns) {
  for (const auto& [kind, asked] :
       {std::pair<const char*, const char*>{"account", "accounts?include=owner&"},
        {"user", "users?"},
        {"mailbox", "mailboxes?include=user&"},
        {"stage", "stages?"},
        {"sequence", "sequences?include=owner%2Cruleset&"},
        {"sequence-state", "sequenceStates?include=prospect%2Csequence%2Csequencer&"},
        {"ruleset", "rulesets?"}}) {
    WithDaemon setup;
    setup.daemon.answer("GET /v1/" + std::string(asked) + "page%5Bsize%5D=50", 200,
                        R"({"data":[{"type":"x","id":"5","attributes":{"name":"N","active":true}}]})");
    const Ran ran = setup.ask({"list", kind});
    EXPECT_EQ(ran.code, ExitCode::kOk) << kind << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("\n     5")) << kind;
  }
}

TEST(List, ProspectsAndOtherWordsAreNoKind) {
  const WithDaemon setup;
  EXPECT_EQ(setup.ask({"list", "prospect"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"list"}).code, ExitCode::kUsage);
  EXPECT_EQ(setup.ask({"list", "task", "--filter", " "}).code, ExitCode::kUsage) << "not all of them";
}

}  // namespace
}  // namespace prospectd::cli
