// The contract of a connector's dealings with its CRM: refusals by name, the clock, sessions, places in a
// query, and calls that run together.
#include <gmock/gmock.h>

#include "tests/contract/connector_contract.h"
#include "tests/support/run_coroutine.h"

namespace prospectd::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
void expect_refusal(const Result<T>& outcome, ErrorCode code, const std::string& named) {
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, code) << outcome.error().text();
  EXPECT_THAT(outcome.error().text(), HasSubstr(named));
}

/// Everything of one query, however many pages it takes, by one coroutine.
boost::asio::awaitable<Result<std::vector<std::string>>> read_on(Connector& connector, FeedQuery query) {
  std::vector<std::string> ids;
  FeedQuery asked = query;
  auto page = co_await connector.fetch(std::move(asked));
  for (int pages = 0; pages < 100; ++pages) {
    if (!page) co_return std::move(page).error();
    for (const mapping::Record& record : page->records)
      ids.push_back(record.id.str());
    if (page->next.empty()) co_return ids;
    std::string next = page->next;
    asked = query;
    page = co_await connector.fetch_next(std::move(asked), std::move(next));
  }
  co_return make_error(ErrorCode::kInternal, "the feed never ends");
}

}  // namespace

// ---- refusals ----

TEST_P(ConnectorContract, F11_AnUnknownFieldIsNamed) {
  FeedQuery query = everything(names_.object);
  query.fields.push_back(names_.unknown_field);
  expect_refusal(run(connector().fetch(query)), ErrorCode::kUnknownField, names_.unknown_field);
  expect_refusal(run(connector().fetch_by_ids(names_.object, {names_.unknown_field}, {})),
                 ErrorCode::kUnknownField, names_.unknown_field);
}

TEST_P(ConnectorContract, F11_AFieldThatGoesAwayIsNamed_AndTheOthersAreRead) {
  const std::string id = org_->create(names_.object, "Ada");
  FeedQuery query = everything(names_.object);
  EXPECT_THAT(read(query).ids(), ElementsAre(id));
  org_->hide_field(names_.object, names_.text);
  expect_refusal(run(connector().fetch(query)), ErrorCode::kUnknownField, names_.text);
  query.fields = {names_.name};
  EXPECT_THAT(read(query).ids(), ElementsAre(id));
}

TEST_P(ConnectorContract, AnUnknownObjectIsNamed) {
  expect_refusal(run(connector().describe(names_.unknown_object)), ErrorCode::kUnknownObject,
                 names_.unknown_object);
  expect_refusal(run(connector().fetch(everything(names_.unknown_object))), ErrorCode::kUnknownObject,
                 names_.unknown_object);
  expect_refusal(run(connector().fetch_by_ids(names_.unknown_object, {}, {RemoteId(names_.no_such_id)})),
                 ErrorCode::kUnknownObject, names_.unknown_object);
}

TEST_P(ConnectorContract, I12_AnObjectThatGoesAwayIsNamed_AndTheOthersAreRead) {
  const std::string other = org_->create(names_.converts_to, "Bo");
  EXPECT_TRUE(run(connector().fetch(everything(names_.object))));
  org_->hide_object(names_.object);
  expect_refusal(run(connector().fetch(everything(names_.object))), ErrorCode::kUnknownObject, names_.object);
  EXPECT_THAT(read(everything(names_.converts_to)).ids(), ElementsAre(other));
}

TEST_P(ConnectorContract, DescribeTellsTheFieldsAndTheirTypes) {
  const auto schema = run(connector().describe(names_.object));
  ASSERT_TRUE(schema) << schema.error().text();
  EXPECT_EQ(schema->name, names_.object);
  ASSERT_NE(schema->find(names_.flag), nullptr);
  EXPECT_EQ(schema->find(names_.flag)->type, mapping::FieldType::kBoolean);
  EXPECT_NE(schema->find(names_.text), nullptr);
  EXPECT_EQ(schema->find(names_.unknown_field), nullptr);
}

// ---- clock and calls ----

TEST_P(ConnectorContract, F09_ServerTimeFollowsTheCrmsClock) {
  auto time = run(connector().server_time());
  ASSERT_TRUE(time) << time.error().text();
  EXPECT_EQ(*time, std::chrono::floor<seconds>(org_->now()));
  org_->pass(std::chrono::hours{5});
  time = run(connector().server_time());
  ASSERT_TRUE(time) << time.error().text();
  EXPECT_EQ(*time, std::chrono::floor<seconds>(org_->now()));
}

TEST_P(ConnectorContract, CallsAreWhatReachesTheCrm) {
  create_many(names_.object, 5);
  org_->set_page_size(2);
  EXPECT_EQ(connector().calls(), 0);
  EXPECT_TRUE(run(connector().server_time()));
  read(everything(names_.object));
  org_->end_sessions();
  read(everything(names_.object));
  read_by_id(names_.object, {names_.no_such_id});
  EXPECT_GT(connector().calls(), 8);
  EXPECT_EQ(connector().calls(), org_->requests());
}

TEST_P(ConnectorContract, ApiUseIsAsTheCrmToldIt) {
  EXPECT_EQ(connector().usage().allowed, 0);
  read(everything(names_.object));
  const ApiUsage before = connector().usage();
  EXPECT_GT(before.allowed, 0);
  read(everything(names_.object));
  EXPECT_GT(connector().usage().used, before.used);
  EXPECT_EQ(connector().usage().allowed, before.allowed);
}

// ---- sessions ----

TEST_P(ConnectorContract, F30_AnExpiredSessionIsRenewedOnceInsideTheCall) {
  const std::string id = org_->create(names_.object, "Ada");
  EXPECT_THAT(read(everything(names_.object)).ids(), ElementsAre(id));
  EXPECT_EQ(org_->logins(), 1);
  org_->end_sessions();
  EXPECT_THAT(read(everything(names_.object)).ids(), ElementsAre(id));
  EXPECT_EQ(org_->logins(), 2);
}

TEST_P(ConnectorContract, F30_CallsThatMeetTheExpiredSessionTogetherRenewItOnce) {
  read(everything(names_.object));
  read(everything(names_.converts_to));
  org_->end_sessions();
  boost::asio::io_context io;
  std::vector<std::optional<Result<Page>>> pages(6);
  for (size_t i = 0; i < pages.size(); ++i)
    start(io, connector().fetch(everything(i % 2 == 0 ? names_.object : names_.converts_to)), pages[i]);
  io.run();
  for (const auto& page : pages)
    EXPECT_TRUE(page.has_value() && page->has_value());
  EXPECT_EQ(org_->logins(), 2);
}

TEST_P(ConnectorContract, F30_ASessionThatEndsBetweenPagesEndsInAWholeQueryOrANewStart) {
  create_many(names_.object, 9);
  org_->set_page_size(4);
  const FeedQuery query = everything(names_.object);
  const auto first = run(connector().fetch(query));
  ASSERT_TRUE(first) << first.error().text();
  org_->end_sessions();
  const auto second = run(connector().fetch_next(query, first->next));
  if (!second) {
    EXPECT_EQ(second.error().code, ErrorCode::kQueryRestart) << second.error().text();
  }
  EXPECT_EQ(read(query).records.size(), 9U);
  EXPECT_EQ(org_->logins(), 2);
}

// ---- places in a query ----

TEST_P(ConnectorContract, ANextThatIsNotOfThisQueryIsRefusedAndNothingIsAsked) {
  create_many(names_.object, 5);
  create_many(names_.converts_to, 5);
  org_->set_page_size(2);
  const FeedQuery query = everything(names_.object);
  const FeedQuery other_object = everything(names_.converts_to);
  FeedQuery other_fields = query;
  other_fields.fields = {names_.text, names_.name};
  FeedQuery other_window = query;
  other_window.lower = org_->now() - seconds{5};
  FeedQuery behind = other_window;
  behind.after = RemoteId(names_.no_such_id);
  const auto page = run(connector().fetch(query));
  ASSERT_TRUE(page) << page.error().text();
  for (const FeedQuery& other : {other_object, other_fields, other_window, behind}) {
    ASSERT_TRUE(run(connector().fetch(other)));  // the object is known: only the next page is left to ask for
    const int64_t before = org_->requests();
    expect_refusal(run(connector().fetch_next(other, page->next)), ErrorCode::kRefusedTarget, other.object);
    EXPECT_EQ(org_->requests(), before);
  }
  EXPECT_TRUE(run(connector().fetch_next(query, page->next)));
}

TEST_P(ConnectorContract, ANextThatLeadsElsewhereIsRefusedAndNothingIsAsked) {
  create_many(names_.object, 5);
  org_->set_page_size(2);
  const FeedQuery query = everything(names_.object);
  const auto page = run(connector().fetch(query));
  ASSERT_TRUE(page) << page.error().text();
  const int64_t before = org_->requests();
  for (const std::string& next :
       {std::string(), std::string("https://elsewhere.test") + page->next, "//elsewhere.test" + page->next,
        "/.." + page->next, page->next + "/../../x", std::string("#"), std::string(100'000, 'x')}) {
    expect_refusal(run(connector().fetch_next(query, next)), ErrorCode::kRefusedTarget, query.object);
  }
  EXPECT_EQ(org_->requests(), before);
}

TEST_P(ConnectorContract, TheSamePlaceGivesTheSamePage) {
  create_many(names_.object, 7);
  org_->set_page_size(3);
  const FeedQuery query = everything(names_.object);
  const auto page = run(connector().fetch(query));
  ASSERT_TRUE(page) << page.error().text();
  const auto once = run(connector().fetch_next(query, page->next));
  const auto again = run(connector().fetch_next(query, page->next));
  ASSERT_TRUE(once && again);
  ASSERT_EQ(once->records.size(), again->records.size());
  for (size_t i = 0; i < once->records.size(); ++i)
    EXPECT_EQ(once->records[i].id, again->records[i].id);
  EXPECT_EQ(once->next, again->next);
}

// ---- calls that run together ----

TEST_P(ConnectorContract, ReadingsThatRunTogetherDoNotDisturbEachOther) {
  create_many(names_.object, 11);
  create_many(names_.converts_to, 8);
  org_->set_page_size(2);
  const FeedQuery queries[] = {everything(names_.object), everything(names_.converts_to),
                               everything(names_.object)};
  boost::asio::io_context io;
  std::vector<std::optional<Result<std::vector<std::string>>>> together(std::size(queries));
  for (size_t i = 0; i < together.size(); ++i)
    start(io, read_on(connector(), queries[i]), together[i]);
  io.run();
  for (size_t i = 0; i < together.size(); ++i) {
    ASSERT_TRUE(together[i].has_value());
    ASSERT_TRUE(together[i]->has_value()) << together[i]->error().text();
    EXPECT_EQ(together[i]->value(), read(queries[i]).ids()) << "reading " << i;
  }
  EXPECT_EQ(org_->logins(), 1);
}

}  // namespace prospectd::test
