// What the answers to writes say, row by row, and what is believed of those that contradict themselves.
#include "connectors/salesforce/write_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/salesforce/fake_org.h"
#include "tests/unit/salesforce/fixtures.h"

namespace prospectd::salesforce::test {
namespace {

using ::testing::ElementsAre;

const std::string kFirst = lead_id(1);
const std::string kSecond = lead_id(2);

SentRows sent(WriteKind kind, std::vector<std::string> ids, bool alone = false) {
  SentRows out;
  out.kind = kind;
  out.object = "Lead";
  out.alone = alone;
  for (std::string& id : ids)
    out.ids.emplace_back(std::move(id));
  return out;
}

std::string done(const std::string& id) {
  return R"({"id":")" + id + R"(","success":true,"errors":[]})";
}
std::string refused(const std::string& errors) {
  return R"({"success":false,"errors":[)" + errors + "]}";
}
const std::string kTooLong =
    R"({"statusCode":"STRING_TOO_LONG","message":"Last Name: too large","fields":["LastName"]})";

std::vector<RowOutcome> read(const std::string& body, const SentRows& rows) {
  auto results = read_results(body, rows);
  EXPECT_TRUE(results) << results.error().text();
  return results ? *std::move(results) : std::vector<RowOutcome>(rows.ids.size());
}

TEST(WriteAnswer, EachRowHasItsOwnResult) {
  const auto rows =
      read("[" + done(kFirst) + "," + refused(kTooLong) + "]", sent(WriteKind::kUpdate, {kFirst, kSecond}));
  EXPECT_EQ(rows[0].state, RowState::kWritten);
  EXPECT_EQ(rows[0].id, RemoteId(kFirst));
  EXPECT_FALSE(rows[0].created);
  EXPECT_EQ(rows[1].state, RowState::kRefused);
  EXPECT_EQ(rows[1].id, RemoteId(kSecond));
  ASSERT_EQ(rows[1].refusals.size(), 1U);
  EXPECT_EQ(rows[1].refusals[0].code, "STRING_TOO_LONG");
  EXPECT_EQ(rows[1].refusals[0].message, "Last Name: too large");
  EXPECT_THAT(rows[1].refusals[0].fields, ElementsAre("LastName"));
  EXPECT_EQ(rows[1].what(), RefusalClass::kRecord);
}

TEST(WriteAnswer, NewRecordsTellTheirIds) {
  const auto created =
      read("[" + done(kFirst) + "," + done(kSecond.substr(0, 15)) + "]", sent(WriteKind::kCreate, {"", ""}));
  EXPECT_TRUE(created[0].created);
  EXPECT_EQ(created[1].id, RemoteId(kSecond));
  const auto upserted =
      read(R"([{"id":")" + kFirst + R"(","success":true,"errors":[],"created":true},{"id":")" + kSecond +
               R"(","success":true,"errors":[],"created":false}])",
           sent(WriteKind::kUpsert, {"", ""}));
  EXPECT_TRUE(upserted[0].created);
  EXPECT_FALSE(upserted[1].created);
}

TEST(WriteAnswer, TheMostTellingOfSeveralErrorsDecides) {
  const std::string lock = R"({"statusCode":"UNABLE_TO_LOCK_ROW","message":"later","fields":[]})";
  const std::string gone = R"({"statusCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":[]})";
  const auto rows = read("[" + refused(lock + "," + kTooLong) + "," + refused(kTooLong + "," + gone) + "]",
                         sent(WriteKind::kUpdate, {kFirst, kSecond}));
  EXPECT_EQ(rows[0].what(), RefusalClass::kRecord);
  EXPECT_EQ(rows[1].what(), RefusalClass::kGone);
}

TEST(WriteAnswer, ARowWhoseResultCannotBeReadIsUnknownAndTheOthersAreNot) {
  const std::string odd[] = {
      "null",
      "[]",
      "\"done\"",
      "{}",
      R"({"success":"true","id":")" + kFirst + "\"}",
      R"({"success":true,"errors":[]})",
      R"({"success":true,"id":"no id","errors":[]})",
      R"({"success":true,"id":")" + kFirst + R"(","errors":[)" + kTooLong + "]}",
      R"({"success":true,"success":false,"id":")" + kFirst + "\"}",
      R"({"success":false,"errors":[]})",
      R"({"success":false})",
      R"({"success":false,"errors":["STRING_TOO_LONG"]})",
  };
  for (const std::string& result : odd) {
    const auto rows =
        read("[" + result + "," + done(kSecond) + "]", sent(WriteKind::kUpdate, {kFirst, kSecond}));
    EXPECT_EQ(rows[0].state, RowState::kUnknown) << result;
    EXPECT_TRUE(rows[0].refusals.empty()) << result;
    EXPECT_EQ(rows[0].id, RemoteId(kFirst)) << result;
    EXPECT_EQ(rows[1].state, RowState::kWritten) << result;
  }
}

TEST(WriteAnswer, AnAnswerThatIsNotAboutTheseRowsIsNone) {
  const SentRows two = sent(WriteKind::kUpdate, {kFirst, kSecond});
  const SentRows fresh = sent(WriteKind::kCreate, {"", ""});
  struct Row {
    std::string body;
    const SentRows& rows;
  };
  std::string deep = "[";
  for (int i = 0; i < 100; ++i)
    deep += "[";
  const Row wrong[] = {
      {"", two},
      {"[", two},
      {"{}", two},
      {"null", two},
      {"[]", two},
      {"[" + done(kFirst) + "]", two},
      {"[" + done(kFirst) + "," + done(kSecond) + "," + done(lead_id(3)) + "]", two},
      {"[" + done(kSecond) + "," + done(kFirst) + "]", two},
      {"[" + done(kFirst) + "," + R"({"id":")" + kFirst + R"(","success":false,"errors":[]})" + "]", two},
      {"[" + done(kFirst) + "," + done(kFirst) + "]", fresh},
      {"[" + done(kFirst) + "," + done("003Hs00000Con1cIAB") + "]", fresh},
      {"[" + done(kFirst) + "," + done(kSecond) + "] [", two},
      {"[" + done(kFirst) + ",{\"success\":true,\"id\":" + deep, two},
      {std::string(kResultsBytesMax + 1, ' '), two},
  };
  for (const Row& row : wrong) {
    const auto results = read_results(row.body, row.rows);
    ASSERT_FALSE(results) << row.body.substr(0, 200);
    EXPECT_EQ(results.error().code, ErrorCode::kBadPayload);
  }
}

TEST(WriteAnswer, WordsThatAreNoUtf8DoNotSpoilTheOtherRows) {
  const auto rows = read(
      "[" + done(kFirst) + "," +
          refused("{\"statusCode\":\"FIELD_CUSTOM_VALIDATION_EXCEPTION\",\"message\":\"caf\xe9\"}") + "]",
      sent(WriteKind::kUpdate, {kFirst, kSecond}));
  EXPECT_EQ(rows[0].state, RowState::kWritten);
  ASSERT_EQ(rows[1].refusals.size(), 1U);
  EXPECT_EQ(rows[1].refusals[0].message, "caf\uFFFD");
}

TEST(WriteAnswer, MessagesAndListsAreBounded) {
  std::string errors;
  for (size_t i = 0; i < 3 * kRefusalsMax; ++i)
    errors += (i == 0 ? "" : ",") + kTooLong;
  const std::string talkative = R"({"statusCode":"<script>","message":")" +
                                std::string(3 * kRefusalBytesMax, 'x') + R"(","fields":["a b","Ok__c",7]})";
  const auto rows = read("[" + refused(errors) + "," + refused(talkative) + "]",
                         sent(WriteKind::kUpdate, {kFirst, kSecond}));
  EXPECT_EQ(rows[0].refusals.size(), kRefusalsMax);
  ASSERT_EQ(rows[1].refusals.size(), 1U);
  EXPECT_EQ(rows[1].refusals[0].message.size(), kRefusalBytesMax);
  EXPECT_EQ(rows[1].refusals[0].code, "");
  EXPECT_THAT(rows[1].refusals[0].fields, ElementsAre("Ok__c"));
}

TEST(WriteAnswer, ARecordThatHasTheUniqueValueIsNamed) {
  const auto rows = read("[" +
                             refused(R"({"statusCode":"DUPLICATE_VALUE","message":"duplicate value found: )"
                                     R"(Ext__c duplicates value on record with id: )" +
                                     kSecond.substr(0, 15) + "\"}") +
                             "]",
                         sent(WriteKind::kUpdate, {kFirst}));
  EXPECT_EQ(rows[0].what(), RefusalClass::kDuplicate);
  EXPECT_THAT(rows[0].refusals.at(0).others, ElementsAre(RemoteId(kSecond)));
}

TEST(WriteAnswer, ADuplicateRuleNamesWhatItFoundInEitherSpelling) {
  for (const std::string key : {"duplicateResut", "duplicateResult"}) {
    const std::string body =
        R"([{"errorCode":"DUPLICATES_DETECTED","message":"Use one of these","fields":[],")" + key +
        R"(":{"allowSave":false,"matchResults":[{"entityType":"Lead","matchRecords":[{"record":{"Id":")" +
        kSecond + R"("}},{"record":{"Id":")" + kSecond.substr(0, 15) +
        R"("}},{"record":{}},7]},{"entityType":"Contact","matchRecords":[{"record":{"Id":"003Hs00000Con1cIAB"}}]},)"
        R"({"matchRecords":"none"}]}}])";
    const auto row = read_refusal(body, sent(WriteKind::kCreate, {""}, true));
    ASSERT_TRUE(row) << row.error().text();
    EXPECT_EQ(row->what(), RefusalClass::kDuplicate);
    EXPECT_THAT(row->refusals.at(0).others, ElementsAre(RemoteId(kSecond), RemoteId("003Hs00000Con1cIAB")));
  }
}

// ---- whole answers ----

TEST(WriteAnswer, ARecordAloneIsWrittenOrRefusedByItsStatus) {
  const SentRows update = sent(WriteKind::kUpdate, {kFirst}, true);
  http::Response nothing;
  nothing.status = 204;
  WriteReply reply = read_reply(nothing, update);
  ASSERT_FALSE(reply.failure);
  EXPECT_EQ(reply.rows.at(0).state, RowState::kWritten);
  EXPECT_EQ(reply.rows.at(0).id, RemoteId(kFirst));
  reply = read_reply(json_answer(201, done(kSecond)), sent(WriteKind::kCreate, {""}, true));
  ASSERT_FALSE(reply.failure);
  EXPECT_TRUE(reply.rows.at(0).created);
  EXPECT_EQ(reply.rows.at(0).id, RemoteId(kSecond));
  reply = read_reply(refusal(404, "ENTITY_IS_DELETED", "entity is deleted"), update);
  ASSERT_FALSE(reply.failure);
  EXPECT_EQ(reply.rows.at(0).state, RowState::kRefused);
  EXPECT_EQ(reply.rows.at(0).what(), RefusalClass::kGone);
}

TEST(WriteAnswer, WhatConcernsAllWritesIsNoFaultOfTheRow) {
  for (const bool alone : {true, false}) {
    const SentRows rows = sent(WriteKind::kUpdate, {kFirst}, alone);
    const WriteReply quota =
        read_reply(refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), rows);
    ASSERT_TRUE(quota.failure);
    EXPECT_EQ(quota.failure->code, ErrorCode::kQuotaExhausted);
    EXPECT_FALSE(quota.in_doubt);
    EXPECT_TRUE(quota.rows.empty());
  }
}

TEST(WriteAnswer, WhateverMayComeAfterTheWriteLeavesItInDoubt) {
  http::Response login_page;
  login_page.status = 200;
  login_page.headers.add("Content-Type", "text/html");
  login_page.body = "<html>Please log in</html>";
  http::Response no_body;
  no_body.status = 204;
  http::Response unavailable = login_page;
  unavailable.status = 503;
  for (const bool alone : {true, false}) {
    const SentRows rows = sent(WriteKind::kCreate, {""}, alone);
    for (const http::Response& answer :
         {login_page, no_body, unavailable,
          refusal(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
          refusal(503, "SERVER_UNAVAILABLE", ""), json_answer(alone ? 201 : 200, "[{\"id\":"),
          json_answer(400, "{}")}) {
      const WriteReply reply = read_reply(answer, rows);
      ASSERT_TRUE(reply.failure) << answer.status << answer.body;
      EXPECT_TRUE(reply.in_doubt) << answer.status << answer.body;
    }
    const WriteReply refused = read_reply(refusal(400, "JSON_PARSER_ERROR", "Unexpected character"), rows);
    EXPECT_FALSE(refused.in_doubt);
  }
}

}  // namespace
}  // namespace prospectd::salesforce::test
