// The configuration over the API: reloads, and settings.
#include <gmock/gmock.h>

#include "tests/unit/api/told_configuration.h"

namespace prospectd::api {
namespace {

using testing::HasSubstr;

class ConfigurationApi : public ApiTest {
 protected:
  ConfigurationApi() {
    ApiOptions options;
    options.token = Secret(kToken);
    options.configuration = &configuration;
    handler = *make_api(scheduler, service, std::move(options));
  }
  static http::ServerRequest patch(std::string key, std::string body) {
    http::ServerRequest asked = post("/v1/settings/" + key, std::move(body));
    asked.method = "PATCH";
    return asked;
  }
  static SettingInForce same_email() {
    SettingInForce setting;
    setting.about = {"prospects.same_email", "what it is for", "one of prevent, select_crm_id"};
    setting.value = "prevent";
    setting.origin = config::Layer::kFile;
    setting.place = {"p.yaml", 3, 5};
    return setting;
  }

  ToldConfiguration configuration;
};

TEST_F(ConfigurationApi, AReloadSaysWhatIsInForceAndWhatWaits) {
  configuration.report.changes = {{"log.level", "info", "debug", {"p.yaml", 4, 3}, false},
                                  {"api.listen", "a", "b", {}, true}};
  configuration.report.overridden = {{"log.format", {"p.yaml", 5, 3}, config::Layer::kEnvironment, "$X"}};
  const Json data = data_of(send(post("/v1/config/reload", "{}")));
  EXPECT_EQ(data["type"], "reloads");
  const Json& attributes = data["attributes"];
  ASSERT_EQ(attributes["changed"].size(), 1u);
  EXPECT_EQ(attributes["changed"][0]["key"], "log.level");
  EXPECT_EQ(attributes["changed"][0]["place"]["line"], 4);
  ASSERT_EQ(attributes["needsRestart"].size(), 1u);
  EXPECT_TRUE(attributes["needsRestart"][0]["place"].is_null());
  EXPECT_EQ(attributes["overridden"][0]["by"], "environment");
}

TEST_F(ConfigurationApi, TheStatusTellsWhatOfItIsNotInForce) {
  configuration.history.taken_at = Timestamp{seconds{1'700'000'000}};
  configuration.history.refusal = "of a reload before";
  configuration.history.waiting = {"api.listen"};
  const auto told = [&] { return data_of(get("/v1/status"))["attributes"]["configuration"]; };
  EXPECT_EQ(
      told(),
      Json::parse(R"({"takenAt":"2023-11-14T22:13:20.000Z","refusal":null,"needsRestart":["api.listen"]})"));
  configuration.history.last_taken = false;
  configuration.history.refusal = "p.yaml:4:3  log.level: must be among";
  service.status_answer.now += seconds{1};
  EXPECT_EQ(told()["refusal"], "p.yaml:4:3  log.level: must be among");
}

TEST_F(ConfigurationApi, EveryFaultIsAnErrorWithItsPlace) {
  configuration.report.faults = {{config::Severity::kError, {"p.yaml", 4, 3}, "log.level", "must be", "so"},
                                 {config::Severity::kWarning, {"p.yaml", 5, 3}, "x", "careful", ""},
                                 {config::Severity::kError, {"m.yaml", 6, 7}, "", "no field", ""}};
  const http::Response answer = send(post("/v1/config/reload", ""));
  EXPECT_EQ(answer.status, 422);
  const Json errors = body_of(answer)["errors"];
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0]["status"], "422");
  EXPECT_EQ(errors[0]["code"], "config_invalid");
  EXPECT_EQ(errors[0]["detail"], "p.yaml:4:3  log.level: must be (so)");
  EXPECT_EQ(errors[1]["meta"]["file"], "m.yaml");
  EXPECT_EQ(errors[1]["meta"]["column"], 7);
}

TEST_F(ConfigurationApi, AReloadNeedsTheTokenAndAJsonBody) {
  http::ServerRequest stranger = post("/v1/config/reload", "{}");
  stranger.headers = {{"Host", "127.0.0.1:8440"}, {"Content-Type", "application/json"}};
  EXPECT_EQ(send(stranger).status, 401);
  http::ServerRequest form = request("POST", "/v1/config/reload");
  EXPECT_EQ(send(form).status, 415);
  EXPECT_EQ(get("/v1/config/reload").status, 405);
  EXPECT_TRUE(configuration.asked.empty());
}

TEST_F(ConfigurationApi, SettingsAreListedAndFound) {
  configuration.list = {same_email()};
  configuration.list[0].stored =
      store::StoredSetting{"prospects.same_email", "x", "ana", Timestamp{seconds{1}}};
  const Json all = data_of(get("/v1/settings"));
  ASSERT_EQ(all.size(), 1u);
  const Json one = data_of(get("/v1/settings/prospects.same_email"));
  EXPECT_EQ(all[0], one);
  EXPECT_EQ(one["id"], "prospects.same_email");
  EXPECT_EQ(one["attributes"]["value"], "prevent");
  EXPECT_EQ(one["attributes"]["origin"], "file");
  EXPECT_EQ(one["attributes"]["set"]["actor"], "ana");
  EXPECT_EQ(get("/v1/settings/log.level").status, 404);
}

TEST_F(ConfigurationApi, ASettingIsMadeFromEitherShapeOfBody) {
  configuration.outcome = same_email();
  EXPECT_EQ(send(patch("a.b", R"({"value":"prevent"})")).status, 200);
  EXPECT_EQ(
      send(patch("a.b", R"({"data":{"type":"settings","id":"a.b","attributes":{"value":true}}})")).status,
      200);
  EXPECT_EQ(send(patch("a.b", R"({"value":12})")).status, 200);
  http::ServerRequest gone = request("DELETE", "/v1/settings/a.b");
  EXPECT_EQ(send(gone).status, 200);
  EXPECT_THAT(configuration.asked, testing::ElementsAre("admin a.b=prevent", "admin a.b=true", "admin a.b=12",
                                                        "admin a.b=(none)"));
}

TEST_F(ConfigurationApi, BodiesThatSayNoValueAreRefusedWithTheMember) {
  const std::pair<const char*, const char*> kBad[] = {
      {"", "not proper JSON"},
      {"{}", "\"value\" is missing"},
      {R"({"value":[]})", "must be a text"},
      {R"({"valeu":"x"})", "did you mean value?"},
      {R"({"data":{"type":"syncs","attributes":{"value":"x"}}})", "must be \"settings\""},
      {R"({"data":{"type":"settings","id":"c.d","attributes":{"value":"x"}}})", "the one of the path"},
      {R"({"data":{"type":"settings"}})", "\"value\" is missing"},
  };
  for (const auto& [body, said] : kBad) {
    const http::Response answer = send(patch("a.b", body));
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(detail_of(answer), HasSubstr(said)) << body;
  }
  EXPECT_TRUE(configuration.asked.empty());
}

TEST_F(ConfigurationApi, WhatTheConfigurationRefusesIsTold) {
  configuration.outcome = make_error(ErrorCode::kInvalidInput, "a.b: must be one of x, y");
  const http::Response answer = send(patch("a.b", R"({"value":"z"})"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(detail_of(answer), "a.b: must be one of x, y");
}

TEST_F(ApiTest, WithoutAConfigurationThereIsNothingToReload) {
  EXPECT_EQ(send(post("/v1/config/reload", "{}")).status, 404);
  EXPECT_EQ(get("/v1/settings").status, 404);
}

}  // namespace
}  // namespace prospectd::api
