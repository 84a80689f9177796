// /metrics over the control API: who may read it, and what it says when the database can't be read.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsApi : public ApiTest {
 protected:
  MetricsApi() {
    engine::ConnectionStatus read = service.connection_list.at(0);
    engine::status_of(read.objects, "Lead").lag = seconds{30};
    service.status_answer.connections.push_back(std::move(read));
    store::ObjectCursor cursor;
    cursor.connection = store::ConnectionId{1};
    cursor.object = "Lead";
    cursor.cursor.stamp = scheduler.now();
    service.status_answer.cursors.push_back(cursor);
    cursor.connection = store::ConnectionId{9};  // not configured any more
    service.status_answer.cursors.push_back(cursor);
    metrics_ = metrics::make_metrics({scheduler, service, "0.1.0", "/nowhere/prospectd.db",
                                      [] {
                                        return std::map<std::string, int64_t>{{"200", 24}};
                                      },
                                      [] { return config::ReloadHistory{}; }});
    ApiOptions options;
    options.token = Secret(kToken);
    options.metrics = metrics_.get();
    handler = *make_api(scheduler, service, std::move(options));
  }

  http::Response ask_without_token() {
    auto asked = request("GET", "/metrics");
    asked.headers.remove("Authorization");
    return send(asked);
  }

 private:
  std::unique_ptr<metrics::Metrics> metrics_;
};

TEST_F(MetricsApi, AreServedAsTextWithoutAToken) {
  const auto answer = ask_without_token();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("\nprospectd_build_info{version=\"0.1.0\"} 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("\nprospectd_api_requests_total{code=\"200\"} 24\n"));
  EXPECT_THAT(answer.body,
              HasSubstr("\nprospectd_sync_lag_seconds{connection=\"salesforce\",object=\"Lead\"} 30\n"));
  EXPECT_THAT(answer.body, HasSubstr("\nprospectd_cursor_timestamp_seconds{connection=\"salesforce\","));
  EXPECT_THAT(answer.body, Not(HasSubstr("connection 9")));
}

TEST_F(MetricsApi, F61_KeepToTheHostsAndAWrongTokenIsWrongHereToo) {
  auto rebound = request("GET", "/metrics");
  rebound.headers = {{"Host", "evil.test"}};
  EXPECT_EQ(send(rebound).status, 403);
  auto guess = request("GET", "/metrics");
  guess.headers.set("Authorization", "Bearer wrong");
  EXPECT_EQ(send(guess).status, 401);
  EXPECT_EQ(get("/metrics").status, 200);
}

TEST_F(MetricsApi, SayWhatTheEngineKnowsWhenTheDatabaseCannotBeRead) {
  service.failure = make_error(ErrorCode::kStateDamaged, "row 7 of /secret/path is damaged");
  const auto answer = ask_without_token();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("\nprospectd_database_up 0\n"));
  EXPECT_THAT(answer.body, HasSubstr("\nprospectd_circuit_state{connection=\"salesforce\"} 0\n"));
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
}

TEST_F(ApiTest, WhereThereAreNoMetricsThePathIsNotFound) {
  EXPECT_EQ(get("/metrics").status, 404);
}

}  // namespace
}  // namespace prospectd::api
