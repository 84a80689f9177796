// The drift scan (SEMANTICS §4, §11; F13): what polls can't see is found and mended as a plan, what they
// bring is left to them, and nothing is deleted because somebody lost sight of it.
#include <algorithm>

#include "tests/scenarios/both_ways.h"

namespace prospectd::test {
namespace {

using engine::DriftRow;
using engine::VerifyOrder;
using engine::VerifyReport;
using mapping::Value;
using reconcile::DriftKind;
using reconcile::Verification;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr seconds kLongBefore{7'200};  // far beyond the overlap of ten minutes

class F13 : public BothWays {
 protected:
  /// Records of an earlier day that both sides know, and a newer one that takes the cursor past them.
  World& begin_known(const std::function<void(WorldOptions&)>& more = {}) {
    World& world = begin(more);
    ada_ = world.lead("ada@x.test", {{"Title", Value("CEO")}});
    bob_ = world.contact("bob@x.test");
    acme_ = world.account("Acme");
    move_on();
    return world;
  }
  void move_on() {
    World& world = *world_;
    world.sync();
    world.scheduler().run_for(kLongBefore * 3);
    const std::string number = std::to_string(++newest_);
    world.lead("newest" + number + "@x.test");
    world.contact("newest-contact" + number + "@x.test");
    world.account("newest " + std::to_string(newest_));
    world.sync();
    world.scheduler().run_for(seconds{60});
  }
  std::string slip_in(const std::string& object, const Fields& fields) {
    sandbox::WriteOptions late;
    late.stamped_before = kLongBefore;
    const auto made = world_->org().create(object, fields, late);
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : std::string();
  }
  void purge(const std::string& id) { EXPECT_TRUE(world_->org().purge(id)); }

  VerifyReport verify(bool repair, bool yes = false) {
    VerifyOrder order;
    order.repair = repair;
    order.yes = yes;
    auto report = world_->try_verify(std::move(order));
    EXPECT_TRUE(report) << report.error().text();
    EXPECT_TRUE(!report || !report->failed) << report->failed->text();
    return report ? *std::move(report) : VerifyReport{};
  }
  static Verification of(const VerifyReport& report, const std::string& object) {
    const auto found = std::ranges::find(report.objects, object, &Verification::object);
    EXPECT_NE(found, report.objects.end()) << object;
    return found == report.objects.end() ? Verification{} : *found;
  }
  static int64_t found(const VerifyReport& report) {
    int64_t sum = 0;
    for (const Verification& one : report.objects)
      sum += one.counts.found();
    return sum;
  }
  /// A scan that finds nothing, and a poll that finds nothing.
  void expect_agreed() {
    const int64_t rows = world_->store().rows_written();
    EXPECT_EQ(found(verify(true)), 0);
    EXPECT_EQ(world_->store().rows_written() - rows, 3) << "one row a scanned object, and no other";
    expect_quiet();
  }

  std::string ada_;
  std::string bob_;
  std::string acme_;
  int newest_ = 0;
};

TEST_F(F13, WithoutDriftNothingIsWrittenAndTheCallsAreFew) {
  World& world = begin_known();
  const int64_t rows = world.store().rows_written();
  const VerifyReport report = verify(true);
  EXPECT_THAT(report.rows, IsEmpty());
  EXPECT_EQ(report.objects.size(), 3U);
  EXPECT_EQ(of(report, "Lead").counts.compared, 2);
  EXPECT_TRUE(of(report, "Lead").finished_at);
  EXPECT_EQ(world.store().rows_written() - rows, 3) << "only that it was scanned";
  EXPECT_EQ(report.calls, 6) << "a count and a list for each object";
  const auto kept = world.reader()->verifications();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 3U);
}

TEST_F(F13, ARecordPurgedWithoutATraceIsFoundAndItsLinkClosed) {
  World& world = begin_known();
  const ProspectId id = prospect_of(ada_);
  purge(ada_);
  world.sync();
  EXPECT_FALSE(links_of(id).front().deleted) << "no poll can see it";

  const VerifyReport told = verify(false);
  ASSERT_EQ(told.rows.size(), 1U);
  const DriftRow& row = told.rows.front();
  EXPECT_EQ(row.kind, DriftKind::kGoneThere);
  EXPECT_EQ(row.remote.str(), ada_);
  EXPECT_EQ(row.prospect, id);
  EXPECT_EQ(row.action, "delete");
  EXPECT_EQ(row.code, "GONE_FROM_CRM");
  EXPECT_FALSE(row.repaired);
  EXPECT_FALSE(links_of(id).front().deleted) << "it was only told";

  const VerifyReport repaired = verify(true);
  EXPECT_EQ(of(repaired, "Lead").counts.gone, 1);
  EXPECT_EQ(of(repaired, "Lead").counts.repaired, 1);
  EXPECT_TRUE(links_of(id).front().deleted);
  EXPECT_THAT(world.prospect_of(ada_).tags, Contains("crm-deleted"));
  EXPECT_THAT(reasons_of(id), Contains("GONE_FROM_CRM"));
  expect_agreed();
}

TEST_F(F13, AnAccountThatWasPurgedIsFoundToo) {
  World& world = begin_known();
  purge(acme_);
  EXPECT_EQ(of(verify(true), "Account").counts.gone, 1);
  const auto journal = world.reader()->journal_of_remote(RemoteId(acme_), 10);
  ASSERT_TRUE(journal);
  ASSERT_EQ(journal->size(), 1U);
  EXPECT_EQ(journal->front().entry.reason, reconcile::Reason::kGoneFromCrm);
  EXPECT_EQ(journal->front().cause_kind, "verify");
  EXPECT_EQ(journal->front().actor, "a person");
  expect_agreed();
}

TEST_F(F13, ARecordSlippedInWithAnOldStampIsFoundAndImported) {
  World& world = begin_known();
  const std::string late = slip_in(
      "Lead", {{"LastName", Value("Late")}, {"Company", Value("Acme")}, {"Email", Value("late@x.test")}});
  world.sync();
  const size_t before = world.prospects().size();
  const VerifyReport told = verify(false);
  ASSERT_EQ(told.rows.size(), 1U);
  EXPECT_EQ(told.rows[0].kind, DriftKind::kMissingHere);
  EXPECT_EQ(told.rows[0].action, "create");
  EXPECT_EQ(told.effects.created, 1) << "what a repair would do";
  EXPECT_EQ(world.prospects().size(), before);
  EXPECT_EQ(of(verify(true), "Lead").counts.repaired, 1);
  EXPECT_EQ(world.prospect_of(late).prospect.addresses.front().key, "late@x.test");
  expect_agreed();
}

TEST_F(F13, AChangeSlippedInWithAnOldStampIsFoundAndTaken) {
  World& world = begin_known();
  sandbox::WriteOptions late;
  late.stamped_before = kLongBefore;
  ASSERT_TRUE(world.org().update("Lead", ada_, {{"Title", Value("CFO")}}, late));
  world.sync();
  const ProspectId id = prospect_of(ada_);
  EXPECT_EQ(value_here(id, "title"), Value("CEO"));
  const VerifyReport report = verify(true);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows[0].kind, DriftKind::kStale);
  EXPECT_EQ(report.rows[0].action, "update");
  EXPECT_TRUE(report.rows[0].repaired);
  EXPECT_EQ(value_here(id, "title"), Value("CFO"));
  expect_agreed();
}

TEST_F(F13, ARecordThatABackupTookBackIsUnexpectedAndFollowsTheCrm) {
  World& world = begin_known();
  const auto image = world.org().image();
  world.edit("Lead", ada_, {{"Title", Value("CFO")}});
  move_on();
  const ProspectId id = prospect_of(ada_);
  ASSERT_EQ(value_here(id, "title"), Value("CFO"));
  world.org().put_back(image);
  const VerifyReport report = verify(true);
  EXPECT_EQ(of(report, "Lead").counts.unexpected, 1);
  EXPECT_EQ(of(report, "Lead").counts.gone, 1) << "the lead that was made since";
  EXPECT_EQ(value_here(id, "title"), Value("CEO"));
}

TEST_F(F13, WhatChangedMeanwhileIsNoDriftForThePollBringsIt) {
  World& world = begin_known();
  world.edit("Lead", ada_, {{"Title", Value("CFO")}});
  const std::string made = world.contact("made@x.test");
  world.remove(bob_);
  const VerifyReport report = verify(true);
  EXPECT_THAT(report.rows, IsEmpty());
  EXPECT_EQ(found(report), 0);
  world.sync();
  EXPECT_EQ(value_here(prospect_of(ada_), "title"), Value("CFO"));
  EXPECT_EQ(world.prospect_of(made).links.size(), 1U);
  EXPECT_THAT(world.prospect_of(bob_).tags, Contains("crm-deleted"));
}

TEST_F(F13, WhatIsKeptOutHeldBackOrDeletedIsNoDrift) {
  World& world = begin_known([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& connection) {
      for (mapping::TypeSpec& type : connection.types)
        type.create_when = "-email:kept.out@x.test";
    };
  });
  world.lead("kept.out@x.test");
  world.lead("ada@x.test");
  world.remove(bob_);
  move_on();
  ASSERT_EQ(world.duplicates().size(), 1U);
  const VerifyReport report = verify(true);
  EXPECT_THAT(report.rows, IsEmpty());
  expect_agreed();
}

TEST_F(F13, ARecordThatIsShownAgainComesBack) {
  World& world = begin_known();
  const auto image = world.org().image();
  const ProspectId id = prospect_of(ada_);
  purge(ada_);
  verify(true);
  ASSERT_TRUE(links_of(id).front().deleted);
  world.org().put_back(image);
  const VerifyReport report = verify(true);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows[0].action, "restore");
  EXPECT_FALSE(links_of(id).front().deleted);
  EXPECT_THAT(world.prospect_of(ada_).tags, IsEmpty());
  expect_agreed();
}

TEST_F(F13, AnEmptyCrmStopsTheScanAfterACallAndNothingIsDeleted) {
  World& world = begin();
  std::vector<std::string> leads;
  for (int i = 0; i < 120; ++i)
    leads.push_back(world.lead("p" + std::to_string(i) + "@x.test"));
  move_on();
  for (const std::string& lead : leads)
    purge(lead);
  const VerifyReport report = verify(true);
  const Verification lead = of(report, "Lead");
  EXPECT_EQ(lead.code, "MASS_CHANGE");
  EXPECT_THAT(lead.trouble, HasSubstr("120 of 121 linked records of Lead"));
  EXPECT_THAT(lead.trouble, HasSubstr("--yes"));
  EXPECT_EQ(lead.counts.repaired, 0);
  EXPECT_TRUE(of(report, "Contact").code.empty()) << "the others go on";
  for (const store::ProspectRow& row : world.prospects())
    EXPECT_THAT(row.tags, IsEmpty());

  const VerifyReport confirmed = verify(true, true);
  EXPECT_EQ(of(confirmed, "Lead").counts.gone, 120);
  EXPECT_EQ(of(confirmed, "Lead").counts.repaired, 120);
  expect_agreed();
}

TEST_F(F13, ManyThatAreMovedToTheBinUnseenBrakeToo) {
  World& world = begin();
  std::vector<std::string> leads;
  for (int i = 0; i < 60; ++i)
    leads.push_back(world.lead("p" + std::to_string(i) + "@x.test"));
  move_on();
  // New ones take the place of those that go: the count alone says nothing.
  for (const std::string& lead : leads)
    purge(lead);
  for (int i = 0; i < 60; ++i)
    slip_in("Lead", {{"LastName", Value("x")}, {"Company", Value("y")}});
  const VerifyReport report = verify(true);
  EXPECT_EQ(of(report, "Lead").code, "MASS_CHANGE");
  EXPECT_THAT(of(report, "Lead").trouble, HasSubstr("60 of 61 linked records"));
  EXPECT_EQ(of(report, "Lead").counts.missing, 60);
  EXPECT_EQ(of(report, "Lead").counts.gone, 0);
}

TEST_F(F13, FewAmongManyAreFoundWithoutAskingForTheMany) {
  World& world = begin();
  std::vector<std::string> leads;
  for (int i = 0; i < 2'500; ++i)
    leads.push_back(world.lead("p" + std::to_string(i) + "@x.test"));
  move_on();
  purge(leads[3]);
  purge(leads[2'001]);
  const VerifyReport report = verify(true);
  EXPECT_EQ(of(report, "Lead").counts.gone, 2);
  EXPECT_EQ(of(report, "Lead").counts.compared, 2'499);
  EXPECT_EQ(report.calls, 9) << "three counts, four lists, and two that look for those that are missing";
}

TEST_F(F13, AnObjectThatCantBeReadIsNamedAndTheOthersGoOn) {
  World& world = begin_known();
  purge(bob_);
  sandbox::Knobs knobs = world.front().knobs();
  knobs.disabled_objects.insert("account");
  world.front().set_knobs(std::move(knobs));
  const VerifyReport report = verify(true);
  EXPECT_EQ(of(report, "Account").code, "unknown_object");
  EXPECT_THAT(of(report, "Account").trouble, HasSubstr("Account"));
  EXPECT_EQ(of(report, "Contact").counts.repaired, 1);
  EXPECT_TRUE(report.done);
}

TEST_F(F13, AnObjectWhoseQueriesAlwaysFailIsNamedAndTheOthersGoOn) {
  World& world = begin_known();
  purge(bob_);
  ASSERT_TRUE(world.front().play_faults(
      R"({"seed":1,"rules":[{"fault":"unavailable","on":{"operation":"query","object":"Account"}}]})"));
  const VerifyReport report = verify(true);
  EXPECT_EQ(of(report, "Account").code, "server_error");
  EXPECT_EQ(of(report, "Contact").counts.repaired, 1);
  EXPECT_TRUE(report.done);
}

TEST_F(F13, AScanWaitsWhereTheAllowanceIsLow) {
  World& world = begin_known([](WorldOptions& o) {
    o.on_connection = [](engine::ConnectionOptions& connection) { connection.verify.percent = 1; };
  });
  VerifyOrder order;
  order.unhurried = true;
  sandbox::Knobs knobs = world.front().knobs();
  knobs.daily_limit = 200;
  world.front().set_knobs(std::move(knobs));
  world.sync();
  const auto report = world.try_verify(std::move(order));
  ASSERT_TRUE(report);
  EXPECT_THAT(report->held_back, HasSubstr("% of the CRM's daily allowance is used"));
  EXPECT_THAT(report->objects, IsEmpty());
  EXPECT_EQ(report->calls, 0);
  EXPECT_TRUE(verify(false).done) << "one that somebody asked for goes on";
}

}  // namespace
}  // namespace prospectd::test
