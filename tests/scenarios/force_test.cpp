// Pull down, push up, force update (SEMANTICS §6): what flows on demand, and what never does.
#include <algorithm>

#include "tests/scenarios/both_ways.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

using engine::Direction;
using engine::OnDemandOrder;
using engine::OnDemandOutcome;
using engine::OnDemandReport;
using engine::OnDemandRow;
using mapping::Value;
using testing::Contains;
using testing::IsEmpty;

OnDemandOrder order_of(Direction direction, bool force, bool blanks = false) {
  OnDemandOrder order;
  order.direction = direction;
  order.force = force;
  order.blanks = blanks;
  return order;
}
const OnDemandOrder kPull = order_of(Direction::kPull, false);
const OnDemandOrder kForcedPull = order_of(Direction::kPull, true);
const OnDemandOrder kPush = order_of(Direction::kPush, false);
const OnDemandOrder kForcedPush = order_of(Direction::kPush, true);

class S6 : public BothWays {
 protected:
  /// A lead that both sides know.
  std::string known_lead(Fields fields = {{"Title", Value("old")}}) {
    const std::string lead = world_->lead("ana@x.test", std::move(fields));
    world_->sync();
    return lead;
  }
  OnDemandReport carry_out(OnDemandOrder order, std::vector<ProspectId> ids) {
    order.prospects = std::move(ids);
    auto report = world_->on_demand(std::move(order));
    EXPECT_TRUE(report) << report.error().text();
    return report ? *std::move(report) : OnDemandReport{};
  }
  OnDemandRow carry_out(OnDemandOrder order, ProspectId id) {
    OnDemandReport report = carry_out(std::move(order), std::vector<ProspectId>{id});
    EXPECT_EQ(report.rows.size(), 1U);
    return report.rows.empty() ? OnDemandRow{} : report.rows.front();
  }
  /// The same order again changes nothing on either side.
  void expect_nothing_more(const OnDemandOrder& order, ProspectId id) {
    const int64_t rows = world_->store().rows_written();
    const int64_t writes = world_->org().writes();
    EXPECT_EQ(carry_out(order, id).outcome, OnDemandOutcome::kUnchanged);
    EXPECT_EQ(world_->store().rows_written(), rows) << "the database is written to again";
    EXPECT_EQ(world_->org().writes(), writes) << "the CRM is written to again";
  }
  /// A prospect that was linked to a record that was there before, each with a title of its own (§3).
  ProspectId standing_difference(std::string& lead) {
    world_->sync();
    const ProspectId id = world_->make_here({{"email", Value("ana@x.test")},
                                             {"last_name", Value("Lead of ana@x.test")},
                                             {"title", Value("ours")}});
    lead = world_->lead("ana@x.test", {{"Title", Value("theirs")}});
    world_->push();
    EXPECT_EQ(links_of(id).size(), 1U);
    return id;
  }
};

// ---- pull ----

TEST_F(S6, AnUnforcedPullTakesWhatHasChangedInTheCrm) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  const OnDemandRow row = carry_out(kPull, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(row.code, "UPDATED_FROM_CRM");
  ASSERT_EQ(row.changes.size(), 1U);
  EXPECT_EQ(row.changes[0].before, Value("old"));
  EXPECT_EQ(row.changes[0].after, Value("theirs"));
  EXPECT_EQ(value_here(id, "title"), Value("theirs"));
  expect_nothing_more(kPull, id);
}

TEST_F(S6, AnUnforcedPullKeepsALocalEdit) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  EXPECT_EQ(carry_out(kPull, id).outcome, OnDemandOutcome::kUnchanged);
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
}

TEST_F(S6, AForcedPullReplacesALocalEditAndNothingGoesOut) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  const int64_t writes = world.org().writes();
  const OnDemandRow row = carry_out(kForcedPull, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(row.code, "FORCED_FROM_CRM");
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  EXPECT_THAT(reasons_of(id), Contains("FORCED_FROM_CRM"));
  EXPECT_EQ(world.org().writes(), writes);
  expect_quiet();
  expect_nothing_more(kForcedPull, id);
}

TEST_F(S6, AForcedPullIsJournaledWithItsKindAndItsActor) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  carry_out(kForcedPull, id);
  const auto rows = world.reader()->journal_of(id, 100);
  ASSERT_TRUE(rows);
  const auto forced = std::ranges::find(*rows, reconcile::Reason::kForcedFromCrm,
                                        [](const store::JournalRow& row) { return row.entry.reason; });
  ASSERT_NE(forced, rows->end());
  EXPECT_EQ(forced->cause_kind, "pull");
  EXPECT_EQ(forced->actor, "a person");
  EXPECT_EQ(forced->entry.before, "\"ours\"");
  EXPECT_EQ(forced->entry.after, "\"old\"");
}

TEST_F(S6, AForcedPullCarriesAStandingDifferenceOverAndAnUnforcedOneDoesNot) {
  begin();
  std::string lead;
  const ProspectId id = standing_difference(lead);
  EXPECT_EQ(carry_out(kPull, id).outcome, OnDemandOutcome::kUnchanged);
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
  EXPECT_EQ(carry_out(kForcedPull, id).outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(value_here(id, "title"), Value("theirs"));
  expect_quiet();
}

TEST_F(S6, AForcedPullLeavesAFieldThatTheMappingOnlyGivesOut) {
  World& world = begin(with_field("Title", [](auto& field) { field.direction = mapping::Direction::kOut; }));
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  world.push();
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  carry_out(kForcedPull, id);
  EXPECT_EQ(value_here(id, "title"), Value("ours"));
}

TEST_F(S6, AForcedPullSkipsBlanksUnlessTheyAreIncluded) {
  World& world = begin([](WorldOptions& o) { o.blanks_in = mapping::Blanks::kSkip; });
  const std::string lead = known_lead({{"Phone", Value("1")}});
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Phone", Value::null()}});
  carry_out(kForcedPull, id);
  EXPECT_EQ(value_here(id, "phone"), Value("1"));
  expect_nothing_more(kForcedPull, id);
  const OnDemandOrder with_blanks = order_of(Direction::kPull, true, true);
  carry_out(with_blanks, id);
  EXPECT_TRUE(value_here(id, "phone").is_blank());
  expect_nothing_more(with_blanks, id);
  expect_quiet();
}

TEST_F(S6, AForcedPullNeverClearsAnOptOut) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "opted_out", Value(true));
  carry_out(order_of(Direction::kPull, true, true), id);
  EXPECT_EQ(value_here(id, "opted_out"), Value(true));
  world.sync();
  EXPECT_TRUE(holds("Lead", lead, "HasOptedOutOfEmail = true"));
  expect_quiet();
}

TEST_F(S6, AnOwnerChangedByAForcedPullIsAnOwnerChange) {
  World& world = begin();
  const std::string ana = world.user("ana@acme.test");
  world.user("bo@acme.test");
  const std::string lead = known_lead({{"OwnerId", Value(ana)}});
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "owner", Value("bo@acme.test"));
  carry_out(kForcedPull, id);
  EXPECT_EQ(world.prospect_of(lead).owner_name, "ana@acme.test");
}

TEST_F(S6, APullOfALeadThatWasConvertedGoesOnToItsContact) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  sandbox::Conversion conversion;
  conversion.lead = lead;
  conversion.account = world.account("Acme");
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted) << converted.error().message;
  world.edit("Contact", converted->contact, {{"Title", Value("theirs")}});
  EXPECT_EQ(carry_out(kPull, id).outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(links_of(id).front().remote.str(), converted->contact);
  EXPECT_EQ(value_here(id, "title"), Value("theirs"));
}

// ---- what can't be done, and why ----

TEST_F(S6, APullOfAnUnlinkedProspectSaysSoAndTheOthersGoOn) {
  World& world = begin([](WorldOptions& o) { o.writes = false; });
  const std::string lead = known_lead();
  const ProspectId linked = prospect_of(lead);
  const ProspectId unlinked = world.make_here({{"email", Value("bo@x.test")}, {"last_name", Value("Bo")}});
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  const OnDemandReport report = carry_out(kPull, {linked, unlinked, ProspectId{999}});
  ASSERT_EQ(report.rows.size(), 3U);
  EXPECT_EQ(report.rows[0].outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(report.rows[1].outcome, OnDemandOutcome::kRefused);
  EXPECT_EQ(report.rows[1].code, "NOT_LINKED");
  EXPECT_EQ(report.rows[2].code, "UNKNOWN_PROSPECT");
}

TEST_F(S6, APullOfADeletedRecordSaysSo) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.remove(lead);
  EXPECT_EQ(carry_out(kForcedPull, id).code, "DELETED_IN_CRM");
  const int64_t rows = world.store().rows_written();
  EXPECT_EQ(carry_out(kForcedPull, id).code, "DELETED_IN_CRM");
  EXPECT_EQ(world.store().rows_written(), rows);
}

TEST_F(S6, WhereATypesFlowIsOffNothingIsForced) {
  World& world = begin([](WorldOptions& o) {
    o.writes = false;
    o.on_connection = [](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types)
        type.inbound_update = false;
    };
  });
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  EXPECT_EQ(carry_out(kForcedPull, id).code, "INBOUND_UPDATE_OFF");
  EXPECT_EQ(carry_out(kForcedPush, id).code, "OUTBOUND_UPDATE_OFF");
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
}

// ---- push ----

TEST_F(S6, AForcedPushReplacesWhatTheCrmHasChanged) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}, {"Phone", Value("5")}});
  const OnDemandRow row = carry_out(kForcedPush, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(row.code, "FORCED_TO_CRM");
  EXPECT_TRUE(holds("Lead", lead, "Title = 'old'"));
  EXPECT_EQ(value_here(id, "title"), Value("old"));
  EXPECT_THAT(reasons_of(id), Contains("FORCED_TO_CRM"));
  EXPECT_THAT(reasons_of(id), Contains("PUSHED"));
  expect_quiet();
  expect_nothing_more(kForcedPush, id);
}

TEST_F(S6, AForcedPushCarriesAStandingDifferenceOverAndAnUnforcedOneDoesNot) {
  begin();
  std::string lead;
  const ProspectId id = standing_difference(lead);
  EXPECT_EQ(carry_out(kPush, id).outcome, OnDemandOutcome::kUnchanged);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
  EXPECT_EQ(carry_out(kForcedPush, id).outcome, OnDemandOutcome::kChanged);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'ours'"));
  expect_quiet();
}

TEST_F(S6, AnUnforcedPushSendsWhatWasChangedHere) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "title", Value("ours"));
  const OnDemandRow row = carry_out(kPush, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(row.code, "PUSHED");
  EXPECT_TRUE(holds("Lead", lead, "Title = 'ours'"));
  expect_nothing_more(kPush, id);
}

TEST_F(S6, AForcedPushLeavesAFieldThatTheMappingOnlyTakesIn) {
  World& world = begin(with_field("Title", [](auto& field) { field.direction = mapping::Direction::kIn; }));
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  carry_out(kForcedPush, id);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'"));
}

TEST_F(S6, AForcedPushSkipsBlanksUnlessTheyAreIncluded) {
  World& world = begin([](WorldOptions& o) { o.blanks_in = mapping::Blanks::kSkip; });
  const std::string lead = known_lead({{"Phone", Value("1")}});
  const ProspectId id = prospect_of(lead);
  world.edit_here(id, "phone", Value::null());
  carry_out(kForcedPush, id);
  EXPECT_TRUE(holds("Lead", lead, "Phone = '1'"));
  const OnDemandOrder with_blanks = order_of(Direction::kPush, true, true);
  EXPECT_EQ(carry_out(with_blanks, id).outcome, OnDemandOutcome::kChanged);
  EXPECT_TRUE(holds("Lead", lead, "Phone = null"));
  expect_quiet();
  expect_nothing_more(with_blanks, id);
}

TEST_F(S6, AForcedPushNeverClearsAnOptOutOfTheCrms) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"HasOptedOutOfEmail", Value(true)}});
  carry_out(order_of(Direction::kPush, true, true), id);
  EXPECT_TRUE(holds("Lead", lead, "HasOptedOutOfEmail = true"));
  EXPECT_EQ(value_here(id, "opted_out"), Value(true));
  expect_quiet();
}

TEST_F(S6, APushOfAnUnlinkedProspectMakesItsRecordOnce) {
  World& world = begin();
  world.sync();
  const ProspectId id = world.make_here({{"email", Value("bo@x.test")}, {"last_name", Value("Bo")}});
  const OnDemandRow row = carry_out(kPush, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
  EXPECT_EQ(row.code, "CREATED_IN_CRM");
  EXPECT_EQ(count("Contact", "Email = 'bo@x.test'"), 1U);
  expect_nothing_more(kPush, id);
  EXPECT_EQ(count("Contact", "Email = 'bo@x.test'"), 1U);
}

TEST_F(S6, APushThatTheCrmRefusesSaysItsWords) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"refuse_row","on":{"operation":"update","object":"Lead"},"with":{"message":"Titles are frozen"}}]})"));
  const OnDemandRow row = carry_out(kForcedPush, id);
  EXPECT_EQ(row.outcome, OnDemandOutcome::kRefused);
  EXPECT_EQ(row.code, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  EXPECT_THAT(row.message, testing::HasSubstr("Titles are frozen"));
}

TEST_F(S6, APushWhoseRowIsLockedWaitsAndArrives) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"lock_row","on":{"operation":"update"},"when":{"times":2}}]})"));
  EXPECT_EQ(carry_out(kForcedPush, id).outcome, OnDemandOutcome::kWaiting);
  world.scheduler().run_for(std::chrono::minutes{5});
  EXPECT_TRUE(holds("Lead", lead, "Title = 'old'"));
  expect_quiet();
}

// ---- dry run ----

TEST_F(S6, ADryRunTellsWhatWouldChangeAndWritesNothing) {
  World& world = begin();
  const std::string lead = known_lead();
  const ProspectId id = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  const int64_t rows = world.store().rows_written();
  const int64_t writes = world.org().writes();
  for (OnDemandOrder order : {kPull, kForcedPull, kForcedPush}) {
    order.dry_run = true;
    const OnDemandRow row = carry_out(order, id);
    EXPECT_EQ(row.outcome, OnDemandOutcome::kChanged);
    ASSERT_EQ(row.changes.size(), 1U);
    const bool pulls = order.direction == Direction::kPull;
    EXPECT_EQ(row.changes[0].before, Value(pulls ? "old" : "theirs"));
    EXPECT_EQ(row.changes[0].after, Value(pulls ? "theirs" : "old"));
  }
  EXPECT_EQ(world.store().rows_written(), rows);
  EXPECT_EQ(world.org().writes(), writes);
}

// ---- many at once, and a kill ----

TEST_F(S6, TwoThousandAreReadInOneCallAndWrittenInTen) {
  World& world = begin();
  std::vector<std::string> leads;
  for (size_t i = 0; i < engine::kOnDemandMax; ++i)
    leads.push_back(world.lead("l" + std::to_string(i) + "@x.test", {{"Title", Value("old")}}));
  world.sync();
  std::vector<ProspectId> ids;
  for (const store::ProspectRow& row : world.prospects())
    ids.push_back(row.prospect.id);
  for (const std::string& lead : leads)
    world.edit("Lead", lead, {{"Title", Value("theirs")}});
  write_calls_ = re_reads_ = 0;
  const OnDemandReport report = carry_out(kForcedPush, ids);
  EXPECT_TRUE(std::ranges::all_of(
      report.rows, [](const OnDemandRow& row) { return row.outcome == OnDemandOutcome::kChanged; }));
  EXPECT_EQ(count("Lead", "Title = 'old'"), leads.size());
  EXPECT_EQ(re_reads_, 1);
  EXPECT_EQ(write_calls_, 10);
}

/// An order over a file, stopped at the `stop_at`-th commit point after it was given (0: never), and given
/// again after a new start.
struct Played {
  Picture end;
  std::string title_in_the_crm;
  int points = 0;
};

Played play_order(const OnDemandOrder& order, int stop_at) {
  const Scratch scratch;
  Played played;
  bool given = false;
  WorldOptions options;
  options.writes = true;
  options.database = scratch.file("prospectd.db");
  options.on_commit = [&](store::CommitPoint) { return !given || ++played.points != stop_at; };
  World world(std::move(options));
  const std::string lead = world.lead("ana@x.test", {{"Title", Value("old")}});
  world.sync();
  const ProspectId id = world.prospect_of(lead).prospect.id;
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  // What a pull is to replace; whatever a start of the daemon makes of it first, it ends the same.
  if (order.direction == Direction::kPull) world.edit_here(id, "title", Value("ours"));
  given = true;
  OnDemandOrder asked = order;
  asked.prospects = {id};
  if (!world.on_demand(asked) || (stop_at > 0 && played.points >= stop_at)) {
    world.restart([](WorldOptions& o) { o.on_commit = {}; });
    EXPECT_TRUE(world.on_demand(asked));
  }
  const int points = played.points;
  world.scheduler().run_for(std::chrono::minutes{30});
  world.sync();
  played.points = points;
  played.end = world.picture();
  const auto rows = world.org().rows_matching(*world.org().table("Lead"), "Title = 'theirs'");
  played.title_in_the_crm = rows && !rows->empty() ? "theirs" : "old";
  const int64_t written = world.store().rows_written();
  const int64_t writes = world.org().writes();
  EXPECT_TRUE(world.on_demand(asked));
  EXPECT_EQ(world.store().rows_written(), written) << "stopped at " << stop_at;
  EXPECT_EQ(world.org().writes(), writes) << "stopped at " << stop_at;
  return played;
}

TEST(S6Killed, AForcedUpdateEndsTheSameAndASecondOneWritesNothing) {
  for (const OnDemandOrder& order : {kForcedPull, kForcedPush}) {
    const Played whole = play_order(order, 0);
    ASSERT_GT(whole.points, 0);
    EXPECT_EQ(whole.title_in_the_crm, order.direction == Direction::kPull ? "theirs" : "old");
    for (int point = 1; point <= whole.points; ++point) {
      const Played stopped = play_order(order, point);
      EXPECT_EQ(stopped.end, whole.end) << "commit point " << point;
      EXPECT_EQ(stopped.title_in_the_crm, whole.title_in_the_crm) << "commit point " << point;
    }
  }
}

}  // namespace
}  // namespace prospectd::test
