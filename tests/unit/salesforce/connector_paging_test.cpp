// Sessions that end in the middle of things, and pages whose next leads astray.
#include "tests/unit/salesforce/connector_fixture.h"

namespace prospectd::salesforce::test {
namespace {

namespace asio = boost::asio;

TEST_F(ConnectorTest, AnExpiredSessionIsRenewedOnceAndTheRequestRepeated) {
  ASSERT_TRUE(fetch(leads()));
  org_.revoke();
  org_.then_page(whole({lead(1)}));
  const auto page = fetch(leads());
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 1u);
  EXPECT_EQ(org_.logins(), 2);
}

TEST_F(ConnectorTest, ATokenThatIsRefusedThoughNewEndsTheCall) {
  org_.refuse_every_token = true;
  const auto page = fetch(leads());
  expect_error(page, ErrorCode::kSessionExpired);
  EXPECT_EQ(org_.logins(), 2);
  EXPECT_EQ(org_.count("/describe"), 2);
}

asio::awaitable<void> fetch_into(Connector& connector, FeedQuery query, std::vector<Result<Page>>& out) {
  auto page = co_await connector.fetch(std::move(query));
  out.push_back(std::move(page));
}

TEST_F(ConnectorTest, ManyCallsThatFindTheSessionExpiredRenewItOnce) {
  ASSERT_TRUE(fetch(leads()));
  org_.revoke();
  asio::io_context io;
  std::vector<Result<Page>> out;
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(io, fetch_into(*connector_, leads(), out),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }
  io.run();
  ASSERT_EQ(out.size(), 50u);
  for (const auto& page : out)
    EXPECT_TRUE(page) << page.error().text();
  EXPECT_EQ(org_.logins(), 2);
}

TEST_F(ConnectorTest, APageBetweenTwoSessionsThatIsStillThereIsRead) {
  org_.then_page(page_of({lead(1)}, 2, next_url(1)));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  org_.revoke();
  org_.then_page(page_of({lead(2)}, 2));
  const auto second = next(first->next);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->records.size(), 1u);
}

TEST_F(ConnectorTest, APlaceThatItsSessionTookAlongMeansStartAgain) {
  for (const char* code : {"INVALID_SESSION_ID", "INVALID_QUERY_LOCATOR", "NOT_FOUND", "MALFORMED_QUERY"}) {
    org_.then_page(page_of({lead(1)}, 2, next_url(1)));
    const auto first = fetch(leads());
    ASSERT_TRUE(first);
    org_.revoke();
    const bool session = std::string(code) == "INVALID_SESSION_ID";
    org_.then(refusal(session ? 401 : 400, code, "gone"));
    expect_error(next(first->next), ErrorCode::kQueryRestart);
  }
}

TEST_F(ConnectorTest, APlaceOfASessionThatAnotherCallReplacedMeansStartAgain) {
  org_.then_page(page_of({lead(1)}, 2, next_url(1)));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  org_.revoke();
  ASSERT_TRUE(fetch(leads()));
  org_.then(refusal(400, "MALFORMED_QUERY", "no idea"));
  expect_error(next(first->next), ErrorCode::kQueryRestart);
}

TEST_F(ConnectorTest, AServerFaultAfterARenewalIsNoLostPlace) {
  org_.then_page(page_of({lead(1)}, 2, next_url(1)));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  org_.revoke();
  org_.then(refusal(503, "SERVER_UNAVAILABLE", "busy"));
  expect_error(next(first->next), ErrorCode::kServerError);
}

TEST_F(ConnectorTest, ANextThatLeadsElsewhereIsRefusedAndNothingIsSent) {
  const std::string good = next_url(1);
  for (const std::string& place : {std::string("http://evil.test") + good,
                                   "https://127.0.0.1:9443" + good,
                                   "//evil.test" + good,
                                   std::string("/services/data/v60.0/query/../../oauth2/token"),
                                   good + "/../x",
                                   good + "?x=1",
                                   good + "%2e",
                                   good + "\r\nX: y",
                                   good + " ",
                                   std::string("/services/data/v60.0/query/"),
                                   "x" + good,
                                   std::string("/services/data/v60.0/sobjects/Lead"),
                                   std::string("\\\\evil.test"),
                                   std::string("@evil.test"),
                                   good + "#",
                                   good + "#1,2",
                                   good + "#1,2,3,4",
                                   good + "#-1,2,3",
                                   good + "#1,-2,3",
                                   good + "#a,b,c",
                                   std::string("/services/data/v60.0/query/") + std::string(500, 'a')}) {
    expect_error(next(place), ErrorCode::kRefusedTarget);
  }
  EXPECT_TRUE(org_.requests.empty());
}

TEST_F(ConnectorTest, AnAnswerWhoseNextLeadsElsewhereIsRefused) {
  for (const std::string& url : {std::string("http://evil.test/services/data/v60.0/query/x-1"),
                                 std::string("/services/data/v60.0/query/../x"), next_url(1) + "#1,0,9",
                                 next_url(1) + "\r\nX: y", std::string("query/x")}) {
    org_.then_page(page_of({lead(1)}, 2, url));
    const auto before = org_.requests.size();
    expect_error(fetch(leads()), ErrorCode::kRefusedTarget);
    EXPECT_LE(org_.requests.size(), before + 3);
  }
}

TEST_F(ConnectorTest, ANextOfAnotherVersionIsAskedForInOurs) {
  std::string url = next_url(1);
  url.replace(url.find("v60.0"), 5, "v99.0");
  org_.then_page(page_of({lead(1)}, 2, url));
  org_.then_page(page_of({lead(2)}, 2));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  ASSERT_TRUE(next(first->next));
  EXPECT_EQ(org_.last().url, "http://127.0.0.1:9443" + next_url(1));
}

TEST_F(ConnectorTest, ANextThatIsTheOneJustUsedEndsTheQuery) {
  org_.then_page(page_of({lead(1)}, 9, next_url(1)));
  org_.then_page(page_of({lead(2)}, 9, next_url(1)));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  expect_error(next(first->next), ErrorCode::kBadPayload);
}

TEST_F(ConnectorTest, PagesThatBringNothingOrNeverEndAreNotFollowed) {
  org_.then_page(page_of({}, 9, next_url(0)));
  expect_error(fetch(leads()), ErrorCode::kBadPayload);
  org_.then_page(page_of({lead(1)}, 3, next_url(1)));
  org_.then_page(page_of({lead(2)}, 3, next_url(2)));
  org_.then_page(page_of({lead(3)}, 3, next_url(1)));
  auto page = fetch(leads());
  ASSERT_TRUE(page);
  page = next(page->next);
  ASSERT_TRUE(page);
  expect_error(next(page->next), ErrorCode::kBadPayload);
}

TEST_F(ConnectorTest, AQueryThatEndsShortIsNotTakenForWhole) {
  org_.then_page(page_of({lead(1)}, 2));
  expect_error(fetch(leads()), ErrorCode::kBadPayload);
  org_.then_page(page_of({lead(1)}, 4, next_url(1)));
  org_.then_page(page_of({lead(2)}, 4));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  expect_error(next(first->next), ErrorCode::kQueryRestart);
}

TEST_F(ConnectorTest, BadRecordsCountAsRowsOfTheQuery) {
  org_.then_page(page_of({lead(1), lead_without(2, "Id")}, 3, next_url(2)));
  org_.then_page(page_of({lead(3)}, 3));
  const auto first = fetch(leads());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bad.size(), 1u);
  EXPECT_TRUE(next(first->next));
}

TEST_F(ConnectorTest, F05_APlaceLostWhileReadingById_TheRestIsAskedForAnew) {
  org_.then_page(page_of({lead(1), lead(2)}, 3, next_url(2)));
  org_.then(refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator"));
  org_.then_page(page_of({lead(3)}, 1));
  std::vector<RemoteId> ids;
  for (int i = 1; i <= 3; ++i)
    ids.emplace_back(lead_id(i));
  const auto page = run(connector_->fetch_by_ids("Lead", {"Email"}, ids));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), 3u);
  EXPECT_NE(org_.last_query().find("Id IN ('" + lead_id(3) + "')"), std::string::npos);
}

TEST_F(ConnectorTest, F05_APlaceLostAgainAndAgainWhileReadingByIdIsGivenUp) {
  org_.then_page(page_of({lead(1)}, 2, next_url(1)));
  for (int i = 0; i < 10; ++i)
    org_.then(refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator"));
  std::vector<RemoteId> ids = {RemoteId(lead_id(1)), RemoteId(lead_id(2))};
  expect_error(run(connector_->fetch_by_ids("Lead", {"Email"}, ids)), ErrorCode::kQueryRestart);
  EXPECT_EQ(org_.count("queryAll"), 2);
}

}  // namespace
}  // namespace prospectd::salesforce::test
