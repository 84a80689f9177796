#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

constexpr const char* kAll = "SELECT Id, LastName FROM Lead ORDER BY SystemModstamp, Id";

class Paging : public SandboxTest {
 protected:
  void leads(int n) {
    for (int i = 0; i < n; ++i)
      ids_.push_back(lead({{"LastName", "Lead " + std::to_string(i)}}));
  }
  static std::string next_of(const Answer& answer) {
    const std::string url = answer.body.value("nextRecordsUrl", "");
    EXPECT_TRUE(url.starts_with("/services/data/v60.0/query/")) << url;
    return "query/" + url.substr(std::string("/services/data/v60.0/query/").size());
  }
  std::vector<std::string> ids_;
};

TEST_F(Paging, EveryRowComesOnceAndTheTotalStays) {
  leads(4'500);
  Answer page = query(kAll);
  EXPECT_EQ(page.body["records"].size(), 2'000U);
  EXPECT_EQ(page.body["done"], false);
  EXPECT_THAT(page.body["nextRecordsUrl"].get<std::string>(),
              ::testing::MatchesRegex("/services/data/v60.0/query/0r8[0-9A-Za-z]{15}-2000"));
  std::vector<std::string> seen;
  while (true) {
    EXPECT_EQ(page.body["totalSize"], 4'500);
    for (const Json& record : page.body["records"])
      seen.push_back(record["Id"]);
    if (page.body["done"]) break;
    page = get(next_of(page));
  }
  EXPECT_FALSE(page.body.contains("nextRecordsUrl"));
  EXPECT_EQ(seen, ids_);
}

TEST_F(Paging, TheClientMayAskForSmallerPagesWithinTheBounds) {
  leads(700);
  const auto rows = [&](const char* option) {
    return query(kAll, {{"Sforce-Query-Options", option}}).body["records"].size();
  };
  EXPECT_EQ(rows("batchSize=500"), 500U);
  EXPECT_EQ(rows("batchSize=200"), 200U);
  EXPECT_EQ(rows("batchSize=5"), 200U);
  EXPECT_EQ(rows("batchSize = 300"), 300U);
  EXPECT_EQ(rows("something=1; BATCHSIZE=250"), 250U);
  EXPECT_EQ(rows("batchSize=999999"), 700U);
  EXPECT_EQ(rows("batchSize=many"), 700U);
  EXPECT_EQ(rows(""), 700U);
}

TEST_F(Paging, AKnobForcesShortPages) {
  leads(7);
  set_knobs([](Knobs& k) { k.page_size_max = 3; });
  const Answer first = query(kAll);
  EXPECT_EQ(first.body["records"].size(), 3U);
  const Answer second = get(next_of(first));
  EXPECT_EQ(second.body["records"].size(), 3U);
  EXPECT_EQ(second.body["done"], false);
  const Answer third = get(next_of(second));
  EXPECT_EQ(third.body["records"].size(), 1U);
  EXPECT_EQ(third.body["done"], true);
}

TEST_F(Paging, APageCanBeReadAgainAndThroughQueryAll) {
  leads(5);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const std::string next = next_of(query_all(kAll));
  const Answer once = get(next);
  const Answer again = get(next);
  EXPECT_EQ(once.body, again.body);
  EXPECT_EQ(get("queryAll" + next.substr(5)).body["records"], once.body["records"]);
}

TEST_F(Paging, RowsAreThoseOfTheBeginningWithTheValuesOfNow) {
  leads(4);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const Answer first = query(kAll);
  now_ += seconds(5);
  ASSERT_TRUE(org_->update("Lead", ids_[2], {{"LastName", "Renamed"}}));
  lead({{"LastName", "New"}});
  ASSERT_TRUE(org_->purge(ids_[3]));
  const Answer second = get(next_of(first));
  EXPECT_EQ(second.body["totalSize"], 4);
  ASSERT_EQ(second.body["records"].size(), 1U);
  EXPECT_EQ(second.body["records"][0]["LastName"], "Renamed");
  EXPECT_EQ(second.body["done"], true);
}

TEST_F(Paging, ALocatorThatIsNoneIsRefused) {
  leads(3);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const std::string next = next_of(query(kAll));
  for (const std::string& locator :
       {std::string("query/nonsense"), std::string("query/0r8000000000999-2000"),
        next.substr(0, next.size() - 1) + "3", next.substr(0, next.size() - 1) + "99999999999999999999",
        std::string("query/-5"), next + "x"}) {
    const Answer answer = get(locator);
    EXPECT_EQ(answer.status, 400) << locator;
    EXPECT_EQ(answer.code(), "INVALID_QUERY_LOCATOR") << locator;
    EXPECT_EQ(answer.message(), "invalid query locator") << locator;
  }
}

TEST_F(Paging, ALocatorBelongsToItsSession) {
  leads(3);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const std::string next = next_of(query(kAll));
  token_.clear();  // the next call logs in anew
  EXPECT_EQ(get(next).code(), "INVALID_QUERY_LOCATOR");
}

TEST_F(Paging, TheOldestOfTooManyCursorsIsEvicted) {
  leads(3);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  std::vector<std::string> next;
  for (int i = 0; i < 10; ++i) {
    next.push_back(next_of(query(kAll)));
    now_ += seconds(1);
  }
  EXPECT_EQ(get(next[0]).status, 200);  // used last now
  now_ += seconds(1);
  query(kAll);
  EXPECT_EQ(get(next[0]).status, 200);
  EXPECT_EQ(get(next[1]).code(), "INVALID_QUERY_LOCATOR");
  EXPECT_EQ(get(next[2]).status, 200);
}

TEST_F(Paging, ACursorExpiresWhenItIsIdle) {
  leads(3);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const std::string next = next_of(query(kAll));
  now_ += std::chrono::minutes(15);
  EXPECT_EQ(get(next).status, 200);
  now_ += std::chrono::minutes(15) + seconds(1);
  EXPECT_EQ(get(next).code(), "INVALID_QUERY_LOCATOR");
}

TEST_F(Paging, StatsCountQueriesPagesAndRecords) {
  leads(3);
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  get(next_of(query(kAll)));
  EXPECT_EQ(front_->stats().queries, 1);
  EXPECT_EQ(front_->stats().query_pages, 1);
  EXPECT_EQ(front_->stats().records_served, 3);
  EXPECT_EQ(front_->stats().api_calls, 2);
  EXPECT_EQ(front_->stats().logins, 1);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
