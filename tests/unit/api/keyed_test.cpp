// Idempotency-Key: what is asked twice under one key is done once, across restarts and crashes too.
#include <gmock/gmock.h>
#include <boost/asio/detached.hpp>

#include "daemon/api/keyed.h"
#include "tests/support/scratch.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

using testing::HasSubstr;

/// Edits that wait until a test lets them go on.
class WaitingEdits final : public service::Edits {
 public:
  WaitingEdits(service::Edits& inner, engine::Signal& released) : inner_(inner), released_(released) {}
  boost::asio::awaitable<Result<std::vector<service::EditReport>>> edit(service::EditOrder order) override {
    co_await released_.wait();
    co_return co_await inner_.edit(std::move(order));
  }

 private:
  service::Edits& inner_;
  engine::Signal& released_;
};

class KeyedApi : public ApiTest {
 protected:
  KeyedApi() { start(); }

  /// As a daemon does that starts on the same database; it plays a crash at the `crash`-th commit from now
  /// on.
  void start(int crash = 0, store::CommitPoint where = store::CommitPoint::kAfterCommit) {
    handler = nullptr;
    database.reset();
    commits_ = 0;
    store::SqliteOptions options;
    options.path = scratch_.file("prospectd.db");
    options.on_commit = [this, crash, where](store::CommitPoint point) {
      return point != where || ++commits_ != crash;
    };
    database = *store::open_sqlite(std::move(options));
    serve();
    real_ = service::make_service(scheduler, supervisor_, *database, {}, service::canonical);
    edits = service::make_edits(scheduler, supervisor_, *database, {});
    rows_ = service::make_row_edits(scheduler, supervisor_, *database, {});
    jobs = *service::make_jobs(scheduler, supervisor_, *database, *real_);
    answers_ = *service::make_kept_answers(scheduler, *database);
    serve_with(*edits);
  }

  void serve_with(service::Edits& changes) {
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.filters = filters.get();
    options.edits = &changes;
    options.rows = rows_.get();
    options.jobs = jobs.get();
    options.answers = answers_.get();
    handler = *make_api(scheduler, *real_, std::move(options));
  }

  static http::ServerRequest keyed(const std::string& key, std::string target, const Json& body) {
    http::ServerRequest asked = post(std::move(target), body.dump());
    asked.headers.add("Idempotency-Key", key);
    return asked;
  }
  http::Response ask(const std::string& key, std::string target, const Json& body) {
    return send(keyed(key, std::move(target), body));
  }
  http::Response make_prospect(const std::string& key, const char* name = "Roy") {
    return ask(key, "/v1/prospects", {{"last_name", name}});
  }
  size_t count(const std::string& type) { return data_of(get("/v1/" + type)).size(); }
  static bool is_replayed(const http::Response& answer) {
    return answer.headers.get("idempotent-replayed") == "true";
  }
  /// Begins to ask, and goes on as far as it can.
  void begin(http::ServerRequest asked, std::optional<http::Response>& answer) {
    boost::asio::co_spawn(io, keep_answer(handler(std::move(asked)), answer), boost::asio::detached);
    settle();
  }

  test::Scratch scratch_;
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::RowEdits> rows_;
  std::unique_ptr<service::KeptAnswers> answers_;
  int commits_ = 0;

 private:
  static boost::asio::awaitable<void> keep_answer(boost::asio::awaitable<http::Response> work,
                                                  std::optional<http::Response>& answer) {
    answer = co_await std::move(work);
  }
};

TEST_F(KeyedApi, TheSameAskedAgainIsToldAgainAndNothingIsDone) {
  const auto first = make_prospect("k-1");
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_FALSE(is_replayed(first));
  const int64_t written = database->rows_written();
  const auto second = make_prospect("k-1");
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.get("location"), "/v1/prospects/1");
  EXPECT_EQ(second.headers.get("etag"), first.headers.get("etag"));
  EXPECT_EQ(database->rows_written(), written);
  EXPECT_EQ(make_prospect("k-2").headers.get("location"), "/v1/prospects/2") << "another key";
  EXPECT_EQ(count("prospects"), 2U);
}

TEST_F(KeyedApi, AnotherRequestUnderTheSameKeyIsRefusedAndNotDone) {
  ASSERT_EQ(make_prospect("k").status, 201);
  const auto other = make_prospect("k", "Diaz");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(code_of(other), "key_reused");
  EXPECT_EQ(ask("k", "/v1/tags", {{"name", "hot"}}).status, 422);
  EXPECT_EQ(count("prospects"), 1U);
  EXPECT_EQ(count("tags"), 0U);
}

TEST_F(KeyedApi, KeysOfOthersAreOthers) {
  ASSERT_EQ(make_prospect("k").status, 201);
  const auto token = body_of(send(post("/v1/tokens", R"({"name": "bo", "user": "bo", "role": "user"})")));
  http::ServerRequest asked = keyed("k", "/v1/prospects", {{"last_name", "Diaz"}});
  asked.headers.set("Authorization", "Bearer " + token["data"]["attributes"]["token"].get<std::string>());
  EXPECT_EQ(send(std::move(asked)).status, 201);
}

TEST_F(KeyedApi, WhileTheFirstIsUnderWayTheSecondWaitsItsTurn) {
  engine::Signal released(io);
  WaitingEdits waiting(*edits, released);
  serve_with(waiting);
  std::optional<http::Response> first;
  begin(keyed("k", "/v1/prospects", {{"last_name", "Roy"}}), first);
  const auto second = make_prospect("k");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(code_of(second), "key_under_way");
  released.notify();
  settle();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 201);
  EXPECT_TRUE(is_replayed(make_prospect("k")));
  EXPECT_EQ(count("prospects"), 1U);
}

TEST_F(KeyedApi, ARestartForgetsNothing) {
  const auto first = make_prospect("k");
  start();
  const auto second = make_prospect("k");
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(count("prospects"), 1U);
}

TEST_F(KeyedApi, WhatWasCommittedBeforeACrashIsNotDoneAgain) {
  const std::vector<std::pair<std::string, Json>> orders = {
      {"/v1/prospects", {{"last_name", "Roy"}}},
      {"/v1/imports", {{"rows", {{{"line", 2}, {"fields", {{"last_name", "Diaz"}}}}}}}},
      {"/v1/stages", {{"name", "new"}}},
  };
  for (const auto& [target, body] : orders) {
    start(1);
    const auto lost = ask("k" + target, target, body);
    EXPECT_EQ(lost.status, 503) << "the change is committed, and its answer is lost";
    start();
    const auto again = ask("k" + target, target, body);
    EXPECT_TRUE(is_replayed(again)) << target << again.body;
    EXPECT_LT(again.status, 300) << again.body;
  }
  EXPECT_EQ(count("prospects"), 2U);
  EXPECT_EQ(count("stages"), 1U);
}

TEST_F(KeyedApi, WhatWasNotCommittedBeforeACrashIsDone) {
  start(1, store::CommitPoint::kBeforeCommit);
  EXPECT_EQ(make_prospect("k").status, 503);
  start();
  const auto again = make_prospect("k");
  EXPECT_EQ(again.status, 201);
  EXPECT_FALSE(is_replayed(again));
}

TEST_F(KeyedApi, WhatCameOfItIsNotGuessedWhereTheWorkNotesNoKey) {
  start(2, store::CommitPoint::kBeforeCommit);  // the first notes the key, the second is the filter's
  EXPECT_EQ(ask("k", "/v1/filters", {{"name", "hot"}, {"expression", "tag:hot"}}).status, 503);
  start();
  const auto again = ask("k", "/v1/filters", {{"name", "hot"}, {"expression", "tag:hot"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(detail_of(again), HasSubstr("not known"));
  EXPECT_EQ(ask("k-2", "/v1/filters", {{"name", "hot"}, {"expression", "tag:hot"}}).status, 201);
}

TEST_F(KeyedApi, ARefusalIsToldAgainToo) {
  const auto first = ask("k", "/v1/tags", {{"nme", "hot"}});
  EXPECT_EQ(first.status, 422);
  const auto second = ask("k", "/v1/tags", {{"nme", "hot"}});
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(second.body, first.body);
}

TEST_F(KeyedApi, AJobIsStartedOnce) {
  engine::ConnectionStatus connection;
  connection.name = "salesforce";
  supervisor_.connections.push_back(connection);
  const Json order = {{"kind", "pull"}, {"prospects", {"7"}}};
  EXPECT_EQ(ask("k", "/v1/jobs", order).headers.get("location"), "/v1/jobs/1");
  settle();
  const auto again = ask("k", "/v1/jobs", order);
  EXPECT_TRUE(is_replayed(again));
  EXPECT_EQ(again.headers.get("location"), "/v1/jobs/1");
  EXPECT_EQ(count("jobs"), 1U);
}

TEST_F(KeyedApi, ATokenIsToldOnceAndKeptNowhere) {
  const Json order = {{"name", "report"}, {"user", "bo"}, {"role", "read"}};
  const auto first = ask("k", "/v1/tokens", order);
  const std::string token = body_of(first)["data"]["attributes"]["token"];
  const auto again = ask("k", "/v1/tokens", order);
  EXPECT_EQ(again.status, 201);
  EXPECT_TRUE(is_replayed(again));
  EXPECT_EQ(body_of(again)["data"]["id"], body_of(first)["data"]["id"]);
  EXPECT_FALSE(body_of(again)["data"]["attributes"].contains("token"));
  EXPECT_EQ((*(*database->reader())->kept_answer("admin", "k"))->body.find(token), std::string::npos);
}

TEST_F(KeyedApi, ADayLaterAKeyIsNew) {
  ASSERT_EQ(make_prospect("k").status, 201);
  scheduler.elapsed += std::chrono::hours{24} - std::chrono::seconds{1};
  EXPECT_TRUE(is_replayed(make_prospect("k")));
  scheduler.elapsed += std::chrono::seconds{601};
  const auto later = make_prospect("k", "Diaz");
  EXPECT_EQ(later.status, 201);
  EXPECT_FALSE(is_replayed(later));
  EXPECT_EQ((*database->reader())->kept_answers()->size(), 1U);
}

TEST_F(KeyedApi, AKeyIsOneOfVisibleCharactersAndNotTooLong) {
  for (const std::string& key :
       {std::string(), std::string("a b"), std::string("\xC3\xA9"), std::string(256, 'k')}) {
    const auto answer = make_prospect(key);
    EXPECT_EQ(answer.status, 400) << key;
    EXPECT_EQ(code_of(answer), "invalid_input");
  }
  http::ServerRequest twice = keyed("a", "/v1/tags", {{"name", "hot"}});
  twice.headers.add("Idempotency-Key", "b");
  EXPECT_EQ(send(std::move(twice)).status, 400);
  EXPECT_EQ(make_prospect(std::string(255, 'k')).status, 201);
  EXPECT_EQ(count("prospects"), 1U);
}

TEST_F(KeyedApi, AnAnswerThatIsTooLongIsNotKeptAndItsRequestNotDoneAgain) {
  Json rows = Json::array();
  for (int i = 0; i < 400; ++i) {
    Json fields;
    for (char name = 'a'; name <= 'j'; ++name)
      fields[std::string(1, name)] = 1;
    rows.push_back({{"line", i + 1}, {"fields", fields}});
  }
  rows.push_back({{"line", 401}, {"fields", {{"last_name", "Roy"}}}});
  ASSERT_GT(ask("k", "/v1/imports", {{"rows", rows}}).body.size(), reconcile::kKeptAnswerBytesMax);
  const auto again = ask("k", "/v1/imports", {{"rows", rows}});
  EXPECT_EQ(again.status, 200);
  EXPECT_TRUE(is_replayed(again));
  EXPECT_THAT(again.body, HasSubstr("not kept"));
  EXPECT_EQ(count("prospects"), 1U);
}

}  // namespace
}  // namespace prospectd::api
