// Saved plans (SEMANTICS §12): a dry run is kept, and applied while what it was decided from is the same.
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "daemon/service/jobs.h"
#include "daemon/service/plans.h"
#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using engine::Direction;
using mapping::Value;
using reconcile::JobState;
using service::JobOrder;
using service::JobView;
using testing::HasSubstr;
using JobPtr = std::shared_ptr<const JobView>;

class S12Plans : public BothWays {
 protected:
  /// Two leads that both sides know, titled "old", whose titles have become "theirs" in the CRM.
  void begin_with_changes() {
    World& world = begin();
    for (const char* email : {"ana@x.test", "bo@x.test"})
      leads_.push_back(world.lead(email, {{"Title", Value("old")}}));
    world.sync();
    for (const std::string& lead : leads_) {
      ids_.push_back(prospect_of(lead));
      world.edit("Lead", lead, {{"Title", Value("theirs")}});
    }
    serve_jobs();
  }
  void serve_jobs() {
    service_ =
        service::make_service(world_->scheduler(), world_->supervisor(), world_->store(), world_->schema(),
                              [](const std::string& id) { return std::optional(id); });
    jobs_ = *service::make_jobs(world_->scheduler(), world_->supervisor(), world_->store(), *service_);
    plans_ = service::make_plans(world_->scheduler(), world_->supervisor(), world_->store());
  }
  template <class T>
  Result<T> await_answer(boost::asio::awaitable<Result<T>> work) {
    std::optional<Result<T>> outcome;
    const auto keep = [](boost::asio::awaitable<Result<T>> awaited,
                         std::optional<Result<T>>& out) -> boost::asio::awaitable<void> {
      out = co_await std::move(awaited);
    };
    boost::asio::co_spawn(world_->scheduler().io(), keep(std::move(work), outcome),
                          [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    EXPECT_TRUE(world_->scheduler().run_until([&] { return outcome.has_value(); }));
    return *std::move(outcome);
  }
  JobView carry_out(JobOrder order) {
    order.actor = "a person";
    world_->start();
    const auto started = await_answer(jobs_->start(std::move(order)));
    EXPECT_TRUE(started) << started.error().text();
    if (!started) return {};
    EXPECT_TRUE(world_->scheduler().run_until([&] { return !is_open((*started)->job.state); }));
    return **started;
  }
  /// A forced pull of both prospects that is kept as a plan; its name.
  std::string saved_pull() {
    JobOrder order;
    order.direction = Direction::kPull;
    order.force = order.dry_run = true;
    order.prospects = ids_;
    order.tell = [](const JobView& view) { return "[" + std::to_string(view.rows.size()) + "]"; };
    const JobView dry = carry_out(std::move(order));
    EXPECT_EQ(dry.job.state, JobState::kDone) << dry.job.error;
    EXPECT_EQ(dry.job.counts.changed, 2);
    EXPECT_EQ(value_here(ids_[0], "title"), Value("old")) << "a dry run writes nothing of its kind";
    return dry.saved_as;
  }
  JobView apply(const std::string& plan) {
    JobOrder order;
    order.plan = plan;
    return carry_out(std::move(order));
  }

  std::vector<std::string> leads_;
  std::vector<ProspectId> ids_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<service::Jobs> jobs_;
  std::unique_ptr<service::Plans> plans_;
};

TEST_F(S12Plans, ASavedPlanIsAppliedAsItWasTold) {
  begin_with_changes();
  const std::string plan = saved_pull();
  ASSERT_THAT(plan, testing::MatchesRegex("p-[0-9a-f]{4}"));
  const auto kept = await_answer(plans_->show(plan));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->kind, "pull");
  EXPECT_EQ(kept->prospects, 2);
  EXPECT_EQ(kept->told, "[2]");
  const JobView job = apply(plan);
  EXPECT_EQ(job.job.state, JobState::kDone) << job.job.error;
  EXPECT_EQ(job.job.plan, plan);
  EXPECT_EQ(job.job.counts.changed, 2);
  for (const ProspectId id : ids_)
    EXPECT_EQ(value_here(id, "title"), Value("theirs"));
}

TEST_F(S12Plans, AChangeHereSinceRefusesTheWholePlanAndNamesIt) {
  begin_with_changes();
  const std::string plan = saved_pull();
  world_->edit_here(ids_[1], "phone", Value("1"));
  const JobView job = apply(plan);
  EXPECT_EQ(job.job.state, JobState::kFailed);
  EXPECT_EQ(job.job.code, "conflict");
  EXPECT_THAT(job.job.error, HasSubstr("1 of the inputs of plan " + plan + " have changed since: prospect " +
                                       std::to_string(ids_[1].value)));
  EXPECT_EQ(value_here(ids_[0], "title"), Value("old")) << "nothing of it is applied";
}

TEST_F(S12Plans, AChangeInTheCrmSinceRefusesTheWholePlan) {
  begin_with_changes();
  const std::string plan = saved_pull();
  world_->edit("Lead", leads_[0], {{"Phone", Value("1")}});
  const JobView job = apply(plan);
  EXPECT_EQ(job.job.code, "conflict");
  EXPECT_EQ(value_here(ids_[1], "title"), Value("old"));
}

TEST_F(S12Plans, APlanThatWasAppliedIsUsedUp) {
  begin_with_changes();
  const std::string plan = saved_pull();
  EXPECT_EQ(apply(plan).job.state, JobState::kDone);
  JobOrder again;
  again.plan = plan;
  const auto started = await_answer(jobs_->start(std::move(again)));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(started.error().message, "plan " + plan + " was applied by job 1: prospectd jobs show 1");
}

TEST_F(S12Plans, APlanIsAppliedOnceHoweverManyAskAtTheSameTime) {
  begin_with_changes();
  JobOrder order;
  order.plan = saved_pull();
  order.actor = "a person";
  JobOrder second = order;
  const auto first = await_answer(jobs_->start(std::move(order)));
  ASSERT_TRUE(first);
  const auto refused = await_answer(jobs_->start(std::move(second)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("is being applied already, by job 1"));
  EXPECT_TRUE(world_->scheduler().run_until([&] { return !is_open((*first)->job.state); }));
  EXPECT_EQ((*first)->job.counts.changed, 2);
}

TEST_F(S12Plans, APlanWhoseApplicationIsCancelledBeforeItBeginsStays) {
  begin_with_changes();
  const std::string plan = saved_pull();
  JobOrder order;
  order.plan = plan;
  order.actor = "a person";
  const auto started = await_answer(jobs_->start(std::move(order)));
  ASSERT_TRUE(started);
  ASSERT_TRUE(await_answer(jobs_->cancel((*started)->id)));
  EXPECT_TRUE(world_->scheduler().run_until([&] { return !is_open((*started)->job.state); }));
  EXPECT_EQ((*started)->job.state, JobState::kCancelled);
  EXPECT_EQ(value_here(ids_[0], "title"), Value("old"));
  EXPECT_EQ(apply(plan).job.counts.changed, 2);
}

TEST_F(S12Plans, APlanIsKeptForADay) {
  begin_with_changes();
  const std::string plan = saved_pull();
  world_->scheduler().run_for(std::chrono::hours{23});
  EXPECT_TRUE(await_answer(plans_->show(plan)));
  world_->scheduler().run_for(std::chrono::hours{2});
  EXPECT_EQ(await_answer(plans_->show(plan)).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(await_answer(plans_->list())->empty());
}

TEST_F(S12Plans, APlanThatWasDroppedIsNotThereAnyMore) {
  begin_with_changes();
  const std::string plan = saved_pull();
  EXPECT_EQ(await_answer(plans_->drop(plan, "bo", false)).error().code, ErrorCode::kPermission);
  EXPECT_TRUE(await_answer(plans_->drop(plan, "a person", false)));
  EXPECT_EQ(await_answer(plans_->show(plan)).error().code, ErrorCode::kNotFound);
  JobOrder order;
  order.plan = plan;
  EXPECT_EQ(await_answer(jobs_->start(std::move(order))).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace prospectd::test
