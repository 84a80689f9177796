// Changes made here reach the CRM, once and in order, and what comes back of them changes nothing (SEMANTICS
// §11; FAULTS F24–F40).
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/scenarios/both_ways.h"
#include "tests/support/scratch.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using reconcile::PushState;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

using Outbound = BothWays;

std::string lead_named(World& world, const std::string& email) {
  return world.lead(email, {{"Title", Value("old")}});
}

TEST_F(Outbound, AnEditReachesTheCrmAndItsEchoChangesNothing) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("VP Sales"));
  const auto pushed = world.push();
  EXPECT_EQ(pushed.written, 1);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'VP Sales'"));
  EXPECT_THAT(world.outbox_of(prospect), IsEmpty());
  EXPECT_THAT(reasons_of(prospect), Contains("PUSHED"));
  expect_quiet();
  EXPECT_EQ(value_here(prospect, "title"), Value("VP Sales"));
}

TEST_F(Outbound, ABlankIsToldAsWhatTheMappingWritesForIt) {
  World& world = begin(with_field("Title", [](auto& field) { field.default_out = "[not provided]"; }));
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value::null());
  EXPECT_EQ(world.push().written, 1);
  EXPECT_TRUE(holds("Lead", lead, "Title = '[not provided]'"));
  const auto rows = world.reader()->journal_of(prospect, 100);
  ASSERT_TRUE(rows && !rows->empty());
  EXPECT_EQ(rows->back().entry.reason, reconcile::Reason::kPushed);
  EXPECT_THAT(rows->back().entry.detail, testing::EndsWith(", written as \"[not provided]\""));
}

TEST_F(Outbound, F11_AChangeOfAFieldThatTheCrmHasNotIsGivenUpForAPersonToSee) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  sandbox::Knobs knobs = world.front().knobs();
  knobs.hidden_fields["lead"] = {"title"};
  world.front().set_knobs(knobs);
  const ProspectId prospect = prospect_of(lead);
  world.sync();
  world.edit_here(prospect, "title", Value("VP"));
  world.edit_here(prospect, "phone", Value("1"));
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "Phone = '1'")) << "the rest goes on";
  const auto entries = world.outbox_of(prospect);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, PushState::kDead);
  EXPECT_EQ(entries[0].code, "FIELD_MISSING");
  EXPECT_THAT(entries[0].error, HasSubstr("Lead has no field Title in the CRM now"));
  knobs.hidden_fields.clear();
  world.front().set_knobs(knobs);
  world.sync();
  world.edit_here(prospect, "phone", Value("2"));  // or a person tries the write again
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "Title = 'VP' AND Phone = '2'"));
  expect_quiet();
}

TEST_F(Outbound, ASyncPushesWhatItsPollHasLeft) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  world.edit_here(prospect_of(lead), "title", Value("VP Sales"));
  EXPECT_EQ(world.sync().pushes.written, 1);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'VP Sales'"));
}

TEST_F(Outbound, OnlyTheChangedFieldsAreWritten) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  world.edit_here(prospect_of(lead), "title", Value("VP Sales"));
  std::string body;
  world.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
    if (request.method == "PATCH") body = request.body;
  });
  world.push();
  EXPECT_THAT(body, HasSubstr("VP Sales"));
  EXPECT_THAT(body, testing::Not(HasSubstr("LastName")));
}

TEST_F(Outbound, F40_AChangeThatIsTakenBackBeforeItsPushIsNotWritten) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("VP"));
  world.edit_here(prospect, "title", Value("old"));
  const int64_t writes = world.org().writes();
  world.push();
  EXPECT_EQ(world.org().writes(), writes);
  expect_quiet();
}

TEST_F(Outbound, TheOwnerGoesOutThroughTheUserMap) {
  World& world = begin();
  const std::string ana = world.user("ana@acme.test");
  const std::string bo = world.user("bo@acme.test");
  const std::string lead = world.lead("x@x.test", {{"OwnerId", Value(ana)}});
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "owner", Value("bo@acme.test"));
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "OwnerId = '" + bo + "'"));
  expect_quiet();
}

TEST_F(Outbound, AFresherValueOfTheCrmIsNotOverwrittenUnseen) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("ours"));
  world.scheduler().run_for(std::chrono::minutes{5});
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  re_reads_ = 0;
  world.push();
  EXPECT_EQ(re_reads_, 1) << "the last poll is old";
  EXPECT_TRUE(holds("Lead", lead, "Title = 'theirs'")) << "crm_wins";
  EXPECT_EQ(value_here(prospect, "title"), Value("theirs"));
  EXPECT_THAT(reasons_of(prospect), Contains("CONFLICT_CRM_WINS"));
  expect_quiet();
}

struct RuleCase {
  mapping::ConflictRule rule;
  const char* in_the_crm;
  const char* here;
};
class BothSidesEdited : public BothWays, public testing::WithParamInterface<RuleCase> {};

TEST_P(BothSidesEdited, EndAsTheRuleSaysAndBothValuesAreKept) {
  World& world = begin([](WorldOptions& o) { o.conflict = GetParam().rule; });
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit("Lead", lead, {{"Title", Value("theirs")}});
  world.scheduler().run_for(std::chrono::minutes{1});
  world.edit_here(prospect, "title", Value("ours"));
  world.sync();
  EXPECT_TRUE(holds("Lead", lead, std::string("Title = '") + GetParam().in_the_crm + "'"));
  EXPECT_EQ(value_here(prospect, "title"), Value(GetParam().here));
  const auto rows = world.reader()->journal_of(prospect, 1'000);
  const auto both = [](const store::JournalRow& row) {
    return row.entry.detail.find("theirs") != std::string::npos &&
           row.entry.detail.find("ours") != std::string::npos;
  };
  EXPECT_TRUE(std::ranges::any_of(*rows, both)) << "I7";
  if (GetParam().rule != mapping::ConflictRule::kReview) expect_quiet();
}
INSTANTIATE_TEST_SUITE_P(Rules, BothSidesEdited,
                         testing::Values(RuleCase{mapping::ConflictRule::kCrmWins, "theirs", "theirs"},
                                         RuleCase{mapping::ConflictRule::kProspectWins, "ours", "ours"},
                                         RuleCase{mapping::ConflictRule::kNewest, "ours", "ours"},
                                         RuleCase{mapping::ConflictRule::kFillBlank, "theirs", "ours"},
                                         RuleCase{mapping::ConflictRule::kReview, "theirs", "ours"}),
                         [](const auto& tested) { return std::string(name_of(tested.param.rule)); });

TEST_F(Outbound, F28_ARefusedRowIsSetApartWithTheCrmsOwnWordsAndTheOthersGoOn) {
  World& world = begin();
  std::vector<std::string> leads;
  for (int i = 0; i < 5; ++i)
    leads.push_back(lead_named(world, "lead" + std::to_string(i) + "@x.test"));
  world.sync();
  for (const std::string& lead : leads)
    world.edit_here(prospect_of(lead), "title", Value("new"));
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"refuse_row","on":{"operation":"update","object":"Lead","where":"Email = 'lead2@x.test'"},"with":{"message":"Titles are frozen"}}]})"));
  const auto pushed = world.push();
  EXPECT_EQ(pushed.written, 4);
  EXPECT_EQ(pushed.refused, 1);
  const auto entries = world.outbox_of(prospect_of(leads[2]));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, PushState::kDead);
  EXPECT_EQ(entries[0].code, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  EXPECT_THAT(entries[0].error, HasSubstr("Titles are frozen"));
  EXPECT_EQ(count("Lead", "Title = 'new'"), 4U);
}

TEST_F(Outbound, F29_ALockedRowIsTriedAgainUntilItIsFree) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  world.edit_here(prospect_of(lead), "title", Value("new"));
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"lock_row","on":{"operation":"update"},"when":{"times":3}}]})"));
  world.push();
  EXPECT_FALSE(holds("Lead", lead, "Title = 'new'"));
  world.scheduler().run_for(std::chrono::minutes{2});
  EXPECT_TRUE(holds("Lead", lead, "Title = 'new'"));
  EXPECT_THAT(world.outbox_of(prospect_of(lead)), IsEmpty());
}

TEST_F(Outbound, F24_AnUpdateWhoseAnswerIsLostIsLookedUpAndNotRepeated) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("new"));
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"drop","on":{"operation":"update"},"when":{"times":1}}]})"));
  world.push();
  ASSERT_EQ(world.outbox_of(prospect).size(), 1U);
  EXPECT_EQ(world.outbox_of(prospect)[0].state, PushState::kInDoubt);
  const int64_t writes = world.org().writes();
  world.scheduler().run_for(std::chrono::minutes{5});
  EXPECT_TRUE(holds("Lead", lead, "Title = 'new'"));
  EXPECT_EQ(world.org().writes(), writes) << "it had arrived";
  expect_quiet();
}

TEST_F(Outbound, F24_WhatIsChangedHereWhileAnAnswerIsLostIsNotTakenForAConflict) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("first"));
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"drop","on":{"operation":"update"},"when":{"times":1}}]})"));
  world.push();
  world.edit_here(prospect, "title", Value("second"));
  world.scheduler().run_for(std::chrono::minutes{5});
  EXPECT_TRUE(holds("Lead", lead, "Title = 'second'"));
  EXPECT_EQ(value_here(prospect, "title"), Value("second"));
  EXPECT_THAT(reasons_of(prospect), testing::Not(Contains("CONFLICT_CRM_WINS")));
  expect_quiet();
}

TEST_F(Outbound, ADaemonThatWasKilledWithRowsUnderWayKnowsWhatHasArrived) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("first"));
  world.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
    if (request.method == "PATCH") world.transport().cancel_all();
  });
  world.push();
  EXPECT_TRUE(holds("Lead", lead, "Title = 'first'"));
}

TEST_F(Outbound, S4_AChangeOfAConvertedLeadGoesToItsContact) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  const std::string account = world.account("Acme");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("new"));
  sandbox::Conversion conversion;
  conversion.lead = lead;
  conversion.account = account;
  const auto converted = world.org().convert(conversion);
  ASSERT_TRUE(converted) << converted.error().message;
  world.push();
  world.scheduler().run_for(std::chrono::minutes{5});
  world.sync();
  EXPECT_TRUE(holds("Contact", converted->contact, "Title = 'new'"));
  EXPECT_EQ(links_of(prospect).front().remote.str(), converted->contact);
  expect_quiet();
}

TEST_F(Outbound, WhatIsToBeWrittenToADeletedRecordIsDroppedAndSaid) {
  World& world = begin();
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  const ProspectId prospect = prospect_of(lead);
  world.edit_here(prospect, "title", Value("new"));
  world.remove(lead);
  world.push();
  EXPECT_THAT(world.outbox_of(prospect), IsEmpty());
  EXPECT_THAT(reasons_of(prospect), Contains("RECORD_GONE"));
  expect_quiet();
}

TEST_F(Outbound, AnOptOutIsTakenBackToTheCrmThatSaysOtherwise) {
  World& world = begin();
  const std::string lead = world.lead("ana@x.test", {{"HasOptedOutOfEmail", Value(true)}});
  world.sync();
  world.edit("Lead", lead, {{"HasOptedOutOfEmail", Value(false)}});
  world.sync();
  EXPECT_TRUE(holds("Lead", lead, "HasOptedOutOfEmail = true"));
  EXPECT_EQ(value_here(prospect_of(lead), "opted_out"), Value(true));
  expect_quiet();
}

TEST_F(Outbound, F33_PastItsShareOfTheAllowanceOnlyUrgentChangesGoOut) {
  World& world = begin();
  const std::string calm = lead_named(world, "calm@x.test");
  const std::string urgent = lead_named(world, "urgent@x.test");
  world.sync();
  sandbox::Knobs knobs = world.front().knobs();
  knobs.daily_limit = 100;
  world.front().set_knobs(knobs);
  for (int i = 0; i < 20 && world.supervisor().status().front().usage.used < 82; ++i)
    world.sync();
  world.edit_here(prospect_of(calm), "title", Value("new"));
  world.edit_here(prospect_of(urgent), "opted_out", Value(true));
  world.push();
  EXPECT_TRUE(holds("Lead", urgent, "HasOptedOutOfEmail = true"));
  EXPECT_FALSE(holds("Lead", calm, "Title = 'new'"));
  EXPECT_THAT(world.supervisor().status().front().push_held_back, HasSubstr("allowance"));
}

TEST_F(Outbound, ManyEditsTakeFiftyCallsForTenThousandAndFiveReadsAtMost) {
  World& world = begin();
  constexpr int kMany = 10'000;
  std::vector<std::string> leads;
  for (int i = 0; i < kMany; ++i)
    leads.push_back(lead_named(world, "lead" + std::to_string(i) + "@x.test"));
  world.sync();
  for (const store::ProspectRow& row : world.prospects())
    world.edit_here(row.prospect.id, "title", Value("new"));
  write_calls_ = re_reads_ = 0;
  EXPECT_EQ(world.push().written, kMany);
  EXPECT_EQ(count("Lead", "Title = 'new'"), static_cast<size_t>(kMany));
  EXPECT_EQ(write_calls_, 50);
  EXPECT_LE(re_reads_, 5);
  expect_quiet();
}

// What was sent arrived, and its answer told of a failure; meanwhile somebody has edited the field once more.
TEST_F(Outbound, S11_AnOwnWriteThatComesBackIsNoChangeOfTheCrms_ThoughItsAnswerToldOfAFailure) {
  for (const char* fault : {R"("fault":"drop")", R"("fault":"unavailable","with":{"committed":true})"}) {
    World& world = begin();
    const std::string lead = world.lead("ana@x.test", {{"Title", Value("A")}});
    world.sync();
    const ProspectId id = prospect_of(lead);
    ASSERT_TRUE(world.front().play_faults(R"({"seed":1,"rules":[{)" + std::string(fault) +
                                          R"(,"on":{"operation":"update"},"when":{"times":1}}]})"))
        << fault;
    world.edit_here(id, "title", Value("B"));
    world.push();
    EXPECT_TRUE(holds("Lead", lead, "Title = 'B'")) << fault;
    world.edit_here(id, "title", Value("C"));
    world.sync();
    EXPECT_EQ(value_here(id, "title"), Value("C")) << fault;
    world.scheduler().run_for(std::chrono::minutes(30));
    world.sync();
    EXPECT_TRUE(holds("Lead", lead, "Title = 'C'")) << fault;
    expect_quiet();
  }
}

/// No file grows while it lives.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) { ::getrlimit(RLIMIT_FSIZE, &before_); }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  void fill(const std::string& file) const {
    const rlimit tight{std::filesystem::file_size(file), before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

// The disk fills up between a write and the note of it: it is looked up once there is room, and not only when
// its lease would have ended.
TEST_F(Outbound, F46_WhatADiskThatWasFullLeftUnderWayGoesOnWhenThereIsSpace) {
  const Scratch scratch;
  const std::string database = scratch.file("prospectd.db");
  World& world = begin([&](WorldOptions& o) { o.database = database; });
  const std::string lead = lead_named(world, "ana@x.test");
  world.sync();
  world.edit_here(prospect_of(lead), "title", Value("new"));
  {
    const FullDisk disk;
    world.transport().set_observer([&](const http::Request& request, const Result<http::Response>&) {
      if (request.method == "PATCH") disk.fill(database + "-wal");
    });
    world.push();
  }
  world.transport().set_observer({});
  EXPECT_EQ(world.reader()->totals()->outbox, 1);
  world.scheduler().run_for(std::chrono::minutes(3));
  EXPECT_EQ(world.reader()->totals()->outbox, 0);
  EXPECT_TRUE(holds("Lead", lead, "Title = 'new'"));
  expect_quiet();
}

}  // namespace
}  // namespace prospectd::test
