// A dry run tells what the next sync does, through the same code, and writes nothing on either side
// (SEMANTICS §12): over several pages, with what the run itself would have made counted in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/local_people.h"
#include "tests/scenarios/spoiler.h"
#include "tests/support/world.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::IsEmpty;
namespace field = mapping::field;

void expect_same(const reconcile::PlanCounts& foretold, const reconcile::PlanCounts& done,
                 const std::string& of) {
  EXPECT_EQ(foretold.read, done.read) << of;
  EXPECT_EQ(foretold.unchanged, done.unchanged) << of;
  EXPECT_EQ(foretold.created, done.created) << of;
  EXPECT_EQ(foretold.without_key, done.without_key) << of;
  EXPECT_EQ(foretold.updated, done.updated) << of;
  EXPECT_EQ(foretold.linked, done.linked) << of;
  EXPECT_EQ(foretold.held, done.held) << of;
  EXPECT_EQ(foretold.held_again, done.held_again) << of;
  EXPECT_EQ(foretold.deleted, done.deleted) << of;
  EXPECT_EQ(foretold.restored, done.restored) << of;
  EXPECT_EQ(foretold.moved, done.moved) << of;
  EXPECT_EQ(foretold.skipped, done.skipped) << of;
  EXPECT_EQ(foretold.quarantined, done.quarantined) << of;
  EXPECT_EQ(foretold.owners, done.owners) << of;
  EXPECT_EQ(foretold.field_errors, done.field_errors) << of;
}

class DryRun : public testing::Test {
 protected:
  explicit DryRun(int page_size = 3, size_t pages_per_commit = 1)
      : world_(options(page_size, pages_per_commit)) {}

  WorldOptions options(int page_size, size_t pages_per_commit) {
    WorldOptions options;
    options.page_size = page_size;
    options.pages_per_commit = pages_per_commit;
    options.on_open = [this](SimTransport& transport) { spoiler_.attach(transport); };
    return options;
  }
  /// A dry run that is seen to write nothing.
  engine::DryRunReport try_out() {
    const Picture before = world_.picture();
    const int64_t rows = world_.store().rows_written();
    const int64_t writes = world_.org().writes();
    const auto cursors = world_.reader()->cursors()->size();
    auto report = world_.dry_run();
    EXPECT_TRUE(report) << report.error().text();
    EXPECT_EQ(world_.store().rows_written(), rows);
    EXPECT_EQ(world_.org().writes(), writes);
    EXPECT_EQ(world_.picture(), before);
    EXPECT_EQ(world_.reader()->cursors()->size(), cursors);
    return report ? *std::move(report) : engine::DryRunReport{};
  }
  /// A dry run, then the sync: both say the same. Answers what the dry run said.
  engine::DryRunReport foretell_and_sync() {
    const engine::DryRunReport report = try_out();
    done_ = world_.sync();
    expect_same(report.summary.people, done_.people, "people");
    EXPECT_EQ(report.summary.objects.size(), done_.objects.size());
    for (const auto& [object, counts] : done_.objects) {
      const auto foretold = report.summary.objects.find(object);
      EXPECT_NE(foretold, report.summary.objects.end()) << object;
      if (foretold != report.summary.objects.end()) expect_same(foretold->second, counts, object);
    }
    EXPECT_FALSE(report.truncated);
    return report;
  }
  static int64_t rows_of(const engine::DryRunReport& report, const std::string& action) {
    return std::ranges::count(report.rows, action, &engine::DryRunRow::action);
  }
  void later() { world_.scheduler().run_for(std::chrono::hours{1}); }

  Spoiler spoiler_;
  World world_;
  engine::CycleSummary done_;
};

TEST_F(DryRun, OfAFirstImportForetellsEverything) {
  const std::string ana = world_.user("ana@acme.test");
  const std::string globex = world_.account("Globex");
  const std::string queue = world_.queue("Inbound");
  for (int i = 0; i < 8; ++i)
    world_.lead("l" + std::to_string(i) + "@x.test", {{"OwnerId", Value(i % 2 == 0 ? ana : queue)}});
  for (int i = 0; i < 4; ++i)
    world_.contact("c" + std::to_string(i) + "@x.test", {{"AccountId", Value(globex)}});
  const std::string blank = world_.lead("blank@x.test");
  world_.edit("Lead", blank, {{"Email", Value::null()}});
  world_.remove(world_.lead("gone@x.test"));
  const auto report = foretell_and_sync();
  EXPECT_EQ(done_.people.created, 13);
  EXPECT_EQ(done_.people.without_key, 1);
  EXPECT_EQ(done_.people.skipped, 1);
  EXPECT_EQ(rows_of(report, "create"), 13);
}

TEST_F(DryRun, ARecordOfALaterPageIsHeldAgainstAProspectThatTheRunItselfWouldMake) {
  const std::string first = world_.lead("shared@x.test");
  for (int i = 0; i < 7; ++i)
    world_.lead("l" + std::to_string(i) + "@x.test");
  const std::string second = world_.lead("Shared@x.test");
  const auto report = foretell_and_sync();
  EXPECT_EQ(done_.people.held, 1);
  const auto held = std::ranges::find(report.rows, "hold", &engine::DryRunRow::action);
  ASSERT_NE(held, report.rows.end());
  EXPECT_EQ(held->remote, second);
  EXPECT_EQ(held->reason, "DUPLICATE_EMAIL");
  EXPECT_EQ(held->prospect, std::to_string(world_.prospect_of(first).prospect.id.value));
}

TEST_F(DryRun, AnObjectIsHeldAgainstWhatAnEarlierObjectWouldMake) {
  for (int i = 0; i < 5; ++i) {
    world_.contact("s" + std::to_string(i) + "@x.test");
    world_.lead("s" + std::to_string(i) + "@x.test");
  }
  foretell_and_sync();
  EXPECT_EQ(done_.people.created, 5);
  EXPECT_EQ(done_.people.held, 5);
}

TEST_F(DryRun, TheSameAddressManyTimesIsHeldAgainstTheFirstEachTime) {
  for (int i = 0; i < 9; ++i)
    world_.lead("s@x.test");
  const auto report = foretell_and_sync();
  EXPECT_EQ(done_.people.created, 1);
  EXPECT_EQ(rows_of(report, "hold"), 8);
}

TEST_F(DryRun, OfEditsForetellsFieldsAndValues) {
  std::vector<std::string> leads;
  for (int i = 0; i < 8; ++i)
    leads.push_back(world_.lead("l" + std::to_string(i) + "@x.test", {{"Title", Value("CTO")}}));
  world_.sync();
  later();
  for (size_t i = 0; i < 5; ++i)
    world_.edit("Lead", leads[i], {{"Title", Value("CEO")}});
  world_.edit("Lead", leads[7], {{"Phone", Value("1")}, {"Email", Value("new@x.test")}});
  const auto report = foretell_and_sync();
  EXPECT_EQ(done_.people.updated, 6);
  EXPECT_EQ(report.fields.at("title"), 5);
  EXPECT_EQ(report.fields.at("phone"), 1);
  EXPECT_EQ(report.fields.at("email"), 1);
  const auto row = std::ranges::find(report.rows, "title", &engine::DryRunRow::field);
  ASSERT_NE(row, report.rows.end());
  EXPECT_EQ(row->before, "CTO");
  EXPECT_EQ(row->after, "CEO");
}

TEST_F(DryRun, OfOwnerChangesCountsThem_UsersWhoAreNewAmongThem) {
  const std::string ana = world_.user("ana@acme.test");
  const std::string bo = world_.user("bo@acme.test");
  std::vector<std::string> leads;
  for (int i = 0; i < 5; ++i)
    leads.push_back(world_.lead("l" + std::to_string(i) + "@x.test", {{"OwnerId", Value(ana)}}));
  const std::string waits = world_.lead("waits@x.test", {{"OwnerId", Value(bo)}});
  world_.edit("User", bo, {{"IsActive", Value(false)}});
  world_.sync();
  later();
  const std::string cy = world_.user("cy@acme.test");
  world_.edit("User", bo, {{"IsActive", Value(true)}});
  world_.edit("Lead", leads[0], {{"OwnerId", Value(cy)}});
  world_.edit("Lead", leads[1], {{"OwnerId", Value(bo)}});
  world_.edit("Lead", leads[2], {{"OwnerId", Value(world_.queue("Inbound"))}});
  world_.edit("Lead", waits, {{"Title", Value("CEO")}});
  const auto report = foretell_and_sync();
  EXPECT_EQ(done_.people.owners + done_.objects.at("User").owners, 4);
  EXPECT_EQ(rows_of(report, "own"), 4);
  EXPECT_EQ(world_.prospect_of(waits).owner_name, "bo@acme.test");
}

TEST_F(DryRun, OfAnAccountThatArrivesCountsWhatWaitedForIt) {
  const std::string globex = world_.account("Globex");
  spoiler_.spoil(globex, [](std::string row) { return with_value(std::move(row), "Name", "7"); });
  const std::string contact = world_.contact("c@x.test", {{"AccountId", Value(globex)}});
  world_.sync();
  spoiler_.heal();
  world_.edit("Account", globex, {{"Phone", Value("1")}});
  foretell_and_sync();
  EXPECT_EQ(world_.prospect_of(contact).account_name, "Globex");
}

TEST_F(DryRun, OfLinksForetellsThem) {
  for (int i = 0; i < 5; ++i)
    prospect_made_here(world_, "here" + std::to_string(i) + "@x.test", "Chief");
  for (int i = 0; i < 5; ++i)
    world_.lead("here" + std::to_string(i) + "@x.test", {{"Title", Value("CTO")}});
  world_.lead("here4@x.test");
  foretell_and_sync();
  EXPECT_EQ(done_.people.linked, 5);
  EXPECT_EQ(done_.people.held, 1);
}

TEST_F(DryRun, OfDeletionsConversionsAndMergesForetellsThem) {
  std::vector<std::string> leads;
  for (int i = 0; i < 8; ++i)
    leads.push_back(world_.lead("l" + std::to_string(i) + "@x.test"));
  world_.remove(leads[7]);
  world_.sync();
  later();
  world_.remove(leads[0]);
  sandbox::Conversion conversion;
  conversion.lead = leads[1];
  ASSERT_TRUE(world_.org().convert(conversion));
  ASSERT_TRUE(world_.org().merge(leads[2], {leads[3]}));
  ASSERT_TRUE(world_.org().merge(world_.lead("winner@x.test"), {leads[4]}));
  foretell_and_sync();
  EXPECT_EQ(done_.people.deleted, 1);
  later();
  world_.undelete(leads[0]);
  foretell_and_sync();
  EXPECT_EQ(done_.people.restored, 1);
}

TEST_F(DryRun, OfBadRecordsForetellsThatTheyAreSetApart) {
  std::vector<std::string> leads;
  for (int i = 0; i < 7; ++i)
    leads.push_back(world_.lead("l" + std::to_string(i) + "@x.test"));
  spoiler_.spoil(leads[5], [](std::string row) { return with_value(std::move(row), "LastName", "7"); });
  const auto report = foretell_and_sync();
  EXPECT_EQ(report.summary.people.quarantined, 1);
}

TEST_F(DryRun, OfAddressesThatBecomeFreeForetellsWhoGetsThem) {
  const std::string a = world_.lead("a@x.test");
  const std::string b = world_.lead("b@x.test");
  const std::string held = world_.lead("a@x.test");
  world_.sync();
  later();
  world_.edit("Lead", a, {{"Email", Value("b@x.test")}});
  world_.edit("Lead", b, {{"Email", Value("c@x.test")}});
  foretell_and_sync();
  EXPECT_EQ(world_.prospect_of(held).prospect.addresses.at(0).key, "a@x.test");
}

struct Paging {
  int page_size;
  size_t pages_per_commit;
};

void PrintTo(const Paging& paging, std::ostream* out) {
  *out << paging.page_size << "_rows_" << paging.pages_per_commit << "_pages";
}

class DryRunOnPages : public DryRun, public testing::WithParamInterface<Paging> {
 protected:
  DryRunOnPages() : DryRun(GetParam().page_size, GetParam().pages_per_commit) {}
};

TEST_P(DryRunOnPages, ForetellsAStoryWhereverPagesEnd) {
  std::vector<std::string> leads;
  for (int i = 0; i < 20; ++i)
    leads.push_back(world_.lead("p" + std::to_string(i % 14) + "@x.test"));
  for (int i = 10; i < 17; ++i)
    world_.contact("p" + std::to_string(i) + "@x.test");
  prospect_made_here(world_, "p3@x.test", "Chief");
  foretell_and_sync();
  EXPECT_EQ(done_.people.created + done_.people.linked, 17);
  EXPECT_EQ(done_.people.held, 10);
  later();
  // A ring of three addresses, one given up for a record that was held, one taken over by a new one.
  world_.edit("Lead", leads[0], {{"Email", Value("p1@x.test")}});
  world_.edit("Lead", leads[1], {{"Email", Value("p2@x.test")}});
  world_.edit("Lead", leads[2], {{"Email", Value("p0@x.test")}});
  world_.edit("Lead", leads[4], {{"Email", Value("own@x.test")}});
  world_.edit("Lead", leads[7], {{"Email", Value::null()}});
  world_.lead("p7@x.test", {{"Title", Value("CTO")}});
  world_.remove(leads[8]);
  foretell_and_sync();
  EXPECT_EQ(world_.prospect_of(leads[1]).prospect.addresses.at(0).key, "p2@x.test");
  EXPECT_EQ(world_.prospect_of(leads[18]).prospect.addresses.at(0).key, "p4@x.test");
  const auto report = foretell_and_sync();
  EXPECT_THAT(report.rows, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Pages, DryRunOnPages,
                         testing::Values(Paging{1, 1}, Paging{1, 10}, Paging{2, 3}, Paging{3, 1},
                                         Paging{7, 2}, Paging{2'000, 1}),
                         testing::PrintToStringParamName());

TEST_F(DryRun, WithNothingNewForetellsNothing) {
  for (int i = 0; i < 5; ++i)
    world_.lead("l" + std::to_string(i) + "@x.test");
  world_.sync();
  const auto report = foretell_and_sync();
  EXPECT_THAT(report.rows, IsEmpty());
  EXPECT_EQ(report.summary.people.read, report.summary.people.unchanged);
}

TEST_F(DryRun, TwiceSaysTheSame) {
  for (int i = 0; i < 5; ++i)
    world_.lead("s" + std::to_string(i % 3) + "@x.test");
  const auto once = try_out();
  const auto again = try_out();
  expect_same(once.summary.people, again.summary.people, "people");
  EXPECT_EQ(once.rows.size(), again.rows.size());
}

TEST_F(DryRun, ThatFailsSaysWhy) {
  sandbox::Knobs knobs = world_.front().knobs();
  knobs.run_as_configured = false;
  world_.front().set_knobs(knobs);
  const auto report = world_.dry_run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kLoginRefused);
}

}  // namespace
}  // namespace prospectd::test
