// `prospectd settings …` and `prospectd config reload` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kPath = "/v1/settings/prospects.same_email";
constexpr const char* kSet =
    R"({"value":"prevent","origin":"setting","place":null,"takes":"one of prevent, select_crm_id",)"
    R"("set":{"value":"prevent","actor":"admin","changedAt":"2026-11-20T08:15:30.000Z"}})";
constexpr const char* kFile =
    R"({"value":"prevent","origin":"file","place":{"file":"p.yaml","line":3,"column":5},"takes":"…","set":null})";

TEST(Settings, OneIsShownWithWhoSetIt) {
  WithDaemon setup;
  setup.daemon.answer("GET " + std::string(kPath), 200, resource("prospects.same_email", kSet));
  const Ran ran = setup.ask({"settings", "get", "prospects.same_email"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out, "prospects.same_email  prevent  (set by admin, 2026-11-20 08:15:30)\n");
}

TEST(Settings, AreSetAndTakenBack) {
  WithDaemon setup;
  setup.daemon.answer("PATCH " + std::string(kPath), 200, resource("prospects.same_email", kSet));
  setup.daemon.answer("DELETE " + std::string(kPath), 200, resource("prospects.same_email", kFile));
  EXPECT_EQ(setup.ask({"settings", "set", "prospects.same_email", "prevent"}).code, ExitCode::kOk);
  EXPECT_EQ(setup.ask({"settings", "reset", "prospects.same_email"}).out,
            "prospects.same_email  prevent  (p.yaml:3:5)\n");
  EXPECT_THAT(setup.daemon.asked(), ElementsAre("PATCH " + std::string(kPath) + R"( {"value":"prevent"})",
                                                "DELETE " + std::string(kPath)));
}

TEST(Settings, AreListed) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/settings", 200, list({item("prospects.same_email", kSet)}));
  const Ran ran = setup.ask({"settings", "list"});
  EXPECT_THAT(ran.out, HasSubstr("prospects.same_email"));
  EXPECT_THAT(ran.out, HasSubstr("one of prevent, select_crm_id"));
  EXPECT_EQ((*parse_json(setup.ask({"settings", "list", "--json"}).out))["data"][0]["key"],
            "prospects.same_email");
}

TEST(Settings, StandBeforeTheFileInWhatIsShown) {
  WithDaemon setup;
  setup.daemon.answer(
      "GET /v1/settings", 200,
      list({item("prospects.same_email", R"({"set":{"value":"select_crm_id","actor":"admin"}})")}));
  const auto data = member(*parse_json(setup.ask({"config", "show", "--effective", "--json"}).out), "data");
  bool found = false;
  for (const auto& value : data["values"]) {
    if (value["key"] != "prospects.same_email") continue;
    found = true;
    EXPECT_EQ(value["value"], "select_crm_id");
    EXPECT_EQ(value["origin"], "setting");
  }
  EXPECT_TRUE(found);
}

TEST(ConfigReload, SaysWhatIsInForceAndWhatWaits) {
  WithDaemon setup;
  setup.daemon.answer(
      "POST /v1/config/reload", 200,
      resource(
          "prospectd",
          R"({"changed":[{"key":"log.level","before":"info","after":"debug"},{"key":"m/lead.yaml","before":"",)"
          R"("after":""}],"needsRestart":[{"key":"api.listen","before":"a","after":""}],)"
          R"("overridden":[{"key":"log.level","name":"$PROSPECTD__LOG__LEVEL"}],"warnings":["careful"]})"));
  const Ran ran = setup.ask({"config", "reload"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out,
            "Read again, secrets too: 2 changes in force, 1 change after a restart.\n"
            "  log.level  info → debug\n"
            "  m/lead.yaml\n"
            "After a restart:\n"
            "  api.listen  a → (nothing)\n"
            "No effect: log.level of the file; $PROSPECTD__LOG__LEVEL stands before it\n"
            "careful\n");
}

TEST(ConfigReload, EveryFaultOfABrokenOneIsTold) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/config/reload", 422,
                      R"({"errors":[{"status":"422","code":"config_invalid","detail":"p.yaml:1:1  first"},)"
                      R"({"status":"422","code":"config_invalid","detail":"p.yaml:2:1  second"}]})");
  const Ran ran = setup.ask({"config", "reload"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("p.yaml:1:1  first · p.yaml:2:1  second"));
}

}  // namespace
}  // namespace prospectd::cli
