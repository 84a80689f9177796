// A fault plan: which requests it strikes and how often, what it makes of answers, and that what happened can
// be played again.
#include <algorithm>

#include "connectors/http/gzip.h"
#include "tests/unit/sandbox/fault_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Faults : public FaultTest {};

// ---- when ----

TEST_F(Faults, ARuleSaysWhichRequestsItStrikes) {
  const struct {
    Json when;
    std::vector<int> statuses;
  } rows[] = {
      {Json::object(), {503, 503, 503, 503, 503, 503}},
      {{{"nth", 2}}, {200, 503, 200, 200, 200, 200}},
      {{{"nth", {4, 1}}}, {503, 200, 200, 503, 200, 200}},
      {{{"every", 3}}, {200, 200, 503, 200, 200, 503}},
      {{{"times", 2}}, {503, 503, 200, 200, 200, 200}},
      {{{"after", 2}, {"until", 4}}, {200, 200, 503, 503, 200, 200}},
      {{{"after", 1}, {"every", 2}, {"times", 1}}, {200, 200, 503, 200, 200, 200}},
      {{{"probability", 0}}, {200, 200, 200, 200, 200, 200}},
      {{{"calls", {1, 6}}}, {503, 200, 200, 200, 200, 503}},
  };
  for (const auto& row : rows) {
    play({{{"fault", "unavailable"}, {"when", row.when}}});
    EXPECT_EQ(statuses(6), row.statuses) << row.when;
  }
}

TEST_F(Faults, TheSameSeedStrikesTheSameRequests) {
  const Json rules = {{{"fault", "server_error"}, {"when", {{"probability", 0.3}}}}};
  play(rules, 7);
  const std::vector<int> first = statuses(100);
  play(rules, 7);
  EXPECT_EQ(statuses(100), first);
  play(rules, 8);
  EXPECT_NE(statuses(100), first);
  const auto struck = std::count(first.begin(), first.end(), 500);
  EXPECT_GT(struck, 15);
  EXPECT_LT(struck, 45);
}

TEST_F(Faults, WhatHappenedCanBePlayedAgain) {
  play({{{"fault", "server_error"}, {"on", {{"operation", "query"}}}, {"when", {{"probability", 0.3}}}},
        {{"fault", "lock_row"}, {"when", {{"probability", 0.5}}}}});
  const std::vector<int> queries = statuses(20);
  const std::vector<std::string> rows = create_many(20, "A");
  const Json replay = admin_get("faults").body["replay"];
  EXPECT_EQ(replay["rules"][0]["when"].size(), 1u);
  ASSERT_EQ(admin("faults", replay).status, 200);
  EXPECT_EQ(statuses(20), queries);
  EXPECT_EQ(create_many(20, "B"), rows);
}

TEST_F(Faults, TellsItsRulesAndWhatItDid) {
  play({{{"name", "down"}, {"fault", "unavailable"}, {"when", {{"nth", 2}}}}});
  statuses(3);
  const Json told = admin_get("faults").body;
  EXPECT_EQ(told["calls"], 3);
  EXPECT_EQ(told["rules"][0]["seen"], 3);
  EXPECT_EQ(told["rules"][0]["fired"], 1);
  EXPECT_EQ(told["log"], Json({{{"call", 2},
                                {"rule", 0},
                                {"name", "down"},
                                {"fault", "unavailable"},
                                {"method", "GET"},
                                {"path", "/services/data/v60.0/query"}}}));
  const Answer last = send("DELETE", "/sandbox/admin/faults", {{"X-Sandbox-Admin", kAdmin}});
  EXPECT_EQ(last.body["rules"][0]["fired"], 1);
  EXPECT_THAT(admin_get("faults").body["rules"], IsEmpty());
  EXPECT_THAT(statuses(2), ElementsAre(200, 200));
}

TEST_F(Faults, TheLogIsBounded) {
  play({{{"fault", "server_error"}, {"on", {{"operation", "versions"}}}}});
  for (size_t i = 0; i < 10'003; ++i)
    send("GET", "/services/data");
  const Json told = admin_get("faults").body;
  EXPECT_EQ(told["log"].size(), 10'000u);
  EXPECT_EQ(told["log_left_out"], 3);
}

// ---- on ----

TEST_F(Faults, AnOperationAndAnObjectNameTheRequests) {
  const std::string roy = column("SELECT Id FROM Lead", "Id").front();
  const Json record = {{"LastName", "New"}, {"Company", "Acme"}};
  const Json list = {
      {"records", {{{"attributes", {{"type", "Lead"}}}, {"LastName", "L"}, {"Company", "A"}}}}};
  const Json with_id = {{"records", {{{"attributes", {{"type", "Lead"}}}, {"Id", roy}, {"Title", "CTO"}}}}};
  const Json inside = {
      {"compositeRequest",
       {{{"method", "GET"}, {"url", "/services/data/v60.0/sobjects/Lead/" + roy}, {"referenceId", "r"}}}}};
  const Json job = {{"operation", "query"}, {"query", "SELECT Id FROM Lead"}};
  const Json ingest = {{"operation", "insert"}, {"object", "Lead"}};
  const struct {
    const char* operation;
    const char* method;
    std::string resource;
    Json body;
  } rows[] = {
      {"query", "GET", "query?q=SELECT+Id+FROM+Lead", Json()},
      {"query", "GET", "queryAll?q=SELECT+Id+FROM+Lead", Json()},
      {"describe", "GET", "sobjects/lead/describe", Json()},
      {"replication", "GET", "sobjects/Lead/deleted?start=x&end=y", Json()},
      {"read", "GET", "sobjects/Lead/" + roy, Json()},
      {"create", "POST", "sobjects/Lead/", record},
      {"update", "PATCH", "sobjects/Lead/" + roy, {{"Title", "CEO"}}},
      {"update", "POST", "sobjects/Lead/" + roy + "?_HttpMethod=PATCH", {{"Title", "CEO"}}},
      {"upsert", "PATCH", "sobjects/Lead/Ext__c/1", record},
      {"delete", "DELETE", "sobjects/Lead/" + roy, Json()},
      {"create", "POST", "composite/sobjects", list},
      {"update", "PATCH", "composite/sobjects", with_id},
      {"delete", "DELETE", "composite/sobjects?ids=" + roy, Json()},
      {"read", "POST", "composite/sobjects/Lead", {{"ids", {roy}}, {"fields", {"Id"}}}},
      {"create", "POST", "composite/tree/Lead", {{"records", Json::array()}}},
      {"composite", "POST", "composite", inside},
      {"bulk_query", "POST", "jobs/query", job},
      {"bulk_ingest", "POST", "jobs/ingest", ingest},
  };
  for (const auto& row : rows) {
    for (const char* object : {"Lead", "Contact"}) {
      play({{{"fault", "no_route"}, {"on", {{"operation", row.operation}, {"object", object}}}}});
      const bool struck = call(row.method, row.resource, row.body).status == 420;
      EXPECT_EQ(struck, object == std::string("Lead")) << row.operation << " " << row.resource;
    }
  }
}

TEST_F(Faults, APageBelongsToTheObjectOfItsQuery) {
  for (int i = 0; i < 3; ++i)
    lead({{"LastName", "L" + std::to_string(i)}});
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  const std::string next = ask().body["nextRecordsUrl"];
  const auto page = [&] { return send("GET", next, {{"Authorization", "Bearer " + token_}}).status; };
  play({{{"fault", "bad_gateway"}, {"on", {{"operation", "query_page"}, {"object", "Contact"}}}}});
  EXPECT_EQ(page(), 200);
  play({{{"fault", "bad_gateway"}, {"on", {{"operation", "query_page"}, {"object", "lead"}}}}});
  EXPECT_EQ(page(), 502);
  EXPECT_EQ(ask().status, 200);
}

TEST_F(Faults, AMethodAndAPathNameTheRequestsToo) {
  play({{{"fault", "unavailable"}, {"on", {{"method", "GET"}, {"path", "/services/data/*/limits"}}}}});
  EXPECT_EQ(get("limits").status, 503);
  EXPECT_EQ(get("limits/recordCount").status, 200);
  EXPECT_EQ(call("POST", "limits").status, 405);
  play({{{"fault", "server_error"}, {"on", {{"operation", "login"}}}}});
  EXPECT_EQ(ask().status, 200);
  const Answer refused = login();
  EXPECT_EQ(refused.status, 500);
  EXPECT_EQ(refused.body["error"], "UNKNOWN_EXCEPTION") << "in the shape of the login service";
}

TEST_F(Faults, TheAdminEndpointIsLeftAlone) {
  play({{{"fault", "unavailable"}}});
  EXPECT_EQ(admin_get("stats").status, 200);
  EXPECT_EQ(admin_get("faults").body["calls"], 0);
}

TEST_F(Faults, OfSeveralAnswersTheFirstOneStrikesAlone) {
  play({{{"fault", "unavailable"}, {"when", {{"nth", 2}}}}, {{"fault", "bad_gateway"}}});
  EXPECT_THAT(statuses(3), ElementsAre(502, 503, 502));
  const Json told = admin_get("faults").body;
  EXPECT_EQ(told["rules"][1]["seen"], 3);
  EXPECT_EQ(told["rules"][1]["fired"], 2);
}

// ---- answers ----

TEST_F(Faults, AnswersInTheOrgsPlace) {
  const struct {
    const char* fault;
    int status;
    const char* type;
    const char* text;
  } rows[] = {
      {"answer", 500, "application/json;charset=UTF-8", "UNKNOWN_EXCEPTION"},
      {"session_expired", 401, "application/json;charset=UTF-8", "INVALID_SESSION_ID"},
      {"daily_limit", 403, "application/json;charset=UTF-8", "TotalRequests Limit exceeded."},
      {"concurrent_limit", 403, "application/json;charset=UTF-8", "ConcurrentPerOrgLongTxn"},
      {"no_route", 420, "text/html;charset=UTF-8", "<h1>420</h1>"},
      {"too_many_requests", 429, "application/json;charset=UTF-8", "REQUEST_LIMIT_EXCEEDED"},
      {"server_error", 500, "application/json;charset=UTF-8", "UNKNOWN_EXCEPTION"},
      {"bad_gateway", 502, "text/html;charset=UTF-8", "<h1>502</h1>"},
      {"unavailable", 503, "application/json;charset=UTF-8", "SERVER_UNAVAILABLE"},
      {"query_timeout", 400, "application/json;charset=UTF-8", "QUERY_TIMEOUT"},
      {"stale_locator", 400, "application/json;charset=UTF-8", "INVALID_QUERY_LOCATOR"},
      {"errors_with_200", 200, "application/json;charset=UTF-8", "UNKNOWN_EXCEPTION"},
      {"login_page", 200, "text/html;charset=UTF-8", "login_form"},
      {"login_redirect", 302, "", ""},
  };
  for (const auto& row : rows) {
    play({{{"fault", row.fault}}});
    const Answer answer = ask();
    EXPECT_EQ(answer.status, row.status) << row.fault;
    EXPECT_EQ(answer.header("Content-Type"), row.type) << row.fault;
    EXPECT_THAT(answer.text, HasSubstr(row.text)) << row.fault;
    EXPECT_EQ(answer.headers.get("Location").has_value(), row.status == 302) << row.fault;
    EXPECT_FALSE(answer.headers.get("Sforce-Limit-Info")) << row.fault;
  }
}

TEST_F(Faults, AnAnswerSaysWhatTheRuleSays) {
  play({{{"fault", "answer"},
         {"with",
          {{"status", 429},
           {"code", "TOO_FAST"},
           {"message", "slow down"},
           {"fields", {"Email"}},
           {"retry_after", "99999999999"},
           {"headers", {{"X-Edge", "e7"}}}}}}});
  const Answer answer = ask();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body,
            Json({{{"message", "slow down"}, {"errorCode", "TOO_FAST"}, {"fields", {"Email"}}}}));
  EXPECT_EQ(answer.header("Retry-After"), "99999999999");
  EXPECT_EQ(answer.header("X-Edge"), "e7");
  for (const char* body : {"text", "empty"}) {
    play({{{"fault", "unavailable"}, {"with", {{"body", body}, {"message", "later"}}}}});
    EXPECT_EQ(ask().text, body == std::string("text") ? "later" : "");
  }
}

TEST_F(Faults, RetryAfterMayBeADateOfTheOrgsClock) {
  play({{{"fault", "unavailable"}, {"with", {{"retry_after_date_seconds", 120}}}}});
  EXPECT_EQ(ask().header("Retry-After"), "Sat, 21 Nov 2026 10:02:00 GMT");
}

TEST_F(Faults, AnAnswerMayHideWhatWasCommitted) {
  play({{{"fault", "bad_gateway"}, {"on", {{"operation", "create"}}}, {"with", {{"committed", true}}}},
        {{"fault", "bad_gateway"}, {"on", {{"operation", "delete"}}}}});
  const std::string roy = column("SELECT Id FROM Lead", "Id").front();
  EXPECT_EQ(call("POST", "sobjects/Lead", {{"LastName", "New"}, {"Company", "A"}}).status, 502);
  EXPECT_EQ(call("DELETE", "sobjects/Lead/" + roy).status, 502);
  EXPECT_EQ(leads(), 2) << "the one was created, the other not deleted";
}

TEST_F(Faults, HeadersComeAndGo) {
  play({{{"fault", "headers"},
         {"with", {{"headers", {{"Date", "yesterday"}}}, {"remove", {"Sforce-Limit-Info"}}}}}});
  const Answer answer = ask();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Date"), "yesterday");
  EXPECT_FALSE(answer.headers.get("Sforce-Limit-Info"));
}

TEST_F(Faults, ABodyEndsEarly) {
  const std::string whole = ask().text;
  const auto cut_to = [&](const Json& with) {
    play({{{"fault", "truncate"}, {"with", with}}});
    return raw().body;
  };
  EXPECT_EQ(cut_to({{"after_bytes", 5}}), whole.substr(0, 5));
  EXPECT_EQ(cut_to({{"share", 0.25}}), whole.substr(0, whole.size() / 4));
  EXPECT_EQ(cut_to({{"after_bytes", 1'000'000}}), whole);
}

TEST_F(Faults, CompressionBreaksInEveryWay) {
  for (const char* broken : {"cut", "corrupt", "checksum"}) {
    play({{{"fault", "gzip"}, {"with", {{"broken", broken}}}}});
    const http::Response answer = raw();
    EXPECT_EQ(answer.headers.get("Content-Encoding"), "gzip");
    const auto decoded = http::gzip_decompress(answer.body, 1'000'000);
    ASSERT_FALSE(decoded) << broken;
    EXPECT_EQ(decoded.error().code, ErrorCode::kBadPayload);
  }
}

// ---- sessions ----

TEST_F(Faults, ASessionEndsBetweenTwoPages) {
  for (int i = 0; i < 3; ++i)
    lead({{"LastName", "L" + std::to_string(i)}});
  set_knobs([](Knobs& k) { k.page_size_max = 2; });
  play({{{"fault", "expire_session"}, {"on", {{"operation", "query_page"}}}}});
  const std::string next = ask().body["nextRecordsUrl"];
  const Answer page = send("GET", next, {{"Authorization", "Bearer " + token_}});
  EXPECT_EQ(page.status, 401);
  EXPECT_EQ(page.code(), "INVALID_SESSION_ID");
  token_.clear();
  EXPECT_EQ(ask().status, 200) << "a new session works";
}

TEST_F(Faults, EndlessLoginsAreNotProvokedUnlessARuleSaysSo) {
  const auto refusals = [&](Json rule) {
    rule["on"] = {{"operation", "query"}};
    play(Json::array({std::move(rule)}));
    int count = 0;
    for (int i = 0; i < 10; ++i) {
      if (ask().status == 401) ++count;
      token_.clear();
    }
    return count;
  };
  EXPECT_EQ(refusals({{"fault", "session_expired"}}), 2);
  EXPECT_EQ(refusals({{"fault", "expire_session"}}), 2);
  EXPECT_EQ(refusals({{"fault", "answer"}, {"with", {{"status", 401}}}}), 2);
  EXPECT_EQ(refusals({{"fault", "session_expired"}, {"when", {{"times", 7}}}}), 7);
}

TEST_F(Faults, RefreshTokensDieToo) {
  const std::string refresh = front_->authorize();
  play({{{"fault", "expire_session"},
         {"on", {{"operation", "query"}}},
         {"with", {{"refresh_tokens", true}}}}});
  EXPECT_EQ(ask().status, 401);
  const Answer refused =
      login("grant_type=refresh_token&client_id=app&client_secret=" + std::string(kSecret) +
            "&refresh_token=" + refresh);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["error_description"], "expired access/refresh token");
}

// ---- plans ----

TEST_F(Faults, ABadPlanIsRefusedWithThePlaceAtFault) {
  const auto rule = [](const Json& more) {
    Json rule = {{"fault", "unavailable"}};
    if (more.is_object()) rule.update(more);
    return rule;
  };
  const struct {
    Json rules;
    const char* message;
  } rows[] = {
      {"none", "rules must be a list"},
      {Json::array({5}), "rules[0] must be an object"},
      {Json::array({Json::object()}), "rules[0].fault is missing"},
      {Json::array({rule({{"fault", "plague"}})}), "rules[0].fault must be among answer,"},
      {Json::array({rule({}), rule({{"colour", 1}})}), "rules[1].colour is not known"},
      {Json::array({rule({{"on", {{"operation", "dance"}}}})}), "rules[0].on.operation must be among login,"},
      {Json::array({rule({{"on", {{"object", "Unicorn"}}}})}), "rules[0].on.object is no object"},
      {Json::array({rule({{"on", {{"where", "Email = null"}}}})}),
       "rules[0].on.where is for lock_row and refuse_row"},
      {Json::array({rule({{"fault", "lock_row"}, {"on", {{"where", "Email = null"}}}})}),
       "rules[0].on.where needs the object"},
      {Json::array({rule({{"fault", "lock_row"}, {"on", {{"object", "Lead"}, {"where", "Nope = 1"}}}})}),
       "rules[0].on.where: INVALID_FIELD"},
      {Json::array({rule({{"when", {{"nth", 0}}}})}), "rules[0].when.nth must be a whole number from 1"},
      {Json::array({rule({{"when", {{"nth", Json::array({1e300})}}}})}),
       "rules[0].when.nth must be a whole number"},
      {Json::array({rule({{"when", {{"probability", 2}}}})}),
       "rules[0].when.probability must be a number from 0 to 1"},
      {Json::array({rule({{"when", {{"rows", 2}}}})}), "rules[0].when counts records"},
      {Json::array({rule({{"with", {{"status", 99}}}})}),
       "rules[0].with.status must be a whole number from 200 to 599"},
      {Json::array({rule({{"with", {{"headers", {{"X", "a\r\nSet-Cookie: b"}}}}}})}),
       "rules[0].with.headers.X can't be sent"},
      {Json::array({rule({{"with", {{"bytes", 1}}}})}), "rules[0].with.bytes is not known"},
      {Json::array({rule({{"fault", "cut"}})}), "rules[0].with.after_bytes is missing"},
      {Json::array({rule({{"fault", "gzip"}, {"with", {{"broken", "no"}}}})}),
       "rules[0].with.broken must be among cut,"},
      {Json(std::vector<Json>(1'001, rule({}))), "rules are more than 1000"},
  };
  play(Json::array({rule({{"name", "kept"}})}));
  for (const auto& row : rows) {
    const Answer answer = plan(row.rules);
    EXPECT_EQ(answer.status, 400) << row.message;
    EXPECT_EQ(answer.code(), "INVALID_INPUT");
    EXPECT_THAT(answer.message(), HasSubstr(row.message));
  }
  EXPECT_EQ(admin("faults", {{"seed", -1}, {"rules", Json::array()}}).message(),
            "seed must be a whole number from 0");
  EXPECT_EQ(admin_get("faults").body["rules"][0]["name"], "kept") << "a bad plan changes nothing";
}

}  // namespace
}  // namespace prospectd::sandbox::testing
