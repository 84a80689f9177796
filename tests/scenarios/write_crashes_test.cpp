// Stopped at every commit point of what goes out (F44): wherever the daemon dies while it updates or creates
// records, both sides end the same, nothing is created twice, and another run writes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/both_ways.h"
#include "tests/support/conditions.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

using mapping::Value;

/// What a person does here, and what both sides are to hold in the end.
struct WriteFlow {
  const char* name;
  /// Before anything is watched.
  std::function<void(World&)> prepare;
  std::function<void(World&)> act;
  /// A condition of exactly `count` live leads.
  const char* holds;
  size_t count;
};

void PrintTo(const WriteFlow& flow, std::ostream* out) {
  *out << flow.name;
}

void import_two(World& world) {
  world.lead("ana@x.test", {{"Title", Value("CTO")}});
  world.lead("bo@x.test", {{"Title", Value("CTO")}});
  world.sync();
}

void edit_all(World& world, const char* field, const Value& value) {
  for (const store::ProspectRow& row : world.prospects())
    world.edit_here(row.prospect.id, field, value);
}

ProspectId make_one(World& world) {
  return world.make_here({{"email", Value("cy@x.test")},
                          {"last_name", Value("Young")},
                          {"company", Value("Acme")},
                          {"title", Value("VP")}});
}

const WriteFlow kFlows[] = {
    {"Update", import_two, [](World& world) { edit_all(world, "title", Value("VP")); }, "Title = 'VP'", 2},
    {"OptOut", import_two, [](World& world) { edit_all(world, "opted_out", Value(true)); },
     "HasOptedOutOfEmail = true", 2},
    {"Create", [](World& world) { world.sync(); }, [](World& world) { make_one(world); },
     "Email = 'cy@x.test' AND Title = 'VP'", 1},
};

struct Written {
  Picture end;
  int points = 0;
  bool crashed = false;
  size_t matching = 0;
};

class EveryWrite : public testing::TestWithParam<WriteFlow> {
 protected:
  /// Plays the flow and stops at a commit point of it; 0: at none.
  static Written play(const WriteFlow& flow, int stop_at) {
    const Scratch scratch;
    Written written;
    bool watched = false;
    WorldOptions options;
    options.writes = true;
    options.types = {"Lead", "Contact"};
    options.database = scratch.file("state.db");
    options.on_commit = [&](store::CommitPoint) { return !watched || ++written.points != stop_at; };
    World world(std::move(options));
    flow.prepare(world);
    flow.act(world);
    watched = true;
    (void)world.try_sync();
    if (stop_at > 0 && written.points >= stop_at) {
      world.restart([](WorldOptions& o) { o.on_commit = {}; });
      written.crashed = true;
    }
    watched = false;
    // What an answer left in doubt is looked up once the overlap has passed.
    for (int i = 0; i < 3; ++i) {
      world.sync();
      world.scheduler().run_for(std::chrono::minutes(15));
    }
    expect_at_rest(world);
    written.end = world.picture();
    const auto rows = world.org().rows_matching(*world.org().table("Lead"), flow.holds);
    EXPECT_TRUE(rows);
    written.matching = rows ? rows->size() : 0;
    return written;
  }
  static void expect_at_rest(World& world) {
    const int64_t writes = world.org().writes();
    const int64_t rows = world.store().rows_written();
    world.sync();
    EXPECT_EQ(world.org().writes(), writes) << "the CRM is written to once more";
    EXPECT_EQ(world.store().rows_written(), rows) << "the database is written to once more";
    const auto totals = world.reader()->totals();
    ASSERT_TRUE(totals);
    EXPECT_EQ(totals->outbox, 0);
    EXPECT_EQ(totals->outbox_dead, 0);
  }
};

TEST_P(EveryWrite, F44_StoppedAtEveryCommitPoint_EndsTheSame) {
  const Written whole = play(GetParam(), 0);
  ASSERT_FALSE(whole.crashed);
  ASSERT_GT(whole.points, 0);
  EXPECT_EQ(whole.matching, GetParam().count);
  for (int point = 1; point <= whole.points; ++point) {
    const Written stopped = play(GetParam(), point);
    EXPECT_TRUE(stopped.crashed) << "commit point " << point;
    EXPECT_EQ(stopped.end, whole.end) << "commit point " << point;
    EXPECT_EQ(stopped.matching, GetParam().count) << "commit point " << point;
  }
}

INSTANTIATE_TEST_SUITE_P(Flows, EveryWrite, testing::ValuesIn(kFlows),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace prospectd::test
