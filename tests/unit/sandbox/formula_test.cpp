// Formula fields: what they compute, when, and what a formula must not be.
#include <algorithm>

#include "connectors/sandbox/schema_file.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FormulaFields : public SandboxTest {
 protected:
  /// A Lead with this formula as F__c, beside a number and a date; answers what could not be taken.
  std::vector<std::string> formula(const std::string& text, const std::string& type = "string") {
    const Json file = {
        {"name", "Lead"},
        {"fields",
         {{{"name", "Score__c"}, {"type", "double"}},
          {{"name", "Met__c"}, {"type", "date"}},
          {{"name", "F__c"}, {"type", type}, {"calculated", true}, {"calculatedFormula", text}}}}};
    const auto report = apply_schema(file.dump(), *org_);
    EXPECT_TRUE(report) << report.error().text();
    return report ? report->passed_over : std::vector<std::string>{};
  }
  Json made(const Json& fields) {
    Json all = {{"LastName", "Roy"}, {"Company", "Acme"}};
    all.update(fields);
    const Answer created = call("POST", "sobjects/Lead", all);
    EXPECT_EQ(created.status, 201) << created.message();
    id_ = created.body["id"];
    return now();
  }
  Json now() { return call("GET", "sobjects/Lead/" + id_).body["F__c"]; }

  std::string id_;
};

TEST_F(FormulaFields, AreComputedWhenARecordIsSaved) {
  ASSERT_THAT(formula(R"(IF(ISBLANK(FirstName), "", FirstName & " ") & UPPER(LastName))"), IsEmpty());
  EXPECT_EQ(made({{"FirstName", "Ana"}, {"LastName", "Öz"}}), "Ana ÖZ");
  ASSERT_EQ(call("PATCH", "sobjects/Lead/" + id_, {{"FirstName", nullptr}}).status, 204);
  EXPECT_EQ(now(), "ÖZ");
}

TEST_F(FormulaFields, ReckonWithNumbersAndDatesAndABlankMakesABlank) {
  ASSERT_THAT(formula("ROUND((Score__c + 1) * 10 / 3, 1) - -YEAR(Met__c + 31)", "double"), IsEmpty());
  EXPECT_EQ(made({{"Score__c", 4}, {"Met__c", "2026-12-24"}}), 16.7 + 2027);
  EXPECT_EQ(made({{"Score__c", 4}}), nullptr);
}

TEST_F(FormulaFields, DivideByZeroToNothing) {
  ASSERT_THAT(formula("1 / Score__c", "double"), IsEmpty());
  EXPECT_EQ(made({{"Score__c", 0}}), nullptr);
}

TEST_F(FormulaFields, CompareByTheirPrecedence) {
  ASSERT_THAT(formula(R"(AND(Score__c > 1 + 1, OR(ISPICKVAL(Status, "Nope"), NOT(LEFT(LastName, 1) = "X"))))",
                      "boolean"),
              IsEmpty());
  EXPECT_EQ(made({{"Score__c", 3}}), true);
  EXPECT_EQ(made({{"Score__c", 2}}), false);
  EXPECT_EQ(made({{"Score__c", 3}, {"LastName", "Xu"}}), false);
}

TEST_F(FormulaFields, TakeNoWrites) {
  formula("LastName");
  const Answer refused =
      call("POST", "sobjects/Lead", {{"LastName", "Roy"}, {"Company", "A"}, {"F__c", "x"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "INVALID_FIELD_FOR_INSERT_UPDATE");
}

TEST_F(FormulaFields, AreThereInQueriesAndDescribesAndNotInEvents) {
  formula(R"(CASE(Status, "Open - Not Contacted", "new", "Working - Contacted", "warm", "other"))");
  made({{"Status", "Working - Contacted"}});
  EXPECT_EQ(query("SELECT COUNT() FROM Lead WHERE F__c = 'warm'").body["totalSize"], 1);
  const Json fields = call("GET", "sobjects/Lead/describe").body["fields"];
  const auto told = std::ranges::find(fields, "F__c", [](const Json& field) { return field["name"]; });
  ASSERT_NE(told, fields.end());
  const Json& field = *told;
  EXPECT_EQ(field["calculated"], true);
  EXPECT_THAT(field["calculatedFormula"].get<std::string>(), HasSubstr("CASE("));
  EXPECT_EQ(field["updateable"], false);
}

TEST_F(FormulaFields, AreThereForRecordsThatWereThereBeforeWithoutANewStamp) {
  const std::string id = lead({{"LastName", "Early"}});
  const Json before = call("GET", "sobjects/Lead/" + id).body["SystemModstamp"];
  formula("LastName & \"!\"");
  const Json record = call("GET", "sobjects/Lead/" + id).body;
  EXPECT_EQ(record["F__c"], "Early!");
  EXPECT_EQ(record["SystemModstamp"], before);
}

TEST_F(FormulaFields, WhatIsNoFormulaIsToldWithItsColumnAndStaysBlank) {
  const struct {
    const char* text;
    const char* says;
  } rows[] = {
      {"Account.Name", "column 1: there is no field Account"},
      {"LastName + 1", "column 13: + doesn't take (text, number)"},
      {"LEFT(LastName", "a ')' is missing"},
      {"\"open", "a text has no end"},
      {"SQRT(1)", "there is no function SQRT"},
      {"LastName LastName", "more than one expression"},
      {"1", "it gives a number, and the field holds a text"},
      {"", "a value is missing"},
  };
  for (const auto& row : rows) {
    begin_org();
    token_.clear();
    EXPECT_THAT(formula(row.text), ElementsAre(HasSubstr(row.says))) << row.text;
    EXPECT_EQ(made(Json::object()), nullptr);
  }
}

TEST_F(FormulaFields, NestingHasAnEnd) {
  EXPECT_THAT(formula(std::string(1'000, '(') + "1" + std::string(1'000, ')'), "double"),
              ElementsAre(HasSubstr("nested too deep")));
}

}  // namespace
}  // namespace prospectd::sandbox::testing
