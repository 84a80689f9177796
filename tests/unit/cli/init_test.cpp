// `prospectd init`: what it asks, what it writes, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/loader.h"
#include "daemon/cli/json.h"
#include "tests/unit/cli/harness.h"

namespace prospectd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

mapping::FieldSchema described_field(std::string name,
                                     mapping::FieldType type = mapping::FieldType::kString) {
  mapping::FieldSchema made;
  made.name = std::move(name);
  made.type = type;
  made.createable = made.updateable = true;
  return made;
}

class Init : public testing::Test {
 protected:
  Init() {
    mapping::ObjectSchema lead;
    lead.name = "Lead";
    lead.fields = {described_field("Id", mapping::FieldType::kId),
                   described_field("Email", mapping::FieldType::kEmail), described_field("LastName"),
                   described_field("Size__c", mapping::FieldType::kInteger)};
    fake_crm().objects = {lead};
    fake_crm().error.reset();
    std::ofstream(folder_.file("secret")) << "consumer-secret\n";
    fs::permissions(folder_.file("secret"), fs::perms::owner_read);
  }
  ~Init() override { fake_crm() = {}; }

  std::string made(const std::string& name = "") const {
    return folder_.file("made") + (name.empty() ? "" : "/" + name);
  }
  std::vector<std::string> words() const {
    return {
        "init",        "--output", made(),          "--login-url",         "https://acme.my.salesforce.com",
        "--client-id", "app",      "--secret-file", folder_.file("secret")};
  }
  static std::string text_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  test::Scratch folder_;
};

TEST_F(Init, AsksNothingWhenItIsToldEverything) {
  const Ran ran = run(words());
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Lead      2 fields, 1 more as suggestions in comments\n"));
  EXPECT_THAT(ran.out, HasSubstr("  prospectd check --online -c " + made("prospectd.yaml") + "\n"));
  EXPECT_THAT(ran.out, HasSubstr("  prospectd run -c " + made("prospectd.yaml") + "\n"));
  const config::Loaded loaded = config::load(made("prospectd.yaml"), {{}, {}});
  ASSERT_TRUE(loaded.config) << config::format_fault(loaded.faults.front());
  const config::Plugin& plugin = loaded.config->plugins.at(0);
  EXPECT_EQ(plugin.login_url, "https://acme.my.salesforce.com");
  EXPECT_EQ(plugin.client_id, "app");
  EXPECT_EQ(plugin.client_secret.name, folder_.file("secret"));
  EXPECT_FALSE(plugin.accounts);
  ASSERT_EQ(plugin.types.size(), 1u);
  EXPECT_THAT(text_of(made("mappings/lead.yaml")),
              HasSubstr("  # - { remote: Size__c, local: custom.size, direction: in, type: integer }\n"));
  EXPECT_THAT(ran.err, HasSubstr("Left out: "));
}

TEST_F(Init, SuggestionsOfOneObjectHaveNamesOfTheirOwn) {
  fake_crm().objects[0].fields.push_back(described_field("Size"));
  fake_crm().objects[0].fields.push_back(described_field("SIZE__c"));
  ASSERT_EQ(run(words()).code, ExitCode::kOk);
  const std::string text = text_of(made("mappings/lead.yaml"));
  EXPECT_THAT(text, HasSubstr("remote: Size__c, local: custom.size,"));
  EXPECT_THAT(text, HasSubstr("remote: SIZE__c, local: custom.size_2,"));
  EXPECT_THAT(text, HasSubstr("remote: Size, local: custom.size_3,"));
}

TEST_F(Init, LinesGoOnlyWhereTheCrmLetsThemAndCoverEveryValueOfAPicklist) {
  mapping::FieldSchema title = described_field("Title");
  title.createable = title.updateable = false;
  mapping::FieldSchema status = described_field("Status", mapping::FieldType::kPicklist);
  status.picklist = {
      {"Open - Not Contacted", "Open", true}, {"On \"hold\"", "Hold", true}, {"Old", "Old", false}};
  fake_crm().objects[0].fields.push_back(title);
  fake_crm().objects[0].fields.push_back(status);
  ASSERT_EQ(run(words()).code, ExitCode::kOk);
  const std::string text = text_of(made("mappings/lead.yaml"));
  EXPECT_THAT(text, HasSubstr("  - { remote: Title, local: title, direction: in }\n"));
  EXPECT_THAT(text, HasSubstr("    values:\n"
                              "      \"Open - Not Contacted\": \"New\"\n"
                              "      \"On \\\"hold\\\"\": \"On \\\"hold\\\"\"\n"));
  EXPECT_THAT(text, Not(HasSubstr("Old")));
  EXPECT_TRUE(config::load(made("prospectd.yaml"), {{}, {}}).config);
}

TEST_F(Init, AsksForWhatItIsNotToldAndKeepsATypedSecretForItsOwnerAlone) {
  const Ran ran = run({"init", "--output", made()}, 0,
                      "http://elsewhere.example\nhttps://acme.my.salesforce.com\napp\ntyped-secret\n");
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("http would send the secret in the clear"));
  EXPECT_THAT(ran.err, HasSubstr("Consumer key"));
  EXPECT_EQ(text_of(made("secrets/salesforce")), "typed-secret\n");
  struct stat status {};
  ASSERT_EQ(::stat(made("secrets/salesforce").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THAT(text_of(made("prospectd.yaml")), HasSubstr("${file:secrets/salesforce}"));
  EXPECT_THAT(ran.out + ran.err + text_of(made("prospectd.yaml")), Not(HasSubstr("typed-secret")));
}

TEST_F(Init, WithoutATerminalItSaysWhatToGive) {
  const Ran ran = run({"init", "--output", made()});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--login-url, --client-id and --secret-file"));
  EXPECT_FALSE(fs::exists(made()));
}

TEST_F(Init, OverwritesNothing) {
  ASSERT_EQ(run(words()).code, ExitCode::kOk);
  const std::string before = text_of(made("prospectd.yaml"));
  const Ran again = run(words());
  EXPECT_EQ(again.code, ExitCode::kUsage);
  EXPECT_THAT(again.err, HasSubstr("prospectd.yaml is there already"));
  EXPECT_EQ(text_of(made("prospectd.yaml")), before);
}

TEST_F(Init, ARefusedLoginLeavesNoSecretBehind) {
  fake_crm().error = make_error(ErrorCode::kLoginRefused, "the CRM refuses the client's secret");
  const Ran ran = run({"init", "--output", made()}, 0, "https://acme.my.salesforce.com\napp\ntyped-secret\n");
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_FALSE(fs::exists(made("secrets/salesforce")));
  EXPECT_FALSE(fs::exists(made("prospectd.yaml")));
}

TEST_F(Init, WithoutPeopleThatHaveAnAddressThereIsNothingToWrite) {
  fake_crm().objects[0].fields.erase(fake_crm().objects[0].fields.begin() + 1);
  const Ran ran = run(words());
  EXPECT_EQ(ran.code, ExitCode::kAuth);
  EXPECT_THAT(ran.err, HasSubstr("neither contacts nor leads can be read with an Email"));
  EXPECT_FALSE(fs::exists(made("prospectd.yaml")));
}

TEST_F(Init, ABadAddressOnTheCommandLineIsUsage) {
  std::vector<std::string> bad = words();
  bad[4] = "https://login.salesforce.com";
  const Ran ran = run(bad);
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--login-url: the shared login host"));
}

TEST_F(Init, TheDocumentListsWhatWasWritten) {
  auto asked = words();
  asked.push_back("--json");
  const auto data = member(*parse_json(run(asked).out), "data");
  EXPECT_EQ(data["files"][0], made("prospectd.yaml"));
  EXPECT_EQ(data["objects"][0]["mapped"], 2);
  EXPECT_EQ(data["next"].size(), 2u);
}

}  // namespace
}  // namespace prospectd::cli
