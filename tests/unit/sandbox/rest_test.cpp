#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

class Rest : public SandboxTest {};

TEST_F(Rest, VersionsNeedNoSessionAndAreNotMetered) {
  for (const char* path : {"/services/data", "/services/data/"}) {
    const Answer answer = send("GET", path);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.front()["version"], "31.0");
    EXPECT_EQ(answer.body.back(),
              Json::parse(R"({"label":"Summer '26","url":"/services/data/v67.0","version":"67.0"})"));
    EXPECT_EQ(answer.header("Sforce-Limit-Info"), "");
  }
  const Json labels = send("GET", "/services/data").body;
  EXPECT_EQ(labels[60 - 31]["label"], "Spring '24");
  EXPECT_EQ(labels[61 - 31]["label"], "Summer '24");
  EXPECT_EQ(labels[1]["label"], "Winter '15");
  EXPECT_EQ(labels[0]["label"], "Summer '14");
}

TEST_F(Rest, EveryOtherPathAsksForASessionFirst) {
  for (const char* path :
       {"/", "/services/data/v60.0", "/services/data/v99.0", "/services/data/v60.0/nothing"}) {
    EXPECT_EQ(send("GET", path).status, 401) << path;
  }
}

TEST_F(Rest, VersionsOutsideTheRange) {
  get("limits");
  const http::Headers session{{"Authorization", "Bearer " + token_}};
  EXPECT_EQ(send("GET", "/services/data/v31.0/limits", session).status, 200);
  EXPECT_EQ(send("GET", "/services/data/v67.0/limits", session).status, 200);
  for (const char* path :
       {"/services/data/v68.0/limits", "/services/data/v6.0/limits", "/services/data/60.0/limits",
        "/services/data/v60.1/limits", "/services/data/vx/limits"}) {
    const Answer answer = send("GET", path, session);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.code(), "NOT_FOUND") << path;
  }
  const Answer retired = send("GET", "/services/data/v30.0/limits", session);
  EXPECT_EQ(retired.status, 410);
  EXPECT_EQ(retired.code(), "UNSUPPORTED_API_VERSION");
}

TEST_F(Rest, ResourceMapNamesThePathsOfItsVersion) {
  const Answer answer = get("");
  EXPECT_EQ(answer.body["sobjects"], "/services/data/v60.0/sobjects");
  EXPECT_EQ(answer.body["queryAll"], "/services/data/v60.0/queryAll");
  EXPECT_THAT(answer.body["identity"].get<std::string>(), HasSubstr("http://crm.test:8443/id/00D"));
}

TEST_F(Rest, TrailingSlashesAreTaken) {
  EXPECT_EQ(get("limits/").status, 200);
  EXPECT_EQ(get("sobjects/Lead/describe/").status, 200);
  EXPECT_EQ(get("query/?q=SELECT+Id+FROM+Lead").status, 200);
}

// An instance URL that ends with a slash makes such paths.
TEST_F(Rest, ASlashTooManyBeforeThePathIsTaken) {
  EXPECT_EQ(send("GET", "//services/data").status, 200);
  EXPECT_EQ(send("GET", "/services//data").status, 401);
}

TEST_F(Rest, DescribeGlobalListsTheFiveObjects) {
  const Answer answer = get("sobjects");
  EXPECT_EQ(answer.body["maxBatchSize"], 200);
  std::map<std::string, std::string> prefixes;
  for (const Json& object : answer.body["sobjects"])
    prefixes[object["name"]] = object["keyPrefix"];
  EXPECT_EQ(prefixes,
            (std::map<std::string, std::string>{
                {"User", "005"}, {"Group", "00G"}, {"Account", "001"}, {"Contact", "003"}, {"Lead", "00Q"}}));
  const Json& lead = answer.body["sobjects"][4];
  for (const char* key :
       {"activateable", "associateEntityType", "createable", "customSetting", "deletable", "label",
        "labelPlural", "mergeable", "queryable", "replicateable", "triggerable", "undeletable"}) {
    EXPECT_TRUE(lead.contains(key)) << key;
  }
  EXPECT_EQ(lead["urls"]["rowTemplate"], "/services/data/v60.0/sobjects/Lead/{ID}");
}

const Json* field_of(const Json& describe, const std::string& name) {
  for (const Json& field : describe["fields"]) {
    if (field["name"] == name) return &field;
  }
  return nullptr;
}

TEST_F(Rest, DescribeTellsFieldsWithEveryKeyOfTheApi) {
  const Answer answer = get("sobjects/lead/describe");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["name"], "Lead");
  for (const char* key :
       {"actionOverrides", "childRelationships", "compactLayoutable", "fields", "listviewable",
        "lookupLayoutable", "namedLayoutInfos", "networkScopeFieldName", "recordTypeInfos",
        "sobjectDescribeOption", "supportedScopes", "extendsInterfaces", "implementedBy",
        "implementsInterfaces", "defaultImplementation", "keyPrefix", "urls"}) {
    EXPECT_TRUE(answer.body.contains(key)) << key;
  }
  const Json* owner = field_of(answer.body, "OwnerId");
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(owner->size(), 57U);
  EXPECT_EQ((*owner)["type"], "reference");
  EXPECT_EQ((*owner)["soapType"], "tns:ID");
  EXPECT_EQ((*owner)["length"], 18);
  EXPECT_EQ((*owner)["byteLength"], 18);
  EXPECT_EQ((*owner)["nillable"], false);
  EXPECT_EQ((*owner)["defaultedOnCreate"], true);
  EXPECT_EQ((*owner)["namePointing"], true);
  EXPECT_EQ((*owner)["polymorphicForeignKey"], true);
  EXPECT_EQ((*owner)["referenceTo"], Json::parse(R"(["Group","User"])"));
  EXPECT_EQ((*owner)["relationshipName"], "Owner");
  EXPECT_EQ((*owner)["compoundFieldName"], Json());
}

TEST_F(Rest, DescribeSaysWhatACreateNeedsAndWhatCanBeWritten) {
  const Json lead = get("sobjects/Lead/describe").body;
  const auto flags = [&](const char* name) {
    const Json& f = *field_of(lead, name);
    return std::vector<bool>{f["nillable"], f["createable"], f["updateable"], f["defaultedOnCreate"]};
  };
  EXPECT_EQ(flags("Company"), (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(flags("LastName"), (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(flags("Email"), (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(flags("Status"), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(flags("SystemModstamp"), (std::vector<bool>{false, false, false, true}));
  EXPECT_EQ((*field_of(lead, "Name"))["createable"], false);
  EXPECT_EQ((*field_of(lead, "FirstName"))["compoundFieldName"], "Name");
  EXPECT_EQ((*field_of(lead, "Description"))["filterable"], false);
  EXPECT_EQ((*field_of(lead, "Rating"))["restrictedPicklist"], true);
  EXPECT_EQ((*field_of(lead, "Status"))["picklistValues"][0],
            Json::parse(R"({"active":true,"defaultValue":true,"label":"Open - Not Contacted","validFor":null,
                            "value":"Open - Not Contacted"})"));
  EXPECT_EQ((*field_of(lead, "LastName"))["byteLength"], 240);
}

TEST_F(Rest, UsersAndGroupsHaveNoDeletion) {
  for (const char* object : {"User", "Group"}) {
    const Json describe = get(std::string("sobjects/") + object + "/describe").body;
    EXPECT_EQ(field_of(describe, "IsDeleted"), nullptr) << object;
    EXPECT_EQ(field_of(describe, "MasterRecordId"), nullptr) << object;
    EXPECT_NE(field_of(describe, "SystemModstamp"), nullptr) << object;
  }
  for (const char* object : {"Account", "Contact", "Lead"}) {
    const Json describe = get(std::string("sobjects/") + object + "/describe").body;
    EXPECT_NE(field_of(describe, "IsDeleted"), nullptr) << object;
    EXPECT_NE(field_of(describe, "MasterRecordId"), nullptr) << object;
  }
}

TEST_F(Rest, AnUnchangedDescribeIs304) {
  const Answer first = get("sobjects/Lead/describe");
  const std::string changed = first.header("Last-Modified");
  ASSERT_NE(changed, "");
  EXPECT_EQ(get("sobjects/Lead/describe", {{"If-Modified-Since", changed}}).status, 304);
  EXPECT_EQ(get("sobjects", {{"If-Modified-Since", changed}}).status, 304);
  now_ += seconds(5);
  set_knobs([](Knobs& k) { k.hidden_fields["lead"] = {"rating"}; });
  EXPECT_EQ(get("sobjects/Lead/describe", {{"If-Modified-Since", changed}}).status, 200);
}

TEST_F(Rest, UnknownObjectInThePathIs404) {
  for (const char* path :
       {"sobjects/Opportunity", "sobjects/Opportunity/describe", "sobjects/Nope__c/003000000000001"}) {
    const Answer answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(
        answer.body,
        Json::parse(R"([{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}])"));
  }
}

TEST_F(Rest, OtherMethodsAre405WithTheAllowedOnes) {
  get("limits");
  const Answer answer =
      send("PUT", "/services/data/v60.0/query?q=x", {{"Authorization", "Bearer " + token_}});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.code(), "METHOD_NOT_ALLOWED");
  EXPECT_EQ(answer.message(), "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET");
  EXPECT_EQ(answer.header("Allow"), "HEAD,GET");
  EXPECT_EQ(send("DELETE", "/services/data").status, 405);
}

TEST_F(Rest, HeadHasTheHeadersAndNoBody) {
  get("limits");
  const Answer answer = send("HEAD", "/services/data/v60.0/limits", {{"Authorization", "Bearer " + token_}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.is_null());
}

TEST_F(Rest, TheDateHeaderIsTheOrgsClock) {
  EXPECT_EQ(get("limits").header("Date"), "Sat, 21 Nov 2026 10:00:00 GMT");
  set_knobs([](Knobs& k) { k.date_offset = seconds(-90); });
  EXPECT_EQ(get("limits").header("Date"), "Sat, 21 Nov 2026 09:58:30 GMT");
}

TEST_F(Rest, EveryMeteredCallCounts) {
  EXPECT_EQ(get("limits").header("Sforce-Limit-Info"), "api-usage=1/100000");
  EXPECT_EQ(query("SELECT Id FROM Lead").header("Sforce-Limit-Info"), "api-usage=2/100000");
  EXPECT_EQ(query("nonsense").header("Sforce-Limit-Info"), "api-usage=3/100000");
  send("GET", "/services/data");
  login();
  admin_get("counts");
  EXPECT_EQ(get("limits").header("Sforce-Limit-Info"), "api-usage=4/100000");
}

TEST_F(Rest, AnAppsQuotaStandsBesideTheOrgs) {
  set_knobs([](Knobs& k) { k.app_name = "my-app"; });
  EXPECT_EQ(get("limits").header("Sforce-Limit-Info"),
            "api-usage=1/100000; per-app-api-usage=1/250(appName=my-app)");
}

TEST_F(Rest, TheDailyLimitIs403WithoutRetryAfterAndRollsOver) {
  set_knobs([](Knobs& k) { k.daily_limit = 2; });
  EXPECT_EQ(get("limits").body["DailyApiRequests"], Json::parse(R"({"Max":2,"Remaining":1})"));
  EXPECT_EQ(get("limits").status, 200);
  const Answer refused = get("limits");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "REQUEST_LIMIT_EXCEEDED");
  EXPECT_EQ(refused.message(), "TotalRequests Limit exceeded.");
  EXPECT_EQ(refused.header("Retry-After"), "");
  EXPECT_EQ(refused.header("Sforce-Limit-Info"), "api-usage=2/2");
  now_ += std::chrono::hours(25);
  token_.clear();
  EXPECT_EQ(get("limits").status, 200);
}

TEST_F(Rest, AnOrgWithoutTheApiSaysSo) {
  set_knobs([](Knobs& k) { k.api_enabled = false; });
  const Answer answer = get("limits");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "API_DISABLED_FOR_ORG");
}

TEST_F(Rest, ADisabledObjectIsNowhere) {
  set_knobs([](Knobs& k) { k.disabled_objects = {"lead"}; });
  EXPECT_EQ(get("sobjects/Lead/describe").status, 404);
  EXPECT_EQ(query("SELECT Id FROM Lead").code(), "INVALID_TYPE");
  EXPECT_EQ(get("sobjects").body["sobjects"].size(), 4U);
}

TEST_F(Rest, AHiddenFieldIsNowhere) {
  const std::string id = lead({{"LastName", "Nguyen"}, {"Email", "n@x.test"}});
  set_knobs([](Knobs& k) { k.hidden_fields["lead"] = {"email"}; });
  EXPECT_EQ(field_of(get("sobjects/Lead/describe").body, "Email"), nullptr);
  EXPECT_EQ(query("SELECT Email FROM Lead").code(), "INVALID_FIELD");
  EXPECT_EQ(query("SELECT Id FROM Lead WHERE Email = 'x'").code(), "INVALID_FIELD");
  EXPECT_EQ(query("SELECT Id FROM Lead ORDER BY Email").code(), "INVALID_FIELD");
  EXPECT_FALSE(get("sobjects/Lead/" + id).body.contains("Email"));
  EXPECT_EQ(get("sobjects/Lead/" + id + "?fields=Email").code(), "INVALID_FIELD");
}

TEST_F(Rest, ARecordByItsId) {
  const std::string id =
      lead({{"LastName", "Nguyen"}, {"FirstName", "Thi"}, {"City", "Reno"}, {"AnnualRevenue", 300.0}});
  const Answer answer = get("sobjects/LEAD/" + id.substr(0, 15));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["attributes"]["type"], "Lead");
  EXPECT_EQ(answer.body["attributes"]["url"], "/services/data/v60.0/sobjects/Lead/" + id);
  EXPECT_EQ(answer.body["Id"], id);
  EXPECT_EQ(answer.body["Name"], "Thi Nguyen");
  EXPECT_EQ(answer.body["AnnualRevenue"], 300.0);
  EXPECT_EQ(answer.body["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
  EXPECT_EQ(
      answer.body["Address"],
      Json::parse(R"({"city":"Reno","country":null,"countryCode":null,"geocodeAccuracy":null,"latitude":null,
                            "longitude":null,"postalCode":null,"state":null,"stateCode":null,"street":null})"));
  const Answer some = get("sobjects/Lead/" + id + "?fields=lastname,Id");
  EXPECT_EQ(some.body.size(), 3U);
  EXPECT_EQ(some.body["LastName"], "Nguyen");
}

TEST_F(Rest, RecordsThatAreNotThere) {
  const std::string id = lead({{"LastName", "A"}});
  EXPECT_EQ(get("sobjects/Lead/00Q000000000999").code(), "NOT_FOUND");
  EXPECT_EQ(get("sobjects/Contact/" + id).code(), "MALFORMED_ID");
  EXPECT_EQ(get("sobjects/Contact/" + id).status, 400);
  EXPECT_EQ(get("sobjects/Lead/xyz").message(),
            "Provided external ID field does not exist or is not accessible: xyz");
  ASSERT_TRUE(org_->remove(id));
  EXPECT_EQ(get("sobjects/Lead/" + id).status, 404);
  EXPECT_EQ(get("sobjects/Lead/" + id).code(), "ENTITY_IS_DELETED");
  ASSERT_TRUE(org_->purge(id));
  EXPECT_EQ(get("sobjects/Lead/" + id).code(), "NOT_FOUND");
}

TEST_F(Rest, BrokenEscapesAreRefused) {
  EXPECT_EQ(get("query?q=%zz").status, 400);
  EXPECT_EQ(get("sobjects/%zz").status, 404);
  EXPECT_EQ(get("query").code(), "MALFORMED_QUERY");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
