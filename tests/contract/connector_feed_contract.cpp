// The contract of a feed: which records come, in which order, and what of each of them.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/contract/connector_contract.h"
#include "tests/support/run_coroutine.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

bool in_feed_order(const mapping::Record& a, const mapping::Record& b) {
  return a.version != b.version ? a.version < b.version : a.id < b.id;
}

}  // namespace

TEST_P(ConnectorContract, AWindowIsHalfOpen) {
  const Timestamp first = org_->now();
  const std::string a = org_->create(names_.object, "A");
  org_->pass(seconds{10});
  const Timestamp second = org_->now();
  const std::string b = org_->create(names_.object, "B");
  org_->pass(seconds{10});
  const Timestamp third = org_->now();
  const std::string c = org_->create(names_.object, "C");
  EXPECT_THAT(read(window(names_.object, second, third)).ids(), ElementsAre(b));
  EXPECT_THAT(read(window(names_.object, first, third)).ids(), ElementsAre(a, b));
  EXPECT_THAT(read(window(names_.object, first, third + seconds{1})).ids(), ElementsAre(a, b, c));
  EXPECT_THAT(read(window(names_.object, second + seconds{1}, third)).ids(), IsEmpty());
}

TEST_P(ConnectorContract, AWindowWithoutALowerBoundBeginsAtTheBeginning) {
  const std::string a = org_->create(names_.object, "A");
  org_->pass(std::chrono::hours{24 * 400});
  const std::string b = org_->create(names_.object, "B");
  EXPECT_THAT(read(everything(names_.object)).ids(), ElementsAre(a, b));
  FeedQuery before = everything(names_.object);
  before.upper = org_->now();
  EXPECT_THAT(read(before).ids(), ElementsAre(a));
}

TEST_P(ConnectorContract, AnEmptyWindowIsOnePageWithoutRecords) {
  const Reading none = read(everything(names_.object));
  EXPECT_EQ(none.pages, 1U);
  EXPECT_TRUE(none.records.empty());
}

TEST_P(ConnectorContract, RecordsComeByVersionThenId) {
  const std::vector<std::string> ids = create_many(names_.object, 9);
  org_->pass(seconds{5});
  org_->edit(names_.object, ids[7], names_.text, Value("edited"));
  org_->edit(names_.object, ids[2], names_.text, Value("edited"));
  org_->pass(seconds{5});
  org_->edit(names_.object, ids[0], names_.text, Value("edited"));
  org_->set_page_size(2);
  const Reading all = read(everything(names_.object));
  EXPECT_THAT(all.ids(), UnorderedElementsAreArray(ids));
  EXPECT_TRUE(std::is_sorted(all.records.begin(), all.records.end(), in_feed_order));
  EXPECT_EQ(all.ids().back(), ids[0]);
}

TEST_P(ConnectorContract, EveryRecordComesOnceWhateverThePageSize) {
  std::vector<std::string> ids = create_many(names_.object, 23);
  org_->pass(seconds{1});
  for (const std::string& id : create_many(names_.object, 18))
    ids.push_back(id);
  const std::vector<std::string> at_once = read(everything(names_.object)).ids();
  EXPECT_THAT(at_once, UnorderedElementsAreArray(ids));
  for (const int size : {1, 2, 3, 7, 40, 41, 42}) {
    org_->set_page_size(size);
    const Reading paged = read(everything(names_.object));
    EXPECT_EQ(paged.ids(), at_once) << "pages of " << size;
    EXPECT_EQ(paged.pages, (ids.size() + static_cast<size_t>(size) - 1) / static_cast<size_t>(size));
  }
}

TEST_P(ConnectorContract, APageTellsHowManyRecordsTheWholeQueryHas) {
  create_many(names_.object, 7);
  org_->set_page_size(3);
  const auto page = run(connector().fetch(everything(names_.object)));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->total, 7);
  EXPECT_EQ(page->records.size(), 3U);
}

TEST_P(ConnectorContract, F01_ARecordCommittedLateIsInTheWindowOfItsStamp) {
  const std::string early = org_->create(names_.object, "Early");
  org_->pass(seconds{600});
  const Timestamp seen = org_->now();
  EXPECT_THAT(read(everything(names_.object)).ids(), ElementsAre(early));
  const std::string late = org_->create(names_.object, "Late", seconds{240});
  EXPECT_THAT(read(window(names_.object, seen, seen + seconds{1})).ids(), IsEmpty());
  EXPECT_THAT(read(window(names_.object, seen - seconds{300}, seen + seconds{1})).ids(), ElementsAre(late));
}

TEST_P(ConnectorContract, AnEditMovesARecordToItsNewPlace) {
  const std::string id = org_->create(names_.object, "A");
  org_->pass(seconds{60});
  const Timestamp edited = org_->now();
  org_->edit(names_.object, id, names_.text, Value("new"));
  const Reading after = read(window(names_.object, edited, edited + seconds{1}));
  ASSERT_THAT(after.ids(), ElementsAre(id));
  EXPECT_EQ(after.records[0].version, std::chrono::floor<seconds>(edited));
  EXPECT_EQ(after.value(id, names_.text), Value("new"));
}

TEST_P(ConnectorContract, DeletedRecordsComeMarked) {
  const std::string stays = org_->create(names_.object, "Stays");
  const std::string goes = org_->create(names_.object, "Goes");
  org_->pass(seconds{1});
  org_->remove(goes);
  const Reading all = read(everything(names_.object));
  ASSERT_THAT(all.ids(), UnorderedElementsAre(stays, goes));
  EXPECT_FALSE(all.find(stays)->deleted);
  EXPECT_TRUE(all.find(goes)->deleted);
  EXPECT_EQ(all.find(goes)->lineage, mapping::LineageMark{});
}

TEST_P(ConnectorContract, RecordsThatAreGoneForGoodDoNotCome) {
  const std::string stays = org_->create(names_.object, "Stays");
  org_->purge(org_->create(names_.object, "Goes"));
  EXPECT_THAT(read(everything(names_.object)).ids(), ElementsAre(stays));
}

TEST_P(ConnectorContract, AMergedRecordNamesItsWinner) {
  const std::string winner = org_->create(names_.object, "Winner");
  const std::string loser = org_->create(names_.object, "Loser");
  org_->merge(winner, loser);
  const Reading all = read(everything(names_.object));
  ASSERT_NE(all.find(loser), nullptr);
  EXPECT_TRUE(all.find(loser)->deleted);
  EXPECT_EQ(all.find(loser)->lineage.merged_into, RemoteId(winner));
  ASSERT_NE(all.find(winner), nullptr);
  EXPECT_EQ(all.find(winner)->lineage, mapping::LineageMark{});
}

TEST_P(ConnectorContract, AConvertedRecordNamesWhatItBecame) {
  const std::string id = org_->create(names_.object, "Converts");
  const std::string became = org_->convert(id);
  const Reading all = read(everything(names_.object));
  ASSERT_NE(all.find(id), nullptr);
  EXPECT_FALSE(all.find(id)->deleted);
  EXPECT_TRUE(all.find(id)->lineage.converted);
  EXPECT_EQ(all.find(id)->lineage.converted_contact, RemoteId(became));
  EXPECT_THAT(read(everything(names_.converts_to)).ids(), ElementsAre(became));
}

TEST_P(ConnectorContract, F05_AfterGoesOnStrictlyBehindARecord) {
  create_many(names_.object, 6);
  org_->pass(seconds{1});
  create_many(names_.object, 5);
  const Reading all = read(everything(names_.object));
  const std::vector<std::string> ids = all.ids();
  ASSERT_EQ(ids.size(), 11U);
  org_->set_page_size(2);
  for (size_t i = 0; i < ids.size(); ++i) {
    FeedQuery rest = everything(names_.object);
    rest.lower = all.records[i].version;
    rest.after = all.records[i].id;
    const std::vector<std::string> behind(ids.begin() + static_cast<ptrdiff_t>(i) + 1, ids.end());
    EXPECT_EQ(read(rest).ids(), behind) << "behind record " << i;
  }
}

TEST_P(ConnectorContract, FieldsComeInTheOrderTheyWereAskedFor) {
  const std::string id = org_->create(names_.object, "Ada");
  org_->edit(names_.object, id, names_.text, Value("Countess"));
  for (const std::vector<std::string>& order :
       {std::vector{names_.text, names_.flag, names_.name}, std::vector{names_.name, names_.text}}) {
    FeedQuery query = everything(names_.object);
    query.fields = order;
    const Reading reading = read(query);
    ASSERT_EQ(reading.records.size(), 1U);
    EXPECT_EQ(reading.layout->names(), order);
    ASSERT_EQ(reading.records[0].values.size(), order.size());
    EXPECT_EQ(reading.value(id, names_.name), Value("Ada"));
    EXPECT_EQ(reading.value(id, names_.text), Value("Countess"));
  }
}

TEST_P(ConnectorContract, NoFieldsIsAQueryToo) {
  const std::string id = org_->create(names_.object, "Ada");
  FeedQuery query = everything(names_.object);
  query.fields = {};
  const Reading reading = read(query);
  EXPECT_THAT(reading.ids(), ElementsAre(id));
  EXPECT_EQ(reading.layout->size(), 0U);
}

TEST_P(ConnectorContract, AbsentNullAndAValueAreThreeThings) {
  const std::string filled = org_->create(names_.object, "Filled");
  const std::string empty = org_->create(names_.object, "Empty");
  const std::string unsaid = org_->create(names_.object, "Unsaid");
  org_->edit(names_.object, filled, names_.text, Value("CTO"));
  org_->edit(names_.object, filled, names_.flag, Value(true));
  org_->edit(names_.object, unsaid, names_.text, Value("CTO"));
  org_->leave_out(unsaid, names_.text);
  FeedQuery query = everything(names_.object);
  query.fields = {names_.name, names_.text, names_.flag};
  const Reading reading = read(query);
  EXPECT_TRUE(reading.bad.empty());
  EXPECT_EQ(reading.value(filled, names_.text), Value("CTO"));
  EXPECT_EQ(reading.value(filled, names_.flag), Value(true));
  EXPECT_EQ(reading.value(empty, names_.flag), Value(false));
  EXPECT_TRUE(reading.value(empty, names_.text).is_null());
  ASSERT_NE(reading.find(unsaid), nullptr);
  EXPECT_TRUE(reading.value(unsaid, names_.text).is_absent());
  EXPECT_EQ(reading.value(unsaid, names_.name), Value("Unsaid"));
}

TEST_P(ConnectorContract, TextsComeByteForByte) {
  const std::string text = "Zo\u00eb \"\\/\u00df \U0001F600 \u4e2d\u6587 <b>&amp;";
  const std::string id = org_->create(names_.object, "Zoe");
  org_->edit(names_.object, id, names_.text, Value(text));
  EXPECT_EQ(read(everything(names_.object)).value(id, names_.text), Value(text));
}

TEST_P(ConnectorContract, ABadRecordIsSetApartWithItsIdAndTheOthersAreIntact) {
  const std::vector<std::string> ids = create_many(names_.object, 7);
  org_->spoil(ids[3], "zebra");
  for (const int size : {1, 3, 50}) {
    org_->set_page_size(size);
    const Reading reading = read(everything(names_.object));
    ASSERT_EQ(reading.bad.size(), 1U) << "pages of " << size;
    EXPECT_EQ(reading.bad[0].id, RemoteId(ids[3]));
    EXPECT_THAT(reading.bad[0].reason, Not(IsEmpty()));
    EXPECT_THAT(reading.bad[0].reason, Not(HasSubstr("zebra"))) << "a reason holds no content";
    EXPECT_THAT(reading.bad[0].payload, HasSubstr("zebra")) << "the payload is for who looks into it";
    EXPECT_EQ(reading.records.size(), 6U);
    EXPECT_EQ(reading.value(ids[4], names_.name), Value("Person 4"));
  }
}

TEST_P(ConnectorContract, RecordsByIdComeDeletedOnesToo_AndWhatDoesNotExistIsLeftOut) {
  const std::vector<std::string> ids = create_many(names_.object, 5);
  org_->remove(ids[1]);
  org_->purge(ids[2]);
  org_->set_page_size(1);
  const Reading reading =
      read_by_id(names_.object, {ids[4], ids[1], ids[2], names_.no_such_id, "no id at all", "", ids[4]});
  ASSERT_THAT(reading.ids(), UnorderedElementsAre(ids[1], ids[4]));
  EXPECT_TRUE(reading.find(ids[1])->deleted);
  EXPECT_FALSE(reading.find(ids[4])->deleted);
  EXPECT_EQ(reading.value(ids[4], names_.name), Value("Person 4"));
}

TEST_P(ConnectorContract, ABadRecordByIdIsSetApartToo) {
  const std::vector<std::string> ids = create_many(names_.object, 3);
  org_->spoil(ids[0], "zebra");
  const Reading reading = read_by_id(names_.object, ids);
  EXPECT_THAT(reading.ids(), UnorderedElementsAre(ids[1], ids[2]));
  ASSERT_EQ(reading.bad.size(), 1U);
  EXPECT_EQ(reading.bad[0].id, RemoteId(ids[0]));
}

TEST_P(ConnectorContract, AsManyRecordsByIdAsAllowedAndNoMore) {
  const std::vector<std::string> ids = create_many(names_.object, static_cast<int>(kFetchIdsMax) + 1);
  std::vector<RemoteId> wanted;
  for (const std::string& id : ids)
    wanted.emplace_back(id);
  const auto too_many = run(connector().fetch_by_ids(names_.object, {names_.name}, wanted));
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, ErrorCode::kInvalidInput);
  wanted.pop_back();
  const auto page = run(connector().fetch_by_ids(names_.object, {names_.name}, wanted));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), kFetchIdsMax);
}

}  // namespace prospectd::test
