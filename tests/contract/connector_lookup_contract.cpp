// The contract of look-ups: who is there before a create, and how records stand after a write.
#include <gmock/gmock.h>

#include "tests/contract/writer_contract.h"

namespace prospectd::test {
namespace {

using mapping::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const mapping::Record* record_of(const Page& page, const std::string& id) {
  for (const mapping::Record& record : page.records) {
    if (record.id == RemoteId(id)) return &record;
  }
  return nullptr;
}

}  // namespace

TEST_P(WriterContract, RecordsAreFoundByAddressWhateverItsLetterCase) {
  const std::string ada = org_->create(names_.object, "Ada", "Ada@X.test");
  const std::string again = org_->create(names_.object, "Ada again", "ada@x.test");
  org_->create(names_.object, "Bob", "bob@x.test");
  org_->create(names_.object, "Nobody");
  org_->create(names_.converts_to, "Another type", "ada@x.test");
  EXPECT_THAT(found(lookup({"ADA@x.test"})), ElementsAre(ada, again));
  EXPECT_THAT(found(lookup({"eve@x.test"})), IsEmpty());
  EXPECT_THAT(found(lookup({})), IsEmpty());
  const auto page = find(lookup({"ada@x.test", "eve@x.test"}));
  ASSERT_TRUE(page) << page.error().text();
  const mapping::Record* record = record_of(*page, ada);
  ASSERT_NE(record, nullptr);
  EXPECT_THAT(record->values, ElementsAre(Value("Ada"), Value("Ada@X.test")));
}

TEST_P(WriterContract, ALookUpTakesAddressesLetterByLetter) {
  const std::string irish = org_->create(names_.object, "O'Hara", "o'hara@x.test");
  org_->create(names_.object, "Bob", "bob@x.test");
  EXPECT_THAT(found(lookup({"o'hara@x.test"})), ElementsAre(irish));
  for (const char* hostile : {"' OR Id != '", "x') OR (Id != '", "\\' OR Id != \\'", "%@x.test", "_ob@x.test",
                              "\\", "bob@x.test\n", "caf\xe9@x.test"}) {
    EXPECT_THAT(found(lookup({hostile})), IsEmpty()) << hostile;
  }
}

TEST_P(WriterContract, DeletedRecordsAreNotFoundAndConvertedOnesTellTheirContact) {
  const std::string removed = org_->create(names_.object, "Removed", "ada@x.test");
  const std::string converted = org_->create(names_.object, "Converted", "ada@x.test");
  org_->remove(removed);
  const std::string contact = org_->convert(converted);
  const auto page = find(lookup({"ada@x.test"}));
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->records.size(), 1U);
  EXPECT_EQ(page->records[0].id, RemoteId(converted));
  EXPECT_TRUE(page->records[0].lineage.converted);
  EXPECT_EQ(page->records[0].lineage.converted_contact, RemoteId(contact));
}

TEST_P(WriterContract, AsManyAddressesAsAllowedHoweverLongTheyAre) {
  std::vector<Value> addresses;
  std::vector<std::string> ids;
  for (size_t i = 0; i < kLookupValuesMax; ++i) {
    const std::string address = std::string(50, 'x') + std::to_string(i) + "@long-name.test";
    ids.push_back(org_->create(names_.object, "Person", address));
    addresses.emplace_back(address);
  }
  org_->set_page_size(7);
  EXPECT_EQ(found(lookup(addresses)), ids);
  addresses.emplace_back("one@too-many.test");
  const auto refused = find(lookup(addresses));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
}

TEST_P(WriterContract, ABlankIsNeverLookedUpAndWhatIsTooLongMatchesNothing) {
  org_->create(names_.object, "Nobody");
  for (const Value& blank : {Value(), Value::null(), Value(""), Value(" \u00A0")}) {
    const auto refused = find(lookup({"ada@x.test", blank}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_THAT(found(lookup({std::string(100'000, 'x')})), IsEmpty());
}

TEST_P(WriterContract, RecordsAreFoundByAnotherSystemsKey) {
  WriteBatch wanted = batch(WriteKind::kUpsert);
  add(wanted, "", person("First")).key = "A-1";
  add(wanted, "", person("Second")).key = "A-2";
  const auto rows = must_write(std::move(wanted));
  EXPECT_THAT(found(lookup({"a-2", "A-3"}, names_.key)), ElementsAre(rows[1].id.str()));
  const auto unknown = find(lookup({"x"}, names_.unknown_field));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnknownField);
  EXPECT_THAT(unknown.error().text(), HasSubstr(names_.unknown_field));
}

TEST_P(WriterContract, WhatWasWrittenIsReadBackAsItStandsNow) {
  const std::string ada = org_->create(names_.object, "Ada");
  const std::string removed = org_->create(names_.object, "Removed");
  const std::string purged = org_->create(names_.object, "Purged");
  org_->remove(removed);
  org_->purge(purged);
  org_->pass(seconds{5});
  WriteBatch wanted = batch(WriteKind::kUpdate);
  add(wanted, ada, {{names_.text, Value("  Countess ")}});
  must_write(std::move(wanted));
  const auto page = read_back({purged, ada, removed, names_.no_such_id, "no id", "", ada});
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->records.size(), 1U);
  EXPECT_EQ(page->records[0].id, RemoteId(ada));
  EXPECT_EQ(page->records[0].version, org_->now());
  EXPECT_THAT(page->records[0].values, ElementsAre(Value("Ada"), Value(org_->value(ada, names_.text))));
  EXPECT_TRUE(page->next.empty());
}

TEST_P(WriterContract, AsManyRecordsAreReadBackAsAllowedAndNoMore) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < kReadBackIdsMax; ++i)
    ids.push_back(org_->create(names_.object, "Person"));
  org_->set_page_size(7);
  const int64_t before = org_->requests();
  const auto page = read_back(ids);
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), kReadBackIdsMax);
  EXPECT_LE(org_->requests(), before + 3) << "a login, a describe, and one call for them all";
  ids.push_back(names_.no_such_id);
  const auto refused = read_back(ids);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
}

TEST_P(WriterContract, NoneIsReadBackOfNone) {
  const auto page = read_back({"no id", ""});
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_TRUE(page->records.empty());
}

}  // namespace prospectd::test
