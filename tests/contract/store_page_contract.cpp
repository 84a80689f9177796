// The store contract: what the core plans on a store's own snapshot, that store takes, whatever a page holds:
// records twice, changed and then merged, converted, deleted and restored, addresses that go round.
#include <algorithm>
#include <random>

#include "mapping/email_key.h"
#include "reconcile/page.h"
#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using namespace reconcile;

constexpr int kSeeds = 150;
constexpr int kPages = 8;
constexpr int kRecords = 6;

mapping::FieldSpec line(const char* remote, const char* local) {
  mapping::FieldSpec spec;
  spec.remote = remote;
  spec.local = local;
  return spec;
}

class PageMaker {
 public:
  /// `people`: how many records and addresses there are. Among few, most are met again.
  explicit PageMaker(int seed, size_t people = kRecords)
      : seed_(seed), people_(people), random_(static_cast<uint64_t>(seed)) {
    mapping::MappingSpec spec{
        "Lead", {line("Email", "email"), line("Title", "title"), line("OwnerId", "owner")}, "contract"};
    map_ = *mapping::FieldMap::compile(spec, schema_);
    type_.map = &map_;
    type_.schema = &schema_;
    type_.conversion_object = "Contact";
  }

  const PersonType& type() const { return type_; }

  MappedPage page() {
    MappedPage page{"Lead", {}, {}};
    for (int i = 0; i < kRecords; ++i)
      page.records.push_back(record());
    return page;
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  RemoteId id() { return RemoteId("R" + std::to_string(below(people_))); }

  mapping::MappedRecord record() {
    const size_t names = std::max<size_t>(people_ * 2 / 3, 1);
    mapping::MappedRecord r;
    r.id = id();
    r.version = at(static_cast<int64_t>(below(4)) + 1);
    const std::string email = "n" + std::to_string(below(names)) + "of" + std::to_string(seed_) + "@x.test";
    const Value title("t" + std::to_string(below(3)));
    // Nobody knows the owner, so that some wait for one.
    r.values = {below(5) == 0 ? Value::null() : Value(email), title,
                below(3) == 0 ? Value("005A") : Value::null()};
    r.email_key = mapping::email_key(r.values[0].str());
    r.deleted = below(4) == 0;
    if (r.deleted && below(2) == 0) r.lineage.merged_into = id();
    if (!r.deleted && below(6) == 0) {
      r.lineage.converted = true;
      r.lineage.converted_contact = id();
    }
    r.hash = r.values[2].hash(title.hash(r.values[0].hash(r.deleted ? 1 : 2)));
    return r;
  }

  const int seed_;
  const size_t people_;
  std::mt19937_64 random_;
  mapping::LocalSchema schema_ = contract_schema();
  mapping::FieldMap map_;
  PersonType type_;
};

TEST_P(StoreContract, WhatTheCorePlansOnItsSnapshotTheStoreTakes) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto connection = store_->connection("seed " + std::to_string(seed));
    ASSERT_TRUE(connection);
    PageMaker maker(seed);
    for (int i = 0; i < kPages; ++i) {
      auto transaction = store_->begin();
      ASSERT_TRUE(transaction);
      const MappedPage page = maker.page();
      auto before = (*transaction)->snapshot(keys_of_person_page(*connection, maker.type(), page));
      ASSERT_TRUE(before) << before.error().text();
      PageSnapshot seen = *before;
      Plan plan = plan_person_page(maker.type(), Policy{}, MappedPage(page), seen, at(100 + i));
      const auto fits = can_apply(*before, plan);
      EXPECT_TRUE(fits) << fits.error().text();
      const auto applied = (*transaction)->apply(plan, at(100 + i));
      ASSERT_TRUE(applied) << applied.error().text() << " on page " << i;
      ASSERT_TRUE((*transaction)->commit());
    }
  }
  check_totals();
}

/// Plans a page on what the transaction sees, and writes it there.
Result<void> take(Transaction& transaction, ConnectionId connection, const PageMaker& maker,
                  const MappedPage& page, int64_t moment) {
  PD_ASSIGN(seen, transaction.snapshot(keys_of_person_page(connection, maker.type(), page)));
  const Plan plan = plan_person_page(maker.type(), Policy{}, MappedPage(page), seen, at(moment));
  return transaction.apply(plan, at(moment));
}

// An import writes many pages in one transaction, and what the first ones add is not in the tables yet when
// the next ones are decided.
TEST_P(StoreContract, PagesOfOneTransactionComeToTheSameAsEachInItsOwn) {
  constexpr size_t kPeople = 40;
  const auto together = GetParam().open({scratch_.file("together"), contract_schema(), {}});
  ASSERT_TRUE(together) << together.error().text();
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto connection = store_->connection("seed " + std::to_string(seed));
    ASSERT_EQ(*(*together)->connection("salesforce"), connection_);
    ASSERT_EQ(*(*together)->connection("seed " + std::to_string(seed)), *connection);
    PageMaker maker(seed, kPeople);
    auto whole = (*together)->begin();
    ASSERT_TRUE(whole);
    for (int i = 0; i < kPages; ++i) {
      const MappedPage page = maker.page();
      auto alone = store_->begin();
      ASSERT_TRUE(alone);
      ASSERT_TRUE(take(**alone, *connection, maker, page, 100 + i));
      ASSERT_TRUE((*alone)->commit());
      const auto taken = take(**whole, *connection, maker, page, 100 + i);
      ASSERT_TRUE(taken) << taken.error().text() << " on page " << i;
    }
    ASSERT_TRUE((*whole)->commit());
  }
  const auto expected = all();
  const auto reader_together = (*together)->reader();
  ASSERT_TRUE(reader_together);
  size_t waiting = 0;
  ASSERT_TRUE((*reader_together)->each_prospect([&](const ProspectRow& row) {
    waiting += row.links.empty() || row.links.front().pending.empty() ? 0 : 1;
    const auto one = expected.find(row.prospect.id.value);
    ASSERT_NE(one, expected.end());
    EXPECT_EQ(row.prospect, one->second.prospect);
    EXPECT_EQ(row.links, one->second.links);
  }));
  EXPECT_GT(waiting, 0U);
  const auto totals = (*reader_together)->totals();
  EXPECT_EQ(totals->prospects, static_cast<int64_t>(expected.size()));
  EXPECT_EQ(totals->links, reader()->totals()->links);
}

// More than a store owes to its tables at a time.
TEST_P(StoreContract, ATransactionOfManyPagesIsWrittenWhole) {
  constexpr int64_t kPagesOfMany = 25;
  constexpr int64_t kPeopleAPage = 1'000;
  auto transaction = store_->begin();
  ASSERT_TRUE(transaction);
  for (int64_t page = 0; page < kPagesOfMany; ++page) {
    std::vector<Step> steps;
    for (int64_t id = page * kPeopleAPage + 1; id <= (page + 1) * kPeopleAPage; ++id) {
      const std::string text = std::to_string(id);
      steps.emplace_back(CreateProspect{prospect(id, "p" + text + "@x.test"), link(id, "L" + text)});
    }
    const auto applied = (*transaction)->apply(plan(std::move(steps)), at(page));
    ASSERT_TRUE(applied) << applied.error().text();
  }
  ASSERT_TRUE((*transaction)->commit());
  const int64_t people = kPagesOfMany * kPeopleAPage;
  EXPECT_EQ(static_cast<int64_t>(all().size()), people);
  for (int64_t id = 1; id <= people; id += 997) {
    const std::string text = std::to_string(id);
    EXPECT_EQ(*reader()->find_by_email("p" + text + "@x.test"), ProspectId{id});
    EXPECT_EQ(snapshot(keys({"L" + text})).links.at(RemoteId("L" + text)), link(id, "L" + text));
  }
  check_totals();
}

}  // namespace
}  // namespace prospectd::store
