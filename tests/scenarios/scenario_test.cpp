// Every scenario: as it is; a second time, when nothing may be written on either side (I5); and stopped at
// every commit point, when it must end the same (F04, F44).
#include <gtest/gtest.h>

#include "tests/scenarios/scenarios.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all = import_scenarios();
  for (Scenario& s : change_scenarios())
    all.push_back(std::move(s));
  for (Scenario& s : lineage_scenarios())
    all.push_back(std::move(s));
  return all;
}

WorldOptions options_of(const Scenario& scenario) {
  WorldOptions options;
  if (scenario.set_up) scenario.set_up(options);
  return options;
}

// Two cycles: the second brings what the first could only find out (a moved link's new values).
void settle(World& world) {
  world.sync();
  world.sync();
}

class EveryScenario : public testing::TestWithParam<Scenario> {};

TEST_P(EveryScenario, EndsAsExpected) {
  World world(options_of(GetParam()));
  Cast cast;
  for (const Act& act : GetParam().acts) {
    act(world, cast);
    settle(world);
  }
  GetParam().expect(world, cast);
}

TEST_P(EveryScenario, I5_ASecondRunWritesNothingOnEitherSide) {
  World world(options_of(GetParam()));
  Cast cast;
  for (const Act& act : GetParam().acts) {
    act(world, cast);
    settle(world);
  }
  const Picture before = world.picture();
  const int64_t rows = world.store().rows_written();
  const int64_t writes = world.org().writes();
  world.sync();
  EXPECT_EQ(world.store().rows_written(), rows);
  EXPECT_EQ(world.org().writes(), writes);
  EXPECT_EQ(world.picture(), before);
}

/// Plays a scenario on a file, crashing at the `stop_at`-th commit point (0: never) and starting anew after
/// it.
struct Play {
  Picture end;
  int points = 0;
  bool crashed = false;
};

Play play(const Scenario& scenario, int stop_at) {
  const Scratch scratch;
  Play result;
  WorldOptions options = options_of(scenario);
  options.database = scratch.file("prospectd.db");
  options.on_commit = [&](store::CommitPoint) { return ++result.points != stop_at; };
  World world(options);
  Cast cast;
  for (const Act& act : scenario.acts) {
    act(world, cast);
    for (int cycle = 0; cycle < 2; ++cycle) {
      if (world.try_sync()) continue;
      world.restart([](WorldOptions& o) { o.on_commit = {}; });
      world.sync();
    }
  }
  result.end = world.picture();
  result.crashed = world.restarts() > 0;
  return result;
}

TEST_P(EveryScenario, F44_StoppedAtEveryCommitPoint_EndsTheSame) {
  const Play whole = play(GetParam(), 0);
  ASSERT_FALSE(whole.crashed);
  ASSERT_GT(whole.points, 0);
  for (int point = 1; point <= whole.points; ++point) {
    const Play stopped = play(GetParam(), point);
    EXPECT_TRUE(stopped.crashed) << "commit point " << point;
    EXPECT_EQ(stopped.end, whole.end) << "commit point " << point;
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EveryScenario, testing::ValuesIn(all_scenarios()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace prospectd::test
