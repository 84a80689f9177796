// What differs between two configurations, and what of it waits for a restart.
#include "config/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/tables.h"
#include "tests/unit/config/folder.h"

namespace prospectd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A configuration that runs, and the files that it is read again from.
class Rereading {
 public:
  Rereading() {
    write(good_text());
    folder.write("mappings/lead.yaml", kGoodMapping);
    running = load();
  }

  void write(const std::string& text) const { folder.write("prospectd.yaml", text); }
  Loaded load() const {
    Loaded loaded = config::load(folder.path("prospectd.yaml"), Above{{}, {}});
    if (!loaded.config) ADD_FAILURE() << format_fault(loaded.faults.front());
    return loaded;
  }
  // "key before>after [restart]", a change each.
  std::vector<std::string> changes() const {
    const Loaded next = load();
    std::vector<std::string> texts;
    for (const Change& change : changes_between(running.values, *running.config, next.values, *next.config))
      texts.push_back(text_of(change));
    return texts;
  }
  std::string text_of(const Change& change) const {
    return folder.inside(change.key) + " " + change.before + ">" + change.after +
           (change.restart ? " restart" : "");
  }

  Folder folder;
  Loaded running;
};

TEST(Changes, OfNothingAreNone) {
  EXPECT_THAT(Rereading().changes(), IsEmpty());
}

TEST(Changes, NameTheKeyBothValuesAndWhetherARestartIsNeeded) {
  const Rereading at;
  at.write(good_with(6, "    client_id: other\n    api_version: v61.0\n    poll: { interval: 1m }") +
           "log: { level: debug, format: json }\n");
  EXPECT_THAT(at.changes(),
              ElementsAre("log.format auto>json restart", "log.level info>debug",
                          "plugins.crm.api_version v60.0>v61.0 restart", "plugins.crm.client_id app>other",
                          "plugins.crm.poll.interval 10m>1m"));
}

TEST(Changes, OfAConnectionThatIsNewOrGoneAllWaitForARestart) {
  const Rereading at;
  at.write(good_with(4, "  other:"));
  const auto changes = at.changes();
  EXPECT_THAT(changes, testing::Contains("plugins.other.login_url >https://acme.example restart"));
  EXPECT_THAT(changes, testing::Contains("plugins.crm.poll.interval 10m> restart"));
  EXPECT_THAT(changes, testing::Each(testing::EndsWith(" restart")));
}

TEST(Changes, AMappingWhoseLinesOnlyMovedIsTheSame) {
  const Rereading at;
  at.folder.write("mappings/lead.yaml", "# a comment\n" + std::string(kGoodMapping));
  EXPECT_THAT(at.changes(), IsEmpty());
  at.folder.write("mappings/lead.yaml", std::string(kGoodMapping) + "  - { remote: Title, local: title }\n");
  EXPECT_THAT(at.changes(), ElementsAre("mappings/lead.yaml >"));
}

TEST(KeepUntilRestart, KeepsWhichOrganisationItIsAndTakesHowItIsRead) {
  const Rereading at;
  at.write(
      good_with(5, "    login_url: https://other.example\n    page_size: 200\n    poll: { interval: 1m }"));
  Config next = *at.load().config;
  EXPECT_THAT(keep_until_restart(next, *at.running.config, local_schema_of(*at.running.config)), IsEmpty());
  EXPECT_EQ(next.plugins.at(0).login_url, "https://acme.example");
  EXPECT_EQ(next.plugins.at(0).page_size, 200);
  EXPECT_EQ(next.plugins.at(0).poll.interval, std::chrono::minutes(1));
}

TEST(KeepUntilRestart, ANewConnectionWaitsAndOneThatIsGoneStays) {
  const Rereading at;
  at.write(good_with(4, "  other:"));
  Config next = *at.load().config;
  keep_until_restart(next, *at.running.config, local_schema_of(*at.running.config));
  ASSERT_EQ(next.plugins.size(), 1u);
  EXPECT_EQ(next.plugins.at(0).name, "crm");
}

TEST(KeepUntilRestart, ACustomFieldThatTheStoreDoesNotHaveWaitsAndItsMappingGoesOnWithoutIt) {
  const Rereading at;
  at.folder.write("mappings/lead.yaml", std::string(kGoodMapping) +
                                            "  - { remote: Rating, local: custom.rating, direction: in }\n"
                                            "  - { remote: Title, local: title }\n");
  Config next = *at.load().config;
  const auto held = keep_until_restart(next, *at.running.config, local_schema_of(*at.running.config));
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(at.text_of(held[0]), "custom.rating >text restart");
  EXPECT_EQ(at.folder.inside(format_place(held[0].place)), "mappings/lead.yaml:5:5");
  ASSERT_EQ(next.plugins.at(0).types.at(0).mapping.fields.size(), 2u);
  EXPECT_EQ(next.plugins.at(0).types.at(0).mapping.fields[1].remote, "Title");
}

// keep_until_restart names the keys that say which organisation a connection is. One more of that sort must
// be named there too, or be proven to take effect with a reload.
TEST(KeepUntilRestart, KnowsEveryKeyOfAConnectionThatNeedsARestart) {
  std::vector<std::string> keys;
  for (const Row& row : config_table().rows) {
    if (row.key != "plugins") continue;
    for (const Row& inside : row.table->rows) {
      if (inside.table == nullptr && inside.restart) keys.emplace_back(inside.key);
    }
  }
  EXPECT_THAT(keys, testing::UnorderedElementsAre("kind", "login_url", "api_version", "test_endpoint"));
}

}  // namespace
}  // namespace prospectd::config
