// What goes over the wire for a batch: values as their fields want them, requests, and what is refused here.
#include "connectors/salesforce/write_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

using mapping::FieldType;
using mapping::Value;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kLead = lead_id(1);

mapping::ObjectSchema schema() {
  mapping::ObjectSchema lead;
  lead.name = "Lead";
  const std::pair<const char*, FieldType> fields[] = {
      {"Id", FieldType::kId},
      {"LastName", FieldType::kString},
      {"Rating", FieldType::kPicklist},
      {"OptOut", FieldType::kBoolean},
      {"Age__c", FieldType::kInteger},
      {"Fee__c", FieldType::kDouble},
      {"Born__c", FieldType::kDate},
      {"Met__c", FieldType::kDateTime},
      {"OwnerId", FieldType::kReference},
      {"Address", FieldType::kCompound},
      {"Ext__c", FieldType::kString},
  };
  for (const auto& [name, type] : fields) {
    mapping::FieldSchema field;
    field.name = name;
    field.type = type;
    lead.fields.push_back(std::move(field));
  }
  return lead;
}

WriteRow row(std::vector<FieldValue> fields, const std::string& id = kLead) {
  WriteRow out;
  out.id = RemoteId(id);
  out.fields = std::move(fields);
  return out;
}

WriteBatch batch(WriteKind kind, std::vector<WriteRow> rows) {
  WriteBatch out;
  out.kind = kind;
  out.object = "Lead";
  if (kind == WriteKind::kUpsert) out.key_field = "Ext__c";
  out.rows = std::move(rows);
  return out;
}

WriteRequest request_of(const WriteBatch& batch) {
  std::vector<const WriteRow*> rows;
  for (const WriteRow& row : batch.rows)
    rows.push_back(&row);
  auto request = write_request(batch, rows, schema(), {"v60.0", "prospectd"});
  EXPECT_TRUE(request) << request.error().text();
  return request ? *std::move(request) : WriteRequest{};
}

TEST(WritePayload, ValuesAreWrittenAsTheirFieldsWantThem) {
  const Timestamp moment = *parse_timestamp("2026-11-20T08:15:30.250Z");
  const Date day = *parse_date("2026-11-20");
  struct Row {
    FieldType type;
    Value value;
    std::string json;
  };
  const Row rows[] = {
      {FieldType::kString, "Zo\u00eb \"x\"\n", "\"Zo\u00eb \\\"x\\\"\\n\""},
      {FieldType::kString, "", "\"\""},
      {FieldType::kString, int64_t{7}, "\"7\""},
      {FieldType::kString, true, "\"true\""},
      {FieldType::kPhone, day, "\"2026-11-20\""},
      {FieldType::kPicklist, "Hot", "\"Hot\""},
      {FieldType::kReference, kLead, "\"" + kLead + "\""},
      {FieldType::kBoolean, true, "true"},
      {FieldType::kBoolean, false, "false"},
      {FieldType::kInteger, int64_t{-42}, "-42"},
      {FieldType::kInteger, 300.0, "300"},
      {FieldType::kDouble, 0.1, "0.1"},
      {FieldType::kDouble, int64_t{9'007'199'254'740'993}, "9007199254740993"},
      {FieldType::kDate, day, "\"2026-11-20\""},
      {FieldType::kDate, "2026-11-20", "\"2026-11-20\""},
      {FieldType::kDateTime, moment, "\"2026-11-20T08:15:30.250+0000\""},
      {FieldType::kDateTime, "2026-11-20T09:15:30+01:00", "\"2026-11-20T08:15:30.000+0000\""},
      {FieldType::kString, Value::null(), "null"},
      {FieldType::kDate, Value::null(), "null"},
  };
  for (const Row& row : rows) {
    std::string out = ">";
    EXPECT_TRUE(append_value(out, row.value, row.type)) << row.json;
    EXPECT_EQ(out, ">" + row.json);
  }
}

TEST(WritePayload, WhatIsNoValueOfItsFieldIsNotWritten) {
  struct Row {
    FieldType type;
    Value value;
  };
  const Row rows[] = {
      {FieldType::kString, Value()},
      {FieldType::kString, "caf\xe9"},
      {FieldType::kString, std::numeric_limits<double>::infinity()},
      {FieldType::kBoolean, "true"},
      {FieldType::kBoolean, int64_t{1}},
      {FieldType::kInteger, 1.5},
      {FieldType::kInteger, 1e19},
      {FieldType::kInteger, std::nan("")},
      {FieldType::kInteger, "7"},
      {FieldType::kDouble, "0.1"},
      {FieldType::kDouble, -std::numeric_limits<double>::infinity()},
      {FieldType::kDate, "yesterday"},
      {FieldType::kDate, "2026-02-30"},
      {FieldType::kDate, *parse_timestamp("2026-11-20T08:15:30Z")},
      {FieldType::kDateTime, "2026-11-20"},
      {FieldType::kDateTime, *parse_date("2026-11-20")},
      {FieldType::kCompound, "Reno"},
      {FieldType::kCompound, Value::null()},
  };
  for (const Row& row : rows) {
    std::string out = ">";
    EXPECT_FALSE(append_value(out, row.value, row.type)) << out;
    EXPECT_EQ(out, ">");
  }
}

TEST(WritePayload, ACollectionNamesTypeAndIdOfEachRecord) {
  const std::string other = lead_id(2);
  const auto request = request_of(
      batch(WriteKind::kUpdate, {row({{"lastname", "A"}, {"Rating", Value::null()}, {"OptOut", Value()}}),
                                 row({{"Fee__c", 0.5}}, other.substr(0, 15))}));
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.target, "/services/data/v60.0/composite/sobjects");
  EXPECT_FALSE(request.alone);
  EXPECT_EQ(request.body, R"({"allOrNone":false,"records":[{"attributes":{"type":"Lead"},"id":")" + kLead +
                              R"(","LastName":"A","Rating":null},{"attributes":{"type":"Lead"},"id":")" +
                              other + R"(","Fee__c":0.5}]})");
}

TEST(WritePayload, ARecordAloneGoesToItsOwnAddress) {
  const auto created = request_of(batch(WriteKind::kCreate, {row({{"LastName", "A"}}, "")}));
  EXPECT_EQ(created.method + " " + created.target, "POST /services/data/v60.0/sobjects/Lead");
  EXPECT_TRUE(created.alone);
  EXPECT_EQ(created.body, R"({"LastName":"A"})");
  const auto updated = request_of(batch(WriteKind::kUpdate, {row({})}));
  EXPECT_EQ(updated.method + " " + updated.target, "PATCH /services/data/v60.0/sobjects/Lead/" + kLead);
  EXPECT_EQ(updated.body, "{}");
}

TEST(WritePayload, AnUpsertHasItsKeyInEachRecordAndADeleteNoBody) {
  WriteRow keyed = row({{"LastName", "A"}}, "");
  keyed.key = "A-1";
  const auto upserted = request_of(batch(WriteKind::kUpsert, {keyed}));
  EXPECT_EQ(upserted.method + " " + upserted.target,
            "PATCH /services/data/v60.0/composite/sobjects/Lead/Ext__c");
  EXPECT_THAT(upserted.body, HasSubstr(R"([{"attributes":{"type":"Lead"},"Ext__c":"A-1","LastName":"A"}])"));
  const auto removed = request_of(batch(WriteKind::kDelete, {row({}), row({}, lead_id(2))}));
  EXPECT_EQ(removed.method + " " + removed.target, "DELETE /services/data/v60.0/composite/sobjects?ids=" +
                                                       kLead + "," + lead_id(2) + "&allOrNone=false");
  EXPECT_TRUE(removed.body.empty());
}

TEST(WritePayload, HeadersKeepTheCrmsOwnRulesOffUnlessTheyAreAskedFor) {
  WriteBatch asked = batch(WriteKind::kCreate, {row({}, "")});
  auto request = request_of(asked);
  EXPECT_EQ(request.headers.get("Sforce-Auto-Assign"), "FALSE");
  EXPECT_EQ(request.headers.get("Sforce-Duplicate-Rule-Header"), "allowSave=false");
  EXPECT_EQ(request.headers.get("Sforce-Call-Options"), "client=prospectd");
  asked.auto_assign = true;
  asked.save_duplicates = true;
  request = request_of(asked);
  EXPECT_EQ(request.headers.get("Sforce-Auto-Assign"), "TRUE");
  EXPECT_EQ(request.headers.get("Sforce-Duplicate-Rule-Header"), "allowSave=true");
}

TEST(WritePayload, ABatchThatIsNoCallIsRefusedAsAWhole) {
  WriteRow keyed = row({}, "");
  keyed.key = "A-1";
  WriteRow same = keyed;
  same.key = "a-1";
  WriteRow unkeyed = row({}, "");
  unkeyed.key = " ";
  WriteBatch without_key = batch(WriteKind::kUpsert, {keyed});
  without_key.key_field.clear();
  WriteBatch odd_key = batch(WriteKind::kUpsert, {keyed});
  odd_key.key_field = "Ext__c/../x";
  const WriteBatch wrong[] = {
      batch(WriteKind::kUpdate, {}),
      batch(WriteKind::kCreate, std::vector<WriteRow>(kWriteRowsMax + 1)),
      batch(WriteKind::kUpdate, {row({}), row({}, kLead.substr(0, 15))}),
      batch(WriteKind::kDelete, {row({}), row({})}),
      batch(WriteKind::kUpsert, {keyed, same}),
      batch(WriteKind::kUpsert, {unkeyed}),
      batch(WriteKind::kCreate, {row(std::vector<FieldValue>(kWriteFieldsMax + 1), "")}),
      without_key,
      odd_key,
  };
  for (const WriteBatch& one : wrong) {
    const auto checked = check_batch(one);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_TRUE(check_batch(batch(WriteKind::kCreate, std::vector<WriteRow>(kWriteRowsMax))));
}

TEST(WritePayload, ARowThatWouldSpoilTheCallIsRefusedAlone) {
  struct Row {
    WriteKind kind;
    WriteRow row;
    RefusalClass what;
    std::string field;
  };
  const Row rows[] = {
      {WriteKind::kUpdate, row({}, "no id"), RefusalClass::kRecord, ""},
      {WriteKind::kDelete, row({}, ""), RefusalClass::kRecord, ""},
      {WriteKind::kUpdate, row({{"Shoe__c", "9"}}), RefusalClass::kMapping, "Shoe__c"},
      {WriteKind::kUpdate, row({{"Born__c", "yesterday"}}), RefusalClass::kMapping, "Born__c"},
      {WriteKind::kUpdate, row({{"id", kLead}}), RefusalClass::kRequest, "id"},
      {WriteKind::kUpdate, row({{"Rating", "Hot"}, {"rating", "Cold"}}), RefusalClass::kRequest, "rating"},
  };
  for (const Row& wrong : rows) {
    const auto refusal = check_row(wrong.row, batch(wrong.kind, {wrong.row}), schema());
    ASSERT_TRUE(refusal);
    EXPECT_EQ(name_of(refusal->what), name_of(wrong.what)) << refusal->message;
    EXPECT_EQ(refusal->fields, wrong.field.empty() ? std::vector<std::string>{} : std::vector{wrong.field});
    EXPECT_THAT(refusal->message, Not(HasSubstr("yesterday")));
  }
  const WriteRow good = row({{"LastName", "A"}, {"Shoe__c", Value()}});
  EXPECT_FALSE(check_row(good, batch(WriteKind::kUpdate, {good}), schema()))
      << "what says nothing is not looked at";
}

TEST(WritePayload, ABatchOverItsSizeIsForTheCallerToSplit) {
  const std::string text(kWriteBytesMax / 4, 'x');
  const WriteBatch large = batch(WriteKind::kCreate, std::vector<WriteRow>(5, row({{"LastName", text}}, "")));
  std::vector<const WriteRow*> rows;
  for (const WriteRow& one : large.rows)
    rows.push_back(&one);
  const auto request = write_request(large, rows, schema(), {"v60.0", ""});
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace prospectd::salesforce::test
