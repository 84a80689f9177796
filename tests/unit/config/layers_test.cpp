// Layers: conf.d and the environment over the file; where every value comes from, and faults that point into
// the right file.
#include "config/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A good configuration, to which files of conf.d and variables are added.
class Layered {
 public:
  Layered() {
    folder.write("prospectd.yaml", good_text());
    folder.write("mappings/lead.yaml", kGoodMapping);
  }

  void variable(const std::string& name, const std::string& value) {
    above.environment.emplace_back(name, value);
  }
  Loaded load() const { return config::load(folder.path("prospectd.yaml"), above); }
  std::vector<std::string> faults() const {
    std::vector<std::string> texts;
    for (const Fault& fault : load().faults)
      texts.push_back(folder.inside(format_fault(fault)));
    return texts;
  }
  Listed value(const std::string& key) const {
    for (Listed& listed : load().values) {
      if (listed.key != key) continue;
      listed.place.file = folder.inside(listed.place.file);
      return listed;
    }
    ADD_FAILURE() << "no such key: " << key;
    return {};
  }

  Folder folder;
  Above above{{}, {}};
};

TEST(Parts, AreReadInTheOrderOfTheirNamesAndMayFillTheSameSections) {
  Layered at;
  at.folder.write("conf.d/20-poll.yaml", "version: 1\nplugins:\n  crm:\n    poll: { interval: 1m }\n");
  at.folder.write("conf.d/10-log.yaml", "log:\n  level: debug\nplugins: { crm: { page_size: 200 } }\n");
  at.folder.write("conf.d/30-empty.yaml", "# nothing yet\n");
  at.folder.write("conf.d/.hidden.yaml", "colour: red\n");
  at.folder.write("conf.d/notes.txt", "colour: red\n");
  const Loaded loaded = at.load();
  ASSERT_TRUE(loaded.config) << testing::PrintToString(at.faults());
  EXPECT_EQ(loaded.config->log.level, log::Level::kDebug);
  EXPECT_EQ(loaded.config->plugins.at(0).poll.interval, std::chrono::minutes(1));
  EXPECT_EQ(loaded.config->plugins.at(0).page_size, 200);
  EXPECT_EQ(at.value("log.level").place, (Place{"conf.d/10-log.yaml", 2, 3}));
  EXPECT_EQ(at.value("plugins.crm.poll.interval").place, (Place{"conf.d/20-poll.yaml", 4, 13}));
  EXPECT_EQ(at.value("plugins.crm.client_id").place, (Place{"prospectd.yaml", 6, 5}));
}

TEST(Parts, AKeyThatTwoFilesSetIsAFaultThatNamesBoth) {
  Layered at;
  at.folder.write("conf.d/a.yaml", "log: { level: debug }\nplugins: { crm: { client_id: other } }\n");
  at.folder.write("conf.d/b.yaml", "log: { level: info }\nversion: 2\n");
  EXPECT_THAT(
      at.faults(),
      ElementsAre("conf.d/a.yaml:2:19  plugins.crm.client_id: stands at prospectd.yaml:6:5 already (keep "
                  "one of them)",
                  "conf.d/b.yaml:1:8  log.level: stands at conf.d/a.yaml:1:8 already (keep one of them)",
                  "conf.d/b.yaml:2:1  version: stands at prospectd.yaml:1:1 already (keep one of them)"));
}

TEST(Parts, FaultsPointIntoTheFileThatHasThem) {
  Layered at;
  at.folder.write("conf.d/a.yaml", "log:\n  levle: debug\n");
  at.folder.write("conf.d/b.yaml", "log: {\n");
  at.folder.write("conf.d/c.yaml", "- a\n");
  at.folder.write("conf.d/d.yaml", "users:\n\tcreate: true\n");
  at.folder.write("conf.d/e.yml", "log: {}\n");
  at.folder.write("conf.d/f.yaml", "owners: { fallback: default_user }\n");
  EXPECT_THAT(
      at.faults(),
      ElementsAre("conf.d/b.yaml:2:1  a '{' without its '}'", "conf.d/c.yaml:1:1  must be a section of keys",
                  "conf.d/d.yaml:2:1  a tab in the indentation (indent with spaces)",
                  "conf.d/e.yml  warning: is not read (only *.yaml is: rename it)",
                  "conf.d/a.yaml:2:3  log.levle: unknown key (did you mean level?)",
                  "conf.d/f.yaml:1:1  owners.default_user: missing, and fallback: default_user needs it "
                  "(the email of a user)"));
}

TEST(Parts, PathsInThemAreRelativeToTheMainFile) {
  Layered at;
  at.folder.write("mappings/account.yaml",
                  "version: 1\nobject: Account\nfields: [{ remote: Name, local: name, direction: in }]\n");
  at.folder.write("conf.d/a.yaml", "plugins: { crm: { accounts: { mapping: mappings/account.yaml } } }\n");
  EXPECT_THAT(at.faults(), IsEmpty());
  at.folder.write("conf.d/a.yaml", "plugins: { crm: { accounts: { mapping: mappings/acount.yaml } } }\n");
  EXPECT_THAT(
      at.faults(),
      ElementsAre("conf.d/a.yaml:1:31  plugins.crm.accounts.mapping: file not found: mappings/acount.yaml "
                  "(did you mean mappings/account.yaml?)"));
}

TEST(Parts, MoreThanAHundredAreRefused) {
  Layered at;
  for (size_t i = 0; i <= kPartsMax; ++i)
    at.folder.write("conf.d/" + std::to_string(i) + ".yaml", "# nothing\n");
  EXPECT_THAT(at.faults(), ElementsAre("conf.d  more than 100 files"));
}

TEST(Variables, StandBeforeTheFilesAndAreNamed) {
  Layered at;
  at.folder.write("conf.d/a.yaml", "log: { level: debug }\n");
  at.variable("PROSPECTD__LOG__LEVEL", "warn");
  at.variable("PROSPECTD__USERS__CREATE", "false");
  at.variable("PROSPECTD__PLUGINS__CRM__POLL__INTERVAL", "2s");
  at.variable("PROSPECTD__PLUGINS__CRM__PAGE_SIZE", "400");
  at.variable("prospectd__plugins__crm__client_id", "4711");
  const Loaded loaded = at.load();
  ASSERT_TRUE(loaded.config) << testing::PrintToString(at.faults());
  EXPECT_EQ(loaded.config->log.level, log::Level::kWarn);
  EXPECT_FALSE(loaded.config->users.create);
  EXPECT_EQ(loaded.config->plugins.at(0).poll.interval, std::chrono::seconds(2));
  EXPECT_EQ(loaded.config->plugins.at(0).page_size, 400);
  EXPECT_EQ(loaded.config->plugins.at(0).client_id, "4711");
  EXPECT_EQ(at.value("log.level").origin, Layer::kEnvironment);
  EXPECT_EQ(at.value("log.level").place.file, "$PROSPECTD__LOG__LEVEL");
  EXPECT_EQ(at.value("log.format").origin, Layer::kDefault);
  EXPECT_EQ(at.value("log.format").value, "auto");
  ASSERT_EQ(loaded.overridden.size(), 2u);
  EXPECT_EQ(loaded.overridden[0].key, "log.level");
  EXPECT_EQ(at.folder.inside(format_place(loaded.overridden[0].place)), "conf.d/a.yaml:1:8");
  EXPECT_EQ(loaded.overridden[0].by_name, "$PROSPECTD__LOG__LEVEL");
  EXPECT_EQ(loaded.overridden[1].key, "plugins.crm.client_id");
}

TEST(Variables, ADashOfANameIsWrittenAsAnUnderscore) {
  Layered at;
  at.folder.write("prospectd.yaml", good_with(4, "  my-crm:"));
  at.variable("PROSPECTD__PLUGINS__MY_CRM__POLL__OVERLAP", "1m");
  ASSERT_TRUE(at.load().config) << testing::PrintToString(at.faults());
  EXPECT_EQ(at.load().config->plugins.at(0).poll.overlap, std::chrono::minutes(1));
  EXPECT_EQ(variable_of("plugins.my-crm.poll.overlap"), "PROSPECTD__PLUGINS__MY_CRM__POLL__OVERLAP");
  EXPECT_EQ(variable_of("plugins.crm.types[0].object"), "");
}

struct BadVariable {
  const char* name;
  const char* value;
  const char* fault;  ///< without "$" and the name
};

class VariableFault : public testing::TestWithParam<BadVariable> {};

TEST_P(VariableFault, IsReportedUnderItsName) {
  Layered at;
  at.variable(GetParam().name, GetParam().value);
  EXPECT_THAT(at.faults(), ElementsAre("$" + std::string(GetParam().name) + "  " + GetParam().fault));
  EXPECT_FALSE(at.load().config);
}

const BadVariable kBadVariables[] = {
    {"PROSPECTD__LOG__LEVLE", "debug", "there is no such key (did you mean PROSPECTD__LOG__LEVEL?)"},
    {"PROSPECTD__LOGG__LEVEL", "debug", "there is no such key (did you mean PROSPECTD__LOG__LEVEL?)"},
    {"PROSPECTD__", "x", "there is no such key"},
    {"PROSPECTD__LOG", "debug", "a section, not a key"},
    {"PROSPECTD__PLUGINS__CRM", "x", "a section, not a key"},
    {"PROSPECTD__PLUGINS__CRN__CLIENT_ID", "x",
     "plugins has no entry of that name (did you mean PROSPECTD__PLUGINS__CRM__CLIENT_ID?)"},
    {"PROSPECTD__PLUGINS__CRM__CLIENT_SECRET", "hunter2-hunter2",
     "a secret does not come from the environment (write ${file:…} or ${credential:…} into the file)"},
    {"PROSPECTD__PLUGINS__CRM__TYPES", "Lead",
     "this stands for more than one value (write it into the file)"},
    {"PROSPECTD__LOG__LEVEL__X", "x", "this stands for more than one value (write it into the file)"},
    {"PROSPECTD__LOG__LEVEL", "loud", "log.level: must be one of debug, info, warn, error"},
    {"PROSPECTD__LOG__LEVEL", "a\nb", "log.level: not a text of one line of UTF-8 (at most 4,096 bytes)"},
    {"PROSPECTD__USERS__CREATE", "yes", "users.create: must be true or false"},
};
INSTANTIATE_TEST_SUITE_P(Variables, VariableFault, testing::ValuesIn(kBadVariables));

TEST(Variables, TwoNamesThatAreWrittenAlikeAreRefused) {
  Layered at;
  std::string text = good_text();
  at.folder.write("prospectd.yaml",
                  text +
                      "  c-d: &c { login_url: https://a.example, client_id: a, client_secret: "
                      "\"${file:s}\", types: [{ object: Lead, mapping: mappings/lead.yaml }] "
                      "}\n  c_d: *c\n");
  ASSERT_TRUE(at.load().config) << testing::PrintToString(at.faults());
  at.variable("PROSPECTD__PLUGINS__C_D__CLIENT_ID", "x");
  EXPECT_THAT(at.faults(),
              ElementsAre("$PROSPECTD__PLUGINS__C_D__CLIENT_ID  both c-d and c_d are written like "
                          "that (write it into the file)"));
}

TEST(Listing, HasEveryKeyAndASecretOnlyAsItsReference) {
  Layered at;
  EXPECT_EQ(at.value("plugins.crm.client_secret").value, "${file:secret}");
  EXPECT_EQ(at.value("plugins.crm.types[0].mapping").value, "mappings/lead.yaml");
  EXPECT_EQ(at.value("plugins.crm.types[0].outbound.create").value, "false");
  EXPECT_EQ(at.value("api.token_file").value, "api.token in state.directory");
  EXPECT_EQ(at.value("state.directory").origin, Layer::kFile);
  EXPECT_TRUE(at.value("state.directory").restart);
  for (const Listed& listed : at.load().values)
    EXPECT_EQ(listed.origin == Layer::kDefault, listed.place == Place{}) << listed.key;
}

}  // namespace
}  // namespace prospectd::config
