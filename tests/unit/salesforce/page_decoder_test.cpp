// What becomes of the records of a page: good ones are read exactly, bad ones set apart, the others
// untouched.
#include "connectors/salesforce/page_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PageLayout lead_layout() {
  auto layout = PageLayout::make(lead_schema(), lead_fields());
  EXPECT_TRUE(layout);
  return *std::move(layout);
}

Result<DecodedPage> decode(std::string body) {
  PageDecoder decoder;
  const PageLayout layout = lead_layout();
  return decoder.decode(std::move(body), layout);
}

const mapping::Value& value_of(const mapping::Record& record, const std::string& field) {
  static const PageLayout layout = lead_layout();
  return record.values.at(layout.fields()->find(field));
}

TEST(PageDecoder, ReadsEveryFieldAsTheDescribeTypesIt) {
  const auto page = decode(whole({lead(1)}));
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_TRUE(page->bad.empty());
  EXPECT_TRUE(page->done);
  EXPECT_EQ(page->total, 1);
  const mapping::Record& record = page->records[0];
  EXPECT_EQ(record.id.str(), lead_id(1));
  EXPECT_EQ(record.version, *parse_timestamp("2026-11-20T08:15:30Z"));
  EXPECT_FALSE(record.deleted);
  EXPECT_EQ(record.lineage, mapping::LineageMark{});
  EXPECT_EQ(value_of(record, "LastName"), mapping::Value("Müller 1"));
  EXPECT_EQ(value_of(record, "Email"), mapping::Value("m1@acme.test"));
  EXPECT_EQ(value_of(record, "NumberOfEmployees"), mapping::Value(int64_t{9007199254740993}));
  EXPECT_EQ(value_of(record, "AnnualRevenue"), mapping::Value(1500.0));
  EXPECT_EQ(value_of(record, "Birthdate__c"), mapping::Value(*parse_date("1984-02-29")));
  EXPECT_EQ(value_of(record, "LastTalk__c"), mapping::Value(*parse_timestamp("2026-11-01T00:00:01.250Z")));
  EXPECT_EQ(value_of(record, "HasOptedOutOfEmail"), mapping::Value(true));
  EXPECT_EQ(value_of(record, "Description"), mapping::Value("line\r\n\"two\""));
  EXPECT_EQ(value_of(record, "Address"), mapping::Value(R"({"city":"Ulm","street":null})"));
}

TEST(PageDecoder, BringsReferencesTo18Characters) {
  const auto page = decode(whole({lead(1)}));
  ASSERT_TRUE(page);
  EXPECT_EQ(value_of(page->records.at(0), "OwnerId"), mapping::Value("005Hs000001UsrAIAS"));
}

TEST(PageDecoder, KeepsAReferenceThatIsNoRecordIdAsItCame) {
  const auto page = decode(whole({lead_with(1, "OwnerId", R"("external-7")")}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(value_of(page->records[0], "OwnerId"), mapping::Value("external-7"));
}

TEST(PageDecoder, NullIsNullInEveryTypeAndAMissingFieldIsAbsent) {
  std::vector<RawField> fields = lead_json(1);
  for (auto& [name, raw] : fields) {
    if (name != "Id" && name != "SystemModstamp") raw = "null";
  }
  fields.pop_back();  // Address
  const auto page = decode(whole({object_of(fields)}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  for (const std::string& field : lead_fields()) {
    const mapping::Value& value = value_of(page->records[0], field);
    EXPECT_EQ(value.is_absent(), field == "Address") << field;
    EXPECT_EQ(value.is_null(), field != "Address") << field;
  }
}

TEST(PageDecoder, TellsDeletionMergeAndConversion) {
  auto fields = lead_json(1);
  for (auto& [name, raw] : fields) {
    if (name == "IsDeleted" || name == "IsConverted") raw = "true";
    if (name == "MasterRecordId") raw = json_quote(lead_id(2));
    if (name == "ConvertedContactId") raw = R"("003Hs0000000001")";
    if (name == "ConvertedAccountId") raw = R"("001Hs0000000001")";
  }
  const auto page = decode(whole({object_of(fields)}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  const mapping::Record& record = page->records[0];
  EXPECT_TRUE(record.deleted);
  EXPECT_EQ(record.lineage.merged_into.str(), lead_id(2));
  EXPECT_TRUE(record.lineage.converted);
  EXPECT_EQ(record.lineage.converted_contact.str().size(), 18u);
  EXPECT_EQ(record.lineage.converted_account.str().substr(0, 15), "001Hs0000000001");
}

TEST(PageDecoder, ReadsFieldsInAnyOrderLetterCaseAndSpelling) {
  auto fields = lead_json(3);
  std::reverse(fields.begin(), fields.end());
  for (auto& [name, raw] : fields) {
    if (name == "Email") name = "EMAIL";
    if (name == "LastName") name = R"(Last\u004eame)";
  }
  const auto page = decode(whole({object_of(fields)}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u) << page->bad.at(0).reason;
  EXPECT_EQ(value_of(page->records[0], "Email"), mapping::Value("m3@acme.test"));
  EXPECT_EQ(value_of(page->records[0], "LastName"), mapping::Value("Müller 3"));
}

TEST(PageDecoder, FillsEveryPlaceOfAFieldThatWasAskedForTwice) {
  auto layout = PageLayout::make(lead_schema(), {"email", "Id", "Email", "IsDeleted"});
  ASSERT_TRUE(layout);
  PageDecoder decoder;
  const auto page = decoder.decode(whole({lead(1)}), *layout);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  const auto& values = page->records[0].values;
  EXPECT_EQ(values, (std::vector<mapping::Value>{"m1@acme.test", lead_id(1), "m1@acme.test", false}));
}

TEST(PageDecoder, TakesAWholeNumberThatIsWrittenAsADouble) {
  const auto page = decode(whole({lead_with(1, "NumberOfEmployees", "300.0")}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(value_of(page->records[0], "NumberOfEmployees"), mapping::Value(int64_t{300}));
}

TEST(PageDecoder, ReplacesAnEscapedNulAndKeepsTheRecord) {
  const auto page = decode(whole({lead_with(1, "LastName", R"("a\u0000b")")}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(value_of(page->records[0], "LastName"), mapping::Value("a\xEF\xBF\xBD"
                                                                   "b"));
}

TEST(PageDecoder, KeepsATextOfExactlyTheMostCharacters) {
  std::string text;
  for (size_t i = 0; i < kTextCharsMax; ++i)
    text += "ü";
  const auto page = decode(whole({lead_with(1, "Description", "\"" + text + "\"")}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(value_of(page->records[0], "Description").str().size(), 2 * kTextCharsMax);
}

std::string nested(size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

struct BadCase {
  const char* name;
  std::function<std::string()> record;  ///< made from lead 2
  const char* reason;
  bool knows_id = true;
};

class OneBadRecord : public ::testing::TestWithParam<BadCase> {};

TEST_P(OneBadRecord, IsSetApartAndTheOthersStay) {
  const BadCase& given = GetParam();
  const auto page = decode(whole({lead(1), given.record(), lead(3)}));
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->records.size(), 2u);
  EXPECT_EQ(page->records[0].id.str(), lead_id(1));
  EXPECT_EQ(page->records[1].id.str(), lead_id(3));
  for (const mapping::Record& record : page->records) {
    EXPECT_EQ(value_of(record, "Description"), mapping::Value("line\r\n\"two\""));
  }
  ASSERT_EQ(page->bad.size(), 1u);
  const BadRecord& bad = page->bad[0];
  EXPECT_THAT(bad.reason, HasSubstr(given.reason));
  EXPECT_THAT(bad.reason, Not(HasSubstr("acme.test")));
  EXPECT_EQ(bad.id.str(), given.knows_id ? lead_id(2) : "");
  EXPECT_FALSE(bad.payload.empty());
  EXPECT_LE(bad.payload.size(), kBadPayloadBytesMax);
  EXPECT_TRUE(is_valid_utf8(bad.payload));
}

const BadCase kBadCases[] = {
    {"InvalidUtf8", [] { return lead_with(2, "LastName", "\"M\xFCller\""); }, "no UTF-8"},
    {"CutUtf8", [] { return lead_with(2, "LastName", "\"M\xC3\""); }, "no UTF-8"},
    {"Utf8Surrogate", [] { return lead_with(2, "LastName", "\"\xED\xA0\x80\""); }, "no UTF-8"},
    {"InvalidUtf8Inside", [] { return lead_with(2, "Address", "{\"city\":\"\xFF\"}"); }, "no UTF-8"},
    {"RawControl", [] { return lead_with(2, "LastName", "\"a\nb\""); }, "control character"},
    {"RawNul", [] { return lead_with(2, "LastName", std::string("\"a\0b\"", 5)); }, "control character"},
    {"LoneSurrogate", [] { return lead_with(2, "LastName", R"("\ud83d!")"); }, "LastName: a text"},
    {"LoneLowSurrogate", [] { return lead_with(2, "LastName", R"("\udc00")"); }, "LastName: a text"},
    {"BadEscape", [] { return lead_with(2, "LastName", R"("\q")"); }, "LastName: a text"},
    {"KeyTwice", [] { return lead_with(2, "Zip\":1,\"Email", R"("x")"); }, "Email: comes twice"},
    {"SystemKeyTwice", [] { return lead_with(2, "x\":1,\"Id", json_quote(lead_id(9))); }, "Id: comes twice"},
    {"KeyTwiceByEscape", [] { return lead_with(2, R"(Zip":1,"Emai\u006c)", "1"); }, "Email: comes twice"},
    {"BadKey", [] { return lead_with(2, R"(Zip\ud800)", "1"); }, "a field name"},
    {"TooDeep", [] { return lead_with(2, "Address", nested(62)); }, "Address: nested too deep"},
    {"TooDeepUnasked", [] { return lead_with(2, "Other__c", nested(62)); }, "nested too deep"},
    {"TooDeepAttributes", [] { return lead_with(2, "attributes", nested(62)); }, "nested too deep"},
    {"VeryDeep", [] { return lead_with(2, "LastName", nested(200'000)); }, "LastName: nested too deep"},
    {"DoubleOutOfRange", [] { return lead_with(2, "AnnualRevenue", "1e400"); }, "AnnualRevenue: a number"},
    {"Integer2To63", [] { return lead_with(2, "NumberOfEmployees", "9223372036854775808"); },
     "NumberOfEmployees: a number"},
    {"IntegerBeyond64Bit", [] { return lead_with(2, "NumberOfEmployees", "99999999999999999999"); },
     "NumberOfEmployees: a number"},
    {"IntegerWithFraction", [] { return lead_with(2, "NumberOfEmployees", "1.5"); },
     "NumberOfEmployees: a number"},
    {"BrokenNumber", [] { return lead_with(2, "AnnualRevenue", "01"); }, "AnnualRevenue: a number"},
    {"NumberForText", [] { return lead_with(2, "LastName", "7"); }, "LastName: not of the type"},
    {"ObjectForText", [] { return lead_with(2, "LastName", "{}"); }, "LastName: not of the type"},
    {"TextForBoolean", [] { return lead_with(2, "HasOptedOutOfEmail", R"("true")"); },
     "HasOptedOutOfEmail: not of the type"},
    {"TextForNumber", [] { return lead_with(2, "NumberOfEmployees", R"("7")"); },
     "NumberOfEmployees: not of the type"},
    {"BrokenWord", [] { return lead_with(2, "HasOptedOutOfEmail", "trueish"); },
     "HasOptedOutOfEmail: not of"},
    {"BrokenNull", [] { return lead_with(2, "Email", "nul"); }, "Email: not of the type"},
    {"NoDay", [] { return lead_with(2, "Birthdate__c", R"("2026-02-29")"); }, "Birthdate__c: no date"},
    {"NoMoment", [] { return lead_with(2, "LastTalk__c", R"("yesterday")"); }, "LastTalk__c: no date"},
    {"IdMissing", [] { return lead_without(2, "Id"); }, "Id is missing", false},
    {"IdNull", [] { return lead_with(2, "Id", "null"); }, "Id is missing", false},
    {"IdMalformed", [] { return lead_with(2, "Id", R"("00Q-no-id")"); }, "Id: no record id", false},
    {"IdNumber", [] { return lead_with(2, "Id", "12"); }, "Id: not of the type", false},
    {"VersionMissing", [] { return lead_without(2, "SystemModstamp"); }, "SystemModstamp is missing"},
    {"VersionNull", [] { return lead_with(2, "SystemModstamp", "null"); }, "SystemModstamp is missing"},
    {"VersionMalformed", [] { return lead_with(2, "SystemModstamp", R"("soon")"); },
     "SystemModstamp: no date"},
    {"MergeTargetMalformed", [] { return lead_with(2, "MasterRecordId", R"("x")"); },
     "MasterRecordId: no record"},
    {"TextTooLong",
     [] { return lead_with(2, "Description", "\"" + std::string(kTextCharsMax + 1, 'x') + "\""); },
     "Description: longer than"},
    {"RecordTooLarge", [] { return lead_with(2, "Other__c", "\"" + std::string(5 << 20, 'x') + "\""); },
     "too large"},
    {"NullRecord", [] { return std::string("null"); }, "no object", false},
    {"TextRecord", [] { return std::string(R"("lead")"); }, "no object", false},
    {"ListRecord", [] { return std::string(R"([{"Id":"x"}])"); }, "no object", false},
    {"EmptyRecord", [] { return std::string("{}"); }, "Id is missing", false},
};

INSTANTIATE_TEST_SUITE_P(Page, OneBadRecord, ::testing::ValuesIn(kBadCases),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(PageDecoder, TellsWhichRecordIsBadWhenItsFaultStandsBeforeItsId) {
  auto fields = lead_json(2);
  std::reverse(fields.begin(), fields.end());
  for (auto& [name, raw] : fields) {
    if (name == "Email") raw = "7";
  }
  const auto page = decode(whole({object_of(fields)}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->bad.size(), 1u);
  EXPECT_EQ(page->bad[0].id.str(), lead_id(2));
  EXPECT_EQ(page->bad[0].version, parse_timestamp("2026-11-20T08:15:30Z"));
  EXPECT_TRUE(page->schema_in_doubt);
}

TEST(PageDecoder, SetsApartEveryRecordThatHadToBeRepairedAndNoOther) {
  std::vector<std::string> records;
  for (int i = 0; i < 100; ++i) {
    records.push_back(i % 10 == 0 ? lead_with(i, "LastName", "\"\xC0\xAF\x01\"") : lead(i));
  }
  const auto page = decode(whole(records));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->records.size(), 90u);
  ASSERT_EQ(page->bad.size(), 10u);
  for (size_t i = 0; i < 10; ++i)
    EXPECT_EQ(page->bad[i].id.str(), lead_id(static_cast<int>(i) * 10));
}

TEST(PageDecoder, OneDecoderReadsPageAfterPageOfAnySize) {
  PageDecoder decoder;
  const PageLayout layout = lead_layout();
  for (const int count : {1, 500, 3, 2'000, 0, 20}) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i)
      records.push_back(lead(i));
    const auto page = decoder.decode(whole(records), layout);
    ASSERT_TRUE(page) << page.error().text();
    EXPECT_EQ(page->records.size(), static_cast<size_t>(count));
  }
}

}  // namespace
}  // namespace prospectd::salesforce::test
