// The store contract: what the core plans on a store's own snapshot, that store takes, whatever a page holds:
// records twice, changed and then merged, converted, deleted and restored, addresses that go round.
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
  explicit PageMaker(int seed) : seed_(seed), random_(static_cast<uint64_t>(seed)) {
    mapping::MappingSpec spec{"Lead", {line("Email", "email"), line("Title", "title")}, "contract"};
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
  RemoteId id() { return RemoteId("R" + std::to_string(below(kRecords))); }

  mapping::MappedRecord record() {
    constexpr const char* kNames[] = {"a", "b", "c", "d"};
    mapping::MappedRecord r;
    r.id = id();
    r.version = at(static_cast<int64_t>(below(4)) + 1);
    const std::string email = kNames[below(std::size(kNames))] + std::to_string(seed_) + "@x.test";
    const Value title("t" + std::to_string(below(3)));
    r.values = {below(5) == 0 ? Value::null() : Value(email), title};
    r.email_key = mapping::email_key(r.values[0].str());
    r.deleted = below(4) == 0;
    if (r.deleted && below(2) == 0) r.lineage.merged_into = id();
    if (!r.deleted && below(6) == 0) {
      r.lineage.converted = true;
      r.lineage.converted_contact = id();
    }
    r.hash = title.hash(r.values[0].hash(r.deleted ? 1 : 2));
    return r;
  }

  const int seed_;
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

}  // namespace
}  // namespace prospectd::store
