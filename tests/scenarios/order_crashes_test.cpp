// Stopped at every commit point of what people order (F44): wherever the daemon dies while it takes something
// back or applies a saved plan, both sides end as if it had not, once the order was given again or went on.
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "daemon/service/jobs.h"
#include "daemon/service/undo.h"
#include "tests/scenarios/both_ways.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

namespace asio = boost::asio;
using engine::Direction;
using engine::OnDemandOrder;
using mapping::Value;
using reconcile::JobState;
using service::JobOrder;
using service::UndoOrder;
using service::UndoReport;
using JobPtr = std::shared_ptr<const service::JobView>;

constexpr const char* kOrderer = "a person";

/// A world and the part of the daemon that takes orders, made anew with each start.
class OrderedWorld {
 public:
  explicit OrderedWorld(WorldOptions options) : world_(with_close(std::move(options))) {}

  World& world() { return world_; }
  void open() {
    service_ = service::make_service(world_.scheduler(), world_.supervisor(), world_.store(), world_.schema(),
                                     [](const std::string& id) { return std::optional(id); });
    undos_ = service::make_undos(world_.scheduler(), world_.supervisor(), world_.store(), world_.schema());
    auto jobs = service::make_jobs(world_.scheduler(), world_.supervisor(), world_.store(), *service_);
    EXPECT_TRUE(jobs);
    jobs_ = *std::move(jobs);
    world_.start();
    jobs_->resume();
  }
  void restart() {
    world_.restart([](WorldOptions& options) { options.on_commit = {}; });
    open();
  }
  Result<UndoReport> undo(const std::string& of) { return await(undos_->undo({of, false, kOrderer, true})); }
  /// It has ended when this returns, well or not.
  Result<JobPtr> carry_out(JobOrder order) {
    auto started = begin(std::move(order));
    if (started) end_all();
    return started;
  }
  void end_all() {
    EXPECT_TRUE(world_.scheduler().run_until([&] {
      return std::ranges::none_of(jobs_->all(), [](const JobPtr& job) { return is_open(job->job.state); });
    }));
  }
  Result<JobPtr> begin(JobOrder order) {
    order.actor = kOrderer;
    return await(jobs_->start(std::move(order)));
  }
  Result<JobPtr> cancel(const std::string& id) { return await(jobs_->cancel(id)); }
  service::Jobs& jobs() { return *jobs_; }

 private:
  WorldOptions with_close(WorldOptions options) {
    options.on_close = [this] {
      world_.scheduler().run_ready();
      undos_.reset();
      jobs_.reset();
      service_.reset();
    };
    return options;
  }
  template <class T>
  Result<T> await(asio::awaitable<Result<T>> work) {
    const auto outcome = std::make_shared<std::optional<Result<T>>>();
    const auto keep = [](asio::awaitable<Result<T>> awaited,
                         std::shared_ptr<std::optional<Result<T>>> out) -> asio::awaitable<void> {
      *out = co_await std::move(awaited);
    };
    asio::co_spawn(world_.scheduler().io(), keep(std::move(work), outcome),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    EXPECT_TRUE(world_.scheduler().run_until([&] { return outcome->has_value(); }));
    return **outcome;
  }

  std::unique_ptr<service::Service> service_;
  std::unique_ptr<service::Undos> undos_;
  std::unique_ptr<service::Jobs> jobs_;
  World world_;  // goes first
};

/// What is ordered, and what both sides are to hold in the end.
struct OrderFlow {
  const char* name;
  void (*prepare)(OrderedWorld&);
  /// Given again after a crash, by a person who does not know how far it came.
  void (*give)(OrderedWorld&);
  const char* there;  ///< title in the CRM
  const char* here;
};

void PrintTo(const OrderFlow& flow, std::ostream* out) {
  *out << flow.name;
}

std::vector<ProspectId> ids_of(World& world) {
  std::vector<ProspectId> ids;
  for (const store::ProspectRow& row : world.prospects())
    ids.push_back(row.prospect.id);
  return ids;
}

void import_titled(OrderedWorld& ordered) {
  for (const char* email : {"ana@x.test", "bo@x.test", "cy@x.test"})
    ordered.world().lead(email, {{"Title", Value("old")}});
  ordered.world().sync();
}

void retitle_in_crm(World& world) {
  const sandbox::Table& leads = *world.org().table("Lead");
  for (sandbox::Row row = 0; row < leads.rows(); ++row)
    world.edit("Lead", std::string(leads.id(row)), {{"Title", Value("theirs")}});
}

// In two parts, so that a crash may come between what the job's causes have done.
void force_in_parts(OrderedWorld& ordered, Direction direction) {
  World& world = ordered.world();
  const std::vector<ProspectId> ids = ids_of(world);
  for (size_t i = 0; i < ids.size(); ++i) {
    OnDemandOrder order;
    order.direction = direction;
    order.force = true;
    order.prospects = {ids[i]};
    order.detail = "job 7";
    const auto report = world.on_demand(std::move(order));
    EXPECT_TRUE(report) << report.error().text();
  }
}

void pull_over_edits(OrderedWorld& ordered) {
  import_titled(ordered);
  for (const ProspectId id : ids_of(ordered.world()))
    ordered.world().edit_here(id, "title", Value("ours"));
  force_in_parts(ordered, Direction::kPull);
}

void push_over_changes(OrderedWorld& ordered) {
  import_titled(ordered);
  retitle_in_crm(ordered.world());
  force_in_parts(ordered, Direction::kPush);
}

void undo_job(OrderedWorld& ordered) {
  (void)ordered.undo("job-7");
}

// Both sides stand apart, each with its own title (§3): no poll brings what the plan does.
void save_pull(OrderedWorld& ordered) {
  World& world = ordered.world();
  world.sync();
  for (const char* email : {"ana@x.test", "bo@x.test", "cy@x.test"}) {
    world.lead(email, {{"Title", Value("theirs")}});
    world.make_here({{"email", Value(email)}, {"last_name", Value("Young")}, {"title", Value("ours")}});
  }
  world.push();
  world.sync();
  JobOrder order;
  order.direction = Direction::kPull;
  order.force = order.dry_run = true;
  order.prospects = ids_of(world);
  order.tell = [](const service::JobView&) { return std::string("[]"); };
  const auto saved = ordered.carry_out(std::move(order));
  ASSERT_TRUE(saved);
  ASSERT_FALSE((*saved)->saved_as.empty());
}

// Where the order is still known it goes on by itself.
void apply_saved(OrderedWorld& ordered) {
  ordered.end_all();
  const auto plans = ordered.world().reader()->saved_plans(ordered.world().scheduler().now());
  if (!plans || plans->empty()) return;
  JobOrder order;
  order.plan = plans->front().id;
  (void)ordered.carry_out(std::move(order));
}

const OrderFlow kFlows[] = {
    {"UndoOfAPull", pull_over_edits, undo_job, "ours", "ours"},
    {"UndoOfAPush", push_over_changes, undo_job, "theirs", "old"},
    {"ApplyOfAPlan", save_pull, apply_saved, "theirs", "theirs"},
};

struct Ended {
  Picture here;
  size_t there = 0;  ///< leads with the title
  int points = 0;
  bool crashed = false;
};

class EveryOrder : public testing::TestWithParam<OrderFlow> {
 protected:
  /// Plays the flow and stops at a commit point of it; 0: at none.
  static Ended play(const OrderFlow& flow, int stop_at) {
    const Scratch scratch;
    Ended ended;
    bool watched = false;
    WorldOptions options;
    options.writes = true;
    options.types = {"Lead", "Contact"};
    options.database = scratch.file("state.db");
    options.on_commit = [&](store::CommitPoint) { return !watched || ++ended.points != stop_at; };
    OrderedWorld ordered(std::move(options));
    World& world = ordered.world();
    ordered.open();
    flow.prepare(ordered);
    watched = true;
    flow.give(ordered);
    world.scheduler().run_for(std::chrono::minutes(1));
    watched = false;
    if (stop_at > 0 && ended.points >= stop_at) {
      ordered.restart();
      ended.crashed = true;
      flow.give(ordered);
    }
    for (int i = 0; i < 3; ++i) {
      world.sync();
      world.scheduler().run_for(std::chrono::minutes(15));
    }
    expect_at_rest(world);
    ended.here = world.picture();
    const std::string when = std::string("Title = '") + flow.there + "'";
    const auto rows = world.org().rows_matching(*world.org().table("Lead"), when.c_str());
    EXPECT_TRUE(rows);
    ended.there = rows ? rows->size() : 0;
    const auto plans = world.reader()->saved_plans(world.scheduler().now());
    EXPECT_TRUE(plans && plans->empty()) << "a plan that was applied is used up";
    return ended;
  }
  static void expect_at_rest(World& world) {
    const int64_t writes = world.org().writes();
    const int64_t rows = world.store().rows_written();
    world.sync();
    EXPECT_EQ(world.org().writes(), writes) << "the CRM is written to once more";
    EXPECT_EQ(world.store().rows_written(), rows) << "the database is written to once more";
    EXPECT_EQ(world.reader()->totals()->outbox, 0);
  }
};

TEST_P(EveryOrder, F44_StoppedAtEveryCommitPoint_EndsTheSame) {
  const Ended whole = play(GetParam(), 0);
  ASSERT_GT(whole.points, 0);
  EXPECT_EQ(whole.there, 3U);
  for (const std::string& line : whole.here)
    EXPECT_THAT(line, testing::HasSubstr(std::string("title=") + GetParam().here + "|"));
  for (int point = 1; point <= whole.points; ++point) {
    const Ended stopped = play(GetParam(), point);
    EXPECT_TRUE(stopped.crashed) << "commit point " << point;
    EXPECT_EQ(stopped.here, whole.here) << "commit point " << point;
    EXPECT_EQ(stopped.there, whole.there) << "commit point " << point;
  }
}

TEST(Orders, OneThatWasCancelledDoesNotGoOnWithTheNextStart) {
  const Scratch scratch;
  WorldOptions options;
  options.writes = true;
  options.types = {"Lead", "Contact"};
  options.database = scratch.file("state.db");
  OrderedWorld ordered(std::move(options));
  ordered.open();
  import_titled(ordered);
  retitle_in_crm(ordered.world());
  JobOrder order;
  order.direction = Direction::kPush;
  order.force = true;
  const auto begun = ordered.begin(std::move(order));
  ASSERT_TRUE(begun);
  const std::string id = (*begun)->id;
  ASSERT_TRUE(ordered.cancel(id));
  ASSERT_TRUE(is_open((*begun)->job.state)) << "it ended before the daemon did";
  const int64_t writes = ordered.world().org().writes();
  ordered.restart();
  ordered.world().scheduler().run_for(std::chrono::minutes(5));
  ASSERT_NE(ordered.jobs().find(id), nullptr);
  EXPECT_EQ(ordered.jobs().find(id)->job.state, JobState::kCancelled);
  EXPECT_EQ(ordered.world().org().writes(), writes);
}

// What people do while the daemon is down is not in the plan.
TEST(Orders, APlanThatGoesOnAfterACrashLeavesWhatWasChangedSince) {
  constexpr int kBeforeItsPart = 5;  // each commit has a point before it and one behind it
  const Scratch scratch;
  WorldOptions options;
  options.writes = true;
  options.types = {"Lead", "Contact"};
  options.database = scratch.file("state.db");
  int points = 0;
  bool watched = false;
  options.on_commit = [&](store::CommitPoint) { return !watched || ++points != kBeforeItsPart; };
  OrderedWorld ordered(std::move(options));
  World& world = ordered.world();
  ordered.open();
  save_pull(ordered);
  watched = true;
  JobOrder order;
  order.plan = world.reader()->saved_plans(world.scheduler().now())->front().id;
  (void)ordered.begin(std::move(order));
  world.scheduler().run_for(std::chrono::minutes(1));
  ASSERT_EQ(points, kBeforeItsPart) << "it did not die once the plan had begun";
  watched = false;
  ordered.restart();
  ASSERT_EQ(ordered.jobs().all().front()->job.state, JobState::kRunning);
  const ProspectId changed = ids_of(world).front();
  world.edit_here(changed, "title", Value("newer"));
  ordered.end_all();
  const reconcile::Job& job = ordered.jobs().all().front()->job;
  EXPECT_EQ(job.state, JobState::kDone) << job.error;
  EXPECT_EQ(job.counts.changed, 2);
  EXPECT_EQ(job.counts.refused_by, (std::map<std::string, int64_t>{{"PLAN_OUTDATED", 1}}));
  for (const store::ProspectRow& row : world.prospects()) {
    const Value& title = row.prospect.fields[world.schema().find("title")];
    EXPECT_EQ(title, Value(row.prospect.id == changed ? "newer" : "theirs"));
  }
  EXPECT_TRUE(world.reader()->saved_plans(world.scheduler().now())->empty());
}

INSTANTIATE_TEST_SUITE_P(Orders, EveryOrder, testing::ValuesIn(kFlows),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace prospectd::test
