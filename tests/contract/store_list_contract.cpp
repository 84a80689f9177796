// What every store does with lists: collections row by row, in any order, page after page; prospects too.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/store_contract.h"

namespace prospectd::store {
namespace {

using reconcile::CreateProspect;
using reconcile::PutAccount;
using reconcile::PutUser;
using testing::ElementsAre;
using testing::IsEmpty;

ListQuery of(const char* type) {
  ListQuery query;
  query.of = collection_named(type);
  return query;
}

size_t column_of(const Collection& collection, const std::string& name) {
  const auto found = std::ranges::find(collection.columns, name, &Column::name);
  EXPECT_NE(found, collection.columns.end()) << name;
  return static_cast<size_t>(found - collection.columns.begin());
}

std::vector<int64_t> ids_of(const std::vector<ListRow>& rows) {
  std::vector<int64_t> ids;
  for (const ListRow& row : rows)
    ids.push_back(row.id);
  return ids;
}

TEST_P(StoreContract, ACollectionIsListedWithItsValuesAndReferences) {
  reconcile::User ana = user(1, "U1", "ana@x.test");
  ana.name = "Ana";
  reconcile::Account acme = account(5, "A5");
  acme.fields[mapping::account_field::kName] = "Acme";
  acme.fields[mapping::account_field::kOwner] = int64_t{1};
  must_commit({PutUser{ana, true}, PutAccount{acme, true}});
  const auto users = reader()->list(of("users"));
  ASSERT_TRUE(users) << users.error().text();
  ASSERT_EQ(users->size(), 1U);
  const Collection& shape = *collection_named("users");
  EXPECT_EQ(users->front().values[column_of(shape, "name")], Value("Ana"));
  EXPECT_EQ(users->front().values[column_of(shape, "kind")], Value("person"));
  EXPECT_EQ(users->front().values[column_of(shape, "active")], Value(true));
  const auto accounts = reader()->list(of("accounts"));
  ASSERT_TRUE(accounts);
  EXPECT_EQ(accounts->front().references[0], 1);
  ListQuery owned = of("accounts");
  owned.referring = {{0, 2}};
  EXPECT_THAT(*reader()->list(owned), IsEmpty());
}

TEST_P(StoreContract, EveryCollectionCanBeListed) {
  for (const Collection& collection : collections()) {
    const auto rows = reader()->list(of(collection.type.c_str()));
    EXPECT_TRUE(rows) << collection.type << ": " << rows.error().text();
  }
}

TEST_P(StoreContract, PagesOfAListInAnyOrderHaveEachRowOnce) {
  std::vector<reconcile::Step> steps;
  for (int64_t id = 1; id <= 6; ++id) {
    reconcile::User one = user(id, "U" + std::to_string(id));
    one.name = id % 2 == 0 ? "same" : "name " + std::to_string(9 - id);
    steps.push_back(PutUser{one, true});
  }
  must_commit(steps);
  const size_t name = column_of(*collection_named("users"), "name");
  for (const bool descending : {false, true}) {
    ListQuery query = of("users");
    query.place.keys = {{name, descending}};
    const auto whole = reader()->list(query);
    ASSERT_TRUE(whole);
    std::vector<int64_t> seen;
    query.limit = 1;
    for (auto page = reader()->list(query); page && !page->empty() && seen.size() < 9;
         page = reader()->list(query)) {
      seen.push_back(page->front().id);
      query.place.after_keys = page->front().keys;
      query.place.after = page->front().id;
    }
    EXPECT_EQ(seen, ids_of(*whole));
    EXPECT_EQ(seen.size(), 6U);
  }
}

TEST_P(StoreContract, OnlyTheNumbersThatAreAskedForAreListed) {
  must_commit({PutUser{user(1, "U1"), true}, PutUser{user(2, "U2"), true}, PutUser{user(3, "U3"), true}});
  ListQuery query = of("users");
  query.ids = {3, 1, 9};
  EXPECT_THAT(ids_of(*reader()->list(query)), ElementsAre(1, 3));
  query.ids = std::vector<int64_t>{};
  EXPECT_THAT(*reader()->list(query), IsEmpty());
}

TEST_P(StoreContract, APlaceThatDoesNotFitItsOrderIsRefused) {
  ListQuery query = of("users");
  query.place.keys = {{column_of(*query.of, "name"), false}};
  query.place.after_keys = {Value(int64_t{1})};
  const auto refused = reader()->list(query);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  query.place.after_keys = {Value("a"), Value("b")};
  EXPECT_FALSE(reader()->list(query));
}

TEST_P(StoreContract, ProspectsAreSortedAndPagedByTheirColumns) {
  std::vector<reconcile::Step> steps;
  const char* names[] = {"diaz", "Alexander", "Diaz", nullptr};
  for (int64_t id = 1; id <= 4; ++id) {
    reconcile::Prospect one = prospect(id);
    one.fields[mapping::field::kLastName] = names[id - 1] == nullptr ? Value::null() : Value(names[id - 1]);
    steps.push_back(CreateProspect{one, std::nullopt});
  }
  must_commit(steps);
  ProspectQuery query;
  query.place.keys = {{column_of(prospect_collection(), "last_name"), false}};
  query.limit = 1;
  std::vector<int64_t> seen;
  for (auto page = reader()->prospects(query); page && !page->empty() && seen.size() < 9;
       page = reader()->prospects(query)) {
    seen.push_back(page->front().prospect.id.value);
    query.place.after_keys = page->front().keys;
    query.place.after = seen.back();
  }
  EXPECT_THAT(seen, ElementsAre(4, 2, 1, 3));
  ProspectQuery some;
  some.ids = {2, 4};
  EXPECT_EQ(reader()->prospects(some)->size(), 2U);
}

}  // namespace
}  // namespace prospectd::store
