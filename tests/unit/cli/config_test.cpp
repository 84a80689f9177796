// `prospectd config …`: values and their origins, schemas, the reference page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config/json_schema.h"
#include "config/reference.h"
#include "daemon/cli/json.h"
#include "daemon/cli/text_cells.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A variable of the environment for as long as a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(ConfigShow, SaysWhatWasSetAndFromWhere) {
  const Configured setup;
  const Variable level("PROSPECTD__LOG__LEVEL", "debug");
  const Ran ran = setup.ask({"config", "show"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("plugins.crm.client_id "));
  EXPECT_THAT(ran.out, HasSubstr("app "));
  EXPECT_THAT(ran.out, HasSubstr(" prospectd.yaml:7:5\n"));
  EXPECT_THAT(ran.out, HasSubstr("env PROSPECTD__LOG__LEVEL"));
  EXPECT_THAT(ran.out, HasSubstr("${file:secret}"));
  EXPECT_THAT(ran.out, Not(HasSubstr("a-token")));
  EXPECT_THAT(ran.out, Not(HasSubstr("default")));
}

TEST(ConfigShow, EffectiveHasTheDefaultsTooAndFitsTheTerminal) {
  const Configured setup;
  const Ran ran = setup.ask({"config", "show", "--effective"}, 80);
  EXPECT_THAT(ran.out, HasSubstr("plugins.crm.poll.interval "));
  EXPECT_THAT(ran.out, HasSubstr("default"));
  EXPECT_THAT(ran.out, HasSubstr(" prospectd.yaml:7:5\n"));
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(cells_of(line), 80u) << line;
}

TEST(ConfigShow, TheDocumentNamesOriginsAndWhatIsOverridden) {
  const Configured setup;
  setup.write("prospectd.yaml", "log: { level: info }\n" + setup.text("prospectd.yaml"));
  const Variable level("PROSPECTD__LOG__LEVEL", "debug");
  const auto data = member(*parse_json(setup.ask({"config", "show", "--effective", "--json"}).out), "data");
  bool found = false;
  for (const auto& value : data["values"]) {
    if (value["key"] == "log.level") {
      found = true;
      EXPECT_EQ(value["value"], "debug");
      EXPECT_EQ(value["origin"], "environment");
      EXPECT_EQ(value["variable"], "PROSPECTD__LOG__LEVEL");
      EXPECT_TRUE(value["place"].is_null());
    }
    if (value["key"] == "plugins.crm.client_id") {
      EXPECT_EQ(value["place"]["line"], 8);
    }
  }
  EXPECT_TRUE(found);
  ASSERT_EQ(data["overridden"].size(), 1u);
  EXPECT_EQ(data["overridden"][0]["key"], "log.level");
  EXPECT_EQ(data["overridden"][0]["place"]["line"], 1);
}

TEST(ConfigShow, ABrokenConfigurationIsToldLikeEverywhere) {
  const Configured setup;
  const Variable level("PROSPECTD__LOG__LEVLE", "debug");
  const Ran ran = setup.ask({"config", "show"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("$PROSPECTD__LOG__LEVLE  there is no such key"));
  EXPECT_THAT(ran.err, HasSubstr("1 problem. Nothing was changed."));
}

TEST(ConfigSchema, PrintsTheOneThatIsAskedFor) {
  EXPECT_EQ(run({"config", "schema"}).out, config::json_schema("prospectd"));
  EXPECT_EQ(run({"config", "schema", "mapping"}).out, config::json_schema("mapping"));
  EXPECT_EQ(run({"config", "schema", "part"}).out, config::json_schema("part"));
  EXPECT_EQ(run({"config", "schema", "mappings"}).code, ExitCode::kUsage);
}

TEST(ConfigReference, PrintsThePage) {
  EXPECT_EQ(run({"config", "reference"}).out, config::reference_page());
}

TEST(Config, AloneItShowsItsHelp) {
  EXPECT_EQ(run({"config"}).out, run({"help", "config"}).out);
  EXPECT_THAT(run({"config", "shwo"}).err, HasSubstr("(did you mean show?)"));
}

}  // namespace
}  // namespace prospectd::cli
