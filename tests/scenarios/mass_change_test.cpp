// The mass-change brake (SEMANTICS §11): what happens to a large share of the records at once waits for a
// person's word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/engine/cycle.h"
#include "tests/scenarios/both_ways.h"
#include "tests/support/conditions.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::HasSubstr;
namespace field = mapping::field;

constexpr int kPeople = 30;

class S11MassChange : public BothWays {
 protected:
  /// `kPeople` leads are prospects; a poll may change four of them, or a fifth of all.
  void import(int at_least = 4, int percent = 20) {
    WorldOptions options;
    options.writes = true;
    options.database = (scratch_.path() / "state.db").string();
    options.on_connection = [at_least, percent](engine::ConnectionOptions& connection) {
      connection.poll.brake = {percent, at_least};
    };
    world_ = std::make_unique<World>(std::move(options));
    watch();
    owner_ = world_->user("ana@acme.test");
    for (int i = 0; i < kPeople; ++i) {
      const std::string email = "p" + std::to_string(i) + "@x.test";
      leads_.push_back(world_->lead(email, {{"OwnerId", Value(owner_)}, {"Title", Value("CTO")}}));
    }
    EXPECT_EQ(world_->sync().people.created, kPeople);
  }
  void remove(int count) {
    for (int i = 0; i < count; ++i)
      world_->remove(leads_[static_cast<size_t>(i)]);
  }
  /// The last ones.
  void edit(int count, const std::string& name, const Value& value) {
    for (int i = kPeople - count; i < kPeople; ++i)
      world_->edit("Lead", leads_[static_cast<size_t>(i)], {{name, value}});
  }
  int deleted() {
    return count([](const store::ProspectRow& row) { return row.links.front().deleted; });
  }
  template <class Predicate>
  int count(Predicate counts) {
    int n = 0;
    for (const store::ProspectRow& row : world_->prospects())
      n += counts(row) ? 1 : 0;
    return n;
  }
  void expect_stopped(const std::string& what) {
    const auto outcome = world_->try_sync();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::kMassChange);
    EXPECT_THAT(outcome.error().text(), HasSubstr(what));
  }
  /// A person says that it is right.
  void accept() { ASSERT_TRUE(world_->supervisor().accept_mass_change("", "mia")); }

  Scratch scratch_;
  std::string owner_;
  std::vector<std::string> leads_;
};

TEST_F(S11MassChange, APollStopsBeforeTheDeletionThatWouldPassTheShare_AndNamesWhatCameBefore) {
  import();
  remove(9);
  expect_stopped("more than 6 of 30 linked records were marked as deleted in the CRM by one poll");
  EXPECT_EQ(deleted(), 6) << "what came before the brake stays";
  const engine::ConnectionStatus status = world_->supervisor().status().front();
  EXPECT_EQ(status.state, engine::ConnectionState::kNeedsAttention);
  EXPECT_FALSE(status.next_poll_at) << "no poll comes until a person lets it";
}

TEST_F(S11MassChange, ADryRunTellsAllAndThatASyncWouldBeStopped) {
  import();
  remove(9);
  edit(3, "Title", Value("CEO"));
  const engine::DryRunReport report = *world_->dry_run();
  EXPECT_EQ(report.summary.people.deleted, 9);
  ASSERT_TRUE(report.brake);
  EXPECT_EQ(report.brake->kind, reconcile::MassChange::kDeletion);
  EXPECT_EQ(report.brake->done, 6);
  EXPECT_EQ(report.brake->records, kPeople);
  ASSERT_FALSE(report.rows.empty());
  for (const engine::DryRunRow& row : report.rows) {
    EXPECT_EQ(row.object, "Lead");
    EXPECT_FALSE(row.remote.empty());
    EXPECT_FALSE(row.prospect.empty());
  }
  expect_stopped("deleted");
}

TEST_F(S11MassChange, ADryRunOfWhatTheShareAllowsSaysNothingOfTheBrake) {
  import();
  remove(6);
  edit(6, "Title", Value::null());
  EXPECT_FALSE(world_->dry_run()->brake);
}

TEST_F(S11MassChange, WhatTheShareAllowsPasses) {
  import();
  remove(6);
  EXPECT_EQ(world_->sync().people.deleted, 6);
}

TEST_F(S11MassChange, AFewRecordsMayChangeInAnyCase) {
  import(9);
  remove(9);
  EXPECT_EQ(world_->sync().people.deleted, 9);
}

TEST_F(S11MassChange, AHundredPercentNeverStops) {
  import(4, 100);
  remove(kPeople);
  EXPECT_EQ(world_->sync().people.deleted, kPeople);
}

TEST_F(S11MassChange, ItWaitsForAPersonAndAsksTheCrmNothing_AlsoAfterARestart) {
  import();
  remove(9);
  expect_stopped("deleted");
  const int64_t calls = world_->supervisor().status().front().calls;
  expect_stopped("deleted");
  EXPECT_EQ(world_->supervisor().status().front().calls, calls);
  world_->restart();
  watch();
  expect_stopped("deleted");
  EXPECT_EQ(deleted(), 6);
  EXPECT_EQ(world_->supervisor().status().front().calls, 0);
}

TEST_F(S11MassChange, AcceptedItGoesThroughWhole_AndTheNextPollIsGuardedAgain) {
  import();
  remove(9);
  expect_stopped("deleted");
  accept();
  EXPECT_EQ(world_->sync().people.deleted, 3);
  EXPECT_EQ(deleted(), 9);
  world_->sync();
  edit(10, "Title", Value::null());
  expect_stopped("to lose a value");
}

TEST_F(S11MassChange, BlankedValuesAreCountedByRecord) {
  import();
  edit(7, "Title", Value::null());
  expect_stopped("more than 6 of 30 linked records were to lose a value by one poll");
  EXPECT_EQ(
      count([](const store::ProspectRow& row) { return row.prospect.fields[field::kTitle].is_blank(); }), 6);
}

TEST_F(S11MassChange, ChangesOfOwnerAreCounted) {
  import();
  edit(7, "OwnerId", Value(world_->user("bo@acme.test")));
  expect_stopped("more than 6 of 30 linked records were to change their owner by one poll");
  EXPECT_EQ(count([](const store::ProspectRow& row) { return row.owner_name == "bo@acme.test"; }), 6);
}

TEST_F(S11MassChange, OtherChangesAreNot) {
  import();
  edit(kPeople, "Title", Value("CEO"));
  EXPECT_EQ(world_->sync().people.updated, kPeople);
}

TEST_F(S11MassChange, ADryRunTellsOfAllThatWouldCome) {
  import();
  remove(9);
  expect_stopped("deleted");
  const auto report = world_->dry_run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary.people.deleted, 3);
}

TEST_F(S11MassChange, WhatIsMadeHereGoesOnBeingWritten) {
  import();
  remove(9);
  expect_stopped("deleted");
  const std::string& last = leads_.back();
  world_->edit_here(prospect_of(last), "title", Value("VP Sales"));
  world_->push();
  EXPECT_TRUE(holds("Lead", last, "Title = 'VP Sales'"));
}

TEST_F(S11MassChange, NeitherAPullNorAPushByHandPassesItBy) {
  import();
  remove(9);
  expect_stopped("deleted");
  for (const auto direction : {engine::Direction::kPull, engine::Direction::kPush}) {
    for (const bool force : {false, true}) {
      engine::OnDemandOrder order;
      order.direction = direction;
      order.force = force;
      for (const store::ProspectRow& row : world_->prospects())
        order.prospects.push_back(row.prospect.id);
      const auto answer = world_->on_demand(order);
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code, ErrorCode::kMassChange);
      EXPECT_EQ(deleted(), 6);
    }
  }
}

}  // namespace
}  // namespace prospectd::test
