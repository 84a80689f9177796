// `prospectd filters …` against something that answers like a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHot =
    R"({"expression":"tag:hot stage:new","owner":"ana@acme.test","changedAt":"2026-11-20T08:15:30.000Z"})";

TEST(Filters, ANewOneIsMadeWhereThereIsNoneToChange) {
  WithDaemon setup;
  setup.daemon.answer("POST /v1/filters", 201, resource("hot", kHot));
  const Ran ran = setup.ask({"filters", "save", "@hot", "tag:hot"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(ran.out, "Saved. Use it: prospectd prospects --filter @hot\n");
  EXPECT_THAT(setup.daemon.asked(), ElementsAre(R"(PATCH /v1/filters/hot {"expression":"tag:hot"})",
                                                R"(POST /v1/filters {"expression":"tag:hot","name":"hot"})"));
}

TEST(Filters, OneThatIsThereIsChanged) {
  WithDaemon setup;
  setup.daemon.answer("PATCH /v1/filters/hot", 200, resource("hot", kHot));
  EXPECT_EQ(setup.ask({"filters", "save", "hot", "tag:hot"}).code, ExitCode::kOk);
  EXPECT_EQ(setup.daemon.asked().size(), 1U);
}

TEST(Filters, AFaultIsShownWithItsPicture) {
  WithDaemon setup;
  setup.daemon.answer(
      "PATCH /v1/filters/hot", 400,
      R"({"errors":[{"status":"400","code":"invalid_input","detail":"column 1: no\n@x\n^^"}]})");
  const Ran ran = setup.ask({"filters", "save", "hot", "@x"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_EQ(ran.err, "prospectd: column 1: no\n@x\n^^\n");
}

TEST(Filters, AreListedAndShown) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/filters", 200, list({item("hot", kHot)}));
  setup.daemon.answer("GET /v1/filters/hot", 200, resource("hot", kHot));
  const Ran all = setup.ask({"filters", "list"});
  EXPECT_THAT(all.out, HasSubstr("@hot"));
  EXPECT_THAT(all.out, HasSubstr("2026-11-20 08:15:30"));
  EXPECT_EQ(setup.ask({"filters", "show", "@hot"}).out, "tag:hot stage:new\n");
  EXPECT_EQ((*parse_json(setup.ask({"filters", "show", "hot", "--json"}).out))["data"]["owner"],
            "ana@acme.test");
  setup.daemon.answer("DELETE /v1/filters/hot", 200, R"({"meta":{}})");
  EXPECT_EQ(setup.ask({"filters", "drop", "hot"}).out, "Dropped.\n");
  EXPECT_NE(setup.ask({"filters", "drop", "cold"}).code, ExitCode::kOk);
}

TEST(Filters, WithoutAnyTheListSaysHowToSaveOne) {
  WithDaemon setup;
  setup.daemon.answer("GET /v1/filters", 200, list({}));
  EXPECT_THAT(setup.ask({"filters", "list"}).out, HasSubstr("prospectd filters save NAME"));
}

}  // namespace
}  // namespace prospectd::cli
