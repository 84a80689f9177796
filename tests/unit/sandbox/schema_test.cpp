// An organisation's own fields, objects and rules, from a file.
#include "connectors/sandbox/schema_file.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Schema : public SandboxTest {
 protected:
  void apply(const Json& schema) {
    const auto applied = apply_schema(schema.dump(), *org_);
    ASSERT_TRUE(applied) << applied.error().text();
    report_ = *applied;
  }
  std::string refusal(const std::string& schema) {
    const auto applied = apply_schema(schema, *org_);
    return applied ? std::string("taken") : applied.error().text();
  }
  Answer post_lead(Json fields, http::Headers headers = {}) {
    fields.emplace("LastName", "Nguyen");
    fields.emplace("Company", "Acme");
    return call("POST", "sobjects/Lead", fields, std::move(headers));
  }
  SchemaReport report_;
};

TEST_F(Schema, FieldsJoinAnObjectAndAreDescribed) {
  apply({{"name", "Lead"},
         {"fields",
          {{{"name", "Ext__c"}, {"externalId", true}, {"unique", true}, {"label", "Key"}},
           {{"name", "Score__c"}, {"type", "int"}},
           {{"name", "Tier__c"},
            {"type", "picklist"},
            {"restrictedPicklist", true},
            {"picklistValues", {"A", "B"}}},
           {{"name", "Vip__c"}, {"type", "boolean"}, {"defaultValue", true}},
           {{"name", "Where__c"}, {"type", "location"}},
           {{"name", "Email"}, {"type", "string"}}}}});
  EXPECT_EQ(report_.fields, 5U);
  EXPECT_THAT(report_.notes, ElementsAre("Lead.Where__c: location, as text"));
  const Json described = get("sobjects/Lead/describe").body;
  std::map<std::string, Json> fields;
  for (const Json& field : described["fields"])
    fields[field["name"]] = field;
  EXPECT_EQ(fields["Ext__c"]["externalId"], true);
  EXPECT_EQ(fields["Ext__c"]["unique"], true);
  EXPECT_EQ(fields["Ext__c"]["label"], "Key");
  EXPECT_EQ(fields["Email"]["type"], "email") << "what is there stays";
  const Answer made = post_lead({{"Score__c", 7}, {"Tier__c", "B"}, {"Ext__c", "k"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const Json row = get("sobjects/Lead/Ext__c/K").body;
  EXPECT_EQ(row["Score__c"], 7);
  EXPECT_EQ(row["Vip__c"], true);
  EXPECT_EQ(post_lead({{"Tier__c", "C"}}).code(), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  EXPECT_EQ(fields["Where__c"]["type"], "string");
}

TEST_F(Schema, WhatARealOrganisationHasBesidesIsTakenAsFarAsItGoes) {
  const auto field = [](const char* name, const char* type, Json targets = Json::array()) {
    return Json{
        {"name", name},       {"type", type},       {"soapType", "x"},  {"length", 0},
        {"createable", true}, {"updateable", true}, {"nillable", true}, {"referenceTo", std::move(targets)},
        {"custom", true}};
  };
  Json described = get("sobjects/Lead/describe").body;
  for (const Json& more :
       {field("At__c", "location"), field("From__c", "time"), field("New__c", "hologram"),
        field("Partner__c", "reference", Json::array({"Partner__c"})), field("Hidden__c", "reference")})
    described["fields"].push_back(more);
  apply(described);
  EXPECT_THAT(report_.notes,
              ElementsAre("Lead.At__c: location, as text", "Lead.From__c: time, as text",
                          "Lead.New__c: hologram, as text", "Lead.Hidden__c: reference to nothing, as text"));
  const Json values = {{"From__c", "08:15:00.000Z"}, {"New__c", "h"}, {"Hidden__c", "x"}};
  const std::string id = post_lead(values).body.value("id", "");
  EXPECT_EQ(lead_row(id, "From__c, New__c, Hidden__c, Partner__c, At__c")["From__c"], "08:15:00.000Z");
}

TEST_F(Schema, WhatAnOrganisationWasKeptWithIsTakenAgain) {
  const std::string old =
      R"([{"name": "Lead", "fields": [{"name": "A__c", "type": "integer"}, {"name": "A__c"},
      {"name": "B__c", "type": "reference", "referenceTo": ["Gone__c"]}]}, {"name": "lead"}])";
  EXPECT_THAT(refusal(old), HasSubstr("declared twice"));
  EXPECT_TRUE(apply_schema(old, *org_, SchemaSource::kKept));
}

TEST_F(Schema, ADescribeResultIsASchema) {
  Json described = get("sobjects/Lead/describe").body;
  described["fields"].push_back({{"name", "Fax"},
                                 {"label", "Fax"},
                                 {"type", "phone"},
                                 {"length", 40},
                                 {"custom", false},
                                 {"nillable", true},
                                 {"createable", true},
                                 {"updateable", true}});
  apply(described);
  EXPECT_EQ(report_.objects, 0U);
  EXPECT_EQ(report_.fields, 1U);
  EXPECT_TRUE(report_.passed_over.empty());
  EXPECT_EQ(post_lead({{"Fax", std::string(41, '1')}}).code(), "STRING_TOO_LONG");
}

TEST_F(Schema, ACustomObjectLivesLikeAnyOther) {
  apply({{{"name", "Deal__c"},
          {"label", "Deal"},
          {"labelPlural", "Deals"},
          {"fields",
           {{{"name", "Amount__c"}, {"type", "currency"}},
            {{"name", "Firm__c"},
             {"type", "reference"},
             {"referenceTo", {"Account"}},
             {"relationshipName", "Firm__r"},
             {"childRelationshipName", "Deals__r"}}}}}});
  const std::string firm = account("Firm");
  const Answer made = call("POST", "sobjects/deal__c", {{"Amount__c", 12.5}, {"Firm__c", firm}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.body["id"];
  EXPECT_EQ(id.substr(0, 3), "a00");
  EXPECT_EQ(get("sobjects/Deal__c/" + id).body["Name"], id) << "the name of who has none";
  EXPECT_EQ(get("sobjects/Deal__c/" + id + "/Firm__r").body["Name"], "Firm");
  EXPECT_THAT(column("SELECT Amount__c FROM Deal__c WHERE Firm__c = '" + firm + "'", "Amount__c"),
              ElementsAre("12.5"));
  EXPECT_EQ(call("DELETE", "sobjects/Deal__c/" + id).status, 204);
  EXPECT_TRUE(org_->undelete(id));
  const Json described = get("sobjects/Deal__c/describe").body;
  EXPECT_EQ(described["custom"], true);
  EXPECT_EQ(described["keyPrefix"], "a00");
  const Json deal = {{"attributes", {{"type", "Deal__c"}, {"referenceId", "d"}}}, {"Name", "First"}};
  const Json tree = {{"attributes", {{"type", "Account"}, {"referenceId", "a"}}},
                     {"Name", "Hooli"},
                     {"Deals__r", {{"records", Json::array({deal})}}}};
  EXPECT_EQ(call("POST", "composite/tree/Account", {{"records", Json::array({tree})}}).status, 201);
}

TEST_F(Schema, AValidationRuleRefusesAndLeavesNothingBehind) {
  apply({{"name", "Lead"},
         {"validationRules",
          {{{"when", "Email = null AND Phone = null"},
            {"errorMessage", "Give an address or a number."},
            {"errorField", "Email"}}}}});
  const Answer refused = post_lead({});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, Json::parse(R"([{"message":"Give an address or a number.",
      "errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":["Email"]}])"));
  EXPECT_EQ(org_->table("Lead")->count(RowState::kLive), 0U);
  const std::string id = post_lead({{"Phone", "1"}}).body["id"];
  now_ += seconds(5);
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"Phone", ""}, {"City", "Reno"}}).status, 400);
  const Json row = lead_row(id, "Phone, City, SystemModstamp");
  EXPECT_EQ(row["Phone"], "1");
  EXPECT_TRUE(row["City"].is_null());
  EXPECT_EQ(row["SystemModstamp"], "2026-11-21T10:00:00.000+0000");
}

TEST_F(Schema, EveryValidationRuleThatIsBrokenIsTold) {
  apply({{"name", "Lead"},
         {"validationRules",
          {{{"when", "Email = null"}, {"errorMessage", "An address, please."}, {"errorField", "Email"}},
           {{"when", "Title = 'x'"}, {"errorMessage", "Not that title."}},
           {{"when", "Phone = null"}, {"errorMessage", "A number, please."}}}}});
  const Answer refused = post_lead({{"Title", "CEO"}});
  ASSERT_EQ(refused.body.size(), 2u) << refused.text;
  EXPECT_EQ(refused.body[0]["message"], "An address, please.");
  EXPECT_EQ(refused.body[0]["fields"], Json{"Email"});
  EXPECT_EQ(refused.body[1]["message"], "A number, please.");
  EXPECT_FALSE(refused.body[1].contains("fields"));
  const Json record = {{"attributes", {{"type", "Lead"}}}, {"LastName", "A"}, {"Company", "B"}};
  const Answer item = call("POST", "composite/sobjects", {{"records", {record}}});
  EXPECT_EQ(item.body[0]["errors"].size(), 2u) << item.text;
}

TEST_F(Schema, ADuplicateRuleNamesTheRecordsItFound) {
  apply({{"name", "Lead"},
         {"duplicateRules",
          {{{"name", "Same_Address"},
            {"fields", {"Email"}},
            {"objects", {"Lead", "Contact"}},
            {"errorMessage", "A similar person is there."}}}}});
  const std::string known = contact({{"LastName", "N"}, {"Email", "N@x.test"}});
  const Answer refused =
      post_lead({{"Email", "n@X.test"}}, {{"Sforce-Duplicate-Rule-Header", "allowSave=true"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "DUPLICATES_DETECTED");
  const Json& found = refused.body[0]["duplicateResut"];
  EXPECT_EQ(found["allowSave"], false);
  EXPECT_EQ(found["duplicateRule"], "Same_Address");
  EXPECT_EQ(found["matchResults"][0]["entityType"], "Contact");
  EXPECT_EQ(found["matchResults"][0]["size"], 1);
  EXPECT_EQ(found["matchResults"][0]["matchRecords"][0]["record"]["Id"], known);
  EXPECT_EQ(found["matchResults"][0]["matchRecords"][0]["record"]["attributes"]["url"],
            "/services/data/v60.0/sobjects/Contact/" + known);
  set_knobs([](Knobs& k) { k.duplicate_result_spelled_right = true; });
  EXPECT_TRUE(post_lead({{"Email", "n@X.test"}}).body[0].contains("duplicateResult"));
  const Json record = {
      {"attributes", {{"type", "Lead"}}}, {"LastName", "N"}, {"Company", "B"}, {"Email", "n@x.test"}};
  const Answer item = call("POST", "composite/sobjects", {{"records", Json::array({record})}});
  EXPECT_EQ(item.body[0]["errors"], Json::parse(R"([{"statusCode":"DUPLICATES_DETECTED",
      "message":"A similar person is there.","fields":[]}])"));
  EXPECT_EQ(post_lead({}).status, 201) << "who has no address is nobody's duplicate";
}

TEST_F(Schema, ADuplicateRuleThatWarnsCanBeOverruled) {
  apply({{"name", "Lead"}, {"duplicateRules", {{{"fields", {"Email"}}, {"allowSave", true}}}}});
  const std::string id = post_lead({{"Email", "n@x.test"}}).body["id"];
  const Answer warned = post_lead({{"Email", "n@x.test"}});
  EXPECT_EQ(warned.body[0]["duplicateResut"]["allowSave"], true);
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"City", "Reno"}}).status, 204)
      << "it is not its own duplicate";
  const http::Headers all_the_same{
      {"Sforce-Duplicate-Rule-Header", "includeRecordDetails=false; allowSave=true"}};
  EXPECT_EQ(post_lead({{"Email", "n@x.test"}}, all_the_same).status, 201);
}

TEST_F(Schema, AWriteHasSideEffects) {
  user("integration@x.test");
  const std::string rep = user("rep@x.test");
  apply({{"name", "Lead"},
         {"fields", {{{"name", "Score__c"}, {"type", "int"}}}},
         {"fieldUpdates", {{{"when", "Score__c > 80"}, {"set", {{"Rating", "Hot"}}}}}},
         {"assignmentRules", {{{"when", "Country = 'DE'"}, {"owner", "rep@x.test"}}}}});
  const Json in_germany = {{"Score__c", 90}, {"Country", "DE"}};
  const Json row = lead_row(post_lead(in_germany).body["id"], "Rating, OwnerId");
  EXPECT_EQ(row["Rating"], "Hot");
  EXPECT_EQ(row["OwnerId"], rep);
  const Json kept = lead_row(post_lead(in_germany, {{"Sforce-Auto-Assign", "FALSE"}}).body["id"], "OwnerId");
  EXPECT_EQ(kept["OwnerId"], org_->run_as_user());
  const std::string plain = post_lead({{"Score__c", 1}}).body["id"];
  EXPECT_TRUE(lead_row(plain, "Rating")["Rating"].is_null());
  call("PATCH", "sobjects/Lead/" + plain, {{"Score__c", 81}, {"Country", "DE"}});
  EXPECT_EQ(lead_row(plain, "Rating")["Rating"], "Hot");
  EXPECT_NE(lead_row(plain, "OwnerId")["OwnerId"], rep) << "assignment is for new records";
}

TEST_F(Schema, WhatIsNoSchemaIsRefusedWithItsPlace) {
  const struct {
    const char* schema;
    const char* why;
  } rows[] = {
      {"{\"name\":\n x}", "at [line:2, column:2]"},
      {"7", "holds neither an object nor a list"},
      {"[7]", "has no name"},
      {R"({"objects": "Lead"})", "must be a list"},
      {R"({"name": "9Lives"})", "9Lives: is no name of a new object"},
      {R"({"name": "Lead", "fields": [{"name": "no name"}]})", "Lead.no name: is no name of a field"},
      {R"({"name": "Lead", "fields": [{"name": "A__c", "type": "reference"}]})", "needs referenceTo"},
      {R"({"name": "Lead", "fields": [{"name": "A__c", "type": "integer"}]})",
       "schema: Lead.A__c: \"integer\" is no type of a field; there are reference, string, "},
      {R"({"name": "Lead", "fields": [{"name": "Email", "type": "Email"}]})",
       "Lead.Email: \"Email\" is no type"},
      {R"({"name": "Lead", "fields": [{"name": "A__c", "type": 7}]})", "Lead.A__c: its type must be a text"},
      {R"({"name": "Lead", "fields": [{"name": "B__c"}, {"name": "b__C"}]})",
       "schema: Lead.b__C: is declared twice"},
      {R"([{"name": "Lead"}, {"name": "C__c"}, {"name": "c__c"}])", "schema: c__c: is declared twice"},
      {R"([{"name": "D__c", "fields": [{"name": "To__c", "type": "reference", "referenceTo": ["User", "Wher__c"]}]}])",
       "schema: D__c.To__c: refers to Wher__c, which is no object here or in this file"},
      {R"({"name": "Lead", "validationRules": [{"when": "Nope = 1"}]})", "Nope"},
      {R"({"name": "Lead", "validationRules": [{"when": "Email ="}]})",
       "schema: Lead, its rules: unexpected token"},
      {R"({"name": "Lead", "validationRules": [{}]})", "needs its condition"},
      {R"({"name": "Lead", "duplicateRules": [{}]})", "needs its fields"},
      {R"({"name": "Lead", "duplicateRules": [{"fields": ["AnnualRevenue"]}]})",
       "no text field AnnualRevenue"},
      {R"({"name": "Lead", "duplicateRules": [{"fields": ["Email"], "objects": ["Nope"]}]})",
       "no object Nope"},
      {R"({"name": "Lead", "fieldUpdates": [{"set": {"Rating": "Lukewarm"}}]})", "restricted picklist"},
      {R"({"name": "User", "assignmentRules": [{"owner": "x"}]})", "have no owner"},
  };
  for (const auto& row : rows)
    EXPECT_THAT(refusal(row.schema), HasSubstr(row.why)) << row.schema;
}

}  // namespace
}  // namespace prospectd::sandbox::testing
