// Run-time settings: which keys, what they take, and where they stand between the files and the environment.
#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;

constexpr const char* kSameEmail = "prospects.same_email";

std::string complaint(const std::string& key, const std::string& value) {
  const auto found = check_setting({key, value});
  if (!found) return "";
  return found->message + (found->hint.empty() ? "" : " (" + found->hint + ")");
}

TEST(Settings, AreTheKeysThatTheTablesFlag) {
  std::vector<std::string> keys;
  for (const SettableKey& key : settable_keys())
    keys.push_back(key.key);
  EXPECT_THAT(keys, ElementsAre(kSameEmail));
  EXPECT_EQ(settable_keys()[0].takes, "one of prevent, select_crm_id");
}

TEST(Settings, AreCheckedLikeTheFilesValues) {
  EXPECT_EQ(complaint(kSameEmail, "select_crm_id"), "");
  EXPECT_EQ(complaint(kSameEmail, "prevnt"), "must be one of prevent, select_crm_id (did you mean prevent?)");
  EXPECT_EQ(complaint("prospects.same_emial", "prevent"),
            "there is no such key (did you mean prospects.same_email?)");
  EXPECT_EQ(complaint("log.level", "debug"),
            "can't be set at run time (change it in the configuration's file)");
  EXPECT_EQ(complaint("plugins.crm.page_size", "200"), "there is no such key");
}

TEST(Settings, ArePutIntoAConfiguration) {
  Config config;
  apply_setting(config, {kSameEmail, "select_crm_id"});
  EXPECT_EQ(config.prospects.same_email, SameEmail::kSelectCrmId);
  apply_setting(config, {kSameEmail, "nonsense"});
  EXPECT_EQ(config.prospects.same_email, SameEmail::kSelectCrmId);
}

class WithSettings : public testing::Test {
 protected:
  WithSettings() {
    folder_.write("prospectd.yaml", good_text() + "prospects: { same_email: prevent }\n");
    folder_.write("mappings/lead.yaml", kGoodMapping);
    above_.settings = {{kSameEmail, "select_crm_id"}};
  }
  Loaded load() const { return config::load(folder_.path("prospectd.yaml"), above_); }

  Folder folder_;
  Above above_{{}, {}};
};

TEST_F(WithSettings, ASettingStandsBeforeTheFile) {
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->prospects.same_email, SameEmail::kSelectCrmId);
  ASSERT_EQ(loaded.overridden.size(), 1u);
  EXPECT_EQ(loaded.overridden[0].by, Layer::kSetting);
  EXPECT_EQ(folder_.inside(format_place(loaded.overridden[0].place)), "prospectd.yaml:11:14");
}

TEST_F(WithSettings, TheEnvironmentStandsBeforeASetting) {
  above_.environment = {{"PROSPECTD__PROSPECTS__SAME_EMAIL", "prevent"}};
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->prospects.same_email, SameEmail::kPrevent);
  ASSERT_EQ(loaded.overridden.size(), 1u);
  EXPECT_EQ(loaded.overridden[0].by, Layer::kEnvironment);
}

TEST_F(WithSettings, ASettingThatNoLongerFitsIsLeftOutWithAWarning) {
  above_.settings = {{kSameEmail, "sometimes"}, {"prospects.merge", "true"}};
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->prospects.same_email, SameEmail::kPrevent);
  std::vector<std::string> faults;
  for (const Fault& fault : loaded.faults)
    faults.push_back(format_fault(fault));
  EXPECT_THAT(faults,
              ElementsAre("setting prospects.same_email  warning: is left out: must be one of prevent, "
                          "select_crm_id (prospectd settings reset prospects.same_email)",
                          "setting prospects.merge  warning: is left out: there is no such key "
                          "(prospectd settings reset prospects.merge)"));
}

}  // namespace
}  // namespace prospectd::config
