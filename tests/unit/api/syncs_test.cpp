// Syncs and dry runs: asked for, followed, bounded; and the bodies that ask for them.
#include <gmock/gmock.h>

#include "daemon/api/syncs.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SyncsTest : public ApiTest {
 protected:
  Json started(std::string body) {
    const auto answer = send(post("/v1/syncs", std::move(body)));
    EXPECT_EQ(answer.status, 202) << answer.body;
    return body_of(answer)["data"];
  }
  Json now(const Json& sync) {
    return data_of(get("/v1/syncs/" + sync["id"].get<std::string>()))["attributes"];
  }
};

TEST_F(SyncsTest, ASyncIsAcceptedFollowedAndDone) {
  service.waits = true;
  service.connection_list[0].progress = engine::ObjectProgress{"Lead", 10, 0};
  const auto answer = send(post("/v1/syncs", R"({"connection":"salesforce"})"));
  ASSERT_EQ(answer.status, 202);
  const Json sync = body_of(answer)["data"];
  EXPECT_EQ(sync["type"], "syncs");
  EXPECT_EQ(answer.headers.get("location"), "/v1/syncs/" + sync["id"].get<std::string>());
  settle();
  Json seen = now(sync);
  EXPECT_EQ(seen["state"], "running");
  EXPECT_EQ(seen["connection"], "salesforce");
  EXPECT_EQ(seen["dryRun"], false);
  EXPECT_EQ(seen["finishedAt"], nullptr);
  EXPECT_EQ(seen["result"], nullptr);
  EXPECT_EQ(seen["progress"][0],
            Json::parse(R"({"connection":"salesforce","object":"Lead","read":10,"total":null,"rate":0.0})"));

  service.cycle->people.created = 3;
  service.released.notify();
  settle();
  seen = now(sync);
  EXPECT_EQ(seen["state"], "done");
  EXPECT_EQ(seen["result"]["people"]["created"], 3);
  EXPECT_EQ(seen["error"], nullptr);
  EXPECT_EQ(seen["progress"], Json::array());
  EXPECT_NE(seen["finishedAt"], nullptr);
  EXPECT_THAT(service.asked, ElementsAre("sync salesforce"));
}

TEST_F(SyncsTest, ADryRunAnswersRowsAndFields) {
  engine::DryRunReport report;
  report.summary.people.created = 2;
  report.fields["title"] = 402;
  engine::DryRunRow row;
  row.action = "update";
  row.object = "Lead";
  row.remote = "00Q000000000001AAA";
  row.prospect = "42";
  row.field = "title";
  row.before = "CTO";
  row.after = "CEO";
  row.reason = "UPDATED_FROM_CRM";
  report.rows.push_back(row);
  report.truncated = true;
  report.pushes = 19;
  report.brake = reconcile::BrakeHold{store::ConnectionId{1},
                                      reconcile::MassChange::kBlanking,
                                      "Lead",
                                      RemoteId("00Q000000000001AAA"),
                                      60,
                                      300,
                                      {}};
  service.report = report;
  const Json sync = started(R"({"dryRun":true})");
  settle();
  const Json seen = now(sync);
  EXPECT_EQ(seen["state"], "done");
  EXPECT_EQ(seen["dryRun"], true);
  EXPECT_EQ(seen["result"]["people"]["created"], 2);
  EXPECT_EQ(seen["result"]["fields"]["title"], 402);
  EXPECT_EQ(seen["result"]["rows"][0], Json::parse(R"({"action":"update","object":"Lead",
      "remoteId":"00Q000000000001AAA","prospectId":"42","field":"title","before":"CTO","after":"CEO",
      "reason":"UPDATED_FROM_CRM"})"));
  EXPECT_EQ(seen["result"]["truncated"], true);
  EXPECT_EQ(seen["result"]["pushes"], 19);
  EXPECT_EQ(seen["result"]["brake"],
            Json::parse(R"({"kind":"blanking","most":60,"records":300,"object":"Lead",
      "remoteId":"00Q000000000001AAA"})"));
  EXPECT_THAT(service.asked, ElementsAre("dry run "));
}

TEST_F(SyncsTest, AFailedOneTellsItsError) {
  service.cycle = make_error(ErrorCode::kLoginRefused, "the CRM refused the login of client prospectd");
  const Json sync = started("{}");
  settle();
  const Json seen = now(sync);
  EXPECT_EQ(seen["state"], "failed");
  EXPECT_EQ(seen["error"]["code"], "login_refused");
  EXPECT_EQ(seen["error"]["class"], "config");
  EXPECT_EQ(seen["result"], nullptr);
}

TEST_F(SyncsTest, OneThatThrowsFailsWithoutItsText) {
  service.throws = true;
  const Json sync = started("{}");
  settle();
  const auto answer = get("/v1/syncs/" + sync["id"].get<std::string>());
  EXPECT_EQ(body_of(answer)["data"]["attributes"]["state"], "failed");
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST_F(SyncsTest, TheLastHundredAreKept) {
  const Json first = started("{}");
  settle();
  Json last;
  for (size_t i = 0; i < kSyncsKeptMax; ++i) {
    last = started("{}");
    settle();
  }
  EXPECT_EQ(get("/v1/syncs/" + first["id"].get<std::string>()).status, 404);
  EXPECT_EQ(now(last)["state"], "done");
}

TEST_F(SyncsTest, OnlySoManyWaitAtOnce) {
  service.waits = true;
  for (size_t i = 0; i < kSyncsRunningMax; ++i)
    started("{}");
  const auto answer = send(post("/v1/syncs", "{}"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(code_of(answer), "too_many_requests");
}

TEST_F(SyncsTest, AnUnknownSyncIs404) {
  EXPECT_EQ(get("/v1/syncs/1").status, 404);
  EXPECT_EQ(get("/v1/syncs/%20").status, 404);
}

TEST_F(SyncsTest, AnUnknownConnectionIs404AndNothingStarts) {
  const auto answer = send(post("/v1/syncs", R"({"connection":"salesfroce"})"));
  settle();
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(detail_of(answer), HasSubstr("did you mean salesforce?"));
  EXPECT_TRUE(service.asked.empty());
}

TEST_F(SyncsTest, BodiesAreTakenPlainAsResourceOrEmpty) {
  for (const std::string body :
       {R"({"connection":"salesforce"})", R"({"connection":"salesforce","dryRun":false})",
        R"({"data":{"type":"syncs","attributes":{"connection":"salesforce"}}})"}) {
    EXPECT_EQ(started(body)["attributes"]["connection"], "salesforce") << body;
  }
  for (const std::string body : {"", " \n", "{}", R"({"connection":null})", R"({"data":{"type":"syncs"}})"})
    EXPECT_EQ(started(body)["attributes"]["connection"], "") << body;
}

TEST_F(SyncsTest, BrokenJsonIsToldWhere) {
  struct Case {
    std::string body;
    std::string place;
  };
  for (const Case& one_case :
       {Case{"{\"connection\": }", "line 1, column 16"}, Case{"{\n  \"dryRun\": tru\n}", "line 2,"},
        Case{"{", "line 1,"}, Case{"{} x", "line 1, column 4"}, Case{"nul", "line 1,"}}) {
    const auto answer = send(post("/v1/syncs", one_case.body));
    EXPECT_EQ(answer.status, 400) << one_case.body;
    EXPECT_EQ(code_of(answer), "invalid_json") << one_case.body;
    EXPECT_THAT(detail_of(answer), HasSubstr(one_case.place)) << one_case.body;
  }
}

TEST_F(SyncsTest, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(code_of(send(post("/v1/syncs", "{\"connection\":\"\xff\xfe\"}"))), "invalid_json");
  EXPECT_EQ(code_of(send(post("/v1/syncs", std::string("\0\0", 2)))), "invalid_json");
}

TEST_F(SyncsTest, WrongMembersAreNamed) {
  struct Case {
    std::string body;
    std::string detail;
    std::string pointer;
  };
  for (const Case& one_case :
       {Case{R"({"dryrun":true})", "did you mean dryRun?", ""},
        Case{R"({"connection":1})", "must be a text", "/connection"},
        Case{R"({"dryRun":"yes"})", "true or false", "/dryRun"}, Case{"[]", "object is wanted", ""},
        Case{"3", "object is wanted", ""}, Case{R"({"data":[]})", "object is wanted", "/data"},
        Case{R"({"data":{"type":"prospects"}})", "must be \"syncs\"", "/data/type"},
        Case{R"({"data":{"type":"syncs","attributes":{"x":1}}})", "\"x\" is not known", "/data/attributes"},
        Case{R"({"data":{"type":"syncs"},"included":[]})", "\"included\" is not known", ""}}) {
    const auto answer = send(post("/v1/syncs", one_case.body));
    EXPECT_EQ(answer.status, 400) << one_case.body;
    EXPECT_EQ(code_of(answer), "invalid_input") << one_case.body;
    EXPECT_THAT(detail_of(answer), HasSubstr(one_case.detail)) << one_case.body;
    const Json source = body_of(answer)["errors"][0].value("source", Json::object());
    EXPECT_EQ(source.value("pointer", ""), one_case.pointer) << one_case.body;
  }
}

TEST_F(SyncsTest, MembersGivenTwiceAreRefused) {
  const auto answer = send(post("/v1/syncs", R"({"dryRun":true,"dryRun":false})"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail_of(answer), HasSubstr("given twice, the second time at line 1, column 16"));
  EXPECT_THAT(detail_of(send(post("/v1/syncs", "{\"dry\\\"Run\": 1,\n \"dry\\\"Run\": 2}"))),
              HasSubstr("at line 2, column 2"));
  EXPECT_EQ(send(post("/v1/syncs", R"({"data":{"type":"syncs","attributes":{"dryRun":true,"dryRun":true}}})"))
                .status,
            400);
}

TEST_F(SyncsTest, ANumberThatIsTooLargeIsRefusedWithItsPlace) {
  for (const std::string number : {"1e999", "-12345e99999"}) {
    const auto answer = send(post("/v1/syncs", "{\n\"connection\": " + number + "}"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(detail_of(answer), HasSubstr("the number is too large at line 2, column 15")) << number;
  }
}

TEST_F(SyncsTest, DeepBodiesAreRefusedBeforeTheyHurt) {
  std::string deep(30'000, '[');
  const auto answer = send(post("/v1/syncs", deep));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail_of(answer), HasSubstr("nested too deeply at line 1, column 10"));
}

TEST_F(SyncsTest, LargeBodiesAreRefusedUnread) {
  const auto answer = send(post("/v1/syncs", std::string(kBodyBytesMax + 1, ' ')));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(code_of(answer), "too_large");
}

}  // namespace
}  // namespace prospectd::api
