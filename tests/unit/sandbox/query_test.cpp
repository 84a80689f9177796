// SOQL as a client sees it: who matches, in what order, and what is refused.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Query : public SandboxTest {
 protected:
  Query() {
    lead({{"LastName", "Alpha"},
          {"FirstName", "Ann"},
          {"Email", "ann@x.test"},
          {"City", "Reno"},
          {"NumberOfEmployees", int64_t{10}},
          {"AnnualRevenue", 1000.5},
          {"HasOptedOutOfEmail", true}});
    now_ += seconds(10);
    lead({{"LastName", "beta"},
          {"FirstName", "Élodie"},
          {"Email", "B_b@X.test"},
          {"City", "reno"},
          {"NumberOfEmployees", int64_t{20}}});
    now_ += seconds(10);
    lead({{"LastName", "Gamma"},
          {"Email", Value::null()},
          {"Title", "100% \\ sure_thing"},
          {"AnnualRevenue", int64_t{-5}}});
    now_ += seconds(10);
    lead({{"LastName", "delta"}, {"Email", "dd@y.test"}, {"City", "Malmö"}});
  }
  using Value = mapping::Value;

  std::vector<std::string> names(const std::string& where) {
    return column("SELECT LastName FROM Lead WHERE " + where, "LastName");
  }
};

TEST_F(Query, ConditionsSelectWhoTheySay) {
  const struct {
    const char* where;
    std::vector<std::string> names;
  } rows[] = {
      // strings: letter case doesn't count, null is unequal to everything
      {"City = 'RENO'", {"Alpha", "beta"}},
      {"City = 'MALMÖ'", {"delta"}},
      {"City != 'Reno'", {"Gamma", "delta"}},
      {"City = null", {"Gamma"}},
      {"City != null", {"Alpha", "beta", "delta"}},
      {"City = ''", {"Gamma"}},
      {"City != ''", {"Alpha", "beta", "delta"}},
      {"LastName < 'BETA'", {"Alpha"}},
      {"LastName <= 'BETA'", {"Alpha", "beta"}},
      {"LastName > 'beta'", {"Gamma", "delta"}},
      {"LastName >= 'DELTA'", {"Gamma", "delta"}},
      {"City > 'a'", {"Alpha", "beta", "delta"}},
      // IN
      {"City IN ('reno')", {"Alpha", "beta"}},
      {"City IN ('reno', null)", {"Alpha", "beta", "Gamma"}},
      {"City NOT IN ('reno')", {"Gamma", "delta"}},
      {"City NOT IN ('reno', null)", {"delta"}},
      {"NumberOfEmployees IN (10, 30)", {"Alpha"}},
      // LIKE
      {"Email LIKE '%@x.TEST'", {"Alpha", "beta"}},
      {"Email LIKE 'b\\_b%'", {"beta"}},
      {"Email LIKE '_d@%'", {"delta"}},
      {"Title LIKE '100\\% %'", {"Gamma"}},
      {"NOT Email LIKE '%'", {"Gamma"}},
      // the compound name
      {"Name = 'ann alpha'", {"Alpha"}},
      {"Name LIKE 'ÉLO%'", {"beta"}},
      {"Name = 'Gamma'", {"Gamma"}},
      // numbers and booleans
      {"NumberOfEmployees = 10", {"Alpha"}},
      {"NumberOfEmployees != 10", {"beta", "Gamma", "delta"}},
      {"NumberOfEmployees > 10", {"beta"}},
      {"AnnualRevenue < 0", {"Gamma"}},
      {"AnnualRevenue >= 1000.5", {"Alpha"}},
      {"AnnualRevenue = null", {"beta", "delta"}},
      {"HasOptedOutOfEmail = true", {"Alpha"}},
      {"HasOptedOutOfEmail != TRUE", {"beta", "Gamma", "delta"}},
      // logic
      {"City = 'Reno' AND NumberOfEmployees = 20", {"beta"}},
      {"NumberOfEmployees = 10 OR Email = null", {"Alpha", "Gamma"}},
      {"NOT (City = 'Reno')", {"Gamma", "delta"}},
      {"(City = 'Reno' OR City = null) AND LastName != 'alpha'", {"beta", "Gamma"}},
      // datetimes: to the second, in any zone
      {"SystemModstamp >= 2026-11-21T10:00:10Z AND SystemModstamp < 2026-11-21T10:00:30Z", {"beta", "Gamma"}},
      {"SystemModstamp = 2026-11-21T10:00:10.900Z", {"beta"}},
      {"SystemModstamp > 2026-11-21T10:00:10Z", {"Gamma", "delta"}},
      {"SystemModstamp <= 2026-11-21T10:00:10Z", {"Alpha", "beta"}},
      {"SystemModstamp != 2026-11-21T10:00:10Z", {"Alpha", "Gamma", "delta"}},
      {"SystemModstamp < 2026-11-21T11:00:10+01:00", {"Alpha"}},
      {"CreatedDate >= 2026-11-21T10:00:20Z AND LastName = 'gamma'", {"Gamma"}},
      {"SystemModstamp >= 2026-11-21T10:00:10Z OR LastName = 'alpha'", {"Alpha", "beta", "Gamma", "delta"}},
      {"ConvertedDate = null", {"Alpha", "beta", "Gamma", "delta"}},
      {"ConvertedDate < 2027-01-01", {}},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(names(row.where), ::testing::UnorderedElementsAreArray(row.names)) << row.where;
  }
}

TEST_F(Query, IdsCompareIn15And18Characters) {
  const std::string id = column("SELECT Id FROM Lead WHERE LastName = 'Alpha'", "Id").front();
  EXPECT_THAT(names("Id = '" + id + "'"), ElementsAre("Alpha"));
  EXPECT_THAT(names("Id = '" + id.substr(0, 15) + "'"), ElementsAre("Alpha"));
  EXPECT_THAT(names("Id IN ('" + id + "','" + id.substr(0, 15) + "')"), ElementsAre("Alpha"));
  EXPECT_EQ(names("Id != '" + id + "'").size(), 3U);
  EXPECT_EQ(names("Id > '" + id + "'").size(), 3U);
  EXPECT_EQ(names("Id = '" + id + "' AND City = 'nowhere'").size(), 0U);
  const std::string owner = column("SELECT OwnerId FROM Lead LIMIT 1", "OwnerId").front();
  EXPECT_EQ(names("OwnerId = '" + owner.substr(0, 15) + "'").size(), 4U);
}

TEST_F(Query, OrderTakesNullsFirstUnlessTold) {
  const auto order = [&](const std::string& by) {
    return column("SELECT LastName FROM Lead ORDER BY " + by, "LastName");
  };
  EXPECT_THAT(order("LastName"), ElementsAre("Alpha", "beta", "delta", "Gamma"));
  EXPECT_THAT(order("LastName DESC"), ElementsAre("Gamma", "delta", "beta", "Alpha"));
  EXPECT_THAT(order("NumberOfEmployees, LastName"), ElementsAre("delta", "Gamma", "Alpha", "beta"));
  EXPECT_THAT(order("NumberOfEmployees DESC, LastName"), ElementsAre("delta", "Gamma", "beta", "Alpha"));
  EXPECT_THAT(order("NumberOfEmployees NULLS LAST, LastName"),
              ElementsAre("Alpha", "beta", "delta", "Gamma"));
  EXPECT_THAT(order("NumberOfEmployees DESC NULLS LAST, LastName DESC"),
              ElementsAre("beta", "Alpha", "Gamma", "delta"));
  EXPECT_THAT(order("SystemModstamp DESC"), ElementsAre("delta", "Gamma", "beta", "Alpha"));
  EXPECT_THAT(order("SystemModstamp, Id LIMIT 2"), ElementsAre("Alpha", "beta"));
  EXPECT_THAT(order("AnnualRevenue NULLS LAST LIMIT 2"), ElementsAre("Gamma", "Alpha"));
  EXPECT_THAT(order("Name"), ElementsAre("Alpha", "delta", "Gamma", "beta"));
}

TEST_F(Query, LimitAndOffsetCutTheAnswer) {
  const Answer answer = query("SELECT LastName FROM Lead ORDER BY SystemModstamp LIMIT 2 OFFSET 1");
  EXPECT_EQ(answer.body["totalSize"], 2);
  EXPECT_EQ(answer.body["records"][0]["LastName"], "beta");
  EXPECT_EQ(query("SELECT Id FROM Lead OFFSET 9").body["totalSize"], 0);
  EXPECT_EQ(query("SELECT Id FROM Lead LIMIT 0").body["totalSize"], 0);
  EXPECT_EQ(query("SELECT Id FROM Lead OFFSET 2001").code(), "NUMBER_OUTSIDE_VALID_RANGE");
}

TEST_F(Query, CountIsANumberWithoutRecords) {
  EXPECT_EQ(query("SELECT COUNT() FROM Lead WHERE City = 'Reno'").body,
            Json::parse(R"({"totalSize":2,"done":true,"records":[]})"));
}

TEST_F(Query, RecordsKeepTheOrderOfSelectUnderCanonicalNames) {
  const Answer answer = query("select LASTNAME, id, email from lEAd where lastname = 'Alpha'");
  const Json& record = answer.body["records"][0];
  EXPECT_EQ(record["attributes"]["type"], "Lead");
  EXPECT_EQ(record["attributes"]["url"],
            "/services/data/v60.0/sobjects/Lead/" + record["Id"].get<std::string>());
  http::ServerRequest request;
  request.method = "GET";
  request.target = "/services/data/v60.0/query?q=select+LASTNAME,id+from+Lead+limit+1";
  request.headers.set("Authorization", "Bearer " + token_);
  EXPECT_THAT(front_->handle(request).body, HasSubstr("},\"LastName\":\"Alpha\",\"Id\":\"00Q"));
  EXPECT_EQ(answer.body["totalSize"], 1);
  EXPECT_EQ(answer.body["done"], true);
  EXPECT_FALSE(answer.body.contains("nextRecordsUrl"));
}

TEST_F(Query, ValuesAreWrittenInTheirFormats) {
  const Answer answer = query(
      "SELECT CreatedDate, NumberOfEmployees, AnnualRevenue, HasOptedOutOfEmail, Title, ConvertedDate, "
      "Address FROM "
      "Lead ORDER BY Id");
  const Json& first = answer.body["records"][0];
  EXPECT_EQ(first["CreatedDate"], "2026-11-21T10:00:00.000+0000");
  EXPECT_EQ(first["NumberOfEmployees"], 10);
  EXPECT_EQ(first["AnnualRevenue"], 1000.5);
  EXPECT_EQ(first["HasOptedOutOfEmail"], true);
  EXPECT_TRUE(first["ConvertedDate"].is_null());
  EXPECT_EQ(answer.body["records"][2]["Title"], "100% \\ sure_thing");
  EXPECT_TRUE(answer.body["records"][2]["Address"].is_null());
}

TEST_F(Query, TextsThatNeedEscapesComeBackWhole) {
  const std::string odd = "quote \" back \\ line\r\nend tab\t bell\x07 \xE7\xBE\x8E 0123456789";
  const std::string id = lead({{"LastName", "Escape"}, {"Description", odd}});
  EXPECT_EQ(lead_row(id, "Description")["Description"], odd);
}

TEST_F(Query, QueryHidesTheDeletedAndQueryAllShowsThem) {
  const std::string id = column("SELECT Id FROM Lead WHERE LastName = 'Alpha'", "Id").front();
  ASSERT_TRUE(org_->remove(id));
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 3);
  EXPECT_EQ(query_all("SELECT COUNT() FROM Lead").body["totalSize"], 4);
  EXPECT_EQ(query_all("SELECT Id FROM Lead WHERE IsDeleted = true").body["records"][0]["Id"], id);
  EXPECT_EQ(query("SELECT Id FROM Lead WHERE IsDeleted = true").body["totalSize"], 0);
  ASSERT_TRUE(org_->purge(id));
  EXPECT_EQ(query_all("SELECT COUNT() FROM Lead").body["totalSize"], 3);
  EXPECT_EQ(query_all("SELECT Id FROM Lead WHERE Id = '" + id + "'").body["totalSize"], 0);
}

TEST_F(Query, RefusalsAreTheApis) {
  const struct {
    const char* soql;
    const char* code;
    const char* message;
  } rows[] = {
      {"SELECT Foo__c FROM Lead", "INVALID_FIELD",
       "\nSELECT Foo__c FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo__c' on entity "
       "'Lead'. If you "
       "are attempting to use a custom field, be sure to append the '__c' after the custom field name. "
       "Please "
       "reference your WSDL or the describe call for the appropriate names."},
      {"SELECT Id FROM Lead WHERE Foo = 1", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"},
      {"SELECT Id FROM Lead ORDER BY Foo", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"},
      {"SELECT IsDeleted FROM User", "INVALID_FIELD", "No such column 'IsDeleted' on entity 'User'"},
      {"SELECT Id FROM Opportunity", "INVALID_TYPE", "sObject type 'Opportunity' is not supported."},
      {"SELECT Id, id FROM Lead", "MALFORMED_QUERY", "duplicate field selected"},
      {"SELECT Foo.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path"},
      {"SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD",
       "field 'Description' can not be filtered in a query call"},
      {"SELECT Id FROM Lead WHERE Address = 'x'", "INVALID_FIELD", "can not be filtered"},
      {"SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD",
       "field 'Description' can not be sorted in a query call"},
      {"SELECT Id FROM Lead WHERE Id = 'xyz'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: xyz"},
      {"SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "INVALID_QUERY_FILTER_OPERATOR",
       "invalid operator on id field"},
      {"SELECT Id FROM Lead WHERE NumberOfEmployees LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR",
       "invalid operator on int field"},
      {"SELECT Id FROM Lead WHERE IsConverted > true", "INVALID_QUERY_FILTER_OPERATOR",
       "invalid operator on boolean field"},
      {"SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD",
       "value of filter criterion for field 'LastName' must be of type string and should be enclosed in "
       "quotes"},
      {"SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD",
       "value of filter criterion for field 'NumberOfEmployees' must be of type int and should not be "
       "enclosed in "
       "quotes"},
      {"SELECT Id FROM Lead WHERE NumberOfEmployees = 5.5", "INVALID_FIELD", "must be of type int"},
      {"SELECT Id FROM Lead WHERE AnnualRevenue = true", "INVALID_FIELD", "must be of type double"},
      {"SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"},
      {"SELECT Id FROM Lead WHERE SystemModstamp > '2026-11-20T00:00:00Z'", "INVALID_FIELD",
       "value of filter criterion for field 'SystemModstamp' must be of type dateTime and should not be "
       "enclosed in "
       "quotes"},
      {"SELECT Id FROM Lead WHERE SystemModstamp > 2026-11-20", "INVALID_FIELD", "must be of type dateTime"},
      {"SELECT Id FROM Contact WHERE Birthdate = 2026-11-20T00:00:00Z", "INVALID_FIELD",
       "must be of type date"},
      {"SELECT Id FORM Lead", "MALFORMED_QUERY", "unexpected token: 'FORM'"},
      {"SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "ERROR at Row:1:Column:"},
      {"SELECT Id FROM Lead WITH SECURITY_ENFORCED", "MALFORMED_QUERY", "ERROR at Row:1:Column:"},
      {"", "MALFORMED_QUERY", ""},
  };
  for (const auto& row : rows) {
    const Answer answer = query(row.soql);
    EXPECT_EQ(answer.status, 400) << row.soql;
    EXPECT_EQ(answer.code(), row.code) << row.soql;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.soql;
  }
}

TEST_F(Query, ExplainTellsHowAQueryFindsItsRows) {
  const auto plan = [&](const std::string& soql) {
    const Answer answer = get("query?explain=" + http::percent_encode(soql));
    EXPECT_EQ(answer.body.value("sourceQuery", ""), soql) << answer.message();
    return answer.body["plans"][0];
  };
  const Json scan = plan("SELECT Id FROM Lead WHERE City = 'Reno'");
  EXPECT_EQ(scan["leadingOperationType"], "TableScan");
  EXPECT_EQ(scan["sobjectCardinality"], 4);
  EXPECT_EQ(scan["cardinality"], 4);
  EXPECT_EQ(scan["relativeCost"], 1.0);
  const Json window =
      plan("SELECT Id FROM Lead WHERE City = 'Reno' AND SystemModstamp >= 2026-11-21T10:00:30Z");
  EXPECT_EQ(window["leadingOperationType"], "Index");
  EXPECT_EQ(window["fields"], Json::array({"SystemModstamp"}));
  EXPECT_EQ(window["cardinality"], 1);
  EXPECT_EQ(get("query?explain=SELECT").code(), "MALFORMED_QUERY");
}

TEST_F(Query, AFeedsWindowFollowsEdits) {
  const auto window = [&](const char* from) {
    return column(std::string("SELECT LastName FROM Lead WHERE SystemModstamp >= ") + from +
                      " AND SystemModstamp < 2026-11-21T12:00:00Z ORDER BY SystemModstamp, Id",
                  "LastName");
  };
  EXPECT_THAT(window("2026-11-21T10:00:00Z"), ElementsAre("Alpha", "beta", "Gamma", "delta"));
  now_ = at("2026-11-21T11:00:00Z");
  const std::string id = column("SELECT Id FROM Lead WHERE LastName = 'beta'", "Id").front();
  ASSERT_TRUE(org_->update("Lead", id, {{"LastName", "Beta"}}));
  EXPECT_THAT(window("2026-11-21T10:00:00Z"), ElementsAre("Alpha", "Gamma", "delta", "Beta"));
  EXPECT_THAT(window("2026-11-21T10:30:00Z"), ElementsAre("Beta"));
}

// The order by stamp is kept in two parts that join when the new one has grown; every query must see one
// order.
TEST_F(Query, TheFeedStaysInOrderThroughManyChanges) {
  std::vector<std::string> ids;
  for (int i = 0; i < 9'000; ++i) {
    if (i % 7 == 0) now_ += seconds(1);
    ids.push_back(lead({{"LastName", "L" + std::to_string(i)}}));
  }
  for (int round = 0; round < 3; ++round) {
    for (size_t i = static_cast<size_t>(round); i < ids.size(); i += 3) {
      if (i % 11 == 0) now_ += seconds(1);
      ASSERT_TRUE(org_->update("Lead", ids[i], {}));
    }
    set_knobs([](Knobs& k) { k.cursors_per_session = 100; });
    Answer page = query("SELECT Id, SystemModstamp FROM Lead ORDER BY SystemModstamp, Id");
    std::pair<std::string, std::string> last;
    size_t seen = 0;
    while (true) {
      for (const Json& record : page.body["records"]) {
        const std::pair<std::string, std::string> key{record["SystemModstamp"], record["Id"]};
        ASSERT_LT(last, key);
        last = key;
        ++seen;
      }
      if (page.body["done"]) break;
      page = get("query/" + page.body["nextRecordsUrl"].get<std::string>().substr(27));
    }
    EXPECT_EQ(seen, 9'004U);
  }
}

}  // namespace
}  // namespace prospectd::sandbox::testing
