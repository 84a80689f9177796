// SOQL that brings rows together, counts days, and tells of its columns (SALESFORCE_API §5, §5.1, §5.2).
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Value = mapping::Value;

class Aggregates : public SandboxTest {
 protected:
  Aggregates() {
    person("Ann", "Web", "Hot", 10, 100.5);
    person("bob", "Web", "Cold", 30, -20.25);
    person("Cid", "Web", "Hot", 20, 0.0);
    person("Dan", "Other", "Cold", 5, 7.0);
    lead({{"LastName", "Eve"}});
  }
  void person(const char* name, const char* source, const char* rating, int64_t employees, double revenue) {
    lead({{"LastName", name},
          {"LeadSource", source},
          {"Rating", rating},
          {"NumberOfEmployees", employees},
          {"AnnualRevenue", revenue}});
  }

  /// The records of an answer without their attributes, which have to be an aggregate's.
  Json groups(const std::string& soql) {
    const Answer answer = query(soql);
    EXPECT_EQ(answer.status, 200) << soql << answer.message();
    if (answer.status != 200) return {};
    EXPECT_EQ(answer.body["done"], true);
    EXPECT_EQ(answer.body["totalSize"], answer.body["records"].size());
    Json out = Json::array();
    for (Json record : answer.body["records"]) {
      EXPECT_EQ(record["attributes"], Json::parse(R"({"type":"AggregateResult"})"));
      record.erase("attributes");
      out.push_back(record);
    }
    return out;
  }
};

TEST_F(Aggregates, ColumnsHaveTheirAliasesOrNumbers) {
  EXPECT_EQ(
      groups("SELECT COUNT(Id), COUNT(LeadSource) sources, COUNT_DISTINCT(Rating), SUM(NumberOfEmployees) "
             "staff, AVG(NumberOfEmployees), MIN(AnnualRevenue) low, MAX(LastName) top FROM Lead"),
      Json::parse(
          R"([{"expr0":5,"sources":4,"expr1":2,"staff":65,"expr2":16.25,"low":-20.25,"top":"Eve"}])"));
}

TEST_F(Aggregates, OfNoRowsThereIsOneAnswerWithoutGroupsAndNoneWith) {
  EXPECT_EQ(
      groups("SELECT COUNT(Id) n, MAX(LastName) m, SUM(AnnualRevenue) s FROM Lead WHERE City = 'nowhere'"),
      Json::parse(R"([{"n":0,"m":null,"s":null}])"));
  EXPECT_EQ(groups("SELECT Status, COUNT(Id) FROM Lead WHERE City = 'nowhere' GROUP BY Status"),
            Json::array());
}

TEST_F(Aggregates, GroupsAreOfEqualValuesAndOfNull) {
  EXPECT_EQ(
      groups("SELECT leadsource, COUNT(Id) n FROM Lead GROUP BY LeadSource"),
      Json::parse(R"([{"LeadSource":null,"n":1},{"LeadSource":"Other","n":1},{"LeadSource":"Web","n":3}])"));
  EXPECT_EQ(
      groups("SELECT LeadSource s, Rating, SUM(NumberOfEmployees) FROM Lead WHERE Rating != null GROUP BY "
             "LeadSource, Rating ORDER BY LeadSource DESC, Rating"),
      Json::parse(R"([{"s":"Web","Rating":"Cold","expr0":30},{"s":"Web","Rating":"Hot","expr0":30},
                            {"s":"Other","Rating":"Cold","expr0":5}])"));
}

TEST_F(Aggregates, HavingAndOrderSpeakOfGroups) {
  EXPECT_EQ(groups("SELECT LeadSource FROM Lead GROUP BY LeadSource HAVING COUNT(Id) > 1"),
            Json::parse(R"([{"LeadSource":"Web"}])"));
  EXPECT_EQ(
      groups("SELECT LeadSource FROM Lead GROUP BY LeadSource HAVING COUNT(Id) = 1 AND LeadSource LIKE 'o%'"),
      Json::parse(R"([{"LeadSource":"Other"}])"));
  EXPECT_EQ(groups("SELECT LeadSource FROM Lead GROUP BY LeadSource HAVING AVG(AnnualRevenue) < 10.0"),
            Json::parse(R"([{"LeadSource":"Other"}])"));
  EXPECT_EQ(groups("SELECT LeadSource, COUNT(Id) n FROM Lead GROUP BY LeadSource ORDER BY COUNT(Id) DESC, "
                   "LeadSource NULLS LAST LIMIT 2"),
            Json::parse(R"([{"LeadSource":"Web","n":3},{"LeadSource":"Other","n":1}])"));
  EXPECT_EQ(
      groups("SELECT LeadSource FROM Lead GROUP BY LeadSource ORDER BY MAX(NumberOfEmployees) OFFSET 2"),
      Json::parse(R"([{"LeadSource":"Web"}])"));
}

TEST_F(Aggregates, ParentsGroupToo) {
  const std::string account_id = account("Globex");
  contact({{"LastName", "A"}, {"AccountId", account_id}});
  contact({{"LastName", "B"}, {"AccountId", account_id}});
  EXPECT_EQ(groups("SELECT Account.Name, COUNT(Id) FROM Contact GROUP BY Account.Name"),
            Json::parse(R"([{"Name":"Globex","expr0":2}])"));
  EXPECT_EQ(groups("SELECT COUNT_DISTINCT(Owner.Type) kinds FROM Lead"), Json::parse(R"([{"kinds":1}])"));
}

TEST_F(Aggregates, RollupAndCubeAddTotals) {
  EXPECT_EQ(
      groups("SELECT LeadSource s, Rating r, COUNT(Id) n, GROUPING(Rating) g FROM Lead WHERE Rating != null "
             "GROUP BY ROLLUP(LeadSource, Rating)"),
      Json::parse(R"([{"s":"Other","r":"Cold","n":1,"g":0},{"s":"Other","r":null,"n":1,"g":1},
                            {"s":"Web","r":"Cold","n":1,"g":0},{"s":"Web","r":"Hot","n":2,"g":0},
                            {"s":"Web","r":null,"n":3,"g":1},{"s":null,"r":null,"n":4,"g":1}])"));
  EXPECT_EQ(
      groups("SELECT LeadSource, Rating, COUNT(Id) FROM Lead WHERE Rating != null GROUP BY CUBE(LeadSource, "
             "Rating)")
          .size(),
      8U);
}

TEST_F(Aggregates, RefusalsAreTheApis) {
  const struct {
    const char* soql;
    const char* code;
    const char* message;
  } rows[] = {
      {"SELECT LastName, COUNT(Id) FROM Lead", "MALFORMED_QUERY",
       "Field must be grouped or aggregated: LastName"},
      {"SELECT LastName FROM Lead GROUP BY Status", "MALFORMED_QUERY",
       "Field must be grouped or aggregated: LastName"},
      {"SELECT Status FROM Lead GROUP BY Status HAVING City = 'x'", "MALFORMED_QUERY",
       "must be grouped or aggregated"},
      {"SELECT Status FROM Lead GROUP BY Status ORDER BY City", "MALFORMED_QUERY",
       "Ordered field must be grouped or aggregated: City"},
      {"SELECT Id FROM Lead ORDER BY COUNT(Id)", "MALFORMED_QUERY",
       "Ordered field must be grouped or aggregated"},
      {"SELECT Id FROM Lead WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "not allowed in WHERE"},
      {"SELECT SUM(LastName) FROM Lead", "MALFORMED_QUERY",
       "field LastName does not support aggregate operator SUM"},
      {"SELECT MAX(IsConverted) FROM Lead", "MALFORMED_QUERY", "does not support aggregate operator MAX"},
      {"SELECT COUNT(Description) FROM Lead", "MALFORMED_QUERY", "does not support aggregate operator COUNT"},
      {"SELECT COUNT(Foo) FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"},
      {"SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate", "INVALID_FIELD",
       "field 'CreatedDate' can not be grouped in a query call"},
      {"SELECT COUNT() FROM Lead GROUP BY Status", "MALFORMED_QUERY", "COUNT()"},
      {"SELECT COUNT(Id) FROM Lead LIMIT 5", "MALFORMED_QUERY",
       "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"},
      {"SELECT COUNT(Id) a, MAX(LastName) A FROM Lead", "MALFORMED_QUERY", "duplicate alias: A"},
      {"SELECT FIELDS(ALL) FROM Lead GROUP BY Status LIMIT 5", "MALFORMED_QUERY", "aggregates"},
      {"SELECT Status FROM Lead GROUP BY Status HAVING COUNT(Id) = 'x'", "INVALID_FIELD",
       "must be of type int"},
      {"SELECT CALENDAR_YEAR(LastName) FROM Lead GROUP BY CALENDAR_YEAR(LastName)", "MALFORMED_QUERY",
       "field LastName does not support function CALENDAR_YEAR"},
      {"SELECT GROUPING(Status) FROM Lead GROUP BY LeadSource", "MALFORMED_QUERY", "must be grouped"},
  };
  for (const auto& row : rows) {
    const Answer answer = query(row.soql);
    EXPECT_EQ(answer.status, 400) << row.soql;
    EXPECT_EQ(answer.code(), row.code) << row.soql;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.soql;
  }
}

TEST_F(Aggregates, MoreGroupsThanAPageHoldsAreRefused) {
  for (int i = 0; i < 2'001; ++i)
    lead({{"LastName", "L"}, {"Title", "T" + std::to_string(i)}});
  const Answer answer = query("SELECT Title FROM Lead GROUP BY Title");
  EXPECT_EQ(answer.code(), "EXCEEDED_ID_LIMIT");
  EXPECT_THAT(answer.message(), HasSubstr("does not support queryMore()"));
  EXPECT_EQ(groups("SELECT Title FROM Lead GROUP BY Title LIMIT 2000").size(), 2'000U);
}

TEST_F(Aggregates, ColumnsTellWhatTheAnswerHolds) {
  const auto columns = [&](const std::string& soql) {
    return get("query?q=" + http::percent_encode(soql) + "&columns=true").body;
  };
  const Json plain = columns("SELECT Id, LastName, AnnualRevenue, IsConverted FROM Lead");
  EXPECT_EQ(plain["entityName"], "Lead");
  EXPECT_EQ(plain["keyPrefix"], "00Q");
  EXPECT_EQ(plain["idSelected"], true);
  EXPECT_EQ(plain["groupBy"], false);
  EXPECT_EQ(
      plain["columnMetadata"][1],
      Json::parse(
          R"({"aggregate":false,"apexType":"String","booleanType":false,"columnName":"LastName","custom":false,
          "displayName":"LastName","foreignKeyName":null,"insertable":true,"joinColumns":[],"numberType":false,
          "textType":true,"updatable":true})"));
  EXPECT_EQ(plain["columnMetadata"][2]["numberType"], true);
  EXPECT_EQ(plain["columnMetadata"][3]["booleanType"], true);

  const Json nested = columns("SELECT Name, Owner.Name, (SELECT Id, Email FROM Contacts) FROM Account");
  EXPECT_EQ(nested["idSelected"], false);
  EXPECT_EQ(nested["columnMetadata"][1]["columnName"], "Owner");
  EXPECT_EQ(nested["columnMetadata"][1]["joinColumns"][0]["columnName"], "Name");
  EXPECT_EQ(nested["columnMetadata"][2]["aggregate"], true);
  EXPECT_EQ(nested["columnMetadata"][2]["joinColumns"].size(), 2U);

  const Json grouped = columns("SELECT Status, COUNT(Id), MAX(LastName) m FROM Lead GROUP BY Status");
  EXPECT_EQ(grouped["groupBy"], true);
  EXPECT_EQ(grouped["columnMetadata"][0]["aggregate"], false);
  EXPECT_EQ(grouped["columnMetadata"][1]["columnName"], "expr0");
  EXPECT_EQ(grouped["columnMetadata"][1]["aggregate"], true);
  EXPECT_EQ(grouped["columnMetadata"][2]["columnName"], "m");
  EXPECT_EQ(columns("SELECT Foo FROM Lead")[0]["errorCode"], "INVALID_FIELD");
}

TEST_F(Aggregates, FieldsStandForAllOfTheirKind) {
  ASSERT_NE(org_->add_custom_text(*org_->table("Lead"), "Score__c"), nullptr);
  const auto keys = [&](const std::string& soql) {
    const Answer answer = query(soql);
    std::vector<std::string> names;
    EXPECT_EQ(answer.status, 200) << answer.message();
    if (answer.status != 200) return names;
    for (const auto& [key, value] : answer.body["records"][0].items())
      names.push_back(key);
    return names;
  };
  EXPECT_THAT(keys("SELECT FIELDS(CUSTOM), Id FROM Lead LIMIT 1"),
              UnorderedElementsAre("attributes", "Id", "Score__c"));
  const auto standard = keys("SELECT FIELDS(STANDARD) FROM Lead");
  EXPECT_THAT(standard, ::testing::Contains("SystemModstamp"));
  EXPECT_THAT(standard, ::testing::Not(::testing::Contains("Score__c")));
  EXPECT_EQ(keys("SELECT FIELDS(ALL) FROM Lead LIMIT 200").size(), standard.size() + 1);
  for (const char* soql : {"SELECT FIELDS(ALL) FROM Lead", "SELECT FIELDS(CUSTOM) FROM Lead LIMIT 201"}) {
    const Answer answer = query(soql);
    EXPECT_EQ(answer.code(), "MALFORMED_QUERY");
    EXPECT_THAT(answer.message(), HasSubstr("The SOQL FIELDS function must have a LIMIT of at most 200"));
  }
  EXPECT_THAT(query("SELECT Id, FIELDS(ALL) FROM Lead LIMIT 1").message(),
              HasSubstr("duplicate field selected: Id"));
}

TEST_F(Aggregates, OddClausesThatRealClientsSend) {
  EXPECT_EQ(query("SELECT Id FROM Lead LIMIT 1 FOR VIEW").status, 200);
  EXPECT_EQ(query("SELECT Id FROM Lead FOR REFERENCE").status, 200);
  EXPECT_EQ(query("SELECT Id FROM Lead FOR UPDATE").status, 200);
  EXPECT_THAT(query("SELECT Id FROM Lead ALL ROWS").message(),
              HasSubstr("ALL ROWS not allowed in this context"));
  EXPECT_THAT(
      column("SELECT toLabel(Rating) FROM Lead WHERE toLabel(Rating) = 'hot' AND LastName = 'Ann'", "Rating"),
      ElementsAre("Hot"));
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE AnnualRevenue > USD100", "LastName"),
              ElementsAre("Ann"));
  EXPECT_EQ(query("SELECT Id FROM Lead WHERE AnnualRevenue > EUR100").code(), "INVALID_FIELD");
  EXPECT_EQ(query("SELECT Id FROM Lead WHERE NumberOfEmployees > USD100").code(), "INVALID_FIELD");
  const Answer includes = query("SELECT Id FROM Lead WHERE Rating INCLUDES ('Hot')");
  EXPECT_EQ(includes.code(), "INVALID_QUERY_FILTER_OPERATOR");
}

/// Contacts whose birthday lies around the 18th of November 2026, a Wednesday; the user lives in Los Angeles.
class Dates : public SandboxTest {
 protected:
  Dates() { now_ = at("2026-11-18T20:00:00Z"); }

  void born(const char* day) { contact({{"LastName", day}, {"Birthdate", *parse_date(day)}}); }
  std::vector<std::string> who(const std::string& condition) {
    return column("SELECT LastName FROM Contact WHERE Birthdate " + condition + " ORDER BY Birthdate",
                  "LastName");
  }
};

TEST_F(Dates, RelativeDatesAreSpansOfDays) {
  for (const char* day :
       {"2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2026-09-30",
        "2026-10-01", "2026-10-31", "2026-11-01", "2026-11-14", "2026-11-15", "2026-11-17", "2026-11-18",
        "2026-11-19", "2026-11-21", "2026-11-22", "2026-12-01", "2027-01-01"}) {
    born(day);
  }
  const struct {
    const char* condition;
    const char* first;
    const char* last;
  } rows[] = {
      {"= YESTERDAY", "2026-11-17", "2026-11-17"},
      {"= TODAY", "2026-11-18", "2026-11-18"},
      {"= tomorrow", "2026-11-19", "2026-11-19"},
      {"= THIS_WEEK", "2026-11-15", "2026-11-21"},
      {"= LAST_WEEK", "2026-11-14", "2026-11-14"},
      {"= NEXT_WEEK", "2026-11-22", "2026-11-22"},
      {"= THIS_MONTH", "2026-11-01", "2026-11-22"},
      {"= LAST_MONTH", "2026-10-01", "2026-10-31"},
      {"= NEXT_MONTH", "2026-12-01", "2026-12-01"},
      {"= THIS_QUARTER", "2026-10-01", "2026-12-01"},
      {"= LAST_QUARTER", "2026-07-01", "2026-09-30"},
      {"= NEXT_FISCAL_QUARTER", "2027-01-01", "2027-01-01"},
      {"= THIS_YEAR", "2026-01-01", "2026-12-01"},
      {"= LAST_FISCAL_YEAR", "2025-01-01", "2025-12-31"},
      {"= LAST_90_DAYS", "2026-09-30", "2026-11-18"},
      {"= NEXT_90_DAYS", "2026-11-19", "2027-01-01"},
      {"= LAST_N_DAYS:4", "2026-11-14", "2026-11-18"},
      {"= NEXT_N_DAYS:3", "2026-11-19", "2026-11-21"},
      {"= N_DAYS_AGO:1", "2026-11-17", "2026-11-17"},
      {"= LAST_N_WEEKS:2", "2026-11-01", "2026-11-14"},
      {"= LAST_N_MONTHS:1", "2026-10-01", "2026-10-31"},
      {"= N_QUARTERS_AGO:2", "2026-06-30", "2026-06-30"},
      {"= N_YEARS_AGO:2", "2024-12-31", "2024-12-31"},
      {"= LAST_N_FISCAL_YEARS:2", "2024-12-31", "2025-12-31"},
      {"< THIS_YEAR", "2024-12-31", "2025-12-31"},
      {"<= LAST_YEAR", "2024-12-31", "2025-12-31"},
      {"> THIS_MONTH", "2026-12-01", "2027-01-01"},
      {">= NEXT_YEAR", "2027-01-01", "2027-01-01"},
      {"> LAST_N_YEARS:100000", "2026-01-01", "2027-01-01"},
  };
  for (const auto& row : rows) {
    const std::vector<std::string> found = who(row.condition);
    ASSERT_THAT(found, ::testing::Not(IsEmpty())) << row.condition;
    EXPECT_EQ(found.front(), row.first) << row.condition;
    EXPECT_EQ(found.back(), row.last) << row.condition;
  }
  EXPECT_THAT(who("IN (TODAY, 2026-12-01, N_DAYS_AGO:1)"),
              ElementsAre("2026-11-17", "2026-11-18", "2026-12-01"));
  EXPECT_EQ(who("NOT IN (TODAY, 2026-12-01)").size(), 17U);
  EXPECT_EQ(who("!= TODAY").size(), 18U);
  EXPECT_EQ(query("SELECT Id FROM Contact WHERE LastName = TODAY").code(), "INVALID_FIELD");
}

TEST_F(Dates, DaysOfADatetimeBeginInTheUsersZone) {
  // Midnight in Los Angeles is eight in the morning.
  for (const char* moment :
       {"2026-11-18T07:59:59Z", "2026-11-18T08:00:00Z", "2026-11-19T07:59:59Z", "2026-11-19T08:00:00Z"}) {
    now_ = at(moment);
    contact({{"LastName", moment}});
  }
  now_ = at("2026-11-19T03:00:00Z");  // still the 18th there
  const auto made_on = [&](const std::string& condition) {
    return column("SELECT LastName FROM Contact WHERE " + condition + " ORDER BY LastName", "LastName");
  };
  EXPECT_THAT(made_on("CreatedDate = TODAY"), ElementsAre("2026-11-18T08:00:00Z", "2026-11-19T07:59:59Z"));
  EXPECT_THAT(made_on("SystemModstamp = YESTERDAY"), ElementsAre("2026-11-18T07:59:59Z"));
  EXPECT_THAT(made_on("CreatedDate > TODAY"), ElementsAre("2026-11-19T08:00:00Z"));
  EXPECT_THAT(made_on("DAY_ONLY(CreatedDate) = 2026-11-19"),
              ElementsAre("2026-11-19T07:59:59Z", "2026-11-19T08:00:00Z"));
  EXPECT_THAT(made_on("DAY_ONLY(convertTimezone(CreatedDate)) = 2026-11-19"),
              ElementsAre("2026-11-19T08:00:00Z"));
  EXPECT_THAT(made_on("HOUR_IN_DAY(CreatedDate) = 8"),
              ElementsAre("2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z"));
  EXPECT_THAT(made_on("HOUR_IN_DAY(convertTimezone(CreatedDate)) = 23"),
              ElementsAre("2026-11-18T07:59:59Z", "2026-11-19T07:59:59Z"));
}

TEST_F(Dates, DateFunctionsTakeADayApart) {
  born("2026-11-18");
  born("2024-02-29");
  const struct {
    const char* function;
    int64_t november;
    int64_t february;
  } rows[] = {
      {"CALENDAR_YEAR", 2026, 2024}, {"CALENDAR_QUARTER", 4, 1}, {"CALENDAR_MONTH", 11, 2},
      {"DAY_IN_MONTH", 18, 29},      {"DAY_IN_WEEK", 4, 5},      {"DAY_IN_YEAR", 322, 60},
      {"FISCAL_YEAR", 2026, 2024},   {"FISCAL_QUARTER", 4, 1},   {"FISCAL_MONTH", 11, 2},
      {"WEEK_IN_MONTH", 3, 5},       {"WEEK_IN_YEAR", 46, 9},
  };
  for (const auto& row : rows) {
    const std::string function = std::string(row.function) + "(Birthdate)";
    const Answer answer = query("SELECT " + function + " part, COUNT(Id) n FROM Contact GROUP BY " +
                                function + " ORDER BY MAX(Birthdate)");
    ASSERT_EQ(answer.status, 200) << answer.message();
    EXPECT_EQ(answer.body["records"][0]["part"], row.february) << function;
    EXPECT_EQ(answer.body["records"][1]["part"], row.november) << function;
    EXPECT_THAT(
        column("SELECT LastName FROM Contact WHERE " + function + " = " + std::to_string(row.february),
               "LastName"),
        ElementsAre("2024-02-29"))
        << function;
  }
}

}  // namespace
}  // namespace prospectd::sandbox::testing
