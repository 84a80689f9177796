// The list of records that a read by ids answers with: records and nulls, in any number that a page may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/salesforce/page_decoder.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

using ::testing::HasSubstr;

Result<DecodedPage> decode_list(std::string body) {
  auto layout = PageLayout::make(lead_schema(), lead_fields());
  EXPECT_TRUE(layout);
  PageDecoder decoder;
  return decoder.decode_list(std::move(body), *layout);
}

TEST(RecordList, RecordsComeAndPlacesWithoutOneAreCounted) {
  const auto page = decode_list("[" + lead(1) + ",null, null ," + lead(2) + "]");
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->total, 4);
  EXPECT_TRUE(page->done);
  ASSERT_EQ(page->records.size(), 2U);
  EXPECT_EQ(page->records[0].id, RemoteId(lead_id(1)));
  EXPECT_EQ(page->records[1].id, RemoteId(lead_id(2)));
  EXPECT_TRUE(page->bad.empty());
}

TEST(RecordList, AnEmptyListHasNoRecords) {
  const auto page = decode_list("[]");
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->total, 0);
}

TEST(RecordList, ABadRecordIsSetApart) {
  const auto page = decode_list("[" + lead(1) + "," + lead_with(2, "Birthdate__c", "\"yesterday\"") +
                                ",7,\"x\"," + lead_with(3, "LastName", "\"caf\xe9\"") + "," + lead(4) + "]");
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 2U);
  ASSERT_EQ(page->bad.size(), 4U);
  EXPECT_EQ(page->bad[0].id, RemoteId(lead_id(2)));
  EXPECT_THAT(page->bad[0].reason, HasSubstr("Birthdate__c"));
  EXPECT_EQ(page->bad[3].id, RemoteId(lead_id(3)));
}

TEST(RecordList, WhatIsNoWholeListYieldsNothing) {
  std::string many = "[null";
  for (size_t i = 0; i < kPageRecordsMax; ++i)
    many += ",null";
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("{}"), whole({lead(1)}), "[" + lead(1),
        "[" + lead(1) + ",", "[" + lead(1) + "] x", "[" + lead(1) + "][", std::string("[nul]"),
        std::string("[nullx]"), many + "]"}) {
    const auto page = decode_list(body);
    ASSERT_FALSE(page) << body.substr(0, 100);
    EXPECT_EQ(page.error().code, ErrorCode::kBadPayload);
  }
}

}  // namespace
}  // namespace prospectd::salesforce::test
