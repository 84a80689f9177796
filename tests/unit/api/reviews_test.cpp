// Conflicts that a person decides, through the API over a real store.
#include <gmock/gmock.h>

#include "daemon/service/reviews.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using testing::ElementsAre;
using testing::HasSubstr;

/// Prospect 1 follows a lead. Both had the title "CTO"; the CRM has "CEO" now, the prospect "VP" (conflict
/// 1). And the CRM's address is prospect 2's (conflict 2).
class ReviewsApi : public ApiTest {
 protected:
  ReviewsApi() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    supervisor_.flow_list.push_back({"salesforce", {{"Lead", false, true, {field::kTitle}, {}}}});
    fill(*database->connection("salesforce"));
    real_ = service::make_service(scheduler, supervisor_, *database, {}, service::canonical);
    edits = service::make_edits(scheduler, supervisor_, *database, {});
    reviews_ = service::make_reviews(scheduler, supervisor_, *database, {});
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.edits = edits.get();
    options.reviews = reviews_.get();
    handler = *make_api(scheduler, *real_, std::move(options));
  }

  void fill(store::ConnectionId org) {
    reconcile::Plan plan;
    for (int64_t id = 1; id <= 2; ++id) {
      const std::string email = "p" + std::to_string(id) + "@x.test";
      reconcile::CreateProspect made;
      made.prospect.id = {id};
      made.prospect.version = 1;
      made.prospect.fields.assign(mapping::LocalSchema().size(), mapping::Value::null());
      made.prospect.fields[field::kLastName] = mapping::Value("Diaz");
      made.prospect.fields[field::kTitle] = mapping::Value("VP");
      made.prospect.fields[field::kEmail] = mapping::Value(email);
      made.prospect.addresses = {{email, email}};
      if (id == 1) {
        made.link.emplace();
        made.link->prospect = {1};
        made.link->connection = org;
        made.link->object = "Lead";
        made.link->remote = RemoteId("00Q000000000001EAA");
        made.link->shadow[field::kTitle] = {mapping::Value("CTO"), mapping::Value("CTO")};
      }
      plan.steps.emplace_back(std::move(made));
    }
    plan.steps.emplace_back(
        reconcile::OpenConflict{{1}, org, field::kTitle, mapping::Value("CEO"), mapping::Value("VP")});
    plan.steps.emplace_back(reconcile::OpenConflict{
        {1}, org, field::kEmail, mapping::Value("p2@x.test"), mapping::Value("p1@x.test")});
    auto transaction = *database->begin();
    EXPECT_TRUE(transaction->apply(plan, scheduler.now()));
    EXPECT_TRUE(transaction->commit());
  }

  http::Response patch(const std::string& target, const Json& body) {
    http::ServerRequest asked = post(target, body.dump());
    asked.method = "PATCH";
    return send(std::move(asked));
  }
  http::Response resolve(const std::string& id, const Json& body) {
    return patch("/v1/conflictReviews/" + id, body);
  }
  Json shown(const std::string& id) { return data_of(get("/v1/conflictReviews/" + id))["attributes"]; }
  store::ProspectRow row() { return **(*database->reader())->prospect(ProspectId{1}); }
  std::string title() { return row().prospect.fields[field::kTitle].to_text(); }

  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::Reviews> reviews_;
};

TEST_F(ReviewsApi, AConflictShowsBothSidesAndWhatBothHad) {
  const Json rows = data_of(get("/v1/conflictReviews"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["attributes"]["crmValue"], "CEO");
  EXPECT_EQ(rows[0]["attributes"]["prospectValue"], "VP");
  EXPECT_EQ(rows[0]["attributes"]["agreedValue"], "CTO");
  EXPECT_EQ(rows[0]["attributes"]["goesOut"], true);
  EXPECT_EQ(rows[0]["relationships"]["prospect"]["meta"]["name"], "Diaz");
  EXPECT_EQ(rows[1]["attributes"]["goesOut"], false);
  const Json page = body_of(get("/v1/conflictReviews?page[size]=1"));
  EXPECT_EQ(body_of(get(page["links"]["next"]))["data"][0]["id"], "2");
}

TEST_F(ReviewsApi, OwnersHaveTheirNames) {
  reconcile::User ana;
  ana.id = {7};
  ana.name = "Ana Roy";
  ana.email_key = "ana@x.test";
  reconcile::Plan plan;
  plan.steps.emplace_back(reconcile::PutUser{ana, true});
  plan.steps.emplace_back(reconcile::OpenConflict{{1},
                                                  *database->connection("salesforce"),
                                                  field::kOwner,
                                                  mapping::Value(int64_t{7}),
                                                  mapping::Value::null()});
  auto transaction = *database->begin();
  ASSERT_TRUE(transaction->apply(plan, scheduler.now()));
  ASSERT_TRUE(transaction->commit());
  const Json rows = data_of(get("/v1/conflictReviews"));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["attributes"]["names"], Json::object());
  EXPECT_EQ(rows[2]["attributes"]["crmValue"], 7) << "the number stays what it is";
  EXPECT_EQ(rows[2]["attributes"]["names"], Json::parse(R"({"owner": {"7": "Ana Roy"}})"));
  EXPECT_EQ(shown("3")["names"], Json::parse(R"({"owner": {"7": "Ana Roy"}})"));
}

TEST_F(ReviewsApi, S11_TheCrmsValueIsTakenAndTheConflictIsClosed) {
  const auto answer = resolve("1", {{"take", "crm"}, {"version", shown("1")["version"]}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer)["meta"],
            Json::parse(R"({"taken": "crm", "changes": [{"field": "title", "before": "VP", "after": "CEO"}],
                            "pushes": [], "cause": "c-1", "undoable": true, "names": {}})"));
  EXPECT_EQ(title(), "CEO");
  EXPECT_FALSE(row().links[0].shadow.contains(field::kTitle));
  EXPECT_EQ(get("/v1/conflictReviews/1").status, 404);
  EXPECT_EQ((*database->reader())->totals()->open_conflicts, 1);
  EXPECT_EQ(resolve("1", {{"take", "crm"}}).status, 404);
}

TEST_F(ReviewsApi, S11_TheProspectsValueIsKeptAndGoesOut) {
  const auto answer = resolve("1", {{"take", "prospect"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer)["meta"]["pushes"][0]["operation"], "update");
  EXPECT_EQ(title(), "VP");
  EXPECT_EQ((*database->reader())->outbox_of(ProspectId{1})->size(), 1U);
  EXPECT_EQ(row().links[0].shadow.at(field::kTitle),
            (reconcile::Agreement{mapping::Value("CEO"), mapping::Value("CEO")}));
}

TEST_F(ReviewsApi, AVersionThatIsNotTheOneOfNowIsRefusedAndNothingIsDone) {
  const std::string seen = shown("1")["version"];
  ASSERT_EQ(patch("/v1/prospects/1", {{"title", "CFO"}}).status, 200);
  const auto stale = resolve("1", {{"take", "crm"}, {"version", seen}});
  EXPECT_EQ(stale.status, 409);
  EXPECT_THAT(detail_of(stale), HasSubstr("has changed since it was shown"));
  EXPECT_EQ(title(), "CFO");
  EXPECT_EQ(shown("1")["prospectValue"], "CFO");
  EXPECT_EQ(resolve("1", {{"take", "crm"}, {"version", shown("1")["version"]}}).status, 200);
  EXPECT_EQ(title(), "CEO");
}

TEST_F(ReviewsApi, S1_AnAddressOfAnotherProspectIsNotTaken) {
  const auto refused = resolve("2", {{"take", "crm"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(detail_of(refused), HasSubstr("belongs to prospect 2"));
  EXPECT_EQ(resolve("2", {{"take", "prospect"}}).status, 200);
  EXPECT_EQ((*database->reader())->totals()->open_conflicts, 1);
}

TEST_F(ReviewsApi, WhatIsNoDecisionOrNoConflictIsRefused) {
  EXPECT_EQ(resolve("1", {{"take", "both"}}).status, 400);
  EXPECT_EQ(resolve("1", Json::object()).status, 400);
  EXPECT_EQ(resolve("1", {{"take", "crm"}, {"more", 1}}).status, 400);
  EXPECT_EQ(resolve("9", {{"take", "crm"}}).status, 404);
  EXPECT_EQ(resolve("x", {{"take", "crm"}}).status, 404);
  EXPECT_EQ(title(), "VP");
}

TEST_F(ReviewsApi, S12_ExplainTellsWhoDecidedAndBothValues) {
  resolve("1", {{"take", "crm"}});
  const std::string told = get("/v1/explain?subject=1").body;
  EXPECT_THAT(told, HasSubstr("REVIEW_TOOK_CRM"));
  EXPECT_THAT(told, HasSubstr("by admin"));
  EXPECT_THAT(told, HasSubstr("and before that both"));
}

TEST_F(ReviewsApi, S13_WhoMayOnlyReadDecidesNothing) {
  const auto made = send(post("/v1/tokens", R"({"name": "r", "user": "bo", "role": "read"})"));
  const std::string token = body_of(made)["data"]["attributes"]["token"];
  http::ServerRequest asked = post("/v1/conflictReviews/1", R"({"take": "crm"})");
  asked.method = "PATCH";
  asked.headers.set("Authorization", "Bearer " + token);
  EXPECT_EQ(send(std::move(asked)).status, 403);
  EXPECT_EQ(title(), "VP");
}

}  // namespace
}  // namespace prospectd::api
