// Pulls and pushes through the API: what starts a job and what does not, how far it is, and who may end it.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

using testing::Contains;
using testing::HasSubstr;

class JobsApi : public ApiTest {
 protected:
  JobsApi() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    real_ = service::make_service(scheduler, supervisor_, *database, schema_, service::canonical);
    serve_jobs();
  }
  /// As a daemon does that starts.
  void serve_jobs() {
    jobs = *service::make_jobs(scheduler, supervisor_, *database, *real_);
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.jobs = jobs.get();
    handler = *make_api(scheduler, *real_, std::move(options));
  }
  http::Response start(const Json& order) { return send(post("/v1/jobs", order.dump())); }
  Json attributes_of(const std::string& id) {
    settle();
    return data_of(get("/v1/jobs/" + id))["attributes"];
  }

  mapping::LocalSchema schema_;
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
};

TEST_F(JobsApi, AJobRunsAndTellsWhatBecameOfWhom) {
  const auto started = start({{"kind", "pull"}, {"prospects", {"9", "7", "9"}}, {"force", true}});
  EXPECT_EQ(started.status, 202);
  EXPECT_EQ(started.headers.get("location"), "/v1/jobs/1");
  const Json job = attributes_of("1");
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["actor"], "admin");
  EXPECT_EQ(job["cause"], "job-1");
  EXPECT_EQ(job["undoable"], false) << "nothing was changed";
  EXPECT_EQ(job["total"], 2) << "a prospect that is named twice is one";
  EXPECT_EQ(job["counts"]["refusedBy"], Json({{"NOT_LINKED", 2}}));
  ASSERT_EQ(job["rows"].size(), 2U);
  EXPECT_EQ(job["rows"][0]["prospectId"], "7");
  EXPECT_EQ(job["rows"][0]["reason"], "NOT_LINKED");
  EXPECT_THAT(supervisor_.asked, Contains("pull salesforce"));
}

TEST_F(JobsApi, AnOrderThatDoesNotSayWhomIsRefusedAndNothingIsDone) {
  const std::vector<std::pair<Json, std::string>> orders = {
      {{{"kind", "push"}}, ""},
      {{{"kind", "push"}, {"all", true}, {"prospects", {"1"}}}, ""},
      {{{"kind", "push"}, {"prospects", Json::array()}}, "/prospects"},
      {{{"kind", "push"}, {"prospects", {"1", "x"}}}, "/prospects/1"},
      {{{"kind", "push"}, {"filter", "tga:hot"}}, "/filter"},
      {{{"kind", "fetch"}, {"all", true}}, "/kind"},
      {{{"kind", "pull"}, {"all", true}, {"includeBlanks", true}}, "/includeBlanks"},
      {{{"kind", "pull"}, {"all", "yes"}}, "/all"},
  };
  for (const auto& [order, pointer] : orders) {
    const auto answer = start(order);
    EXPECT_EQ(answer.status, 400) << order << answer.body;
    if (pointer.empty()) continue;
    EXPECT_EQ(body_of(answer)["errors"][0]["source"]["pointer"], pointer) << order;
  }
  EXPECT_EQ(start({{"kind", "pull"}, {"all", true}, {"connection", "hubspot"}}).status, 404);
  settle();
  EXPECT_TRUE(data_of(get("/v1/jobs")).empty());
  EXPECT_THAT(supervisor_.asked, testing::Not(Contains(HasSubstr("salesforce"))));
}

TEST_F(JobsApi, ADryRunIsKeptOutOfTheDatabase) {
  const int64_t rows = database->rows_written();
  const auto started = start({{"kind", "push"}, {"prospects", {"7"}}, {"dryRun", true}});
  EXPECT_EQ(started.headers.get("location"), "/v1/jobs/dry-1");
  EXPECT_EQ(attributes_of("dry-1")["state"], "done");
  EXPECT_EQ(database->rows_written(), rows);
}

TEST_F(JobsApi, JobsOutliveADaemon) {
  start({{"kind", "pull"}, {"prospects", {"7"}}});
  EXPECT_EQ(attributes_of("1")["state"], "done");
  serve_jobs();
  const Json job = attributes_of("1");
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["counts"]["refusedBy"], Json({{"NOT_LINKED", 1}}));
  EXPECT_EQ(start({{"kind", "pull"}, {"prospects", {"7"}}}).headers.get("location"), "/v1/jobs/2");
}

TEST_F(JobsApi, AJobThatHadNotEndedGoesOnWhereItWas) {
  reconcile::Job job;
  job.id = {4};
  job.kind = "push";
  job.state = reconcile::JobState::kRunning;
  job.actor = "ana";
  job.prospects = {{1}, {2}, {3}};
  job.total = 3;
  job.after = {2};
  job.counts.done = job.counts.changed = 2;
  reconcile::Plan plan;
  plan.steps.emplace_back(reconcile::PutJob{job});
  auto transaction = *database->begin();
  ASSERT_TRUE(transaction->apply(plan, scheduler.now()));
  ASSERT_TRUE(transaction->commit());
  serve_jobs();
  jobs->resume();
  const Json resumed = attributes_of("4");
  EXPECT_EQ(resumed["state"], "done");
  EXPECT_EQ(resumed["counts"]["changed"], 2);
  EXPECT_EQ(resumed["counts"]["refused"], 1) << "the third is all that was left";
  EXPECT_EQ(resumed["actor"], "ana");
}

TEST_F(JobsApi, ADriftScanIsAJobThatTellsWhatItFound) {
  supervisor_.verified.objects.emplace_back().object = "Lead";
  supervisor_.verified.objects[0].counts = {10, 0, 1, 0, 1, 1};
  supervisor_.verified.objects[0].finished_at = scheduler.now();
  engine::DriftRow row;
  row.kind = reconcile::DriftKind::kGoneThere;
  row.object = "Lead";
  row.remote = RemoteId("00Q1");
  row.prospect = {42};
  row.action = "delete";
  row.repaired = true;
  supervisor_.verified.rows.push_back(row);
  const auto started = send(post("/v1/verifications", R"({"object": "Lead", "repair": true})"));
  EXPECT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(started.headers.get("location"), "/v1/verifications/1");
  settle();
  const Json scan = data_of(get("/v1/verifications/1"))["attributes"];
  EXPECT_EQ(scan["state"], "done");
  EXPECT_EQ(scan["objects"][0]["goneThere"], 1);
  EXPECT_EQ(scan["objects"][0]["connection"], "salesforce");
  ASSERT_EQ(scan["rows"].size(), 1U);
  EXPECT_EQ(scan["rows"][0]["kind"], "gone_there");
  EXPECT_EQ(scan["rows"][0]["prospectId"], "42");
  const Json job = data_of(get("/v1/jobs/1"))["attributes"];
  EXPECT_EQ(job["kind"], "verify");
  EXPECT_EQ(job["counts"]["done"], 11);
  EXPECT_EQ(job["counts"]["changed"], 1);
  EXPECT_EQ(job["counts"]["waiting"], 1);
  EXPECT_EQ(data_of(get("/v1/verifications")).size(), 1U);
  EXPECT_THAT(supervisor_.asked, Contains("verify salesforce, repair"));
}

TEST_F(JobsApi, ADriftScanOfAnObjectThatNobodyReadsIsRefusedAndTheObjectsAreNamed) {
  engine::CycleSummary cycle;
  for (const char* object : {"User", "Group", "Account", "Lead", "Contact"})
    cycle.objects[object];
  supervisor_.connections.front().last_cycle = cycle;
  const auto answer = send(post("/v1/verifications", R"({"object": "Leed"})"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(
      detail_of(answer),
      "no connection compares an object \"Leed\" (did you mean Lead?); there are Account, Contact, Lead");
  EXPECT_EQ(send(post("/v1/verifications", R"({"object": "User"})")).status, 404);
  EXPECT_TRUE(data_of(get("/v1/verifications")).empty());
  EXPECT_EQ(send(post("/v1/verifications", R"({"object": "Lead"})")).status, 202);
}

TEST_F(JobsApi, ADriftScanThatCantBeIsRefused) {
  EXPECT_EQ(send(post("/v1/verifications", R"({"yes": true})")).status, 400);
  EXPECT_EQ(send(post("/v1/verifications", R"({"repair": "yes"})")).status, 400);
  EXPECT_EQ(send(post("/v1/verifications", R"({"connection": "hubspot"})")).status, 404);
  start({{"kind", "pull"}, {"prospects", {"7"}}});
  settle();
  EXPECT_EQ(get("/v1/verifications/1").status, 404) << "a pull is none";
  send(post("/v1/verifications", R"({"object": "Lied"})"));
  settle();
  const Json scan = data_of(get("/v1/verifications/2"))["attributes"];
  EXPECT_EQ(scan["state"], "failed");
  EXPECT_EQ(scan["error"]["code"], "not_found");
}

TEST_F(JobsApi, AnObjectThatAnEarlierDaemonHasComparedIsNotComparedAgain) {
  reconcile::Job job;
  job.id = {4};
  job.kind = reconcile::kVerifyKind;
  job.state = reconcile::JobState::kRunning;
  job.actor = "ana";
  reconcile::Verification lead;
  lead.object = "Lead";
  lead.finished_at = scheduler.now();
  job.verify.objects = {{"salesforce", lead}};
  reconcile::Plan plan;
  plan.steps.emplace_back(reconcile::PutJob{job});
  auto transaction = *database->begin();
  ASSERT_TRUE(transaction->apply(plan, scheduler.now()));
  ASSERT_TRUE(transaction->commit());
  serve_jobs();
  jobs->resume();
  EXPECT_EQ(attributes_of("4")["state"], "done");
  EXPECT_THAT(supervisor_.left_out, testing::ElementsAre("Lead"));
}

TEST_F(JobsApi, AnUnknownJobIsNotThere) {
  EXPECT_EQ(get("/v1/jobs/9").status, 404);
  EXPECT_EQ(send(request("DELETE", "/v1/jobs/9")).status, 404);
}

TEST_F(JobsApi, OneThatHasEndedStaysAsItIsWhenItIsCancelled) {
  start({{"kind", "pull"}, {"prospects", {"7"}}});
  settle();
  const auto answer = send(request("DELETE", "/v1/jobs/1"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(data_of(answer)["attributes"]["state"], "done");
}

}  // namespace
}  // namespace prospectd::api
