// Undo (SEMANTICS §12) of what was done before the record became another (§4): the link has followed it, and
// so does the undo.
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "daemon/service/undo.h"
#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using engine::Direction;
using engine::OnDemandOrder;
using mapping::Value;
using service::UndoReport;

class S12Edges : public BothWays {
 protected:
  /// A prospect that was made here and linked to a lead that was there: its title is "ours", the lead's
  /// "theirs", and both stay (§3). Then it was pulled by force.
  ProspectId pulled_from(const std::string& lead) {
    const ProspectId id = prospect_of(lead);
    OnDemandOrder order;
    order.force = true;
    order.prospects = {id};
    order.detail = "job 1";
    EXPECT_TRUE(world_->on_demand(std::move(order)));
    EXPECT_EQ(value_here(id, "title"), Value("theirs"));
    return id;
  }
  std::string lead_that_stands_apart() {
    world_->sync();
    const std::string lead = world_->lead("ana@x.test", {{"Title", Value("theirs")}});
    world_->make_here(
        {{"email", Value("ana@x.test")}, {"last_name", Value("Ana")}, {"title", Value("ours")}});
    world_->push();
    return lead;
  }
  std::string last_change_of(ProspectId id) {
    const auto cause = world_->reader()->last_cause_of(id, "title");
    EXPECT_TRUE(cause && *cause);
    return cause && *cause ? "c-" + std::to_string((*cause)->value) : "";
  }
  UndoReport undo(const std::string& of) {
    const auto undos =
        service::make_undos(world_->scheduler(), world_->supervisor(), world_->store(), world_->schema());
    std::optional<Result<UndoReport>> outcome;
    const auto keep = [](boost::asio::awaitable<Result<UndoReport>> awaited,
                         std::optional<Result<UndoReport>>& out) -> boost::asio::awaitable<void> {
      out = co_await std::move(awaited);
    };
    boost::asio::co_spawn(world_->scheduler().io(), keep(undos->undo({of, false, "a person", true}), outcome),
                          [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    EXPECT_TRUE(world_->scheduler().run_until([&] { return outcome.has_value(); }));
    EXPECT_TRUE(*outcome) << outcome->error().text();
    return **outcome;
  }
};

TEST_F(S12Edges, AnEditWhoseWriteIsUnderWayIsTakenBackInTheCrmToo) {
  for (const Value& before : {Value("old"), Value::null()}) {
    World& world = begin();
    const std::string lead = world.lead("ana@x.test", {{"Title", before}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    world.edit_here(id, "title", Value("ours"));
    const int64_t writes = world.org().writes();
    FaultRates slow;
    slow.latency_max = std::chrono::minutes{1};
    world.transport().set_rates(slow);
    world.supervisor().push_soon();
    world.scheduler().run_for(milliseconds{1});
    EXPECT_EQ(undo(last_change_of(id)).counts.restored, 1);
    EXPECT_EQ(world.org().writes(), writes) << "the write is still under way";
    world.transport().set_rates(FaultRates::none());
    world.scheduler().run_for(std::chrono::minutes{5});
    EXPECT_EQ(world.org().writes(), writes + 2) << "it arrived, and was taken back";
    EXPECT_EQ(value_here(id, "title"), before);
    EXPECT_TRUE(holds("Lead", lead, before.is_null() ? "Title = null" : "Title = 'old'"));
    expect_quiet();
  }
}

TEST_F(S12Edges, AnUndonePullLeavesTheContactAloneThatTheLeadBecame) {
  World& world = begin();
  const std::string lead = lead_that_stands_apart();
  const ProspectId id = pulled_from(lead);
  sandbox::Conversion conversion;
  conversion.lead = lead;
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted);
  world.sync();
  ASSERT_EQ(prospect_of(converted->contact), id);
  EXPECT_GT(undo("job-1").counts.restored, 0);
  world.push();
  world.sync();
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
  EXPECT_TRUE(holds("Contact", converted->contact, "Title = 'theirs'")) << "the CRM keeps its own value";
  expect_quiet();
}

TEST_F(S12Edges, AnUndonePullLeavesTheWinnerOfAMergeAlone) {
  World& world = begin();
  const std::string lead = lead_that_stands_apart();
  const ProspectId id = pulled_from(lead);
  const std::string winner = world.lead("", {{"Title", Value("theirs")}});
  ASSERT_TRUE(world.org().merge(winner, {lead}));
  world.sync();
  ASSERT_EQ(prospect_of(winner), id);
  undo("job-1");
  world.push();
  world.sync();
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
  EXPECT_TRUE(holds("Lead", winner, "Title = 'theirs'"));
  expect_quiet();
}

}  // namespace
}  // namespace prospectd::test
