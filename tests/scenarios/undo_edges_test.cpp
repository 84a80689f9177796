// Undo (SEMANTICS §12) where the two sides hold different values on purpose, and where the record has become
// another since (§4).
#include <algorithm>
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
  /// Both sides have changed the title, and a person is to decide; `edit` is the cause of this side's.
  std::string lead_in_review(std::string& edit) {
    World& world = begin([](WorldOptions& o) { o.conflict = mapping::ConflictRule::kReview; });
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
    world.sync();
    world.edit_here(prospect_of(lead), "title", Value("ours"));
    edit = last_change_of(prospect_of(lead));
    world.edit("Lead", lead, {{"Title", Value("theirs")}});
    world.sync();
    EXPECT_EQ(conflicts(), 1U);
    return lead;
  }
  size_t conflicts() {
    const auto rows = world_->reader()->conflicts({}, 100);
    EXPECT_TRUE(rows);
    return rows->size();
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

TEST_F(S12Edges, WhereAFieldGoesToAnotherThanItComesFromAnUndoIsWrittenToThatOne) {
  for (const mapping::Direction title : {mapping::Direction::kIn, mapping::Direction::kBoth}) {
    World& world = begin(written_elsewhere(title));
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    world.edit_here(id, "title", Value("VP"));
    world.push();
    EXPECT_TRUE(holds("Lead", lead, "Website = 'VP'"));
    EXPECT_EQ(undo(last_change_of(id)).counts.restored, 1);
    world.sync();
    EXPECT_TRUE(holds("Lead", lead, "Title = 'old' AND Website = 'old'"));
    EXPECT_EQ(value_here(id, "title"), Value("old"));
    expect_quiet();
  }
}

TEST_F(S12Edges, ABlankThatTheMappingKeepsHereStaysHereHoweverOftenItIsUndone) {
  for (const bool pushed_between : {false, true}) {
    World& world = begin();
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("theirs")}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    const int64_t writes = world.org().writes();
    world.edit_here(id, "title", Value::null());
    for (const Value& expected : {Value("theirs"), Value::null(), Value("theirs"), Value::null()}) {
      if (pushed_between) world.push();
      EXPECT_EQ(undo(last_change_of(id)).counts.restored, 1);
      EXPECT_EQ(value_here(id, "title"), expected);
    }
    world.push();
    world.sync();
    EXPECT_EQ(world.org().writes(), writes) << "nothing was written, so nothing is taken back";
    EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
    expect_quiet();
  }
}

TEST_F(S12Edges, ABlankThatTheMappingKeepsHereIsUndoneHereAloneThoughTheCrmIsEmptyToo) {
  World& world = begin([](WorldOptions& o) { o.blanks_in = mapping::Blanks::kSkip; });
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("theirs")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value::null());
  const std::string edit = last_change_of(id);
  world.edit("Lead", lead, {{"Title", Value::null()}});
  world.sync();
  EXPECT_EQ(undo(edit).counts.restored, 1);
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value("theirs"));
  EXPECT_TRUE(holds("Lead", lead, "Title = null"));
  expect_quiet();
}

TEST_F(S12Edges, ABlankThatTheMappingKeepsHereIsNoWriteThatWaits) {
  World& world = begin();
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("theirs")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value::null());
  OnDemandOrder order;
  order.direction = Direction::kPush;
  order.dry_run = true;
  order.prospects = {id};
  const auto report = world.on_demand(std::move(order));
  ASSERT_TRUE(report && report->rows.size() == 1);
  EXPECT_TRUE(report->rows[0].changes.empty());
  const size_t title = world.schema().find("title");
  EXPECT_EQ(links_of(id).at(0).shadow.at(title), (reconcile::Agreement{Value("theirs"), Value::null()}));
}

TEST_F(S12Edges, AnUndonePullOverABlankThatTheMappingKeepsHereLeavesTheCrmAlone) {
  World& world = begin();
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("theirs")}});
  world.sync();
  world.edit_here(prospect_of(lead), "title", Value::null());
  const ProspectId id = pulled_from(lead);
  const int64_t writes = world.org().writes();
  EXPECT_EQ(undo("job-1").counts.restored, 1);
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value::null());
  EXPECT_EQ(world.org().writes(), writes);
  expect_quiet();
}

TEST_F(S12Edges, AnUndoneEditGivesTheCrmTheValueBackThatItHeldApart) {
  for (const bool sent : {false, true}) {
    World& world = begin();
    const std::string lead = lead_that_stands_apart();
    const ProspectId id = prospect_of(lead);
    world.edit_here(id, "title", Value("new"));
    EXPECT_THAT(reasons_of(id), testing::Contains("STOOD_APART"));
    const std::string edit = last_change_of(id);
    if (sent) world.push();
    EXPECT_TRUE(holds("Lead", lead, sent ? "Title = 'new'" : "Title = 'theirs'"));
    const UndoReport undone = undo(edit);
    EXPECT_EQ(undone.counts.restored, 1);
    world.push();
    EXPECT_EQ(value_here(id, "title"), Value("ours"));
    EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
    expect_quiet();
    undo(last_change_of(id));
    world.push();
    EXPECT_EQ(value_here(id, "title"), Value("new"));
    EXPECT_TRUE(holds("Lead", lead, "Title = 'new'"));
    expect_quiet();
  }
}

// The CRM's people had changed the field, too, which was not read yet when it was changed here.
TEST_F(S12Edges, AnUndoneEditThatWonGivesTheCrmTheValueBackThatItHad) {
  for (const bool sent : {false, true}) {
    World& world = begin([](WorldOptions& o) { o.conflict = mapping::ConflictRule::kProspectWins; });
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    world.edit("Lead", lead, {{"Title", Value("theirs")}});
    world.edit_here(id, "title", Value("ours"));
    const std::string edit = last_change_of(id);
    world.sync();
    if (sent) world.push();
    EXPECT_EQ(undo(edit).counts.restored, 1);
    world.push();
    EXPECT_EQ(value_here(id, "title"), Value("old"));
    EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
    expect_quiet();
  }
}

// A forced push waited, and the CRM's people changed the field before it went out.
TEST_F(S12Edges, AnUndoneForcedPushGivesTheCrmTheValueBackThatItWentOver) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types)
        type.inbound_update = false;
    };
  });
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("ours")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"unavailable","on":{"operation":"update"},"when":{"times":1}}]})"));
  OnDemandOrder order;
  order.direction = Direction::kPush;
  order.force = true;
  order.prospects = {id};
  order.detail = "job 1";
  EXPECT_TRUE(world.on_demand(std::move(order)));
  world.edit("Lead", lead, {{"Title", Value("newer")}});
  world.sync();
  world.scheduler().run_for(std::chrono::minutes(30));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'ours'"));
  EXPECT_EQ(undo("job-1").counts.restored, 1);
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'newer'"));
  expect_quiet();
}

// Where another change had not gone out before it, that one is what the CRM gets, as it would have.
TEST_F(S12Edges, AnUndoneSecondEditThatWonLeavesTheFirst) {
  World& world = begin([](WorldOptions& o) { o.conflict = mapping::ConflictRule::kProspectWins; });
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  world.edit_here(id, "title", Value("first"));
  world.edit_here(id, "title", Value("second"));
  const std::string edit = last_change_of(id);
  world.sync();
  world.push();
  EXPECT_EQ(undo(edit).counts.restored, 1);
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value("first"));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'first'"));
  expect_quiet();
}

TEST_F(S12Edges, WhereNothingComesInTheCrmsOwnValueIsKnownAllTheSameAndGivenBack) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types)
        type.inbound_update = false;
    };
  });
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  EXPECT_EQ(world.sync().objects.at("Lead").skipped, 1);
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  expect_quiet();
  world.edit_here(id, "title", Value("ours"));
  EXPECT_THAT(reasons_of(id), testing::Contains("STOOD_APART"));
  const std::string edit = last_change_of(id);
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "Title = 'ours'"));
  EXPECT_EQ(undo(edit).counts.restored, 1);
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
  expect_quiet();
}

TEST_F(S12Edges, AFieldThatComesFromElsewhereIsGivenBackAsTheProspectHadIt) {
  World& world = begin([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types) {
        auto& fields = type.mapping.fields;
        const auto title = std::ranges::find(fields, "Title", &mapping::FieldSpec::remote);
        mapping::FieldSpec out = *title;
        title->direction = mapping::Direction::kIn;
        out.direction = mapping::Direction::kOut;
        out.remote = "MobilePhone";
        fields.push_back(out);
      }
    };
  });
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("theirs")}});
  world.sync();
  const ProspectId id = prospect_of(lead);
  for (const char* title : {"new", "newer"}) {
    world.edit_here(id, "title", Value(title));
    world.push();
  }
  EXPECT_TRUE(holds("Lead", lead, "MobilePhone = 'newer'"));
  undo(last_change_of(id));
  world.push();
  EXPECT_EQ(value_here(id, "title"), Value("new"));
  EXPECT_TRUE(holds("Lead", lead, "MobilePhone = 'new' AND Title = 'theirs'"));
  expect_quiet();
}

TEST_F(S12Edges, AnUndoneEditLeavesWhatTheCrmsPeopleHavePutThereSince) {
  // A blank that the mapping keeps out, and a field that it only gives out: neither came in.
  for (const Value& theirs : {Value::null(), Value("theirs")}) {
    World& world = begin([&](WorldOptions& o) {
      o.blanks_in = mapping::Blanks::kSkip;
      if (!theirs.is_null())
        with_field("Title", [](auto& field) { field.direction = mapping::Direction::kOut; })(o);
    });
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    world.edit_here(id, "title", Value("first"));
    world.push();
    world.edit_here(id, "title", Value("ours"));
    const std::string edit = last_change_of(id);
    world.push();
    world.edit("Lead", lead, {{"Title", theirs}});
    world.sync();
    EXPECT_EQ(value_here(id, "title"), Value("ours"));
    EXPECT_EQ(undo(edit).counts.restored, 1);
    world.push();
    world.sync();
    EXPECT_EQ(value_here(id, "title"), Value("first"));
    EXPECT_TRUE(holds("Lead", lead, theirs.is_null() ? "Title = null" : "Title = 'theirs'"));
    expect_quiet();
  }
}

TEST_F(S12Edges, AForceUpdateOverAConflictIsUndoneToTheConflict) {
  for (const Direction direction : {Direction::kPull, Direction::kPush}) {
    std::string edit;
    const std::string lead = lead_in_review(edit);
    const ProspectId id = prospect_of(lead);
    OnDemandOrder order;
    order.direction = direction;
    order.force = true;
    order.prospects = {id};
    order.detail = "job 1";
    EXPECT_TRUE(world_->on_demand(std::move(order)));
    world_->push();
    EXPECT_EQ(conflicts(), 0U);
    EXPECT_GT(undo("job-1").counts.restored, 0);
    world_->push();
    EXPECT_EQ(value_here(id, "title"), Value("ours"));
    EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'")) << name_of(direction);
    EXPECT_EQ(conflicts(), 1U) << name_of(direction);
    expect_quiet();
  }
}

TEST_F(S12Edges, AnUndoneEditLeavesNoConflictWhereOnlyTheCrmHasChanged) {
  std::string edit;
  const std::string lead = lead_in_review(edit);
  const ProspectId id = prospect_of(lead);
  EXPECT_EQ(undo(edit).counts.restored, 1);
  world_->sync();
  EXPECT_EQ(value_here(id, "title"), Value("theirs"));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
  EXPECT_EQ(conflicts(), 0U);
  expect_quiet();
}

TEST_F(S12Edges, AnUndoOfAnUndonePullLeavesTheCrmsOwnValueAlone) {
  World& world = begin();
  const std::string lead = lead_that_stands_apart();
  const ProspectId id = pulled_from(lead);
  const int64_t writes = world.org().writes();
  undo("job-1");
  for (const char* expected : {"theirs", "ours"}) {
    undo(last_change_of(id));
    world.push();
    EXPECT_EQ(value_here(id, "title"), Value(expected));
  }
  EXPECT_EQ(world.org().writes(), writes);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
  expect_quiet();
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
