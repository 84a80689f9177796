// Writing and reading single records over the API.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

class Records : public SandboxTest {
 protected:
  std::string create_lead(Json fields) {
    fields.emplace("LastName", "Nguyen");
    fields.emplace("Company", "Acme");
    const Answer answer = call("POST", "sobjects/Lead", fields);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.body.value("id", "");
  }
  Json read(const std::string& path) { return get(path).body; }
};

TEST_F(Records, ACreateTellsIdAndPlace) {
  const Answer answer =
      call("POST", "sobjects/lead/",
           {{"LastName", "Nguyen"}, {"Company", "Acme"}, {"attributes", {{"type", "Lead"}}}});
  ASSERT_EQ(answer.status, 201);
  const std::string id = answer.body["id"];
  EXPECT_EQ(answer.body, (Json{{"id", id}, {"success", true}, {"errors", Json::array()}}));
  EXPECT_EQ(answer.header("Location"), "/services/data/v60.0/sobjects/Lead/" + id);
  EXPECT_EQ(read("sobjects/Lead/" + id + "?fields=LastName,company"),
            Json::parse(R"({"attributes":{"type":"Lead","url":"/services/data/v60.0/sobjects/Lead/)" + id +
                        R"("},"LastName":"Nguyen","Company":"Acme"})"));
}

TEST_F(Records, AnUpdateAnswersWithNothingAndNullClears) {
  const std::string id = create_lead({{"Email", "n@x.test"}, {"NumberOfEmployees", 5}});
  now_ += seconds(3);
  const Answer answer = call("PATCH", "sobjects/Lead/" + id.substr(0, 15),
                             {{"Email", nullptr}, {"NumberOfEmployees", 7}, {"DoNotCall", true}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(answer.body.is_null());
  const Json row = read("sobjects/Lead/" + id);
  EXPECT_TRUE(row["Email"].is_null());
  EXPECT_EQ(row["NumberOfEmployees"], 7);
  EXPECT_EQ(row["DoNotCall"], true);
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:03.000+0000");
}

TEST_F(Records, AMethodMayBeTunnelledThroughPost) {
  const std::string id = create_lead({});
  EXPECT_EQ(call("POST", "sobjects/Lead/" + id + "?_HttpMethod=PATCH", {{"City", "Reno"}}).status, 204);
  EXPECT_EQ(read("sobjects/Lead/" + id)["City"], "Reno");
  EXPECT_EQ(call("POST", "sobjects/Lead/" + id + "?_HttpMethod=DELETE").status, 204);
  EXPECT_EQ(get("sobjects/Lead/" + id).code(), "ENTITY_IS_DELETED");
  EXPECT_EQ(call("POST", "sobjects/Lead/" + id, {{"City", "x"}}).status, 405);
}

TEST_F(Records, ADeletedRecordIsInTheRecycleBin) {
  const std::string id = create_lead({});
  EXPECT_EQ(call("DELETE", "sobjects/Lead/" + id).status, 204);
  for (const char* method : {"GET", "PATCH", "DELETE"}) {
    const Answer answer = call(method, "sobjects/Lead/" + id, Json::object());
    EXPECT_EQ(answer.status, 404) << method;
    EXPECT_EQ(answer.code(), "ENTITY_IS_DELETED") << method;
  }
  EXPECT_EQ(query_all("SELECT Id FROM Lead WHERE IsDeleted = true").body["totalSize"], 1);
}

TEST_F(Records, WhatIsNotThereIsNotFoundInTheWordsOfEachMethod) {
  const std::string never = "sobjects/Lead/00Q000000000999";
  EXPECT_EQ(get(never).code(), "NOT_FOUND");
  EXPECT_EQ(call("PATCH", never, Json::object()).code(), "NOT_FOUND");
  const Answer gone = call("DELETE", never);
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.code(), "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(gone.message(), "invalid cross reference id");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + account("Firm"), Json::object()).code(), "MALFORMED_ID");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/nonsense", Json::object()).message(),
            "Provided external ID field does not exist or is not accessible: nonsense");
  EXPECT_EQ(call("POST", "sobjects/Nope__c", Json::object()).status, 404);
}

TEST_F(Records, AWriteIsRefusedWithItsFields) {
  const Answer missing = call("POST", "sobjects/Lead", {{"FirstName", "X"}});
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.body, Json::parse(R"([{"message":"Required fields are missing: [LastName, Company]",
      "errorCode":"REQUIRED_FIELD_MISSING","fields":["LastName","Company"]}])"));
  const std::string id = create_lead({});
  const struct {
    Json body;
    const char* code;
    const char* message;
  } rows[] = {
      {{{"Id", id}}, "INVALID_FIELD", "The Id field should not be specified in the sobject data."},
      {{{"Nope__c", "x"}}, "INVALID_FIELD", "No such column 'Nope__c' on sobject of type Lead"},
      {{{"City", Json::array({1})}}, "JSON_PARSER_ERROR", "instance of string from START_ARRAY value ["},
      {{{"City", {{"x", 1}}}}, "JSON_PARSER_ERROR", "instance of string from START_OBJECT"},
      {{{"Email", "zz"}}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: zz"},
      {{{"SystemModstamp", "2026-01-01"}}, "INVALID_FIELD_FOR_INSERT_UPDATE", "SystemModstamp"},
      {{{"NumberOfEmployees", 18446744073709551615ULL}}, "NUMBER_OUTSIDE_VALID_RANGE", "Employees"},
  };
  for (const auto& row : rows) {
    const Answer answer = call("PATCH", "sobjects/Lead/" + id, row.body);
    EXPECT_EQ(answer.status, 400) << row.body;
    EXPECT_EQ(answer.code(), row.code) << row.body;
    EXPECT_THAT(answer.message(), HasSubstr(row.message));
  }
}

TEST_F(Records, ABodyThatIsNoRecordIsRefusedWithItsPlace) {
  get("limits");
  const auto post = [&](const std::string& body, const char* type = "application/json; charset=utf-8") {
    return send("POST", "/services/data/v60.0/sobjects/Lead",
                {{"Authorization", "Bearer " + token_}, {"Content-Type", type}}, body);
  };
  const struct {
    std::string body;
    const char* message;
  } rows[] = {
      {"", "The HTTP entity body is required, but this request has no entity body."},
      {"  \n", "The HTTP entity body is required"},
      {"{\"LastName\":\n  oops}", "Unexpected character ('o' (code 111)) at [line:2, column:3]"},
      {"{\"LastName\":", "Unexpected end-of-input at [line:1, column:13]"},
      {"{\"LastName\":\"\xff\"}", "Unexpected character"},
      {"[]", "Cannot deserialize instance of sobject from START_ARRAY value ["},
      {"7", "Cannot deserialize instance of sobject from VALUE_NUMBER_INT value 7"},
      {"{\"AnnualRevenue\":1e999}", "Numeric value out of range"},
      {std::string(100, '[') + std::string(100, ']'), "nested too deep"},
  };
  for (const auto& row : rows) {
    const Answer answer = post(row.body);
    EXPECT_EQ(answer.status, 400) << row.body;
    EXPECT_EQ(answer.code(), "JSON_PARSER_ERROR") << row.body;
    EXPECT_THAT(answer.message(), HasSubstr(row.message));
  }
  const Answer form = post("LastName=x", "application/x-www-form-urlencoded");
  EXPECT_EQ(form.status, 415);
  EXPECT_EQ(form.code(), "UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(org_->table("Lead")->rows(), 0U);
}

TEST_F(Records, AHiddenFieldCanNotBeWritten) {
  const std::string id = create_lead({});
  set_knobs([](Knobs& k) { k.hidden_fields["lead"] = {"rating"}; });
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"Rating", "Hot"}}).code(), "INVALID_FIELD");
  EXPECT_EQ(get("sobjects/Lead/" + id + "?fields=Rating").code(), "INVALID_FIELD");
}

TEST_F(Records, AnUpsertCreatesThenChanges) {
  add_key("Lead", "Ext__c");
  const std::string path = "sobjects/Lead/Ext__c/A%2F17";
  const Answer made = call("PATCH", path, {{"LastName", "Nguyen"}, {"Company", "Acme"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.body["id"];
  EXPECT_EQ(made.body, (Json{{"id", id}, {"success", true}, {"errors", Json::array()}, {"created", true}}));
  EXPECT_EQ(read("sobjects/Lead/" + id)["Ext__c"], "A/17");
  const Answer changed = call("PATCH", "sobjects/Lead/ext__C/a%2f17", {{"City", "Reno"}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body,
            (Json{{"id", id}, {"success", true}, {"errors", Json::array()}, {"created", false}}));
  EXPECT_EQ(read(path)["City"], "Reno");
}

TEST_F(Records, AnUpsertOfAnOldVersionSaysLess) {
  add_key("Lead", "Ext__c");
  const Json body = {{"LastName", "Nguyen"}, {"Company", "Acme"}};
  const Answer made = call("PATCH", "sobjects/Lead/Ext__c/1", body, {}, "v45.0");
  EXPECT_EQ(made.status, 201);
  EXPECT_FALSE(made.body.contains("created"));
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Ext__c/1", body, {}, "v45.0").status, 204);
}

TEST_F(Records, AnUpsertIsRefusedWhereTheKeyIsNone) {
  add_key("Lead", "Ext__c");
  const Answer unknown = call("PATCH", "sobjects/Lead/Foo__c/1", Json::object());
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.message(), "Provided external ID field does not exist or is not accessible: Foo__c");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/City/Reno", Json::object()).status, 404);
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Ext__c/1", {{"ext__c", "1"}}).code(), "INVALID_FIELD");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Ext__c/1?updateOnly=true", Json::object()).code(), "NOT_FOUND");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Ext__c/1", Json::object()).code(), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(org_->table("Lead")->rows(), 0U);
}

TEST_F(Records, SeveralRecordsWithOneKeyAre300WithTheirPlaces) {
  add_key("Lead", "Ext__c");
  const std::string first = create_lead({{"Ext__c", "k"}});
  const std::string second = create_lead({{"Ext__c", "K"}});
  for (const char* method : {"GET", "PATCH", "DELETE"}) {
    const Answer answer = call(method, "sobjects/Lead/Ext__c/k", {{"City", "Reno"}});
    EXPECT_EQ(answer.status, 300) << method;
    EXPECT_EQ(answer.body, Json::array({"/services/data/v60.0/sobjects/Lead/" + first,
                                        "/services/data/v60.0/sobjects/Lead/" + second}));
  }
  EXPECT_TRUE(read("sobjects/Lead/" + first)["City"].is_null());
  EXPECT_EQ(call("DELETE", "sobjects/Lead/" + second).status, 204);
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Ext__c/k", {{"City", "Reno"}}).status, 200);
  EXPECT_EQ(call("DELETE", "sobjects/Lead/Ext__c/k").status, 204);
  EXPECT_EQ(get("sobjects/Lead/Ext__c/k").status, 404);
}

TEST_F(Records, AKeyFollowsItsRecord) {
  add_key("Lead", "Ext__c");
  const std::string id = create_lead({{"Ext__c", "old"}});
  EXPECT_EQ(get("sobjects/Lead/Ext__c/old").status, 200);
  ASSERT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"Ext__c", "new"}}).status, 204);
  EXPECT_EQ(get("sobjects/Lead/Ext__c/old").status, 404);
  EXPECT_EQ(read("sobjects/Lead/Ext__c/NEW")["Id"], id);
}

TEST_F(Records, AUniqueValueIsTakenUntilItsRecordIsDeleted) {
  add_key("Lead", "Ext__c", kExternalId | kUnique);
  const std::string id = create_lead({{"Ext__c", "k"}});
  const Answer taken = call("POST", "sobjects/Lead", {{"LastName", "A"}, {"Company", "B"}, {"Ext__c", "K"}});
  EXPECT_EQ(taken.status, 400);
  EXPECT_EQ(taken.code(), "DUPLICATE_VALUE");
  EXPECT_EQ(taken.message(),
            "duplicate value found: Ext__c duplicates value on record with id: " + id.substr(0, 15));
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"Ext__c", "K"}}).status, 204);
  ASSERT_EQ(call("DELETE", "sobjects/Lead/" + id).status, 204);
  create_lead({{"Ext__c", "k"}});
  EXPECT_EQ(org_->undelete(id).error().code, "DUPLICATE_VALUE");
}

TEST_F(Records, ARecordCanBeUpsertedByItsId) {
  const Answer made = call("POST", "sobjects/Lead/Id", {{"LastName", "A"}, {"Company", "B"}});
  ASSERT_EQ(made.status, 201);
  const std::string id = made.body["id"];
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Id/" + id, {{"City", "Reno"}}).status, 200);
  EXPECT_EQ(read("sobjects/Lead/Id/" + id)["City"], "Reno");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/Id/00Q000000000999", {{"City", "Reno"}}).status, 404);
  EXPECT_EQ(call("POST", "sobjects/Lead/Id", {{"LastName", "A"}}, {}, "v36.0").status, 405);
}

TEST_F(Records, AnotherRecordIsReferredToByItsKey) {
  add_key("Account", "Ext__c");
  const std::string firm =
      call("POST", "sobjects/Account", {{"Name", "Firm"}, {"Ext__c", "A-17"}}).body["id"];
  const Answer made =
      call("POST", "sobjects/Contact", {{"LastName", "Roy"}, {"Account", {{"Ext__c", "a-17"}}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.body["id"];
  EXPECT_EQ(read("sobjects/Contact/" + id)["AccountId"], firm);
  const Answer unknown = call("PATCH", "sobjects/Contact/" + id, {{"Account", {{"Ext__c", "A-18"}}}});
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.code(), "INVALID_FIELD");
  EXPECT_EQ(unknown.message(), "Foreign key external ID: a-18 not found for field Ext__c in entity Account");
  for (const Json& reference : {Json::object(), Json{{"Name", "Firm"}}, Json{{"Ext__c", nullptr}}}) {
    EXPECT_EQ(call("PATCH", "sobjects/Contact/" + id, {{"Account", reference}}).code(), "INVALID_FIELD");
  }
  const std::string rep = user("rep@x.test");
  const Json owner = {{"attributes", {{"type", "User"}}}, {"Username", "rep@x.test"}};
  const std::string owned = create_lead({{"Owner", owner}});
  EXPECT_EQ(read("sobjects/Lead/" + owned)["OwnerId"], rep);
}

TEST_F(Records, ALookupCanBeFollowed) {
  const std::string firm = account("Firm");
  const std::string id = contact({{"LastName", "Roy"}, {"AccountId", firm}});
  EXPECT_EQ(read("sobjects/Contact/" + id + "/Account?fields=Name")["Name"], "Firm");
  EXPECT_EQ(read("sobjects/Contact/" + id + "/account/Owner")["Id"], org_->run_as_user());
  EXPECT_EQ(get("sobjects/Contact/" + id + "/ReportsTo").status, 204);
  EXPECT_EQ(get("sobjects/Contact/" + id + "/Nope").status, 404);
  EXPECT_EQ(call("PATCH", "sobjects/Contact/" + id + "/Account", Json::object()).status, 405);
}

TEST_F(Records, AnAccountHasATagThatAWriteCanDemand) {
  const std::string path = "sobjects/Account/" + account("Firm");
  const std::string tag = get(path).header("ETag");
  ASSERT_NE(tag, "");
  EXPECT_EQ(get(path, {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(get(path, {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(call("PATCH", path, {{"Phone", "1"}}, {{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(call("PATCH", path, {{"Phone", "1"}}, {{"If-Match", tag}}).status, 204);
  EXPECT_NE(get(path).header("ETag"), tag) << "although the second is the same";
  EXPECT_EQ(call("PATCH", path, {{"Phone", "2"}}, {{"If-Match", tag}}).status, 412);
  EXPECT_EQ(read(path)["Phone"], "1");
  EXPECT_EQ(get("sobjects/Lead/" + create_lead({})).header("ETag"), "");
  EXPECT_EQ(call("DELETE", path, Json(), {{"If-Match", tag}}).status, 204) << "a delete knows no conditions";
}

TEST_F(Records, AWriteCanDemandThatNothingHasChangedSince) {
  const std::string path = "sobjects/Lead/" + create_lead({});
  const std::string seen = get(path).header("Last-Modified");
  EXPECT_EQ(seen, "Sat, 21 Nov 2026 10:00:00 GMT");
  EXPECT_EQ(get(path, {{"If-Modified-Since", seen}}).status, 304);
  EXPECT_EQ(get(path, {{"If-Modified-Since", "nonsense"}}).status, 200);
  EXPECT_EQ(call("PATCH", path, {{"City", "Reno"}}, {{"If-Unmodified-Since", "nonsense"}}).status, 400);
  now_ += seconds(5);
  EXPECT_EQ(call("PATCH", path, {{"City", "Reno"}}, {{"If-Unmodified-Since", seen}}).status, 204);
  const Answer late = call("PATCH", path, {{"City", "Elko"}}, {{"If-Unmodified-Since", seen}});
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(get(path, {{"If-Unmodified-Since", seen}}).status, 412);
  EXPECT_EQ(get(path, {{"If-Modified-Since", seen}}).status, 200);
  EXPECT_EQ(read(path)["City"], "Reno");
}

// Whoever wants the value would wait for the commit, and is refused then.
TEST_F(Records, AUniqueValueIsTakenBeforeItsRecordIsVisible) {
  add_key("Lead", "Ext__c", kExternalId | kUnique);
  WriteOptions late;
  late.visible_after = seconds(60);
  const std::string first =
      made(org_->create("Lead", {{"LastName", "A"}, {"Company", "B"}, {"Ext__c", "k-1"}}, late));
  const Answer second =
      call("POST", "sobjects/Lead", {{"LastName", "C"}, {"Company", "D"}, {"Ext__c", "K-1"}});
  EXPECT_EQ(second.code(), "DUPLICATE_VALUE");
  EXPECT_THAT(second.message(), HasSubstr(first.substr(0, 15)));
  const std::string other = lead({{"LastName", "E"}, {"Ext__c", "k-2"}});
  ASSERT_TRUE(org_->update("Lead", other, {{"Ext__c", "k-3"}}, late));
  EXPECT_EQ(call("POST", "sobjects/Lead", {{"LastName", "C"}, {"Company", "D"}, {"Ext__c", "k-3"}}).code(),
            "DUPLICATE_VALUE");
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + other, {{"Ext__c", "k-3"}}).status, 204);
  now_ += seconds(60);
  EXPECT_EQ(query("SELECT Id FROM Lead").body["totalSize"], 2);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
