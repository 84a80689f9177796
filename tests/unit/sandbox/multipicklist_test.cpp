// Fields that hold several values of a picklist (SALESFORCE_API §5.1, §13).
#include "connectors/sandbox/multipicklist.h"
#include "connectors/sandbox/schema_file.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Multipicklist : public SandboxTest {
 protected:
  Multipicklist() {
    const Json field = {{"name", "Topics__c"},
                        {"label", "Topics"},
                        {"type", "multipicklist"},
                        {"restrictedPicklist", true},
                        {"picklistValues", {"Art", "Books", "Cars"}}};
    Json open = field;
    open.update({{"name", "Tags__c"}, {"restrictedPicklist", false}});
    const auto applied = apply_schema(Json{{"name", "Lead"}, {"fields", {field, open}}}.dump(), *org_);
    EXPECT_TRUE(applied);
  }
  std::vector<std::string> with(const std::string& condition) {
    return column("SELECT LastName FROM Lead WHERE " + condition + " ORDER BY LastName", "LastName");
  }
};

TEST_F(Multipicklist, ValuesAreKeptOnceAndInTheOrderOfTheirDefinition) {
  const std::string id =
      lead({{"LastName", "A"}, {"Topics__c", " Cars;Art ; Cars;"}, {"Tags__c", "z;Books;y"}});
  const Json row = lead_row(id, "Topics__c, Tags__c");
  EXPECT_EQ(row["Topics__c"], "Art;Cars");
  EXPECT_EQ(row["Tags__c"], "Books;z;y");
  ASSERT_TRUE(org_->update("Lead", id, {{"Topics__c", " ; "}}));
  EXPECT_EQ(lead_row(id, "Topics__c")["Topics__c"], nullptr);
}

TEST_F(Multipicklist, EachValueOfARestrictedOneIsChecked) {
  const auto refusal = [&](const Json& value) {
    return call("POST", "sobjects/Lead", {{"LastName", "A"}, {"Company", "B"}, {"Topics__c", value}});
  };
  const Answer unknown = refusal("Art;Dogs");
  EXPECT_EQ(unknown.code(), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  EXPECT_THAT(unknown.message(), HasSubstr("Topics: bad value for restricted picklist field: Dogs"));
  EXPECT_EQ(refusal(7).code(), "JSON_PARSER_ERROR");
  std::string many = "v";
  for (int i = 0; i < 100; ++i)
    many += ";v" + std::to_string(i);
  EXPECT_EQ(refusal(many).code(), "TOO_MANY_ENUM_VALUE");
  EXPECT_EQ(refusal(std::string(5'000, 'x')).code(), "STRING_TOO_LONG");
}

TEST_F(Multipicklist, AQueryAsksWhichValuesAreIncluded) {
  lead({{"LastName", "Both"}, {"Topics__c", "Art;Books"}});
  lead({{"LastName", "One"}, {"Topics__c", "Books"}});
  lead({{"LastName", "None"}});
  EXPECT_THAT(with("Topics__c INCLUDES ('art')"), ElementsAre("Both"));
  EXPECT_THAT(with("Topics__c INCLUDES ('Books')"), ElementsAre("Both", "One"));
  EXPECT_THAT(with("Topics__c INCLUDES ('Art;Books', 'Cars')"), ElementsAre("Both"));
  EXPECT_THAT(with("Topics__c INCLUDES ('Boo')"), IsEmpty());
  EXPECT_THAT(with("Topics__c EXCLUDES ('Art')"), ElementsAre("None", "One"));
  EXPECT_THAT(with("Topics__c = 'Art;Books'"), ElementsAre("Both"));
  EXPECT_THAT(with("Topics__c = null"), ElementsAre("None"));
}

TEST_F(Multipicklist, WhatMakesNoSenseOfSeveralValuesIsRefused) {
  const auto refusal = [&](const std::string& rest) { return query("SELECT Id FROM Lead " + rest).code(); };
  EXPECT_EQ(refusal("WHERE Topics__c LIKE 'A%'"), "INVALID_QUERY_FILTER_OPERATOR");
  EXPECT_EQ(refusal("WHERE Topics__c > 'A'"), "INVALID_QUERY_FILTER_OPERATOR");
  EXPECT_EQ(refusal("WHERE Rating INCLUDES ('Hot')"), "INVALID_QUERY_FILTER_OPERATOR");
  EXPECT_EQ(refusal("WHERE Topics__c INCLUDES (null)"), "INVALID_FIELD");
  EXPECT_EQ(refusal("WHERE Topics__c INCLUDES ('')"), "INVALID_FIELD");
  EXPECT_EQ(refusal("ORDER BY Topics__c"), "INVALID_FIELD");
  EXPECT_NE(query("SELECT Topics__c FROM Lead GROUP BY Topics__c").status, 200);
}

TEST_F(Multipicklist, ItIsDescribed) {
  const Json described = get("sobjects/Lead/describe").body["fields"].back();
  EXPECT_EQ(described["name"], "Tags__c");
  EXPECT_EQ(described["type"], "multipicklist");
  EXPECT_EQ(described["length"], 4'099);
  EXPECT_EQ(described["sortable"], false);
  EXPECT_EQ(described["groupable"], false);
  EXPECT_EQ(described["picklistValues"].size(), 3u);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
