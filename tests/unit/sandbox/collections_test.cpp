// Many records in one call, and what has changed or gone in a span of time.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Collections : public SandboxTest {
 protected:
  static Json lead_of(const std::string& last_name) {
    return {{"attributes", {{"type", "Lead"}}}, {"LastName", last_name}, {"Company", "Acme"}};
  }
  Answer send_records(const char* method, const Json& records, bool all_or_none = false,
                      const std::string& path = "composite/sobjects") {
    return call(method, path, {{"allOrNone", all_or_none}, {"records", records}});
  }
  std::vector<std::string> outcomes(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> out;
    for (const Json& item : answer.body) {
      out.push_back(item["success"].get<bool>() ? "ok" : item["errors"][0]["statusCode"].get<std::string>());
    }
    return out;
  }
  size_t leads() { return org_->table("Lead")->count(RowState::kLive); }
};

TEST_F(Collections, ResultsStandInTheOrderOfTheRecords) {
  Json bad = lead_of("B");
  bad["Email"] = "zz";
  Json firm = {{"attributes", {{"type", "account"}}}, {"Name", "Firm"}};
  const Answer answer = send_records("POST", {lead_of("A"), bad, firm});
  EXPECT_THAT(outcomes(answer), ElementsAre("ok", "INVALID_EMAIL_ADDRESS", "ok"));
  EXPECT_EQ(answer.body[1], Json::parse(R"({"success":false,"errors":[{"statusCode":"INVALID_EMAIL_ADDRESS",
                            "message":"Email: invalid email address: zz","fields":["Email"]}]})"));
  EXPECT_EQ(answer.body[2]["id"].get<std::string>().substr(0, 3), "001");
  EXPECT_EQ(leads(), 1U);
  EXPECT_EQ(get("limits").header("Sforce-Limit-Info"), "api-usage=2/100000") << "one call for all of them";
}

TEST_F(Collections, AllOrNoneTakesBackWhatWentWell) {
  const std::string id = lead({{"LastName", "Old"}});
  now_ += seconds(3);
  const Json update = {{"attributes", {{"type", "Lead"}}}, {"id", id}, {"LastName", "New"}};
  Json broken = update;
  broken["id"] = "00Q000000000999";
  const Answer updated = send_records("PATCH", {update, broken}, true);
  EXPECT_THAT(outcomes(updated), ElementsAre("ALL_OR_NONE_OPERATION_ROLLED_BACK", "NOT_FOUND"));
  EXPECT_EQ(
      updated.body[0]["errors"][0]["message"],
      "Record rolled back because not all records were valid and the request was using AllOrNone header");
  const Json row = lead_row(id, "LastName, SystemModstamp");
  EXPECT_EQ(row["LastName"], "Old");
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
  EXPECT_EQ(column("SELECT Id FROM Lead WHERE SystemModstamp > 2026-11-21T09:00:00Z", "Id").size(), 1U)
      << "once in the order of stamps";

  Json nameless = lead_of("");
  EXPECT_THAT(outcomes(send_records("POST", {lead_of("A"), nameless}, true)),
              ElementsAre("ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"));
  EXPECT_EQ(leads(), 1U);
  const std::string list = id + ",00Q000000000999";
  EXPECT_THAT(outcomes(call("DELETE", "composite/sobjects?allOrNone=true&ids=" + list)),
              ElementsAre("ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"));
  EXPECT_EQ(get("sobjects/Lead/" + id).status, 200);
  EXPECT_THAT(outcomes(call("DELETE", "composite/sobjects?allOrNone=false&ids=" + list)),
              ElementsAre("ok", "INVALID_CROSS_REFERENCE_KEY"));
  EXPECT_EQ(get("sobjects/Lead/" + id).status, 404);
}

TEST_F(Collections, AnAccountsContactsComeBackWithItFromARollback) {
  const std::string firm = account("Firm");
  const std::string inside = contact({{"LastName", "Inside"}, {"AccountId", firm}});
  call("DELETE", "composite/sobjects?allOrNone=true&ids=" + firm + ",xyz");
  EXPECT_EQ(get("sobjects/Account/" + firm).status, 200);
  EXPECT_EQ(get("sobjects/Contact/" + inside).status, 200);
  EXPECT_EQ(org_->table("Contact")->count(RowState::kDeleted), 0U);
}

TEST_F(Collections, AKeyThatWasRolledBackIsFree) {
  add_key("Lead", "Ext__c", kExternalId | kUnique);
  Json first = lead_of("A");
  first["Ext__c"] = "k";
  EXPECT_THAT(outcomes(send_records("POST", {first, first}, true)),
              ElementsAre("ALL_OR_NONE_OPERATION_ROLLED_BACK", "DUPLICATE_VALUE"));
  EXPECT_EQ(get("sobjects/Lead/Ext__c/k").status, 404);
  EXPECT_THAT(outcomes(send_records("POST", Json::array({first}))), ElementsAre("ok"));
}

TEST_F(Collections, AnUpdateNamesEachRecordOnce) {
  const std::string a = lead({{"LastName", "A"}});
  const std::string b = lead({{"LastName", "B"}});
  const auto city = [](const std::string& id) {
    return Json{{"attributes", {{"type", "Lead"}}}, {"Id", id}, {"City", "Reno"}};
  };
  Json without = city(b);
  without.erase("Id");
  EXPECT_THAT(
      outcomes(send_records("PATCH", {city(a), city(b), city(a.substr(0, 15)), without, city("xyz")})),
      ElementsAre("DUPLICATE_VALUE", "ok", "DUPLICATE_VALUE", "MISSING_ARGUMENT", "MALFORMED_ID"));
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE City = 'Reno'", "LastName"), ElementsAre("B"));
}

TEST_F(Collections, AnUpsertTellsWhatItCreated) {
  add_key("Lead", "Ext__c");
  const auto keyed = [](const char* key) {
    Json record = lead_of("Nguyen");
    record["Ext__c"] = key;
    return record;
  };
  const std::string path = "composite/sobjects/Lead/Ext__c";
  const Answer made =
      send_records("PATCH", {keyed("a"), keyed("b"), keyed("B"), lead_of("none")}, false, path);
  EXPECT_THAT(outcomes(made), ElementsAre("ok", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"));
  EXPECT_EQ(made.body[0]["created"], true);
  EXPECT_EQ(made.body[1]["errors"][0]["message"], "Duplicate external id specified: b");
  const Answer again = send_records("PATCH", {keyed("A"), keyed("b")}, false, path);
  EXPECT_EQ(again.body[0]["created"], false);
  EXPECT_EQ(again.body[0]["id"], made.body[0]["id"]);
  EXPECT_EQ(again.body[1]["created"], true);
  lead({{"LastName", "X"}, {"Ext__c", "a"}});
  EXPECT_THAT(outcomes(send_records("PATCH", Json::array({keyed("a")}), false, path)),
              ElementsAre("DUPLICATE_EXTERNAL_ID"));
  Json other = keyed("z");
  other["attributes"]["type"] = "Contact";
  EXPECT_EQ(send_records("PATCH", Json::array({other}), false, path).code(), "INVALID_TYPE");
}

TEST_F(Collections, TooManyRecordsAreRefusedTogether) {
  Json records = Json::array();
  for (int i = 0; i < 200; ++i)
    records.push_back(lead_of("L" + std::to_string(i)));
  EXPECT_EQ(outcomes(send_records("POST", records)).size(), 200U);
  records.push_back(lead_of("more"));
  const Answer answer = send_records("POST", records);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "EXCEEDED_ID_LIMIT");
  EXPECT_EQ(answer.message(), "record limit reached. cannot submit more than 200 records into this call");
  EXPECT_EQ(leads(), 200U);
}

TEST_F(Collections, WhatIsNoListOfRecordsIsRefusedAsAWhole) {
  const struct {
    Json body;
    const char* code;
  } rows[] = {
      {{{"records", {{{"LastName", "A"}}}}}, "INVALID_TYPE"},
      {{{"records", {{{"attributes", {{"type", "Nope__c"}}}}}}}, "INVALID_TYPE"},
      {{{"records", {1, 2}}}, "JSON_PARSER_ERROR"},
      {{{"records", "x"}}, "JSON_PARSER_ERROR"},
      {Json::object(), "JSON_PARSER_ERROR"},
      {{{"allOrNone", "yes"}, {"records", Json::array()}}, "JSON_PARSER_ERROR"},
  };
  for (const auto& row : rows) {
    const Answer answer = call("POST", "composite/sobjects", row.body);
    EXPECT_EQ(answer.status, 400) << row.body;
    EXPECT_EQ(answer.code(), row.code) << row.body;
  }
  Json mixed = Json::array();
  for (int i = 0; i < 11; ++i)
    mixed.push_back({{"attributes", {{"type", i % 2 == 0 ? "Lead" : "Account"}}}});
  EXPECT_EQ(send_records("POST", mixed).code(), "LIMIT_EXCEEDED");
  EXPECT_EQ(call("DELETE", "composite/sobjects").code(), "MISSING_ARGUMENT");
}

TEST_F(Collections, RecordsAreReadByTheirIds) {
  const std::string a = lead({{"LastName", "A"}});
  const std::string b = lead({{"LastName", "B"}});
  const Answer listed =
      get("composite/sobjects/Lead?fields=LastName,Id&ids=" + b + ",00Q000000000999," + a.substr(0, 15));
  ASSERT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(listed.body[0]["LastName"], "B");
  EXPECT_TRUE(listed.body[1].is_null());
  EXPECT_EQ(listed.body[2]["Id"], a);
  const auto post = [&](const Json& ids, const Json& fields) {
    return call("POST", "composite/sobjects/Lead", {{"ids", ids}, {"fields", fields}});
  };
  EXPECT_EQ(post({a, b}, Json::array({"LastName"})).body[1]["LastName"], "B");
  EXPECT_EQ(post(Json::array({a}), Json::array({"Nope"})).code(), "INVALID_FIELD");
  EXPECT_EQ(post("x", Json::array({"Id"})).code(), "JSON_PARSER_ERROR");
  EXPECT_EQ(post(Json::array({1}), Json::array({"Id"})).code(), "JSON_PARSER_ERROR");
  EXPECT_EQ(post(std::vector<std::string>(2'000, a), Json::array({"Id"})).body.size(), 2'000U);
  EXPECT_EQ(post(std::vector<std::string>(2'001, a), Json::array({"Id"})).code(), "EXCEEDED_ID_LIMIT");
  EXPECT_EQ(get("composite/sobjects/Lead?ids=" + a).code(), "MISSING_ARGUMENT");
}

class Replication : public SandboxTest {};

TEST_F(Replication, ChangedIdsOfASpanWithBothItsEnds) {
  const std::string before = lead({{"LastName", "A"}});
  now_ = at("2026-11-21T10:05:00Z");
  const std::string start = lead({{"LastName", "B"}});
  now_ = at("2026-11-21T10:07:00Z");
  const std::string end = lead({{"LastName", "C"}});
  now_ = at("2026-11-21T10:09:00Z");
  lead({{"LastName", "D"}});
  const Answer answer = get(
      "sobjects/Lead/updated?start=2026-11-21T10%3A05%3A40%2B00%3A00&end=2026-11-21T10%3A07%3A59%2B00%3A00");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body["ids"], Json::array({start, end})) << "seconds are cut off";
  EXPECT_EQ(answer.body["latestDateCovered"], "2026-11-21T10:07:00.000+0000");
  EXPECT_EQ(
      get("sobjects/Lead/updated/?start=2026-11-21T10:00:00+00:00&end=2026-11-21T10:01:00Z").body["ids"],
      Json::array({before}));
}

TEST_F(Replication, WhatIsStillToBeCommittedHoldsBackWhatIsCovered) {
  ASSERT_TRUE(org_->create("Lead", {{"LastName", "A"}, {"Company", "B"}}, {{}, seconds(600)}));
  now_ = at("2026-11-21T10:05:00Z");
  const std::string span = "start=2026-11-21T09:50:00Z&end=2026-11-21T10:04:00Z";
  EXPECT_EQ(get("sobjects/Lead/updated?" + span).body["latestDateCovered"], "2026-11-21T10:00:00.000+0000");
  now_ = at("2026-11-21T10:15:00Z");
  const Json later = get("sobjects/Lead/updated?" + span).body;
  EXPECT_EQ(later["latestDateCovered"], "2026-11-21T10:04:00.000+0000");
  EXPECT_EQ(later["ids"].size(), 1U);
}

TEST_F(Replication, DeletedRecordsWithTheirMoments) {
  const std::string id = lead({{"LastName", "A"}});
  lead({{"LastName", "B"}});
  now_ = at("2026-11-21T10:03:07Z");
  ASSERT_TRUE(org_->remove(id));
  const Json body = get("sobjects/Lead/deleted?start=2026-11-21T10:00:00Z&end=2026-11-21T10:30:00Z").body;
  EXPECT_EQ(body["deletedRecords"],
            Json::array({{{"id", id}, {"deletedDate", "2026-11-21T10:03:07.000+0000"}}}));
  EXPECT_EQ(body["earliestDateAvailable"], "2026-11-06T10:03:00.000+0000");
  EXPECT_EQ(body["latestDateCovered"], "2026-11-21T10:03:07.000+0000");
}

TEST_F(Replication, SpansThatAreNone) {
  for (const char* span : {"", "start=2026-11-21T10:00:00Z", "start=yesterday&end=today",
                           "start=2026-11-21T10:00:10Z&end=2026-11-21T10:00:50Z",
                           "start=2026-11-21T10:05:00Z&end=2026-11-21T10:00:00Z",
                           "start=2026-10-22T09:59:00Z&end=2026-11-21T10:00:00Z"}) {
    const Answer answer = get("sobjects/Lead/updated?" + std::string(span));
    EXPECT_EQ(answer.status, 400) << span;
    EXPECT_EQ(answer.code(), "INVALID_REPLICATION_DATE") << span;
  }
  const std::string twenty_days = "start=2026-11-01T10:00:00Z&end=2026-11-21T10:00:00Z";
  EXPECT_EQ(get("sobjects/Lead/updated?" + twenty_days).status, 200);
  EXPECT_EQ(get("sobjects/Lead/deleted?" + twenty_days).code(), "INVALID_REPLICATION_DATE");
  EXPECT_EQ(call("POST", "sobjects/Lead/updated", Json::object()).status, 405);
}

TEST_F(Replication, RecordsAreCounted) {
  lead({{"LastName", "A"}});
  ASSERT_TRUE(org_->remove(lead({{"LastName", "B"}})));
  const Json counted = get("limits/recordCount?sObjects=Lead,Nope__c,contact").body;
  EXPECT_EQ(counted, Json::parse(R"({"sObjects":[{"count":0,"name":"Contact"},{"count":1,"name":"Lead"}]})"));
  EXPECT_EQ(get("limits/recordCount").body["sObjects"].size(), 5U);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
