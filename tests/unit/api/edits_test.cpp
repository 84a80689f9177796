// Prospects changed and made through the API: over a real store, with what goes out and what is refused.
#include <gmock/gmock.h>

#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using reconcile::PushLane;
using reconcile::PushOperation;
using testing::ElementsAre;

class EditsApi : public ApiTest {
 protected:
  EditsApi() {
    store::SqliteOptions memory;
    memory.path = ":memory:";
    memory.schema = schema_;
    filters.reset();
    tokens.reset();
    database = *store::open_sqlite(std::move(memory));
    fill();
    tokens = *service::make_tokens(scheduler, *database);
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    supervisor_.flow_list.push_back(
        {"salesforce",
         {{"Lead", true, true, {field::kEmail, field::kTitle, field::kOptedOut, field::kOwner}, {}}}});
    real_ = service::make_service(scheduler, supervisor_, *database, schema_, service::canonical);
    edits = service::make_edits(scheduler, supervisor_, *database, schema_);
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.edits = edits.get();
    handler = *make_api(scheduler, *real_, std::move(options));
  }

  // Prospect 1 (ada@x.test, linked) and 2 (bo@x.test, opted out); user 1 (ana@x.test); stage "new".
  void fill() {
    const auto org = *database->connection("salesforce");
    reconcile::Plan plan;
    for (const auto& [id, email] : {std::pair<int64_t, const char*>{1, "ada@x.test"}, {2, "bo@x.test"}}) {
      reconcile::CreateProspect made;
      made.prospect.id = {id};
      made.prospect.version = 1;
      made.prospect.fields.assign(schema_.size(), mapping::Value::null());
      made.prospect.fields[field::kEmail] = mapping::Value(email);
      made.prospect.addresses.push_back({email, email});
      if (id == 2) made.prospect.fields[field::kOptedOut] = mapping::Value(true);
      if (id == 1) {
        made.link.emplace();
        made.link->prospect = {1};
        made.link->connection = org;
        made.link->object = "Lead";
        made.link->remote = RemoteId("00Q000000000001EAA");
      }
      plan.steps.emplace_back(std::move(made));
    }
    reconcile::User ana;
    ana.id = {1};
    ana.name = "Ana Roy";
    ana.email_key = "ana@x.test";
    plan.steps.emplace_back(reconcile::PutUser{ana, true});
    auto transaction = *database->begin();
    EXPECT_TRUE(transaction->apply(plan, scheduler.now()));
    EXPECT_TRUE(transaction->commit());
  }

  static http::ServerRequest patch(std::string target, const Json& body) {
    http::ServerRequest asked = post(std::move(target), body.dump());
    asked.method = "PATCH";
    return asked;
  }
  static Json resource_of(const char* id, const Json& attributes) {
    Json data = {{"type", "prospects"}, {"attributes", attributes}};
    if (*id != '\0') data["id"] = id;
    return {{"data", data}};
  }
  Json attributes_at(const std::string& target) { return data_of(get(target))["attributes"]; }
  std::vector<reconcile::OutboxEntry> outbox(int64_t prospect) {
    return *(*database->reader())->outbox_of({prospect});
  }
  /// code and pointer of each error
  static std::vector<std::pair<std::string, std::string>> faults(const http::Response& answer) {
    EXPECT_EQ(answer.status, 422) << answer.body;
    std::vector<std::pair<std::string, std::string>> found;
    const Json body = body_of(answer);
    for (const Json& error : body["errors"])
      found.emplace_back(error["code"], error.value("source", Json::object()).value("pointer", ""));
    return found;
  }

  mapping::LocalSchema schema_ = service::schema_with_birthday();
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
};

TEST_F(EditsApi, AFieldIsSetAndItsPushIsCommittedWithIt) {
  const auto answer = send(patch("/v1/prospects/1", resource_of("1", {{"title", "VP Sales"}})));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.get("etag"), "\"2\"");
  const Json body = body_of(answer);
  EXPECT_EQ(body["data"]["attributes"]["title"], "VP Sales");
  EXPECT_EQ(body["meta"]["changes"],
            Json::parse(R"([{"field": "title", "before": null, "after": "VP Sales"}])"));
  EXPECT_EQ(body["meta"]["pushes"][0]["operation"], "update");
  ASSERT_EQ(outbox(1).size(), 1U);
  EXPECT_EQ(outbox(1)[0].remote, RemoteId("00Q000000000001EAA"));
}

TEST_F(EditsApi, ANumberOfMoreDigitsThanAreKeptIsRefused) {
  for (const char* number : {"12345678901234567890", "12345678901234567890123", "-1e30"}) {
    http::ServerRequest asked =
        post("/v1/prospects/1", std::string(R"({"title": )") + number + R"(, "phone": 4471234567})");
    asked.method = "PATCH";
    const auto answer = send(std::move(asked));
    EXPECT_THAT(faults(answer), ElementsAre(std::pair("field_error", "/title"))) << number;
    EXPECT_THAT(answer.body, testing::HasSubstr("give it as a text, in quotes"));
  }
  EXPECT_EQ(send(patch("/v1/prospects/1", {{"phone", 4471234567}})).status, 200);
  EXPECT_EQ(attributes_at("/v1/prospects/1")["phone"], "4471234567");
}

TEST_F(EditsApi, WhatGoesToNoRecordIsTold) {
  const Json meta = body_of(send(patch("/v1/prospects/1", {{"title", "VP"}, {"website", "x.test"}})))["meta"];
  EXPECT_EQ(meta["pushes"].size(), 1U);
  EXPECT_EQ(meta["stays"],
            Json::parse(R"([{"connection": "salesforce", "object": "Lead", "fields": ["website"],
                                            "reason": "NOT_GIVEN_OUT", "message": "No line of the mapping gives this field out"}])"));
}

TEST_F(EditsApi, S12_AChangeNamesTheCauseThatItIsKnownBy) {
  const auto told = [](const http::Response& answer) {
    const Json meta = body_of(answer)["meta"];
    return std::pair(meta["cause"], meta["undoable"]);
  };
  EXPECT_EQ(told(send(patch("/v1/prospects/1?dryRun=true", {{"title", "VP"}}))),
            std::pair(Json(), Json(false)));
  EXPECT_EQ(told(send(patch("/v1/prospects/1", {{"title", "VP"}}))), std::pair(Json("c-1"), Json(true)));
  EXPECT_EQ(told(send(patch("/v1/prospects/1", {{"title", "VP"}}))), std::pair(Json(), Json(false)))
      << "nothing was written";
  EXPECT_EQ(told(send(patch("/v1/prospects/1", {{"opted_out", true}}))), std::pair(Json("c-2"), Json(false)))
      << "an opt-out is never taken back by an undo";
  EXPECT_EQ(told(send(post("/v1/prospects", R"({"last_name": "Roy"})"))),
            std::pair(Json("c-3"), Json(false)));
  EXPECT_EQ(data_of(get("/v1/causes/3"))["attributes"]["kind"], "edit");
  const auto rows = post("/v1/imports", R"({"rows": [{"line": 2, "fields": {"last_name": "Ray"}}]})");
  EXPECT_EQ(told(send(rows)), std::pair(Json("c-4"), Json(false)));
}

TEST_F(EditsApi, TheBodyMayBeTheFieldsThemselvesWithLocalNames) {
  const auto answer =
      send(patch("/v1/prospects/1",
                 {{"first_name", "Ada"}, {"owner", "ana@x.test"}, {"custom.birthday", "1990-02-03"}}));
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json data = data_of(get("/v1/prospects/1"));
  EXPECT_EQ(data["attributes"]["firstName"], "Ada");
  EXPECT_EQ(data["attributes"]["custom"]["birthday"], "1990-02-03");
  EXPECT_EQ(data["relationships"]["owner"]["data"]["id"], "1");
  EXPECT_EQ(outbox(1).at(0).lane, PushLane::kOwner);
}

TEST_F(EditsApi, AValueThatRefersToSomethingHasItsName) {
  for (const char* target : {"/v1/prospects/1?dryRun=true", "/v1/prospects/1"}) {
    const Json meta = body_of(send(patch(target, {{"owner", "ana@x.test"}})))["meta"];
    EXPECT_EQ(meta["names"], Json::parse(R"({"owner": {"1": "Ana Roy"}})")) << target;
    EXPECT_EQ(meta["changes"][0]["after"], 1) << "the number stays what it is";
  }
}

TEST_F(EditsApi, AnOwnerIsSetAndTakenAwayAsARelationship) {
  Json body = {{"data", {{"type", "prospects"}, {"id", "1"}}}};
  body["data"]["relationships"]["owner"]["data"] = {{"type", "users"}, {"id", "1"}};
  EXPECT_EQ(send(patch("/v1/prospects/1", body)).status, 200);
  body["data"]["relationships"]["owner"]["data"] = nullptr;
  EXPECT_EQ(send(patch("/v1/prospects/1", body)).status, 200);
  EXPECT_TRUE(data_of(get("/v1/prospects/1"))["relationships"]["owner"]["data"].is_null());
  body["data"]["relationships"]["owner"]["data"] = {{"type", "accounts"}, {"id", "1"}};
  EXPECT_THAT(faults(send(patch("/v1/prospects/1", body))),
              ElementsAre(std::pair("field_error", "/data/relationships/owner")));
}

TEST_F(EditsApi, EveryFaultIsToldAtOnceWithItsPlaceAndNothingIsDone) {
  const Json asked = {{"titel", "CTO"},       {"title", Json::array({1})},
                      {"email", "bo@x.test"}, {"tags", Json::array()},
                      {"owner", "1"},         {"city", "Paris"}};
  const auto answer = send(patch("/v1/prospects/1", resource_of("1", asked)));
  EXPECT_THAT(faults(answer),
              testing::UnorderedElementsAre(std::pair("field_unknown", "/data/attributes/titel"),
                                            std::pair("field_error", "/data/attributes/title"),
                                            std::pair("email_taken", "/data/attributes/email"),
                                            std::pair("field_unknown", "/data/attributes/tags"),
                                            std::pair("field_unknown", "/data/attributes/owner")));
  EXPECT_TRUE(attributes_at("/v1/prospects/1")["city"].is_null());
  EXPECT_TRUE(outbox(1).empty());
}

TEST_F(EditsApi, S11_AnOptOutIsTakenBackOnlyWithOptIn) {
  const Json back = {{"optedOut", false}};
  EXPECT_THAT(faults(send(patch("/v1/prospects/2", back))),
              ElementsAre(std::pair("opt_out_is_monotone", "/optedOut")));
  EXPECT_EQ(attributes_at("/v1/prospects/2")["optedOut"], true);
  EXPECT_EQ(send(patch("/v1/prospects/2?optIn=true", back)).status, 200);
  EXPECT_EQ(attributes_at("/v1/prospects/2")["optedOut"], false);
}

TEST_F(EditsApi, AnETagThatIsNotTheNewestIsRefusedAndNothingIsDone) {
  EXPECT_EQ(get("/v1/prospects/1").headers.get("etag"), "\"1\"");
  const auto set = [&](const char* tag, const char* title) {
    http::ServerRequest asked = patch("/v1/prospects/1", {{"title", title}});
    asked.headers.add("If-Match", tag);
    return send(std::move(asked)).status;
  };
  EXPECT_EQ(set("\"1\"", "first"), 200);
  EXPECT_EQ(set("\"1\"", "second"), 412);
  EXPECT_EQ(set("W/\"2\"", "second"), 412);
  EXPECT_EQ(set("\"2\", \"3\"", "second"), 400);
  EXPECT_EQ(attributes_at("/v1/prospects/1")["title"], "first");
  EXPECT_EQ(set("*", "third"), 200);
}

TEST_F(EditsApi, ADryRunSaysWhatWouldBeDoneAndDoesNothing) {
  const auto answer = send(patch("/v1/prospects/1?dryRun=true", {{"title", "VP"}}));
  EXPECT_EQ(answer.status, 200);
  const Json body = body_of(answer);
  EXPECT_FALSE(body.contains("data"));
  EXPECT_EQ(body["meta"]["dryRun"], true);
  EXPECT_EQ(body["meta"]["changes"][0]["after"], "VP");
  EXPECT_EQ(body["meta"]["pushes"][0]["object"], "Lead");
  EXPECT_EQ(get("/v1/prospects/1").headers.get("etag"), "\"1\"");
  EXPECT_TRUE(outbox(1).empty());
}

TEST_F(EditsApi, AProspectIsMadeAndToBeCreatedInTheCrm) {
  const auto answer =
      send(post("/v1/prospects", resource_of("", {{"email", "new@x.test"}, {"lastName", "New"}}).dump()));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.headers.get("location"), "/v1/prospects/3");
  EXPECT_EQ(attributes_at("/v1/prospects/3")["lastName"], "New");
  ASSERT_EQ(outbox(3).size(), 1U);
  EXPECT_EQ(outbox(3)[0].operation, PushOperation::kCreate);
}

TEST_F(EditsApi, S2_5_AProspectWithATakenAddressIsDuplicateEmailAndNamesTheOther) {
  const auto answer = send(post("/v1/prospects", R"({"email": "ADA@x.test"})"));
  EXPECT_THAT(faults(answer), ElementsAre(std::pair("duplicate_email", "/email")));
  EXPECT_EQ(body_of(answer)["errors"][0]["meta"]["prospect"], "1");
  EXPECT_EQ(get("/v1/prospects/3").status, 404);
}

TEST_F(EditsApi, WhatIsNotThereOrNoEditIsRefused) {
  EXPECT_EQ(send(patch("/v1/prospects/99", {{"title", "x"}})).status, 404);
  EXPECT_EQ(send(patch("/v1/prospects/none", {{"title", "x"}})).status, 404);
  EXPECT_EQ(send(patch("/v1/prospects/1", Json::array())).status, 400);
  EXPECT_EQ(send(patch("/v1/prospects/1", resource_of("2", {{"title", "x"}}))).status, 400);
  EXPECT_EQ(send(post("/v1/prospects", "{}")).status, 400);
  EXPECT_EQ(send(post("/v1/prospects", R"({"email": "", "title": null, "city": " "})")).status, 400);
  EXPECT_EQ(get("/v1/prospects/3").status, 404) << "a prospect of nothing was made";
  EXPECT_EQ(send(patch("/v1/prospects/1", {{"title", 18446744073709551615ULL}})).status, 422);
}

TEST_F(EditsApi, S13_WhoMayOnlyReadChangesNothing) {
  const auto issue = [&](const char* role) {
    const auto made = send(post("/v1/tokens", Json{{"name", role}, {"user", "bo"}, {"role", role}}.dump()));
    return body_of(made)["data"]["attributes"]["token"].get<std::string>();
  };
  const auto set_with = [&](const std::string& token) {
    http::ServerRequest asked = patch("/v1/prospects/1", {{"title", "VP"}});
    asked.headers.set("Authorization", "Bearer " + token);
    return send(std::move(asked)).status;
  };
  EXPECT_EQ(set_with(issue("read")), 403);
  EXPECT_TRUE(attributes_at("/v1/prospects/1")["title"].is_null());
  EXPECT_EQ(set_with(issue("user")), 200);
  const auto journal = *(*database->reader())->journal_of(ProspectId{1}, 10);
  ASSERT_EQ(journal.size(), 1U);
  EXPECT_EQ(journal[0].actor, "bo");
  EXPECT_EQ(journal[0].entry.after, "\"VP\"");
}

TEST_F(EditsApi, S12_ExplainTellsWhoChangedAField) {
  send(patch("/v1/prospects/1", {{"title", "VP"}}));
  const std::string told = get("/v1/explain?subject=1").body;
  EXPECT_THAT(told, testing::HasSubstr("LOCAL_EDIT"));
  EXPECT_THAT(told, testing::HasSubstr("admin"));
}

TEST_F(EditsApi, OfAnImportTheGoodRowsGoInAndTheOthersAreTold) {
  const Json rows = {{"rows",
                      {{{"line", 2}, {"fields", {{"email", "a@x.test"}, {"last_name", "A"}}}},
                       {{"line", 3}, {"fields", {{"email", "ada@x.test"}}}},
                       {{"line", 4}, {"fields", {{"email", "A@x.test"}}}},
                       {{"line", 5}, {"fields", {{"nonsense", "1"}}}},
                       {{"line", 6}, {"fields", {{"email", ""}, {"city", nullptr}}}},
                       {{"line", 7}, {"fields", {{"last_name", "B"}}}}}}};
  const Json preview = body_of(send(post("/v1/imports?dryRun=true", rows.dump())))["meta"];
  EXPECT_EQ(preview["created"], 2);
  EXPECT_EQ(preview["rows"][1]["errors"][0]["detail"], "email is an address of prospect 1");
  EXPECT_EQ(preview["rows"][2]["errors"][0]["detail"], "email is an address of the prospect of line 2");
  EXPECT_FALSE(preview["rows"][2]["errors"][0].contains("meta")) << "it has no number yet";
  EXPECT_EQ(get("/v1/prospects/3").status, 404);
  const auto answer = send(post("/v1/imports", rows.dump()));
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json meta = body_of(answer)["meta"];
  EXPECT_EQ(meta["created"], 2);
  EXPECT_EQ(meta["refused"], 4);
  std::vector<std::pair<int64_t, std::string>> outcomes;
  for (const Json& row : meta["rows"])
    outcomes.emplace_back(row["line"], row["errors"].empty() ? row["prospectId"] : row["errors"][0]["code"]);
  EXPECT_THAT(outcomes,
              ElementsAre(std::pair(2, "3"), std::pair(3, "duplicate_email"), std::pair(4, "duplicate_email"),
                          std::pair(5, "field_unknown"), std::pair(6, "field_error"), std::pair(7, "4")));
  EXPECT_EQ(attributes_at("/v1/prospects/4")["lastName"], "B");
  const auto journal = *(*database->reader())->journal_of(ProspectId{4}, 10);
  ASSERT_EQ(journal.size(), 1U);
  EXPECT_EQ(journal[0].entry.count, 2);
}

TEST_F(EditsApi, AnImportIsBounded) {
  Json rows = {{"rows", Json::array()}};
  for (int i = 0; i < 501; ++i)
    rows["rows"].push_back({{"line", i + 1}, {"fields", {{"city", "x"}}}});
  EXPECT_EQ(send(post("/v1/imports", rows.dump())).status, 400);
  EXPECT_EQ(get("/v1/prospects/3").status, 404);
}

}  // namespace
}  // namespace prospectd::api
