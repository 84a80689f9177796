// Drift scans that can't go on at once, through the API, in virtual time: what is held back says why and
// waits without asking again and again, and what the brake stops says so.
#include <gmock/gmock.h>

#include "tests/support/virtual_scheduler.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

constexpr const char* kHeldBack = "93 % of the CRM's daily allowance is used: the drift scan waits";

class HeldScansApi : public ApiTest {
 protected:
  HeldScansApi() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    real_ = service::make_service(clock_, supervisor_, *database, schema_, service::canonical);
    jobs = *service::make_jobs(clock_, supervisor_, *database, *real_);
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.jobs = jobs.get();
    handler = *make_api(clock_, *real_, std::move(options));
  }
  ~HeldScansApi() override {
    // What they wait for is this fixture's, which ends before the parts that it has from its base.
    handler = nullptr;
    jobs.reset();
  }
  void hold_back() {
    supervisor_.verified.held_back = kHeldBack;
    supervisor_.verified.done = false;
  }
  void let_go() {
    supervisor_.verified = service::told_done();
    supervisor_.verified.objects.emplace_back().object = "Lead";
    supervisor_.verified.objects[0].finished_at = clock_.now();
  }
  void order_scan() {
    const auto answer = send(post("/v1/verifications", R"({"repair": true})"));
    EXPECT_EQ(answer.status, 202) << answer.body;
    clock_.run_ready();
  }
  Json scan() { return data_of(get("/v1/verifications/1"))["attributes"]; }
  int64_t asked() const { return std::ranges::count(supervisor_.asked, "verify salesforce, repair"); }

  test::VirtualScheduler clock_{1};
  mapping::LocalSchema schema_;
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
};

TEST_F(HeldScansApi, AScanThatIsHeldBackSaysWhyAndWaits) {
  hold_back();
  order_scan();
  EXPECT_EQ(scan()["state"], "running");
  EXPECT_EQ(scan()["heldBack"], kHeldBack);
  EXPECT_EQ(asked(), 1);
  clock_.run_for(minutes{9});
  EXPECT_EQ(asked(), 1) << "the allowance does not come back within moments";
  clock_.run_for(minutes{51});
  EXPECT_EQ(scan()["heldBack"], kHeldBack);
  EXPECT_LE(asked(), 7);
}

TEST_F(HeldScansApi, AScanThatWasHeldBackGoesOnByItself) {
  hold_back();
  order_scan();
  let_go();
  clock_.run_for(minutes{11});
  EXPECT_EQ(asked(), 2);
  EXPECT_EQ(scan()["state"], "done");
  EXPECT_EQ(scan()["heldBack"], nullptr);
  EXPECT_EQ(scan()["objects"][0]["object"], "Lead");
}

TEST_F(HeldScansApi, AScanThatIsHeldBackIsCancelledAtOnce) {
  hold_back();
  order_scan();
  EXPECT_EQ(send(request("DELETE", "/v1/jobs/1")).status, 200);
  clock_.run_ready();
  EXPECT_EQ(scan()["state"], "cancelled");
  EXPECT_EQ(scan()["heldBack"], nullptr);
  clock_.run_for(minutes{60});
  EXPECT_EQ(asked(), 1);
}

TEST_F(HeldScansApi, WhileOneIsHeldBackAnotherIsRefusedAndPullsGoOn) {
  hold_back();
  order_scan();
  const auto second = send(post("/v1/verifications", "{}"));
  EXPECT_EQ(second.status, 429) << second.body;
  EXPECT_THAT(detail_of(second), HasSubstr("/v1/verifications"));
  EXPECT_EQ(send(post("/v1/jobs", R"({"kind": "pull", "prospects": ["7"]})")).status, 202);
  clock_.run_ready();
  EXPECT_EQ(data_of(get("/v1/jobs/2"))["attributes"]["state"], "done");
  EXPECT_EQ(scan()["state"], "running");
}

TEST_F(HeldScansApi, AScanThatTheBrakeStopsTellsHowItIsLetGo) {
  let_go();
  reconcile::Verification& lead = supervisor_.verified.objects[0];
  lead.code = reconcile::code_of(reconcile::Reason::kMassChange);
  lead.trouble = "120 of 121 linked records of Lead would be marked deleted: prospectd verify --repair --yes";
  order_scan();
  EXPECT_EQ(scan()["state"], "done");
  EXPECT_EQ(scan()["objects"][0]["reason"], "MASS_CHANGE");
  EXPECT_THAT(scan()["objects"][0]["message"].get<std::string>(), HasSubstr("--yes"));
}

// What stops the whole connection may pass: it is tried again, with longer and longer pauses, and given up.
TEST_F(HeldScansApi, AScanOfAConnectionThatCantBeReadIsTriedAgainAndThenFailsWithTheReason) {
  supervisor_.verified.done = false;
  supervisor_.verified.failed = make_error(ErrorCode::kServerError, "the CRM does not answer");
  order_scan();
  EXPECT_EQ(scan()["state"], "running");
  EXPECT_EQ(asked(), 1);
  clock_.run_for(std::chrono::hours{24});
  EXPECT_EQ(scan()["state"], "failed");
  EXPECT_EQ(scan()["error"]["code"], "server_error");
  EXPECT_THAT(scan()["error"]["message"].get<std::string>(), HasSubstr("does not answer"));
  EXPECT_EQ(asked(), 8);
}

}  // namespace
}  // namespace prospectd::api
