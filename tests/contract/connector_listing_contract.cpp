// The contract of lists: which records an object has, by id, and how many there are.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/connector_contract.h"
#include "tests/support/run_coroutine.h"

namespace prospectd::test {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

ListingQuery listing(const std::string& object, size_t limit = kListingMax, const std::string& after = "") {
  ListingQuery query;
  query.object = object;
  query.after = RemoteId(after);
  query.limit = limit;
  return query;
}

std::vector<std::string> ids_in(const Result<Page>& page) {
  std::vector<std::string> ids;
  EXPECT_TRUE(page) << page.error().text();
  if (!page) return ids;
  EXPECT_TRUE(page->next.empty());
  for (const mapping::Record& record : page->records)
    ids.push_back(record.id.str());
  return ids;
}

}  // namespace

TEST_P(ConnectorContract, AListHasEveryRecordById) {
  std::vector<std::string> ids = create_many(names_.object, 9);
  org_->create(names_.converts_to, "Another type");
  org_->remove(ids[3]);
  org_->purge(ids[5]);
  const std::string removed = ids[3];
  ids.erase(ids.begin() + 5);
  std::ranges::sort(ids);
  org_->set_page_size(4);
  const auto page = run(connector().list_records(listing(names_.object)));
  EXPECT_THAT(ids_in(page), ElementsAreArray(ids));
  for (const mapping::Record& record : page->records) {
    EXPECT_EQ(record.deleted, record.id.str() == removed);
    EXPECT_EQ(record.version, org_->now());
    EXPECT_THAT(record.values, IsEmpty());
  }
  EXPECT_EQ(*run(connector().count_records(names_.object)), static_cast<int64_t>(ids.size()));
}

TEST_P(ConnectorContract, AListGoesOnBehindARecordAndEndsWithAShortOne) {
  std::vector<std::string> ids = create_many(names_.object, 7);
  std::ranges::sort(ids);
  std::vector<std::string> all;
  for (;;) {
    const auto page = run(connector().list_records(listing(names_.object, 3, all.empty() ? "" : all.back())));
    const auto some = ids_in(page);
    all.insert(all.end(), some.begin(), some.end());
    if (some.size() < 3) break;
  }
  EXPECT_EQ(all, ids);
  EXPECT_THAT(ids_in(run(connector().list_records(listing(names_.object, 3, ids.back())))), IsEmpty());
}

// A place in a query ends with its session; what has come until then is not asked for again.
TEST_P(ConnectorContract, AListOutlivesTheSessionsThatItTakes) {
  std::vector<std::string> ids = create_many(names_.object, 20);
  std::ranges::sort(ids);
  org_->set_page_size(1);
  org_->shorten_sessions(5);
  EXPECT_THAT(ids_in(run(connector().list_records(listing(names_.object)))), ElementsAreArray(ids));
  EXPECT_THAT(ids_in(run(connector().list_records(listing(names_.object, 7)))),
              ElementsAreArray(ids.begin(), ids.begin() + 7));
  EXPECT_GT(org_->logins(), 4);
}

TEST_P(ConnectorContract, AConvertedRecordSaysSoInAList) {
  const std::string id = org_->create(names_.object, "Ada");
  org_->convert(id);
  const auto page = run(connector().list_records(listing(names_.object)));
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->records.size(), 1U);
  EXPECT_TRUE(page->records[0].lineage.converted);
}

TEST_P(ConnectorContract, AListIsBoundedAndOfAKnownObject) {
  for (const size_t limit : {size_t{0}, kListingMax + 1}) {
    const auto refused = run(connector().list_records(listing(names_.object, limit)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
  const auto unknown = run(connector().list_records(listing(names_.unknown_object)));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnknownObject);
  const auto uncounted = run(connector().count_records(names_.unknown_object));
  ASSERT_FALSE(uncounted);
  EXPECT_EQ(uncounted.error().code, ErrorCode::kUnknownObject);
}

}  // namespace prospectd::test
