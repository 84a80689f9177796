// Tasks, accounts, users, mailboxes, sequences and their states, stages, tags and rulesets made, changed and
// deleted through the API, over a real store: what goes along, and what is refused.
#include <gmock/gmock.h>

#include "reconcile/store/sqlite_db.h"
#include "tests/support/scratch.h"
#include "tests/unit/api/api_fixture.h"
#include "tests/unit/service/fake_store.h"

namespace prospectd::api {
namespace {

namespace field = mapping::field;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Ana (1) with two mailboxes, of which the second is connected; Bo (2) has left; Cy (3) is here alone;
// Inbound (4) is a queue. Acme (1) follows a record, beta (2) is here alone, gone (3) was deleted. Prospect 7
// is in "Spring" with an open and a done task, 8 has opted out, 9 is new.
constexpr const char* kWorkRows =
    "INSERT INTO connections (id, name) VALUES (1, 'salesforce');"
    "UPDATE tally SET prospects = 3, users = 4, next_user = 5, accounts = 3, next_account = 4, next_prospect "
    "= "
    "10;"
    "INSERT INTO users (id, name, email_key, kind, active, connection, remote, remote_version, remote_hash) "
    "VALUES (1, 'Ana Diaz', 'ana@acme.test', 0, 1, 1, '005A', 0, 0), (2, 'Bo Roy', 'bo@acme.test', 0, 0, 1, "
    "'005B', 0, 0), (3, 'Cy Lund', 'cy@acme.test', 0, 1, 0, '', 0, 0), (4, 'Inbound', '', 1, 1, 1, '00GC', "
    "0, "
    "0);"
    "INSERT INTO accounts (id, version, name, owner, connection, remote, remote_version, remote_hash, "
    "deleted) "
    "VALUES (1, 1, 'Acme', 1, 1, '001A', 0, 0, 0), (2, 1, 'beta', NULL, 0, '', 0, 0, 0), (3, 1, 'gone', "
    "NULL, "
    "1, '001C', 0, 0, 1);"
    "INSERT INTO prospects (id, version, created_at, updated_at, address_count, last_name, stage, opted_out) "
    "VALUES (7, 1, 1, 1, 0, 'Diaz', 'new', 0), (8, 1, 1, 1, 0, 'Roy', NULL, 1), (9, 1, 1, 1, 0, 'Lund', "
    "NULL, "
    "NULL);"
    "INSERT INTO mailboxes (id, user, address, is_default, connected) VALUES (1, 1, 'old@mail.test', 1, 0), "
    "(2, 1, 'ana@mail.test', 0, 1);"
    "INSERT INTO stages (id, name, position) VALUES (1, 'new', 1), (2, 'working', 2), (3, 'done', 3);"
    "INSERT INTO rulesets (id, version, name, reentry, exclusive, stage_on_added, stage_on_finished) VALUES "
    "(1, 1, 'Alone', 'disallow', 1, 2, 3);"
    "INSERT INTO sequences (id, version, name, owner, ruleset) VALUES (1, 1, 'Spring', 1, 1), (2, 1, "
    "'Autumn', "
    "1, 1), (3, 1, 'Open', 3, NULL);"
    "INSERT INTO sequence_states (id, version, sequence, prospect, sequencer, mailbox, state, changed_at) "
    "VALUES (1, 1, 1, 7, 1, 2, 'active', 1800000000000);"
    "INSERT INTO tags (id, name) VALUES (1, 'hot'), (2, 'vip');"
    "INSERT INTO prospect_tags (prospect, tag) VALUES (7, 1);"
    "INSERT INTO tasks (id, version, owner, state, kind, source, due_at, subject, prospect, account, "
    "sequence_state, created_at, changed_at) VALUES "
    "(1, 1, 1, 'incomplete', 'call', 'sequence', 1800000000000, 'Call back', 7, NULL, 1, 1, 1),"
    "(2, 1, 1, 'complete', 'email', 'sequence', 1700000000000, 'Hello', 7, NULL, 1, 1, 1),"
    "(3, 1, 3, 'incomplete', 'email', 'user', NULL, 'Write', 9, NULL, NULL, 1, 1);";

class RowsApi : public ApiTest {
 protected:
  RowsApi() {
    filters.reset();
    tokens.reset();
    store::SqliteOptions options;
    options.path = scratch_.file("prospectd.db");
    options.schema = schema_;
    { const auto made = store::open_sqlite(options); }
    fill();
    database = *store::open_sqlite(std::move(options));
    tokens = *service::make_tokens(scheduler, *database);
    engine::ConnectionStatus connection;
    connection.name = "salesforce";
    supervisor_.connections.push_back(connection);
    real_ = service::make_service(scheduler, supervisor_, *database, schema_, service::canonical);
    rows_ = service::make_row_edits(scheduler, supervisor_, *database, schema_);
    ApiOptions api;
    api.token = Secret(kToken);
    api.tokens = tokens.get();
    api.rows = rows_.get();
    handler = *make_api(scheduler, *real_, std::move(api));
  }

  void fill() {
    auto beside =
        store::Database::open(scratch_.file("prospectd.db"), store::Database::Mode::kWrite, 1024 * 1024);
    const auto filled = (*beside)->exec(kWorkRows);
    EXPECT_TRUE(filled) << filled.error().text();
  }

  static http::ServerRequest with_body(const char* method, std::string target, const Json& body) {
    http::ServerRequest asked = post(std::move(target), body.dump());
    asked.method = method;
    return asked;
  }
  http::Response make(const std::string& type, const Json& body) {
    return send(with_body("POST", "/v1/" + type, body));
  }
  http::Response change(const std::string& target, const Json& body) {
    return send(with_body("PATCH", "/v1/" + target, body));
  }
  http::Response remove(const std::string& target) { return send(request("DELETE", "/v1/" + target)); }

  Json row_at(const std::string& target) { return data_of(get("/v1/" + target)); }
  Json attributes_at(const std::string& target) { return row_at(target)["attributes"]; }
  std::string linked(const std::string& target, const std::string& name) {
    const Json data = row_at(target)["relationships"][name]["data"];
    return data.is_null() ? "" : data["id"].get<std::string>();
  }
  int status_of(const std::string& target) { return get("/v1/" + target).status; }
  /// code and pointer of each error
  static std::vector<std::pair<std::string, std::string>> faults(const http::Response& answer) {
    EXPECT_EQ(answer.status, 422) << answer.body;
    std::vector<std::pair<std::string, std::string>> found;
    const Json body = body_of(answer);
    for (const Json& error : body["errors"])
      found.emplace_back(error["code"], error.value("source", Json::object()).value("pointer", ""));
    return found;
  }
  /// reason, row and field of the journal's rows, oldest first
  std::vector<std::string> journal() {
    std::vector<std::string> found;
    const Json data = data_of(get("/v1/journalEntries"));
    for (const Json& row : data) {
      const Json& a = row["attributes"];
      const std::string about =
          a["row"].is_null() ? "prospect" : a["object"].get<std::string>() + " " + a["row"].dump();
      found.push_back(a["reason"].get<std::string>() + " " + about +
                      (a["field"].is_null() ? "" : " " + a["field"].get<std::string>()));
    }
    return found;
  }
  std::string token_of(const char* user, const char* role) {
    const auto made = send(post("/v1/tokens", Json{{"name", user}, {"user", user}, {"role", role}}.dump()));
    return "Bearer " + body_of(made)["data"]["attributes"]["token"].get<std::string>();
  }
  http::Response send_as(const std::string& bearer, http::ServerRequest asked) {
    asked.headers.set("Authorization", bearer);
    return send(std::move(asked));
  }

  test::Scratch scratch_;
  mapping::LocalSchema schema_ = service::schema_with_birthday();
  service::ToldSupervisor supervisor_;
  std::unique_ptr<service::Service> real_;
  std::unique_ptr<service::RowEdits> rows_;
};

// ---- all kinds ----

TEST_F(RowsApi, ATaskIsMadeOfAResourceAndFoundWhereItIsSaidToBe) {
  Json body = {{"data",
                {{"type", "tasks"},
                 {"attributes", {{"subject", "Call"}, {"kind", "call"}, {"dueAt", "2026-12-01"}}}}}};
  body["data"]["relationships"]["owner"]["data"] = {{"type", "users"}, {"id", "1"}};
  body["data"]["relationships"]["prospect"]["data"] = {{"type", "prospects"}, {"id", "7"}};
  const auto made = make("tasks", body);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.headers.get("location"), "/v1/tasks/4");
  EXPECT_EQ(made.headers.get("etag"), "\"1\"");
  const Json told = body_of(made)["data"];
  EXPECT_EQ(told["attributes"]["state"], "incomplete");
  EXPECT_EQ(told["attributes"]["source"], "user");
  EXPECT_EQ(told["attributes"]["dueAt"], "2026-12-01T00:00:00.000Z");
  EXPECT_EQ(told["attributes"]["createdAt"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(row_at("tasks/4"), told);
  EXPECT_THAT(journal(), ElementsAre("ROW_CREATED tasks 4"));
}

TEST_F(RowsApi, APlainBodyHasLocalNamesAndAddressesOfUsers) {
  const auto made =
      make("tasks", {{"owner", "Cy@acme.test"}, {"account", 2}, {"due_at", "2026-12-01T10:00:00Z"}});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(linked("tasks/4", "owner"), "3");
  EXPECT_EQ(linked("tasks/4", "account"), "2");
}

TEST_F(RowsApi, AChangeIsJournaledWithBothValuesAndRaisesTheVersion) {
  const auto changed =
      change("tasks/3", {{"dueAt", "2026-12-01"}, {"subject", "Write again"}, {"kind", "email"}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.headers.get("etag"), "\"2\"");
  EXPECT_THAT(journal(), ElementsAre("LOCAL_EDIT tasks 3 subject", "LOCAL_EDIT tasks 3 due_at"));
  const Json row = data_of(get("/v1/journalEntries?filter[row]=3"))[0]["attributes"];
  EXPECT_EQ(row["before"], "Write");
  EXPECT_EQ(row["after"], "Write again");
  EXPECT_EQ(data_of(get("/v1/causes"))[0]["attributes"]["actor"], "admin");
}

TEST_F(RowsApi, TheSameValuesAgainWriteNothing) {
  const int64_t written = database->rows_written();
  EXPECT_EQ(change("tasks/3", {{"subject", "Write"}}).status, 200);
  EXPECT_EQ(database->rows_written(), written);
  EXPECT_EQ(get("/v1/tasks/3").headers.get("etag"), "\"1\"");
}

TEST_F(RowsApi, AnETagThatIsNotTheNewestIsRefusedAndNothingIsDone) {
  const auto with_tag = [&](const char* method, const char* tag) {
    http::ServerRequest asked = with_body(method, "/v1/tags/1", {{"name", "warm"}});
    if (std::string(method) == "DELETE") asked.body.clear();
    asked.headers.add("If-Match", tag);
    return send(std::move(asked)).status;
  };
  EXPECT_EQ(with_tag("PATCH", "\"1\""), 200);
  EXPECT_EQ(with_tag("PATCH", "\"1\""), 412);
  EXPECT_EQ(with_tag("DELETE", "\"1\""), 412);
  EXPECT_EQ(attributes_at("tags/1")["name"], "warm");
}

TEST_F(RowsApi, ADryRunSaysWhatWouldBeDoneAndDoesNothing) {
  const auto made = send(with_body("POST", "/v1/tags?dryRun=true", {{"name", "cold"}}));
  EXPECT_EQ(made.status, 200) << made.body;
  const Json meta = body_of(made)["meta"];
  EXPECT_EQ(meta["dryRun"], true);
  EXPECT_EQ(meta["changes"][0]["after"], "cold");
  EXPECT_EQ(status_of("tags/3"), 404);
  EXPECT_EQ(send(request("DELETE", "/v1/tasks/3?dryRun=true")).status, 200);
  EXPECT_EQ(status_of("tasks/3"), 200);
  EXPECT_THAT(journal(), IsEmpty());
}

TEST_F(RowsApi, EveryFaultIsToldAtOnceWithItsPlaceAndNothingIsDone) {
  Json body = {{"data", {{"type", "tasks"}}}};
  body["data"]["attributes"] = {
      {"kind", "fax"}, {"titel", "x"},   {"createdAt", "2026-01-01"}, {"subject", std::string(501, 'x')},
      {"owner", "1"},  {"dueAt", "soon"}};
  body["data"]["relationships"]["prospect"]["data"] = {{"type", "prospects"}, {"id", "99"}};
  body["data"]["relationships"]["account"]["data"] = {{"type", "users"}, {"id", "1"}};
  EXPECT_THAT(faults(make("tasks", body)),
              UnorderedElementsAre(std::pair("field_error", "/data/attributes/kind"),
                                   std::pair("field_unknown", "/data/attributes/titel"),
                                   std::pair("field_error", "/data/attributes/createdAt"),
                                   std::pair("field_error", "/data/attributes/subject"),
                                   std::pair("field_unknown", "/data/attributes/owner"),
                                   std::pair("field_error", "/data/attributes/dueAt"),
                                   std::pair("reference_unknown", "/data/relationships/prospect"),
                                   std::pair("field_error", "/data/relationships/account"),
                                   std::pair("field_error", "")));
  EXPECT_EQ(status_of("tasks/4"), 404);
}

TEST_F(RowsApi, WhatIsNotThereOrNoBodyIsRefused) {
  EXPECT_EQ(change("tasks/99", {{"subject", "x"}}).status, 404);
  EXPECT_EQ(change("tasks/none", {{"subject", "x"}}).status, 404);
  EXPECT_EQ(remove("tasks/99").status, 404);
  EXPECT_EQ(change("tasks/3", Json::array()).status, 400);
  EXPECT_EQ(make("tasks", {{"data", {{"type", "users"}}}}).status, 400);
  EXPECT_EQ(make("journalEntries", Json::object()).status, 405);
  EXPECT_EQ(make("tasks", {{"owner", 18446744073709551615ULL}}).status, 422);
}

TEST_F(RowsApi, ANumberIsNeverGivenOutTwice) {
  ASSERT_EQ(make("tags", {{"name", "cold"}}).headers.get("location"), "/v1/tags/3");
  ASSERT_EQ(remove("tags/3").status, 200);
  EXPECT_EQ(make("tags", {{"name", "cool"}}).headers.get("location"), "/v1/tags/4");
}

TEST_F(RowsApi, NamesAndAddressesThatOnlyOneMayHaveAreTaken) {
  const auto taken = [&](const std::string& type, const Json& body) { return faults(make(type, body)); };
  EXPECT_THAT(taken("tags", {{"name", "hot"}}), ElementsAre(std::pair("value_taken", "/name")));
  EXPECT_THAT(taken("stages", {{"name", "new"}}), ElementsAre(std::pair("value_taken", "/name")));
  EXPECT_THAT(taken("rulesets", {{"name", "Alone"}}), ElementsAre(std::pair("value_taken", "/name")));
  EXPECT_THAT(taken("users", {{"name", "A"}, {"email", "ANA@acme.test"}}),
              ElementsAre(std::pair("value_taken", "/email")));
  EXPECT_THAT(taken("mailboxes", {{"user", "ana@acme.test"}, {"address", "ana@mail.test"}}),
              ElementsAre(std::pair("value_taken", "/address")));
  EXPECT_EQ(make("mailboxes", {{"user", "cy@acme.test"}, {"address", "ana@mail.test"}}).status, 201)
      << "another user's";
  EXPECT_EQ(change("tags/1", {{"name", "hot"}}).status, 200) << "its own name";
}

TEST_F(RowsApi, WhatSomethingRefersToStaysAndTheRestGoes) {
  for (const std::string row :
       {"stages/2", "tags/1", "sequences/1", "rulesets/1", "mailboxes/2", "users/3"}) {
    const auto answer = remove(row);
    EXPECT_THAT(faults(answer), ElementsAre(std::pair("still_referred", ""))) << row;
    EXPECT_EQ(status_of(row), 200) << row;
  }
  EXPECT_THAT(detail_of(remove("users/3")), HasSubstr("1 open task, 1 sequence"));
  for (const std::string row : {"tags/2", "sequences/2", "mailboxes/1", "accounts/2"}) {
    EXPECT_EQ(remove(row).status, 200) << row;
    EXPECT_EQ(status_of(row), 404) << row;
  }
}

// ---- tasks ----

TEST_F(RowsApi, ATaskNamesAProspectOrAnAccountAndIsAnActiveUsers) {
  EXPECT_THAT(faults(make("tasks", {{"owner", 1}})), ElementsAre(std::pair("field_error", "")));
  EXPECT_THAT(faults(make("tasks", {{"prospect", 7}})), ElementsAre(std::pair("field_error", "")));
  EXPECT_THAT(faults(make("tasks", {{"owner", 2}, {"prospect", 7}})),
              ElementsAre(std::pair("not_usable", "/owner")));
  EXPECT_THAT(faults(make("tasks", {{"owner", 4}, {"prospect", 7}})),
              ElementsAre(std::pair("not_usable", "/owner")));
  EXPECT_THAT(faults(make("tasks", {{"owner", 1}, {"account", 3}})),
              ElementsAre(std::pair("not_usable", "/account")));
  EXPECT_THAT(faults(change("tasks/3", {{"prospect", nullptr}})),
              ElementsAre(std::pair("field_error", "/prospect")));
  EXPECT_THAT(faults(change("tasks/1", {{"prospect", 9}})),
              ElementsAre(std::pair("field_error", "/prospect")));
  EXPECT_THAT(faults(change("tasks/3", {{"source", "api"}})),
              ElementsAre(std::pair("field_error", "/source")));
}

TEST_F(RowsApi, ACompletedCallOrEmailTouchesTheProspect) {
  EXPECT_EQ(change("tasks/3", {{"state", "complete"}}).status, 200);
  EXPECT_EQ(attributes_at("prospects/9")["touchedAt"], "2027-01-15T08:00:00.000Z");
  EXPECT_THAT(journal(), ElementsAre("LOCAL_EDIT tasks 3 state", "TOUCHED tasks 3"));
  EXPECT_EQ(
      make("tasks", {{"owner", 1}, {"prospect", 7}, {"kind", "in_person"}, {"state", "complete"}}).status,
      201);
  EXPECT_TRUE(attributes_at("prospects/7")["touchedAt"].is_null());
}

TEST_F(RowsApi, S10_ADeletedTaskOfASequencePausesItsStateOnce) {
  EXPECT_EQ(remove("tasks/1").status, 200);
  EXPECT_EQ(attributes_at("sequenceStates/1")["state"], "paused");
  EXPECT_EQ(attributes_at("sequenceStates/1")["reason"], "task deleted");
  EXPECT_EQ(get("/v1/sequenceStates/1").headers.get("etag"), "\"2\"");
  EXPECT_EQ(remove("tasks/2").status, 200);
  EXPECT_EQ(get("/v1/sequenceStates/1").headers.get("etag"), "\"2\"") << "a state in any other state stays";
  EXPECT_EQ(remove("tasks/3").status, 200);
}

// ---- accounts and users ----

TEST_F(RowsApi, S8_AnAccountIsAssignedHereAndItsOtherFieldsAreTheCrms) {
  EXPECT_EQ(change("accounts/1", {{"owner", "cy@acme.test"}}).status, 200);
  EXPECT_EQ(linked("accounts/1", "owner"), "3");
  EXPECT_THAT(journal(), ElementsAre("ACCOUNT_ASSIGNED accounts 1 owner"));
  EXPECT_THAT(faults(change("accounts/1", {{"name", "Other"}})),
              ElementsAre(std::pair("owned_by_crm", "/name")));
  EXPECT_EQ(change("accounts/1", {{"name", "Acme"}}).status, 200) << "the value that is there already";
  EXPECT_THAT(faults(remove("accounts/1")), ElementsAre(std::pair("owned_by_crm", "")));
  EXPECT_EQ(change("accounts/2", {{"name", "Beta"}, {"industry", "Toys"}}).status, 200);
  EXPECT_THAT(faults(change("accounts/3", {{"owner", 1}})), ElementsAre(std::pair("not_usable", "")));
}

TEST_F(RowsApi, S9_AUserWhoHoldsWorkIsNotSwitchedOff) {
  const auto answer = change("users/3", {{"active", false}});
  EXPECT_THAT(faults(answer), ElementsAre(std::pair("still_referred", "/active")));
  EXPECT_THAT(detail_of(answer), HasSubstr("1 open task, 1 sequence"));
  EXPECT_EQ(attributes_at("users/3")["active"], true);
  ASSERT_EQ(make("users", {{"name", "Di"}, {"email", "di@acme.test"}}).headers.get("location"),
            "/v1/users/5");
  EXPECT_EQ(change("users/5", {{"active", false}}).status, 200);
  EXPECT_EQ(attributes_at("users/5")["active"], false);
}

TEST_F(RowsApi, NameAndAddressOfTheCrmsUsersAreTheCrms) {
  EXPECT_THAT(faults(change("users/1", {{"name", "X"}, {"email", "x@acme.test"}})),
              ElementsAre(std::pair("owned_by_crm", "/name"), std::pair("owned_by_crm", "/email")));
  EXPECT_THAT(faults(change("users/4", {{"active", false}})), ElementsAre(std::pair("owned_by_crm", "")));
  EXPECT_EQ(change("users/3", {{"name", "Cyrus Lund"}}).status, 200);
}

// ---- mailboxes and stages ----

TEST_F(RowsApi, ANewDefaultMailboxTakesThePlaceOfTheOther) {
  const auto answer = change("mailboxes/2", {{"isDefault", true}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(attributes_at("mailboxes/1")["isDefault"], false);
  EXPECT_EQ(body_of(answer)["meta"]["changes"].size(), 2U);
  EXPECT_THAT(journal(),
              ElementsAre("LOCAL_EDIT mailboxes 2 is_default", "DEFAULT_MOVED mailboxes 1 is_default"));
}

TEST_F(RowsApi, AStageThatProspectsAreInKeepsItsName) {
  EXPECT_THAT(faults(change("stages/1", {{"name", "fresh"}})),
              ElementsAre(std::pair("still_referred", "/name")));
  EXPECT_EQ(change("stages/2", {{"name", "at work"}, {"position", 9}}).status, 200);
}

TEST_F(RowsApi, ASequencesDefinitionIsAnObject) {
  const Json steps = {{"steps", {{{"kind", "call"}}}}};
  EXPECT_EQ(change("sequences/3", {{"definition", steps}}).status, 200);
  EXPECT_EQ(attributes_at("sequences/3")["definition"], steps);
  EXPECT_EQ(change("sequences/3", {{"definition", R"({"steps": []})"}}).status, 200);
  EXPECT_THAT(faults(change("sequences/3", {{"definition", Json::array()}})),
              ElementsAre(std::pair("field_error", "/definition")));
  EXPECT_THAT(faults(change("sequences/3", {{"definition", {{"x", std::string(33'000, 'x')}}}})),
              ElementsAre(std::pair("field_error", "/definition")));
}

// ---- sequence states ----

TEST_F(RowsApi, AProspectIsAddedToASequenceWithItsSequencerMailboxAndStage) {
  const auto made = make("sequenceStates", {{"prospect", 9}, {"sequence", 1}});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(attributes_at("sequenceStates/2")["state"], "active");
  EXPECT_EQ(linked("sequenceStates/2", "sequencer"), "1") << "the sequence's owner";
  EXPECT_EQ(linked("sequenceStates/2", "mailbox"), "2") << "the one that is connected";
  EXPECT_EQ(attributes_at("prospects/9")["stage"], "working") << "the ruleset's stage for being added";
  EXPECT_EQ(body_of(made)["meta"]["prospectChanges"][0]["field"], "stage");
}

TEST_F(RowsApi, S10_ARulesetSaysWhoEntersTwiceAndWhoIsWantedAlone) {
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 7}, {"sequence", 1}})),
              ElementsAre(std::pair("reentry_refused", "/prospect")));
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 7}, {"sequence", 2}})),
              ElementsAre(std::pair("exclusive_elsewhere", "/prospect")));
  ASSERT_EQ(change("sequenceStates/1", {{"state", "finished"}}).status, 200);
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 7}, {"sequence", 1}})),
              ElementsAre(std::pair("reentry_refused", "/prospect")));
  EXPECT_EQ(make("sequenceStates", {{"prospect", 7}, {"sequence", 2}}).status, 201) << "they are out";
  ASSERT_EQ(change("rulesets/1", {{"reentry", "allow"}}).status, 200);
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 7}, {"sequence", 1}})),
              ElementsAre(std::pair("exclusive_elsewhere", "/prospect")));
  ASSERT_EQ(change("rulesets/1", {{"exclusive", false}}).status, 200);
  EXPECT_EQ(make("sequenceStates", {{"prospect", 7}, {"sequence", 2}}).status, 201) << "twice at once";
}

TEST_F(RowsApi, WhoIsNotToBeWrittenToIsNotAdded) {
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 8}, {"sequence", 1}})),
              ElementsAre(std::pair("opted_out", "/prospect")));
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 9}, {"sequence", 3}})),
              ElementsAre(std::pair("no_connected_mailbox", "")));
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 9}, {"sequence", 3}, {"mailbox", 2}})),
              ElementsAre(std::pair("not_usable", "/mailbox")));
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 9}, {"sequence", 1}, {"state", "paused"}})),
              ElementsAre(std::pair("state_move_refused", "/state")));
  ASSERT_EQ(change("sequences/1", {{"enabled", false}}).status, 200);
  EXPECT_THAT(faults(make("sequenceStates", {{"prospect", 9}, {"sequence", 1}})),
              ElementsAre(std::pair("sequence_off", "/sequence")));
}

TEST_F(RowsApi, AStatePausesResumesAndFinishesWithItsTasksAndStage) {
  EXPECT_EQ(change("sequenceStates/1", {{"state", "paused"}, {"reason", "holiday"}}).status, 200);
  EXPECT_EQ(attributes_at("sequenceStates/1")["reason"], "holiday");
  EXPECT_EQ(change("sequenceStates/1", {{"state", "active"}}).status, 200);
  EXPECT_TRUE(attributes_at("sequenceStates/1")["reason"].is_null());
  EXPECT_EQ(change("sequenceStates/1", {{"state", "finished"}}).status, 200);
  EXPECT_EQ(status_of("tasks/1"), 404) << "an open task goes with its state";
  EXPECT_EQ(status_of("tasks/2"), 200);
  EXPECT_EQ(attributes_at("prospects/7")["stage"], "done");
  EXPECT_THAT(faults(change("sequenceStates/1", {{"state", "active"}})),
              ElementsAre(std::pair("state_move_refused", "/state")));
  EXPECT_THAT(faults(change("sequenceStates/1", {{"sequence", 2}})),
              ElementsAre(std::pair("field_error", "/sequence")));
}

TEST_F(RowsApi, ARemovedStateIsGoneAndItsDoneTasksStay) {
  EXPECT_EQ(remove("sequenceStates/1").status, 200);
  EXPECT_EQ(status_of("sequenceStates/1"), 404);
  EXPECT_EQ(status_of("tasks/1"), 404);
  EXPECT_EQ(linked("tasks/2", "sequenceState"), "");
  EXPECT_EQ(attributes_at("prospects/7")["stage"], "new") << "the stage stays";
  EXPECT_EQ(make("sequenceStates", {{"prospect", 7}, {"sequence", 1}}).status, 201)
      << "and can be added again";
}

// ---- tags of a prospect ----

TEST_F(RowsApi, TagsAreARelationshipOfTheProspect) {
  const std::string tags = "/v1/prospects/7/relationships/tags";
  const auto ids = [&](const http::Response& answer) {
    std::vector<std::string> found;
    const Json data = data_of(answer);
    for (const Json& tag : data)
      found.push_back(tag["id"]);
    return found;
  };
  const auto named = [](const char* id) { return Json{{"data", {{{"type", "tags"}, {"id", id}}}}}; };
  EXPECT_THAT(ids(get(tags)), ElementsAre("1"));
  EXPECT_THAT(ids(send(with_body("POST", tags, named("2")))), ElementsAre("1", "2"));
  EXPECT_THAT(ids(send(with_body("DELETE", tags, named("1")))), ElementsAre("2"));
  EXPECT_THAT(ids(send(with_body("PATCH", tags + "?dryRun=true", named("1")))), ElementsAre("1"));
  EXPECT_THAT(ids(get(tags)), ElementsAre("2"));
  EXPECT_THAT(ids(send(with_body("PATCH", tags, {{"data", Json::array()}}))), IsEmpty());
  EXPECT_THAT(journal(),
              ElementsAre("TAGGED prospect tags", "UNTAGGED prospect tags", "UNTAGGED prospect tags"));
  EXPECT_THAT(faults(send(with_body("POST", tags, named("9")))),
              ElementsAre(std::pair("reference_unknown", "/data/0/id")));
  EXPECT_EQ(send(with_body("POST", "/v1/prospects/99/relationships/tags", named("1"))).status, 404);
}

// ---- who may ----

TEST_F(RowsApi, S13_OthersMailboxesAndSequencesTakeAnAdmin) {
  const std::string cy = token_of("cy@acme.test", "user");
  const auto set = [&](const std::string& bearer, const std::string& target, const Json& body) {
    return send_as(bearer, with_body("PATCH", "/v1/" + target, body)).status;
  };
  EXPECT_EQ(set(cy, "mailboxes/2", {{"connected", false}}), 403);
  EXPECT_EQ(set(cy, "sequences/1", {{"enabled", false}}), 403);
  EXPECT_EQ(set(cy, "sequences/3", {{"enabled", false}}), 200) << "their own";
  EXPECT_EQ(set(cy, "sequences/3", {{"owner", 1}}), 403) << "nor are they given away";
  EXPECT_EQ(set(cy, "stages/1", {{"position", 5}}), 403);
  EXPECT_EQ(set(cy, "tasks/1", {{"subject", "x"}}), 200);
  const auto mine =
      send_as(cy, with_body("POST", "/v1/mailboxes", {{"user", 3}, {"address", "cy@mail.test"}}));
  EXPECT_EQ(mine.status, 201) << mine.body;
  EXPECT_EQ(attributes_at("mailboxes/2")["connected"], true);
  EXPECT_EQ(set("Bearer " + std::string(kToken), "mailboxes/2", {{"connected", false}}), 200);
}

}  // namespace
}  // namespace prospectd::api
