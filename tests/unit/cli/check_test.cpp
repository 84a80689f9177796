// `prospectd check`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Check, AFineConfigurationIsSummedUp) {
  const Configured setup;
  const Ran ran = setup.ask({"check"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_EQ(ran.out,
            setup.config() +
                " is fine.\n"
                "  crm  https://acme.example, read every 10 min\n"
                "    1. Lead      2 fields in, 1 out; creates and updates prospects, no CRM records\n"
                "  state        " +
                setup.folder.file("state") +
                "\n"
                "  control API  127.0.0.1:0\n");
  EXPECT_EQ(setup.ask({"check", "--quiet"}).out, "");
}

TEST(Check, AConditionIsShownAndItsFaultHasItsPlace) {
  const Configured setup;
  std::ifstream file(setup.config());
  const std::string config(std::istreambuf_iterator<char>(file), {});
  const auto with = [&](const std::string& condition) {
    // The type is the last thing in the file.
    setup.write("prospectd.yaml", config + "        inbound: { create_when: '" + condition + "' }\n");
    return setup.ask({"check"});
  };
  EXPECT_THAT(with("title:c*").out, HasSubstr("       creates where title:c*\n"));
  const Ran ran = with("titl:c*");
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out, HasSubstr("inbound.create_when: there is no field \"titl\" of a mapped Lead"));
}

TEST(Check, EveryFaultIsListedAndNothingChanged) {
  const Configured setup;
  setup.write("lead.yaml",
              "version: 1\nobject: Lead\nfields:\n  - { remote: Email, local: emial }\n  - { remot: X, "
              "local: title }\n");
  const Ran ran = setup.ask({"check"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out, HasSubstr("lead.yaml:4:"));
  EXPECT_THAT(ran.out, HasSubstr("lead.yaml:5:"));
  EXPECT_THAT(ran.out, HasSubstr("did you mean"));
  EXPECT_THAT(ran.out, EndsWith("problems. Nothing was changed.\n"));
}

TEST(Check, ASecretThatOthersCanReadIsAFault) {
  const Configured setup;
  std::filesystem::permissions(setup.folder.path() / "secret",
                               std::filesystem::perms::owner_all | std::filesystem::perms::others_read);
  const Ran ran = setup.ask({"check"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.out, HasSubstr("prospectd.yaml:8:"));
  EXPECT_THAT(ran.out, HasSubstr("chmod"));
  EXPECT_THAT(ran.out, EndsWith("1 problem. Nothing was changed.\n"));
}

TEST(Check, TheDocumentOfAFineConfiguration) {
  const Configured setup;
  const Ran ran = setup.ask({"check", "--json"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  const auto expected = *parse_json(
      R"({"data":{"ok":true,"file":")" + setup.config() +
      R"(","problems":[],"connections":[{"name":"crm","loginUrl":"https://acme.example","pollIntervalMs":600000,)"
      R"("accounts":false,"types":[{"object":"Lead","inbound":{"create":true,"update":true,"createWhen":null},)"
      R"("outbound":{"create":false,"createWhen":null,"update":false},"fieldsIn":2,"fieldsOut":1}]}]}})");
  EXPECT_EQ(*parse_json(ran.out), expected);
}

TEST(Check, TheDocumentOfAFault) {
  const Configured setup;
  setup.write("lead.yaml", "version: 1\nobject: Lead\nfields:\n  - { remote: Email, local: emial }\n");
  const Ran ran = setup.ask({"check", "--json"});
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  const auto document = *parse_json(ran.out);
  const auto& data = document["data"];
  EXPECT_FALSE(data["ok"]);
  ASSERT_FALSE(data["problems"].empty());
  const auto& problem = data["problems"][0];
  EXPECT_EQ(problem["severity"], "error");
  EXPECT_THAT(problem["file"], EndsWith("lead.yaml"));
  EXPECT_EQ(problem["line"], 4);
  for (const char* name : {"column", "path", "message", "hint"})
    EXPECT_TRUE(problem.contains(name)) << name;
}

TEST(Check, TheEnvironmentNamesTheFileWhereTheCommandLineDoesNot) {
  const Configured setup;
  ::setenv("PROSPECTD_CONFIG", setup.config().c_str(), 1);
  EXPECT_EQ(run({"check"}).code, ExitCode::kOk);
  ::setenv("PROSPECTD_CONFIG", setup.folder.file("nothing.yaml").c_str(), 1);
  EXPECT_EQ(run({"check"}).code, ExitCode::kConfig);
  EXPECT_EQ(setup.ask({"check"}).code, ExitCode::kOk);
  ::unsetenv("PROSPECTD_CONFIG");
}

TEST(Check, WithoutAnyConfigurationItSaysWhatToDo) {
  const test::Scratch empty;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(empty.path());
  const Ran ran = run({"check"});
  std::filesystem::current_path(before);
  EXPECT_EQ(ran.code, ExitCode::kConfig);
  EXPECT_THAT(ran.err, HasSubstr("prospectd demo"));
}

}  // namespace
}  // namespace prospectd::cli
