// What was given up, through the API over a real store: listed, shown, tried again, dropped.
#include <gmock/gmock.h>

#include "daemon/service/dlq.h"
#include "reconcile/lease.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using reconcile::PushState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kLeadOfOne = "00Q000000000001EAA";
constexpr const char* kUnreadable = "00Q000000000009EAA";

/// Prospects 1 to 3 are linked; the title of each was changed here from "CTO" to "VP". The writes of 1 and 2
/// were given up (out-1, out-2), that of 3 waits (out-3); a lead could not be read (in-1).
class DlqApi : public ApiTest {
 protected:
  DlqApi() {
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    supervisor_.flow_list.push_back({"salesforce", {{"Lead", false, true, {field::kTitle}, {}}}});
    org_ = *database->connection("salesforce");
    fill();
    give_up();
    real_ = service::make_service(scheduler, supervisor_, *database, {}, service::canonical);
    dlq_ = service::make_dlq(scheduler, supervisor_, *database, {});
    ApiOptions options;
    options.token = Secret(kToken);
    options.tokens = tokens.get();
    options.dlq = dlq_.get();
    handler = *make_api(scheduler, *real_, std::move(options));
  }

  void commit(const reconcile::Plan& plan) {
    auto transaction = *database->begin();
    const auto applied = transaction->apply(plan, scheduler.now());
    ASSERT_TRUE(applied) << applied.error().text();
    ASSERT_TRUE(transaction->commit());
  }

  void fill() {
    reconcile::Plan plan;
    for (int64_t id = 1; id <= 3; ++id) {
      reconcile::CreateProspect made;
      made.prospect.id = {id};
      made.prospect.version = 1;
      made.prospect.fields.assign(mapping::LocalSchema().size(), mapping::Value::null());
      made.prospect.fields[field::kLastName] = mapping::Value("Person " + std::to_string(id));
      made.prospect.fields[field::kTitle] = mapping::Value("VP");
      made.link.emplace();
      made.link->prospect = {id};
      made.link->connection = org_;
      made.link->object = "Lead";
      made.link->remote = RemoteId("00Q00000000000" + std::to_string(id) + "EAA");
      made.link->shadow[field::kTitle] = {mapping::Value("CTO"), mapping::Value("CTO")};
      plan.steps.emplace_back(made);
      plan.steps.emplace_back(reconcile::EnqueuePush{org_, {id}, "Lead", made.link->remote});
    }
    reconcile::DeadLetter letter;
    letter.connection = org_;
    letter.object = "Lead";
    letter.remote = RemoteId(kUnreadable);
    letter.reason = "the record is not an object";
    letter.payload = "7";
    plan.steps.emplace_back(reconcile::Quarantine{letter});
    commit(plan);
  }

  void give_up() {
    std::vector<reconcile::OutboxEntry> taken;
    {
      const auto transaction = *database->begin();
      taken = *transaction->due_pushes(org_, scheduler.now(), 2);
    }
    commit(reconcile::plan_lease(taken, scheduler.now()));
    for (const reconcile::OutboxEntry& entry : taken) {
      reconcile::Plan plan;
      plan.steps.emplace_back(reconcile::SettlePush{
          entry.id, entry.lease, PushState::kDead, {}, "STRING_TOO_LONG", "Title: data value too large"});
      commit(plan);
    }
  }

  std::vector<std::string> listed(const std::string& query = "") {
    std::vector<std::string> ids;
    const Json rows = data_of(get("/v1/dlqEntries" + query));
    for (const Json& row : rows)
      ids.push_back(row["id"]);
    return ids;
  }
  http::Response remove(const std::string& id) { return send(request("DELETE", "/v1/dlqEntries/" + id)); }
  reconcile::OutboxEntry entry_of(int64_t prospect) {
    return (*database->reader())->outbox_of({prospect})->at(0);
  }
  std::vector<std::string> reasons_of(int64_t prospect) {
    std::vector<std::string> reasons;
    const auto rows = *(*database->reader())->journal_of(ProspectId{prospect}, 10);
    for (const store::JournalRow& row : rows)
      reasons.push_back(std::string(reconcile::code_of(row.entry.reason)) + " by " + row.actor);
    return reasons;
  }
  std::string token_of(const char* role) {
    const auto made = send(post("/v1/tokens", Json{{"name", role}, {"user", "bo"}, {"role", role}}.dump()));
    return body_of(made)["data"]["attributes"]["token"].get<std::string>();
  }
  int status_as(const char* role, http::ServerRequest asked) {
    asked.headers.set("Authorization", "Bearer " + token_of(role));
    return send(std::move(asked)).status;
  }

  store::ConnectionId org_;
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::Dlq> dlq_;
};

TEST_F(DlqApi, BothKindsAreOneListWithTheCrmsWordsAndWhatToDo) {
  const auto answer = get("/v1/dlqEntries");
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json rows = body_of(answer)["data"];
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["id"], "out-1");
  EXPECT_EQ(rows[0]["attributes"]["code"], "STRING_TOO_LONG");
  EXPECT_EQ(rows[0]["attributes"]["message"], "Title: data value too large");
  EXPECT_THAT(rows[0]["attributes"]["advice"].get<std::string>(), HasSubstr("shorten it"));
  EXPECT_EQ(rows[0]["attributes"]["remoteId"], kLeadOfOne);
  EXPECT_EQ(rows[0]["relationships"]["prospect"]["meta"]["name"], "Person 1");
  EXPECT_EQ(rows[2]["id"], "in-1");
  EXPECT_EQ(rows[2]["attributes"]["message"], "the record is not an object");
  EXPECT_TRUE(rows[2]["relationships"]["prospect"]["data"].is_null());
}

TEST_F(DlqApi, PagesFollowEachOtherOverBothKinds) {
  std::vector<std::string> all;
  std::string target = "/v1/dlqEntries?page[size]=1";
  for (int i = 0; i < 5 && !target.empty(); ++i) {
    const Json body = body_of(get(target));
    for (const Json& row : body["data"])
      all.push_back(row["id"]);
    target = body["links"].value("next", "");
  }
  EXPECT_THAT(all, ElementsAre("out-1", "out-2", "in-1"));
  EXPECT_EQ(get("/v1/dlqEntries?page[after]=7").status, 400);
}

TEST_F(DlqApi, AConnectionsOwnAreListedAndAnUnknownOneIsRefused) {
  EXPECT_EQ(listed("?filter[connection]=salesforce").size(), 3U);
  EXPECT_EQ(get("/v1/dlqEntries?filter[connection]=other").status, 404);
}

TEST_F(DlqApi, OneIsShownWithWhatIsOnItsWayOrWhatCame) {
  const Json write = data_of(get("/v1/dlqEntries/out-1"))["attributes"];
  EXPECT_EQ(write["fields"], Json::parse(R"([{"field": "title", "crm": "CTO", "prospect": "VP"}])"));
  EXPECT_EQ(data_of(get("/v1/dlqEntries/in-1"))["attributes"]["payload"], "7");
  for (const char* id : {"out-3", "out-9", "in-9", "1", "nonsense"})
    EXPECT_EQ(get(std::string("/v1/dlqEntries/") + id).status, 404) << id;
}

TEST_F(DlqApi, ARetriedWriteIsDueAtOnceAndCountsAnew) {
  const auto answer = send(post("/v1/dlqRetries", R"({"ids": ["out-1", "out-9"]})"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer)["meta"],
            Json::parse(R"({"retried": ["out-1"], "missing": ["out-9"], "next": null, "cause": "c-2",
                            "undoable": false})"));
  EXPECT_EQ(entry_of(1).state, PushState::kReady);
  EXPECT_EQ(entry_of(1).attempts, 0);
  EXPECT_EQ(entry_of(2).state, PushState::kDead);
  EXPECT_THAT(reasons_of(1), ElementsAre("PUSH_RETRIED by admin"));
  EXPECT_THAT(supervisor_.asked, ElementsAre("push")) << "it goes out now";
}

TEST_F(DlqApi, ARetriedRecordIsReadAgainWithACycleThatBeginsNow) {
  EXPECT_EQ(send(post("/v1/dlqRetries", R"({"ids": ["in-1"]})")).status, 200);
  settle();
  EXPECT_THAT(supervisor_.asked, Contains("sync salesforce"));
  EXPECT_THAT(listed(), ElementsAre("out-1", "out-2", "in-1"));
}

TEST_F(DlqApi, AllAreRetriedAndThoseAfterOne) {
  const auto retry = [&](const char* body) {
    return body_of(send(post("/v1/dlqRetries", body)))["meta"]["retried"].get<std::vector<std::string>>();
  };
  EXPECT_THAT(retry(R"({"all": true, "after": "out-1", "connection": "salesforce"})"),
              ElementsAre("out-2", "in-1"));
  EXPECT_THAT(retry(R"({"all": true})"), ElementsAre("out-1", "in-1"));
  EXPECT_THAT(listed(), ElementsAre("in-1"));
  EXPECT_EQ(send(post("/v1/dlqRetries", R"({"all": true, "connection": "other"})")).status, 404);
}

TEST_F(DlqApi, WhatIsNoOrderOrIsNotThereIsRefusedAndNothingIsDone) {
  for (const char* body :
       {"{}", R"({"ids": []})", R"({"ids": ["7"]})", R"({"ids": "out-1"})", R"({"all": 1})",
        R"({"ids": ["out-1"], "all": true})", R"({"ids": ["out-1"], "after": "out-1"})"})
    EXPECT_EQ(send(post("/v1/dlqRetries", body)).status, 400) << body;
  EXPECT_EQ(send(post("/v1/dlqRetries", R"({"ids": ["out-3", "in-7"]})")).status, 404);
  EXPECT_THAT(listed(), ElementsAre("out-1", "out-2", "in-1"));
}

TEST_F(DlqApi, ADroppedWriteGoesAndItsDifferenceStands) {
  EXPECT_EQ(remove("out-1").status, 200);
  EXPECT_EQ(remove("out-1").status, 404);
  EXPECT_EQ(remove("out-3").status, 404) << "it waits, and was not given up";
  EXPECT_THAT(listed(), ElementsAre("out-2", "in-1"));
  const auto row = *(*database->reader())->prospect(ProspectId{1});
  EXPECT_EQ(row->prospect.fields[field::kTitle], mapping::Value("VP"));
  EXPECT_EQ(row->links[0].shadow.at(field::kTitle),
            (reconcile::Agreement{mapping::Value("CTO"), mapping::Value("VP")}));
  EXPECT_THAT(reasons_of(1), ElementsAre("PUSH_DROPPED by admin", "PUSH_DROPPED by admin"));
  const std::string told = get("/v1/explain?subject=1").body;
  EXPECT_THAT(told, HasSubstr("data value too large"));
}

TEST_F(DlqApi, ADroppedRecordIsForgotten) {
  EXPECT_EQ(remove("in-1").status, 200);
  EXPECT_EQ(remove("in-1").status, 404);
  EXPECT_THAT(listed(), ElementsAre("out-1", "out-2"));
  EXPECT_EQ((*database->reader())->totals()->dead_letters, 0);
  EXPECT_EQ((*database->reader())->journal_of_remote(RemoteId(kUnreadable), 10)->size(), 1U);
}

TEST_F(DlqApi, S13_ReadersLookUsersRetryAndAdminsDrop) {
  EXPECT_EQ(status_as("read", post("/v1/dlqRetries", R"({"ids": ["out-1"]})")), 403);
  EXPECT_EQ(status_as("user", request("DELETE", "/v1/dlqEntries/out-1")), 403);
  EXPECT_EQ(entry_of(1).state, PushState::kDead);
  EXPECT_THAT(reasons_of(1), IsEmpty());
}

TEST(DlqAdvice, SaysSomethingForEveryCode) {
  EXPECT_THAT(std::string(service::advice_on_refusal("DUPLICATES_DETECTED")), HasSubstr("merge"));
  EXPECT_FALSE(service::advice_on_refusal("A_CODE_OF_TOMORROW").empty());
  EXPECT_FALSE(service::advice_on_refusal("").empty());
}

}  // namespace
}  // namespace prospectd::api
