// Undo (SEMANTICS §12): what a cause has changed is set back on both sides, and what somebody has changed
// since is not.
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "daemon/service/edits.h"
#include "daemon/service/reviews.h"
#include "daemon/service/undo.h"
#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using engine::Direction;
using engine::OnDemandOrder;
using mapping::Value;
using service::UndoCounts;
using service::UndoOrder;
using service::UndoReport;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class S12 : public BothWays {
 protected:
  /// A lead that both sides know, titled "old".
  std::string known_lead(const std::string& email = "ana@x.test") {
    const std::string lead = world_->lead(email, {{"Title", Value("old")}});
    world_->sync();
    return lead;
  }
  template <class T>
  Result<T> await(boost::asio::awaitable<Result<T>> work) {
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
  Result<UndoReport> try_undo(UndoOrder order) {
    const auto undos =
        service::make_undos(world_->scheduler(), world_->supervisor(), world_->store(), world_->schema());
    if (order.actor.empty()) order.actor = "a person";
    auto report = await(undos->undo(std::move(order)));
    if (report) world_->scheduler().run_ready();
    return report;
  }
  UndoReport undo(const std::string& of, bool dry_run = false) {
    auto report = try_undo({of, dry_run, "", false});
    EXPECT_TRUE(report) << report.error().text();
    return report ? *std::move(report) : UndoReport{};
  }
  /// What sent the last change of a field.
  std::string cause_of(ProspectId id, const std::string& field) {
    const auto cause = world_->reader()->last_cause_of(id, field);
    EXPECT_TRUE(cause && *cause);
    return cause && *cause ? "c-" + std::to_string((*cause)->value) : "";
  }
  std::string edit(ProspectId id, const std::string& field, Value value) {
    world_->edit_here(id, field, std::move(value));
    return cause_of(id, field);
  }
  /// Two fields in one edit.
  std::string edit_title_and_phone(ProspectId id) {
    const auto edits =
        service::make_edits(world_->scheduler(), world_->supervisor(), world_->store(), world_->schema());
    reconcile::ProspectEdit wanted;
    wanted.prospect = id;
    wanted.values = {{mapping::field::kTitle, Value("ours")}, {mapping::field::kPhone, Value("1")}};
    service::EditOrder order;
    order.edits = {wanted};
    order.actor = "a person";
    EXPECT_TRUE(await(edits->edit(std::move(order))));
    return cause_of(id, "phone");
  }
  void force(Direction direction, std::vector<ProspectId> ids, const std::string& detail = "") {
    OnDemandOrder order;
    order.direction = direction;
    order.force = true;
    order.prospects = std::move(ids);
    order.detail = detail;
    const auto report = world_->on_demand(std::move(order));
    EXPECT_TRUE(report) << report.error().text();
  }
  /// Nothing waits, and the prospect and its lead are as they are to stay.
  void expect_title(ProspectId id, const std::string& lead, const char* here, const std::string& there) {
    EXPECT_EQ(value_here(id, "title"), Value(here));
    EXPECT_TRUE(holds("Lead", lead, "Title = '" + there + "'"));
  }
};

const UndoCounts kOneRestored{1, 0, 0, 0};
const UndoCounts kOneAlready{0, 1, 0, 0};
const UndoCounts kOneChanged{0, 0, 1, 0};

// ---- an edit ----

TEST_F(S12, AnUndoneEditIsSetBackOnBothSides) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  expect_title(id, lead, "ours", "ours");
  const UndoReport report = undo(cause);
  EXPECT_EQ(report.counts, kOneRestored);
  EXPECT_EQ(report.pushes, 1);
  EXPECT_EQ(report.kind, "edit");
  EXPECT_EQ(report.actor, "a person");
  world.push();
  expect_title(id, lead, "old", "old");
  EXPECT_THAT(reasons_of(id), Contains("UNDONE"));
  expect_quiet();
}

TEST_F(S12, AnEditThatHasNotGoneOutIsTakenBackWithoutAWrite) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  const int64_t writes = world.org().writes();
  undo(cause);
  world.push();
  EXPECT_EQ(world.org().writes(), writes);
  expect_title(id, lead, "old", "old");
  EXPECT_TRUE(links_of(id)[0].shadow.empty());
  expect_quiet();
}

TEST_F(S12, AFieldThatWasChangedSinceStaysAndIsToldWithWhoChangedIt) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  const std::string later = edit(id, "title", Value("later"));
  world.push();
  const UndoReport report = undo(cause);
  EXPECT_EQ(report.counts, kOneChanged);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ("c-" + std::to_string(report.rows[0].later.value), later);
  EXPECT_EQ(report.rows[0].now, Value("later"));
  EXPECT_EQ(report.rows[0].before, Value("old"));
  EXPECT_THAT(report.made, IsEmpty());
  expect_title(id, lead, "later", "later");
  expect_quiet();
}

TEST_F(S12, TheFieldsThatAreAsTheyWereLeftAreRestoredAndTheOthersStay) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string both = edit_title_and_phone(id);
  world.edit_here(id, "title", Value("later"));
  world.push();
  EXPECT_EQ(undo(both).counts, (UndoCounts{1, 0, 1, 0}));
  world.push();
  expect_title(id, lead, "later", "later");
  EXPECT_EQ(value_here(id, "phone"), Value::null());
  EXPECT_TRUE(holds("Lead", lead, "Phone = null"));
  expect_quiet();
}

// The conflict rule would let the prospect's value win; an undo may not.
TEST_F(S12, WhatTheCrmsPeopleHaveChangedMeanwhileIsNotOverwritten) {
  World& world = begin([](WorldOptions& o) { o.conflict = mapping::ConflictRule::kProspectWins; });
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  EXPECT_EQ(undo(cause).counts, kOneRestored) << "nobody here knows of it yet";
  world.push();
  expect_title(id, lead, "theirs", "theirs");
  expect_quiet();
}

TEST_F(S12, AnEditAfterTheUndoGoesOutInItsPlace) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  undo(cause);
  world.edit_here(id, "title", Value("newer"));
  world.push();
  expect_title(id, lead, "newer", "newer");
  expect_quiet();
}

// ---- again, and back ----

TEST_F(S12, TheSameUndoAgainIsNoChange) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  undo(cause);
  world.push();
  const int64_t rows = world.store().rows_written();
  const UndoReport again = undo(cause);
  EXPECT_EQ(again.counts, kOneAlready);
  EXPECT_EQ(again.pushes, 0);
  EXPECT_EQ(world.store().rows_written(), rows);
}

TEST_F(S12, AnUndoIsUndoneByItsOwnCause) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  const UndoReport first = undo(cause);
  world.push();
  ASSERT_EQ(first.made.size(), 1U);
  const UndoReport second = undo("c-" + std::to_string(first.made[0].value));
  EXPECT_EQ(second.kind, "undo");
  EXPECT_EQ(second.detail, cause);
  EXPECT_EQ(second.counts, kOneRestored);
  world.push();
  expect_title(id, lead, "ours", "ours");
  EXPECT_EQ(undo(cause).counts, kOneRestored) << "and the first one can be done again";
  world.push();
  expect_title(id, lead, "old", "old");
  expect_quiet();
}

// ---- force updates ----

TEST_F(S12, AnUndoneForcedPullGivesTheProspectItsValueBackAndItGoesOut) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  force(Direction::kPull, {id}, "job 1");
  expect_title(id, lead, "old", "old");
  const UndoReport report = undo("job-1");
  EXPECT_EQ(report.counts, kOneRestored);
  world.push();
  expect_title(id, lead, "ours", "ours");
  expect_quiet();
}

TEST_F(S12, AnUndoneForcedPushGivesTheCrmItsValueBackAndTheProspectKeepsItsOwn) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  force(Direction::kPush, {id});
  expect_title(id, lead, "old", "old");
  const UndoReport report = undo(cause_of(id, "title"));
  EXPECT_EQ(report.counts, kOneRestored);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_TRUE(report.rows[0].in_crm);
  EXPECT_EQ(report.rows[0].reason, "GIVEN_BACK");
  world.push();
  expect_title(id, lead, "old", "theirs");
  EXPECT_THAT(reasons_of(id), Contains("GIVEN_BACK"));
  expect_quiet();
  const UndoReport back = undo("c-" + std::to_string(report.made.at(0).value));
  EXPECT_EQ(back.counts, kOneRestored);
  world.push();
  expect_title(id, lead, "old", "old");
  expect_quiet();
}

TEST_F(S12, ABlankOfTheCrmsIsGivenBackThoughTheMappingSkipsBlanks) {
  World& world = begin([](WorldOptions& o) { o.blanks_in = mapping::Blanks::kSkip; });
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value::null()}});
  force(Direction::kPush, {id});
  expect_title(id, lead, "old", "old");
  undo(cause_of(id, "title"));
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "Title = null"));
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  expect_quiet();
}

TEST_F(S12, AFieldThatTheCrmHasChangedSinceAForcedPushIsNotGivenBack) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  force(Direction::kPush, {id});
  const std::string cause = cause_of(id, "title");
  world.edit("Lead", lead, {{"Title", Value("newer")}});
  undo(cause);
  world.push();
  expect_title(id, lead, "newer", "newer");
  EXPECT_EQ(undo(cause).counts, kOneChanged);
  expect_quiet();
}

TEST_F(S12, AWriteOfAnUndoWhoseAnswerWasLostIsLookedUpAndNotRepeated) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  force(Direction::kPush, {id});
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"drop","on":{"operation":"update"},"when":{"times":1}}]})"));
  undo(cause_of(id, "title"));
  world.push();
  const int64_t writes = world.org().writes();
  world.scheduler().run_for(std::chrono::minutes{30});
  world.sync();
  EXPECT_EQ(world.org().writes(), writes);
  expect_title(id, lead, "old", "theirs");
  expect_quiet();
}

TEST_F(S12, AnUndoneJobIsUndoneInAllItsParts) {
  World& world = begin();
  std::vector<ProspectId> ids;
  std::vector<std::string> leads;
  for (const char* email : {"ana@x.test", "bo@x.test", "cy@x.test"}) {
    leads.push_back(known_lead(email));
    ids.push_back(prospect_of(leads.back()));
  }
  world.edit_here(ids[0], "title", Value("ours"));
  world.edit_here(ids[1], "title", Value("ours"));
  force(Direction::kPull, {ids[0], ids[1]}, "job 1");
  world.edit_here(ids[2], "title", Value("ours"));
  force(Direction::kPull, {ids[2]}, "job 1");
  world.edit_here(ids[1], "title", Value("later"));
  const UndoReport dry = undo("job-1", true);
  const UndoReport report = undo("job-1");
  EXPECT_EQ(dry.counts, report.counts);
  EXPECT_EQ(report.counts, (UndoCounts{2, 0, 1, 0}));
  EXPECT_EQ(report.undone.size(), 2U);
  EXPECT_EQ(report.made.size(), 2U);
  EXPECT_GT(report.undone[0], report.undone[1]) << "the newest first";
  world.push();
  expect_title(ids[0], leads[0], "ours", "ours");
  expect_title(ids[1], leads[1], "later", "later");
  expect_title(ids[2], leads[2], "ours", "ours");
  expect_quiet();
}

// ---- conflicts ----

class S12Conflict : public S12, public testing::WithParamInterface<reconcile::ReviewTake> {};

TEST_P(S12Conflict, AnUndoneDecisionLeavesBothValuesAndAPersonDecidesAgain) {
  World& world = begin([](WorldOptions& o) { o.conflict = mapping::ConflictRule::kReview; });
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  world.edit_here(id, "title", Value("ours"));
  world.sync();
  ASSERT_EQ(world.reader()->totals()->open_conflicts, 1);
  const auto reviews =
      service::make_reviews(world.scheduler(), world.supervisor(), world.store(), world.schema());
  service::ReviewOrder order;
  order.id = {1};
  order.take = GetParam();
  order.actor = "a person";
  ASSERT_TRUE(await(reviews->resolve(std::move(order))));
  const std::string cause = "c-" + std::to_string((*world.reader()->last_cause())->id.value);
  world.push();
  const char* taken = GetParam() == reconcile::ReviewTake::kCrm ? "theirs" : "ours";
  expect_title(id, lead, taken, taken);
  EXPECT_EQ(undo(cause).counts, kOneRestored);
  world.push();
  expect_title(id, lead, "ours", "theirs");
  EXPECT_EQ(world.reader()->totals()->open_conflicts, 1);
  EXPECT_THAT(reasons_of(id), Contains("REVIEW_REOPENED"));
  expect_quiet();
  EXPECT_EQ(world.reader()->totals()->open_conflicts, 1);
}

INSTANTIATE_TEST_SUITE_P(EitherSide, S12Conflict,
                         testing::Values(reconcile::ReviewTake::kCrm, reconcile::ReviewTake::kProspect),
                         [](const auto& info) { return std::string(name_of(info.param)); });

// ---- what is not undone ----

TEST_F(S12, APollIsNotUndoneAndSaysSo) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  world.sync();
  const int64_t rows = world.store().rows_written();
  const auto refused = try_undo({cause_of(id, "title"), false, "", true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("what came from the CRM is not undone"));
  EXPECT_EQ(world.store().rows_written(), rows);
  expect_title(id, lead, "theirs", "theirs");
}

TEST_F(S12, ACreationIsNotUndoneAndSaysSo) {
  World& world = begin();
  world.sync();
  const ProspectId id = world.make_here({{"email", Value("bo@x.test")}, {"last_name", Value("Bo")}});
  const std::string made = "c-" + std::to_string((*world.reader()->last_cause())->id.value);
  world.push();
  const std::string created = "c-" + std::to_string((*world.reader()->last_cause())->id.value);
  for (const std::string& cause : {made, created}) {
    const auto refused = try_undo({cause, false, "", true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict) << refused.error().text();
  }
  EXPECT_EQ(value_here(id, "last_name"), Value("Bo"));
  EXPECT_EQ(count("Contact", "Email = 'bo@x.test'"), 1U);
}

TEST_F(S12, AWriteToTheCrmNamesTheCauseToUndo) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  const std::string write = "c-" + std::to_string((*world.reader()->last_cause())->id.value);
  const auto refused = try_undo({write, false, "", true});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("prospectd undo " + cause));
}

TEST_F(S12, AnOptOutIsNotTakenBackByAnUndo) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "opted_out", Value(true));
  world.push();
  const UndoReport report = undo(cause);
  EXPECT_EQ(report.counts, (UndoCounts{0, 0, 0, 1}));
  EXPECT_EQ(report.rows.at(0).reason, "OPT_OUT_IS_MONOTONE");
  world.push();
  EXPECT_EQ(value_here(id, "opted_out"), Value(true));
  EXPECT_TRUE(holds("Lead", lead, "HasOptedOutOfEmail = true"));
}

TEST_F(S12, AnAddressThatSomebodyHasMeanwhileIsNotTakenBack) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "email", Value("new@x.test"));
  world.make_here({{"email", Value("ana@x.test")}, {"last_name", Value("Other")}});
  const UndoReport report = undo(cause);
  EXPECT_EQ(report.counts, (UndoCounts{0, 0, 0, 1}));
  EXPECT_EQ(report.rows.at(0).reason, "EMAIL_TAKEN");
  EXPECT_EQ(value_here(id, "email"), Value("new@x.test"));
}

TEST_F(S12, SomebodyElsesWorkTakesAnAdmin) {
  begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  const auto refused = try_undo({cause, false, "bo", false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
  EXPECT_TRUE(try_undo({cause, false, "bo", true}));
  EXPECT_EQ(value_here(id, "title"), Value("old"));
}

TEST_F(S12, WhatNamesNoCauseIsRefused) {
  begin().sync();
  EXPECT_EQ(try_undo({"c-9", false, "", true}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(try_undo({"job-9", false, "", true}).error().code, ErrorCode::kNotFound);
  for (const char* of : {"", "c-", "c-x", "c--1", "c-1x", "9", "C-1", "c-99999999999999999999"})
    EXPECT_EQ(try_undo({of, false, "", true}).error().code, ErrorCode::kInvalidInput) << of;
}

// ---- dry run ----

TEST_F(S12, ADryRunTellsTheSameAndWritesNothing) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  const std::string cause = edit(id, "title", Value("ours"));
  world.push();
  const int64_t rows = world.store().rows_written();
  const UndoReport dry = undo(cause, true);
  EXPECT_EQ(world.store().rows_written(), rows);
  expect_title(id, lead, "ours", "ours");
  const UndoReport real = undo(cause);
  EXPECT_EQ(dry.counts, real.counts);
  EXPECT_EQ(dry.pushes, real.pushes);
  ASSERT_EQ(dry.rows.size(), real.rows.size());
  EXPECT_EQ(dry.rows[0].now, real.rows[0].now);
  EXPECT_EQ(dry.rows[0].before, real.rows[0].before);
  EXPECT_THAT(dry.made, IsEmpty());
}

}  // namespace
}  // namespace prospectd::test
