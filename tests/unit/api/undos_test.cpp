// Undos through the API over a real store: what is restored and told, who may, and what is refused.
#include <gmock/gmock.h>

#include "daemon/service/undo.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using testing::HasSubstr;

/// Prospect 1 was titled "CTO", and is "VP" since cause 1, which was an edit of the admin's.
class UndosApi : public ApiTest {
 protected:
  UndosApi() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    supervisor_.flow_list.push_back({"salesforce", {{"Lead", false, true, {field::kTitle}, {}}}});
    fill(*database->connection("salesforce"));
    real_ = service::make_service(scheduler, supervisor_, *database, {}, service::canonical);
    edits = service::make_edits(scheduler, supervisor_, *database, {});
    undos_ = service::make_undos(scheduler, supervisor_, *database, {});
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.edits = edits.get();
    options.undos = undos_.get();
    handler = *make_api(scheduler, *real_, std::move(options));
    set_title("VP");
  }

  void fill(store::ConnectionId org) {
    reconcile::CreateProspect made;
    made.prospect.id = {1};
    made.prospect.version = 1;
    made.prospect.fields.assign(mapping::LocalSchema().size(), mapping::Value::null());
    made.prospect.fields[field::kTitle] = mapping::Value("CTO");
    made.link.emplace();
    made.link->prospect = {1};
    made.link->connection = org;
    made.link->object = "Lead";
    made.link->remote = RemoteId("00Q000000000001EAA");
    reconcile::Plan plan;
    plan.steps.emplace_back(std::move(made));
    auto transaction = *database->begin();
    EXPECT_TRUE(transaction->apply(plan, scheduler.now()));
    EXPECT_TRUE(transaction->commit());
  }
  void set_title(const char* title) {
    http::ServerRequest asked = post("/v1/prospects/1", Json({{"title", title}}).dump());
    asked.method = "PATCH";
    EXPECT_EQ(send(std::move(asked)).status, 200);
  }
  http::Response undo(const Json& order, const std::string& token = kToken) {
    http::ServerRequest asked = post("/v1/undos", order.dump());
    asked.headers.set("Authorization", "Bearer " + token);
    return send(std::move(asked));
  }
  std::string token_of(const char* user) {
    const auto made =
        send(post("/v1/tokens", Json({{"name", user}, {"user", user}, {"role", "user"}}).dump()));
    return body_of(made)["data"]["attributes"]["token"];
  }
  std::string title() {
    const auto row = (*database->reader())->prospect(ProspectId{1});
    return (**row).prospect.fields[field::kTitle].to_text();
  }

  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::Undos> undos_;
};

TEST_F(UndosApi, S12_AnUndoTellsWhatItRestoredAndIsACauseItself) {
  const auto answer = undo({{"cause", "c-1"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json data = body_of(answer)["data"];
  EXPECT_EQ(data["id"], "c-1");
  EXPECT_EQ(data["attributes"]["counts"],
            Json({{"restored", 1}, {"already", 0}, {"changedSince", 0}, {"refused", 0}}));
  EXPECT_EQ(data["attributes"]["causes"], Json::array({"c-2"}));
  const Json row = data["attributes"]["rows"][0];
  EXPECT_EQ(row["field"], "title");
  EXPECT_EQ(row["now"], "VP");
  EXPECT_EQ(row["before"], "CTO");
  EXPECT_EQ(row["reason"], "UNDONE");
  EXPECT_EQ(title(), "CTO");
  const Json cause = data_of(get("/v1/causes/2"))["attributes"];
  EXPECT_EQ(cause["kind"], "undo");
  EXPECT_EQ(cause["detail"], "c-1");
}

TEST_F(UndosApi, S12_TheCauseThatAChangeNamesIsTheOneThatIsUndone) {
  http::ServerRequest asked = post("/v1/prospects/1", R"({"title": "CEO"})");
  asked.method = "PATCH";
  const std::string cause = body_of(send(std::move(asked)))["meta"]["cause"];
  EXPECT_EQ(undo({{"cause", cause}}).status, 200);
  EXPECT_EQ(title(), "VP");
}

TEST_F(UndosApi, S12_ADryRunTellsTheSameAndRestoresNothing) {
  const Json dry = body_of(undo({{"cause", "c-1"}, {"dryRun", true}}))["data"]["attributes"];
  EXPECT_EQ(dry["dryRun"], true);
  EXPECT_EQ(dry["counts"]["restored"], 1);
  EXPECT_EQ(dry["causes"], Json::array());
  EXPECT_EQ(title(), "VP");
  EXPECT_EQ(body_of(undo({{"cause", "c-1"}}))["data"]["attributes"]["rows"], dry["rows"]);
}

TEST_F(UndosApi, S12_WhatHasChangedSinceNamesTheCauseThatChangedIt) {
  set_title("CEO");
  const Json told = body_of(undo({{"cause", "c-1"}}))["data"]["attributes"];
  EXPECT_EQ(told["counts"]["changedSince"], 1);
  EXPECT_EQ(told["rows"][0]["outcome"], "changed_since");
  EXPECT_EQ(told["rows"][0]["changedBy"], "c-2");
  EXPECT_EQ(title(), "CEO");
}

TEST_F(UndosApi, S13_OthersWorkTakesAnAdmin) {
  const std::string bo = token_of("bo");
  EXPECT_EQ(undo({{"cause", "c-1"}}, bo).status, 403);
  EXPECT_EQ(title(), "VP");
}

TEST_F(UndosApi, AnOrderThatIsNoneIsRefusedAndNamesTheMember) {
  const std::vector<std::pair<Json, std::string>> orders = {
      {{{"cause", 1}}, "/cause"},
      {{{"cause", "c-1"}, {"dryRun", "yes"}}, "/dryRun"},
      {Json::object(), ""},
      {{{"cause", "c-1"}, {"force", true}}, ""},
  };
  for (const auto& [order, pointer] : orders) {
    const auto answer = undo(order);
    EXPECT_EQ(answer.status, 400) << order;
    if (pointer.empty()) continue;
    EXPECT_EQ(body_of(answer)["errors"][0]["source"]["pointer"], pointer) << order;
  }
  EXPECT_EQ(undo({{"cause", "yesterday"}}).status, 400);
  EXPECT_EQ(undo({{"cause", "c-77"}}).status, 404);
  const auto job = undo({{"cause", "job-99"}});
  EXPECT_EQ(job.status, 404);
  EXPECT_THAT(detail_of(job), HasSubstr("there is no job 99"));
  EXPECT_EQ(title(), "VP");
}

}  // namespace
}  // namespace prospectd::api
