// The connector as the engine uses it, against a scripted org: what it asks, remembers and refuses.
#include "connectors/salesforce_wire/soql.h"
#include "tests/unit/salesforce/connector_fixture.h"

namespace prospectd::salesforce::test {
namespace {

using ::testing::HasSubstr;

TEST_F(ConnectorTest, AsksForTheWindowInOrder) {
  const auto page = fetch(leads());
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(org_.last_query(),
            "SELECT Id, SystemModstamp, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId, "
            "ConvertedAccountId, LastName, Email FROM Lead WHERE SystemModstamp >= 2026-11-20T08:00:00Z AND "
            "SystemModstamp < 2026-11-20T09:00:00Z ORDER BY SystemModstamp, Id");
  const http::Request& request = org_.last();
  EXPECT_EQ(request.method, "GET");
  EXPECT_THAT(request.url, HasSubstr("http://127.0.0.1:9443/services/data/v60.0/queryAll?q=SELECT%20"));
  EXPECT_EQ(request.headers.get("Sforce-Query-Options"), "batchSize=2000");
  EXPECT_EQ(request.headers.get("Sforce-Call-Options"), "client=prospectd");
  EXPECT_EQ(request.headers.get("Authorization"), "Bearer 00DHs0000001XyZ!token.1");
}

TEST_F(ConnectorTest, F05_GoesOnBehindARecordOfTheSameSecond) {
  FeedQuery query = leads();
  query.after = RemoteId(lead_id(7));
  ASSERT_TRUE(fetch(query));
  EXPECT_THAT(org_.last_query(),
              HasSubstr("WHERE (SystemModstamp > 2026-11-20T08:00:00Z OR (SystemModstamp = "
                        "2026-11-20T08:00:00Z AND Id > '" +
                        lead_id(7) + "')) AND SystemModstamp < 2026-11-20T09:00:00Z ORDER BY"));
}

TEST_F(ConnectorTest, PutsAFilterBesideTheWindowSoThatItCannotWidenIt) {
  FeedQuery query = leads();
  query.lower.reset();
  query.filter = "Email = 'a' OR Email = 'b'";
  ASSERT_TRUE(fetch(query));
  EXPECT_THAT(org_.last_query(), HasSubstr("WHERE SystemModstamp < 2026-11-20T09:00:00Z AND (Email = 'a' OR "
                                           "Email = 'b') ORDER BY"));
  query.filter = "Email = 'a') OR (Email = 'b'";
  expect_error(fetch(query), ErrorCode::kMalformedQuery);
}

// The printer and the parser are two halves of one grammar: what goes out must be what was meant.
TEST_F(ConnectorTest, WhatItSendsIsReadBackTheSame) {
  namespace soql = salesforce_wire::soql;
  for (const char* filter :
       {"", "Email LIKE '%\\_a\\%' AND (NOT City IN ('Reno', null))", "Owner.Name = 'O\\'Brien'",
        "CreatedDate = LAST_N_DAYS:30 OR Owner.Type = 'Queue'", "CALENDAR_YEAR(CreatedDate) = 2026",
        "OwnerId IN (SELECT Id FROM User WHERE IsActive = true ORDER BY Name LIMIT 5)"}) {
    FeedQuery query = leads();
    query.filter = filter;
    if (*filter != '\0') query.after = RemoteId(lead_id(7));
    const auto page = fetch(query);
    ASSERT_TRUE(page) << page.error().text();
    const std::string sent = org_.last_query();
    const auto read = soql::parse(sent);
    ASSERT_TRUE(std::holds_alternative<soql::Query>(read)) << std::get<soql::ParseError>(read).message;
    EXPECT_EQ(soql::print(std::get<soql::Query>(read)), sent);
  }
}

TEST_F(ConnectorTest, ReadsPageAfterPage) {
  org_.then_page(page_of({lead(1), lead(2)}, 3, next_url(2)));
  org_.then_page(page_of({lead(3)}, 3));
  const auto first = fetch(leads());
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_EQ(first->records.size(), 2u);
  EXPECT_EQ(first->total, 3);
  ASSERT_NE(first->layout, nullptr);
  EXPECT_EQ(first->layout->names(), leads().fields);
  EXPECT_EQ(first->records[1].values[1], mapping::Value("m2@acme.test"));
  ASSERT_FALSE(first->next.empty());
  const auto second = next(first->next);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(org_.last().url, "http://127.0.0.1:9443" + next_url(2));
  ASSERT_EQ(second->records.size(), 1u);
  EXPECT_EQ(second->records[0].id.str(), lead_id(3));
  EXPECT_EQ(second->next, "");
}

TEST_F(ConnectorTest, AQueryEachCostsOneCallOnceTheObjectIsKnown) {
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(connector_->calls(), 3);  // login, describe, query
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(connector_->calls(), 4);
  EXPECT_EQ(connector_->usage().used, 18);
  EXPECT_EQ(connector_->usage().allowed, 5000);
}

TEST_F(ConnectorTest, KeepsItsUsageWhenAnAnswerSaysNothingOrNonsense) {
  ASSERT_TRUE(fetch(leads()));
  for (const char* header : {"", "api-usage=x/y", "nothing"}) {
    org_.limit_info = header;
    ASSERT_TRUE(fetch(leads()));
    EXPECT_EQ(connector_->usage().used, 18);
  }
  org_.limit_info = "api-usage=25/5000; per-app-api-usage=17/250(appName=my-app)";
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(connector_->usage().used, 25);
}

TEST_F(ConnectorTest, TellsTheCrmsTimeAndProvesTheLogin) {
  const auto time = run(connector_->server_time());
  ASSERT_TRUE(time) << time.error().text();
  EXPECT_EQ(*time, at("2026-11-20T09:00:00Z"));
  EXPECT_EQ(org_.logins(), 1);
  EXPECT_EQ(org_.last().headers.get("Authorization"), std::nullopt);
  org_.date = "today";
  EXPECT_EQ(run(connector_->server_time()).error().code, ErrorCode::kServerError);
}

TEST_F(ConnectorTest, DescribesAnObjectAndRemembersIt) {
  const auto schema = run(connector_->describe("Lead"));
  ASSERT_TRUE(schema) << schema.error().text();
  EXPECT_EQ(schema->name, "Lead");
  ASSERT_TRUE(run(connector_->describe("lead")));
  EXPECT_EQ(org_.count("/describe"), 1);
}

TEST_F(ConnectorTest, DescribesAgainWhenTheCrmsClockSaysSo) {
  ASSERT_TRUE(run(connector_->describe("Lead")));
  org_.date = "Fri, 20 Nov 2026 09:59:00 GMT";
  ASSERT_TRUE(run(connector_->server_time()));
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(org_.count("/describe"), 1);
  org_.date = "Fri, 20 Nov 2026 10:01:00 GMT";
  ASSERT_TRUE(run(connector_->server_time()));
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(org_.count("/describe"), 2);
}

TEST_F(ConnectorTest, AnObjectThatIsNoNameIsNeverSent) {
  for (const char* object : {"", "../Lead", "Lead?x", "Lead/describe", "Lead\r\n", "Lead FROM"}) {
    EXPECT_EQ(run(connector_->describe(object)).error().code, ErrorCode::kUnknownObject) << object;
  }
  EXPECT_TRUE(org_.requests.empty());
}

TEST_F(ConnectorTest, AnApiVersionThatIsNoneIsNeverSent) {
  for (const char* version : {"", "60.0", "v60", "v60.0/..", "latest"}) {
    Options bad = options();
    bad.api_version = version;
    auto connector = make_salesforce_connector(org_, std::move(bad));
    EXPECT_EQ(run(connector->fetch(leads())).error().code, ErrorCode::kConfigInvalid) << version;
  }
  EXPECT_TRUE(org_.requests.empty());
}

TEST_F(ConnectorTest, UsersAreReadWithTheColumnsThatTheyHave) {
  org_.describe_body =
      R"({"name":"User","fields":[{"name":"Id","type":"id"},{"name":"SystemModstamp","type":"datetime"},
      {"name":"IsActive","type":"boolean"},{"name":"Email","type":"email"}]})";
  org_.then_page(
      whole({R"({"Id":"005Hs000001UsrA","SystemModstamp":"2026-11-20T08:15:30.000+0000","IsActive":true})"}));
  FeedQuery query = leads();
  query.object = "User";
  query.fields = {"IsActive"};
  const auto page = fetch(query);
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_THAT(org_.last_query(), HasSubstr("SELECT Id, SystemModstamp, IsActive FROM User WHERE"));
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(page->records[0].id.str(), "005Hs000001UsrAIAS");
}

TEST_F(ConnectorTest, AFieldThatTheObjectLacksIsNamedWithoutAQuery) {
  FeedQuery query = leads();
  query.fields.push_back("Emial");
  const auto page = fetch(query);
  expect_error(page, ErrorCode::kUnknownField);
  EXPECT_THAT(page.error().text(), HasSubstr("Lead has no field 'Emial'"));
  EXPECT_THAT(page.error().text(), HasSubstr("Email"));
  EXPECT_EQ(org_.count("queryAll"), 0);
}

TEST_F(ConnectorTest, AFieldThatIsNewIsFoundByDescribingAgain) {
  ASSERT_TRUE(fetch(leads()));
  std::string describe = lead_describe();
  describe.insert(describe.rfind(']'), R"(,{"name":"New__c","type":"boolean"})");
  org_.describe_body = describe;
  FeedQuery query = leads();
  query.fields.push_back("New__c");
  ASSERT_TRUE(fetch(query));
  EXPECT_EQ(org_.count("/describe"), 2);
}

TEST_F(ConnectorTest, AFieldThatWentAwayIsNamedAndTheDescribeForgotten) {
  ASSERT_TRUE(fetch(leads()));
  org_.then(refusal(400, "INVALID_FIELD", "No such column 'Email' on entity 'Lead'. If you are ..."));
  const auto page = fetch(leads());
  expect_error(page, ErrorCode::kUnknownField);
  EXPECT_THAT(page.error().text(), HasSubstr("Lead: query: Lead has no field 'Email'"));
  ASSERT_TRUE(run(connector_->describe("Lead")));
  EXPECT_EQ(org_.count("/describe"), 2);
}

TEST_F(ConnectorTest, AFieldOfAnotherTypeThanDescribedMakesItDescribeAgain) {
  org_.then_page(whole({lead_with(1, "Email", "7")}));
  const auto page = fetch(leads());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->bad.size(), 1u);
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(org_.count("/describe"), 2);
}

TEST_F(ConnectorTest, HtmlAndOtherTypesAreFaultsOfTheServer) {
  for (const char* type : {"text/html", "text/plain", "", "application/xml"}) {
    http::Response response = json_answer(200, whole({lead(1)}));
    response.headers.set("Content-Type", type);
    org_.then(std::move(response));
    expect_error(fetch(leads()), ErrorCode::kServerError);
  }
  http::Response moved = json_answer(302, "");
  moved.headers.add("Location", "https://evil.test/");
  org_.then(std::move(moved));
  expect_error(fetch(leads()), ErrorCode::kRefusedTarget);
  EXPECT_EQ(org_.count("evil.test"), 0);
}

TEST_F(ConnectorTest, TroublesOfTheNetworkAndTheQuotaPassThroughWithTheirPlace) {
  for (const ErrorCode code : {ErrorCode::kNetwork, ErrorCode::kTimeout, ErrorCode::kTooLarge}) {
    org_.then([code](const http::Request&) -> Result<http::Response> { return make_error(code, "no luck"); });
    const auto page = fetch(leads());
    expect_error(page, code);
    EXPECT_EQ(page.error().text(), "Lead: query: no luck");
  }
  org_.then(refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
  expect_error(fetch(leads()), ErrorCode::kQuotaExhausted);
}

TEST_F(ConnectorTest, PageSizeAndClientNameAreBroughtIntoForm) {
  Options odd = options();
  odd.page_size = 5;
  odd.client_name = "acme sync\r\nX: y";
  auto connector = make_salesforce_connector(org_, std::move(odd));
  ASSERT_TRUE(run(connector->fetch(leads())));
  EXPECT_EQ(org_.last().headers.get("Sforce-Query-Options"), "batchSize=200");
  EXPECT_EQ(org_.last().headers.get("Sforce-Call-Options"), "client=acmesyncXy");
}

TEST_F(ConnectorTest, MoreFieldsThanAnAddressHoldsAreRefusedBeforeSending) {
  std::string fields = R"({"name":"Id","type":"id"},{"name":"SystemModstamp","type":"datetime"})";
  FeedQuery query = leads();
  query.fields.clear();
  for (int i = 0; i < 900; ++i) {
    query.fields.push_back("A_rather_long_name_of_a_field_" + std::to_string(i) + "__c");
    fields += R"(,{"name":")" + query.fields.back() + R"(","type":"string"})";
  }
  org_.describe_body = R"({"name":"Lead","fields":[)" + fields + "]}";
  expect_error(fetch(query), ErrorCode::kMalformedQuery);
  EXPECT_EQ(org_.count("queryAll"), 0);
}

std::vector<RemoteId> ids(int count) {
  std::vector<RemoteId> out;
  for (int i = 1; i <= count; ++i)
    out.emplace_back(lead_id(i));
  return out;
}

TEST_F(ConnectorTest, ReadsSingleRecordsByIdEachOnce) {
  org_.then_page(whole({lead(1), lead(2)}));
  auto wanted = ids(2);
  wanted.emplace_back(lead_id(1));
  wanted.emplace_back("no id ') OR Name != ('");
  const auto page = run(connector_->fetch_by_ids("Lead", {"Email"}, wanted));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 2u);
  EXPECT_EQ(page->total, 2);
  EXPECT_EQ(page->next, "");
  EXPECT_EQ(org_.last_query(),
            "SELECT Id, SystemModstamp, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId, "
            "ConvertedAccountId, Email FROM Lead WHERE Id IN ('" +
                lead_id(1) + "', '" + lead_id(2) + "')");
}

TEST_F(ConnectorTest, ReadsManyRecordsByIdInAsManyRequestsAsTheAddressNeeds) {
  const auto page = run(connector_->fetch_by_ids("Lead", {"Email"}, ids(kFetchIdsMax)));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_GE(org_.count("queryAll"), 1);
  size_t asked = 0;
  for (const http::Request& request : org_.requests) {
    EXPECT_LE(request.url.size(), 16'000u);
    for (int i = 1; i <= static_cast<int>(kFetchIdsMax); ++i) {
      if (request.url.find(lead_id(i)) != std::string::npos) ++asked;
    }
  }
  EXPECT_EQ(asked, kFetchIdsMax);
}

TEST_F(ConnectorTest, FollowsThePagesOfARequestById) {
  org_.then_page(page_of({lead(1)}, 2, next_url(1)));
  org_.then_page(page_of({lead(2)}, 2));
  const auto page = run(connector_->fetch_by_ids("Lead", {"Email"}, ids(2)));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 2u);
}

TEST_F(ConnectorTest, F22_MoreRecordsThanIdsWereAskedForAreRefusedAtOnce) {
  org_.then_page(page_of({lead(1)}, 1'000'000'000, next_url(1)));
  expect_error(run(connector_->fetch_by_ids("Lead", {"Email"}, ids(2))), ErrorCode::kBadPayload);
  org_.then_page(whole({lead(1), lead(2), lead(3)}));
  expect_error(run(connector_->fetch_by_ids("Lead", {"Email"}, ids(2))), ErrorCode::kBadPayload);
  EXPECT_EQ(org_.count("queryAll"), 2);
}

TEST_F(ConnectorTest, AnInstanceThatNobodyAnswersForIsLookedForByANewLogin) {
  ASSERT_TRUE(fetch(leads()));
  const auto unreached = [](const http::Request&) -> Result<http::Response> {
    return make_error(ErrorCode::kNetwork, "nothing answers there");
  };
  for (int i = 0; i < 3; ++i) {
    org_.then(unreached);
    expect_error(fetch(leads()), ErrorCode::kNetwork);
  }
  EXPECT_EQ(org_.logins(), 1);
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(org_.logins(), 2);
  ASSERT_TRUE(fetch(leads()));
  EXPECT_EQ(org_.logins(), 2);
}

TEST_F(ConnectorTest, NoIdsCostNoQueryAndTooManyAreRefused) {
  const auto none = run(connector_->fetch_by_ids("Lead", {"Email"}, {}));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->records.empty());
  ASSERT_NE(none->layout, nullptr);
  EXPECT_EQ(org_.count("queryAll"), 0);
  expect_error(run(connector_->fetch_by_ids("Lead", {"Email"}, ids(kFetchIdsMax + 1))),
               ErrorCode::kInvalidInput);
}

TEST_F(ConnectorTest, AnObjectThatTheCrmLacksIsAFaultOfTheConfig) {
  org_.describe_status = 404;
  org_.describe_body = R"([{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}])";
  const auto page = fetch(leads());
  expect_error(page, ErrorCode::kUnknownObject);
  EXPECT_THAT(page.error().text(), HasSubstr("Lead: describe"));
}

}  // namespace
}  // namespace prospectd::salesforce::test
