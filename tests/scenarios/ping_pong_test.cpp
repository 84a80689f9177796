// A field that two systems put back again and again is frozen until a person decides (SEMANTICS §11, F37).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcile/review.h"
#include "tests/scenarios/both_ways.h"
#include "tests/support/conditions.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class S11PingPong : public BothWays {
 protected:
  /// A prospect whose title both systems know as "CTO".
  void SetUp() override {
    begin();
    lead_ = world_->lead("ana@x.test", {{"Title", Value("CTO")}, {"Phone", Value("1")}});
    world_->sync();
    id_ = prospect_of(lead_);
  }
  engine::CycleSummary crm_says(const std::string& title) {
    world_->edit("Lead", lead_, {{"Title", Value(title)}});
    return world_->sync();
  }
  /// "CEO", "CTO", "CEO": three alternations, all carried over.
  void alternate_three_times() {
    crm_says("CEO");
    crm_says("CTO");
    crm_says("CEO");
    ASSERT_EQ(value_here(id_, "title"), Value("CEO"));
  }
  std::vector<reconcile::Conflict> conflicts() {
    auto rows = world_->reader()->conflicts({}, 10);
    EXPECT_TRUE(rows);
    return *rows;
  }
  void decide(reconcile::ReviewTake take) {
    const auto open = conflicts();
    ASSERT_EQ(open.size(), 1U);
    const std::vector<store::ProspectRow> people = world_->prospects();
    reconcile::ReviewScene scene{open.front()};
    scene.prospect = &people.front().prospect;
    scene.link = &people.front().links.front();
    const auto plan = plan_review(world_->schema(), scene, take, "mia");
    auto transaction = world_->store().begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->apply(plan, world_->scheduler().now()));
    ASSERT_TRUE((*transaction)->commit());
  }

  std::string lead_;
  ProspectId id_;
};

TEST_F(S11PingPong, AFieldThatAlternatesFourTimesInTenMinutesIsFrozen_WithAnAlert) {
  alternate_three_times();
  const engine::CycleSummary summary = crm_says("CTO");
  EXPECT_EQ(value_here(id_, "title"), Value("CEO")) << "the fourth is not carried over";
  EXPECT_THAT(summary.alerts, Contains(HasSubstr("Lead: 1 field goes back and forth")));
  EXPECT_THAT(reasons_of(id_), Contains("PING_PONG"));
  ASSERT_EQ(conflicts().size(), 1U);
  EXPECT_TRUE(conflicts().front().frozen);
  EXPECT_EQ(conflicts().front().remote, Value("CTO"));
  EXPECT_EQ(conflicts().front().local, Value("CEO"));
}

TEST_F(S11PingPong, ASystemThatUndoesWhatIsWrittenFromHereIsMetTheSameWay) {
  crm_says("CEO");
  for (int i = 0; i < 2; ++i) {
    world_->edit_here(id_, "title", Value("CTO"));
    world_->push();
    EXPECT_TRUE(holds("Lead", lead_, "Title = 'CTO'")) << i;
    crm_says("CEO");
  }
  EXPECT_EQ(conflicts().size(), 1U);
  EXPECT_EQ(value_here(id_, "title"), Value("CTO"));
}

TEST_F(S11PingPong, AFrozenFieldFlowsNeitherWay_AndTheOthersGoOn) {
  alternate_three_times();
  crm_says("CTO");
  world_->edit_here(id_, "title", Value("VP"));
  world_->edit_here(id_, "phone", Value("2"));
  world_->push();
  EXPECT_TRUE(holds("Lead", lead_, "Title = 'CTO' AND Phone = '2'"));
  crm_says("CFO");
  EXPECT_EQ(value_here(id_, "title"), Value("VP"));
  world_->edit("Lead", lead_, {{"Phone", Value("3")}});
  world_->sync();
  EXPECT_EQ(value_here(id_, "phone"), Value("3"));
}

TEST_F(S11PingPong, ItIsToldOnce_AndWhatTheCrmHoldsNowIsShown) {
  alternate_three_times();
  crm_says("CTO");
  EXPECT_THAT(crm_says("CFO").alerts, Not(Contains(HasSubstr("back and forth"))));
  EXPECT_EQ(conflicts().front().remote, Value("CFO")) << "a person sees what is there now";
}

TEST_F(S11PingPong, OnceAPersonHasDecidedTheFieldFlowsAgain) {
  alternate_three_times();
  crm_says("CTO");
  decide(reconcile::ReviewTake::kCrm);
  EXPECT_EQ(value_here(id_, "title"), Value("CTO"));
  crm_says("CEO");
  EXPECT_EQ(value_here(id_, "title"), Value("CEO"));
  EXPECT_TRUE(conflicts().empty());
}

TEST_F(S11PingPong, WhereBothSidesComeToHoldTheSameNobodyHasToDecide) {
  alternate_three_times();
  crm_says("CTO");
  crm_says("CEO");
  EXPECT_TRUE(conflicts().empty());
}

TEST_F(S11PingPong, WhatAlternatesOverMoreThanTenMinutesIsTaken) {
  for (const char* title : {"CEO", "CTO", "CEO", "CTO", "CEO"}) {
    world_->scheduler().run_for(std::chrono::minutes(4));
    crm_says(title);
    EXPECT_EQ(value_here(id_, "title"), Value(title));
  }
}

}  // namespace
}  // namespace prospectd::test
