// A mapping that changes: what it has not compared before takes a baseline of both sides, and flows from the
// next change on (SEMANTICS §11, new mapping).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::ElementsAre;
using testing::HasSubstr;
namespace field = mapping::field;

class NewMapping : public testing::Test {
 protected:
  NewMapping() : world_(options()) {}

  WorldOptions options() {
    WorldOptions options;
    options.database = scratch_.file("world.db");
    options.page_size = 1;
    options.on_connection = [this](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types)
        change_(type.mapping.fields);
    };
    return options;
  }

  static void drop(std::vector<mapping::FieldSpec>& lines, const std::string& local) {
    std::erase_if(lines, [&](const mapping::FieldSpec& line) { return line.local == local; });
  }
  void without(const std::string& local) {
    restart([local](std::vector<mapping::FieldSpec>& lines) { drop(lines, local); });
  }
  void with_all() {
    restart([](std::vector<mapping::FieldSpec>&) {});
  }
  void restart(std::function<void(std::vector<mapping::FieldSpec>&)> change) {
    change_ = std::move(change);
    world_.restart([](WorldOptions& o) { o.on_commit = {}; });
  }

  std::string title_of(const std::string& record) {
    return world_.prospect_of(record).prospect.fields[field::kTitle].to_text();
  }
  void pass_the_overlap() { world_.scheduler().run_for(std::chrono::hours{2}); }

  Scratch scratch_;
  std::function<void(std::vector<mapping::FieldSpec>&)> change_ = [](std::vector<mapping::FieldSpec>& lines) {
    drop(lines, "title");
  };
  World world_;
};

TEST_F(NewMapping, S11_AStandingDifferenceDoesNotFlow_TheNextChangeDoes) {
  const std::string ada = world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  pass_the_overlap();
  with_all();
  const auto summary = world_.sync();
  EXPECT_EQ(summary.people.updated, 0);
  EXPECT_EQ(title_of(ada), "");
  const reconcile::Link link = world_.prospect_of(ada).links[0];
  EXPECT_EQ(link.shadow.at(field::kTitle), (reconcile::Agreement{Value("CTO"), Value::null()}));

  // Another field's change leaves it standing.
  world_.edit("Lead", ada, {{"Phone", Value("123")}});
  world_.sync();
  EXPECT_EQ(title_of(ada), "");
  world_.edit("Lead", ada, {{"Title", Value("CEO")}});
  world_.sync();
  EXPECT_EQ(title_of(ada), "CEO");
}

TEST_F(NewMapping, S11_ItIsSaidOnce_AndTheCycleAfterIsQuiet) {
  world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.contact("bo@x.test");
  world_.sync();
  with_all();
  const std::string words =
      ": the mapping now compares Title → title; all records are read once more, and where the two sides "
      "differ they stay so until one of them changes";
  EXPECT_THAT(world_.sync().alerts, ElementsAre("Contact" + words, "Lead" + words));
  const int64_t written = world_.store().rows_written();
  EXPECT_THAT(world_.sync().alerts, ElementsAre());
  EXPECT_EQ(world_.store().rows_written(), written);
}

TEST_F(NewMapping, S11_EqualSidesAgree) {
  const std::string ada = world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  world_.edit_here(world_.prospect_of(ada).prospect.id, "title", Value("CTO"));
  with_all();
  world_.sync();
  EXPECT_TRUE(world_.prospect_of(ada).links[0].shadow.empty());
}

TEST_F(NewMapping, S11_ARecordThatIsNewIsTakenWhole) {
  world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  with_all();
  const std::string bo = world_.lead("bo@x.test", {{"Title", Value("CEO")}});
  world_.sync();
  EXPECT_EQ(title_of(bo), "CEO");
}

TEST_F(NewMapping, S11_ADifferentReadingOfTheCrmsValueIsANewLine) {
  with_all();
  const std::string ada = world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  restart([](std::vector<mapping::FieldSpec>& lines) {
    for (mapping::FieldSpec& line : lines) {
      if (line.local == "title") line.value_map = {{"CTO", "Head of technology"}};
    }
  });
  world_.sync();
  EXPECT_EQ(title_of(ada), "CTO");
  world_.edit("Lead", ada, {{"Title", Value("CFO")}});
  world_.sync();
  EXPECT_EQ(title_of(ada), "CFO");
}

TEST_F(NewMapping, S11_AnotherRuleIsNoNewLine) {
  with_all();
  const std::string ada = world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  pass_the_overlap();
  restart([](std::vector<mapping::FieldSpec>& lines) {
    for (mapping::FieldSpec& line : lines)
      line.direction = mapping::Direction::kIn;
  });
  world_.edit("Lead", ada, {{"Title", Value("CEO")}});
  EXPECT_THAT(world_.sync().alerts, ElementsAre());
  EXPECT_EQ(title_of(ada), "CEO");
}

TEST_F(NewMapping, S11_AnOptOutCountsWheneverItIsFirstCompared) {
  restart([](std::vector<mapping::FieldSpec>& lines) { drop(lines, "opted_out"); });
  const std::string ada = world_.lead("ada@x.test", {{"HasOptedOutOfEmail", Value(true)}});
  world_.sync();
  with_all();
  world_.sync();
  EXPECT_EQ(world_.prospect_of(ada).prospect.fields[field::kOptedOut], Value(true));
}

TEST_F(NewMapping, S11_ALineThatWentAndCameBackTakesItsBaselineWhereItWasMissed) {
  with_all();
  const std::string ada = world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  const std::string bo = world_.lead("bo@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  pass_the_overlap();
  world_.lead("later@x.test");
  world_.sync();  // the cursor is past both, and bo is not read again until it changes
  without("title");
  world_.edit("Lead", ada, {{"Title", Value("CEO")}});
  world_.sync();
  pass_the_overlap();
  with_all();
  world_.edit("Lead", bo, {{"Title", Value("CEO")}});
  world_.sync();
  EXPECT_EQ(title_of(ada), "CTO");  // compared without the line meanwhile
  EXPECT_EQ(title_of(bo), "CEO");
}

TEST_F(NewMapping, S11_ADryRunTellsTheSameAndWritesNothing) {
  world_.lead("ada@x.test", {{"Title", Value("CTO")}});
  world_.sync();
  with_all();
  const auto report = world_.dry_run();
  ASSERT_TRUE(report);
  EXPECT_THAT(report->summary.alerts, ElementsAre(HasSubstr("Title → title")));
  EXPECT_TRUE(report->rows.empty());
  EXPECT_EQ(world_.store().rows_written(), 0);
}

// A crash in the middle of the reading: who had taken the baseline keeps it, and a change after it flows.
TEST_F(NewMapping, S11_ABaselineIsTakenOnce_WhereverItWasInterrupted) {
  for (int stop = 1; stop <= 4; ++stop) {
    without("title");
    std::vector<std::string> leads;
    for (const char* name : {"a", "b", "c"})
      leads.push_back(world_.lead(name + std::to_string(stop) + "@x.test", {{"Title", Value("CTO")}}));
    world_.sync();
    pass_the_overlap();
    change_ = [](std::vector<mapping::FieldSpec>&) {};
    world_.restart([&stop](WorldOptions& o) {
      o.on_commit = [left = stop](store::CommitPoint) mutable { return --left > 0; };
    });
    EXPECT_FALSE(world_.try_sync());
    world_.restart([](WorldOptions& o) { o.on_commit = {}; });
    std::vector<std::string> compared;
    for (const std::string& lead : leads) {
      if (world_.prospect_of(lead).links[0].shadow.contains(field::kTitle)) compared.push_back(lead);
    }
    for (const std::string& lead : compared)
      world_.edit("Lead", lead, {{"Title", Value("CEO")}});
    world_.sync();
    for (const std::string& lead : leads)
      EXPECT_EQ(title_of(lead), std::ranges::count(compared, lead) > 0 ? "CEO" : "") << stop;
  }
}

}  // namespace
}  // namespace prospectd::test
