// Change events over CometD (SALESFORCE_API §16).
#include "connectors/sandbox/change_log.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

class Streaming : public SandboxTest {
 protected:
  http::ServerRequest request_of(const Json& messages) {
    if (token_.empty()) token_ = login().body["access_token"];
    http::ServerRequest request;
    request.method = "POST";
    request.target = "/cometd/60.0";
    request.headers = {{"Authorization", "OAuth " + token_}, {"Content-Type", "application/json"}};
    if (!cookie_.empty()) request.headers.set("Cookie", "other=1; " + cookie_);
    request.body = messages.dump();
    return request;
  }
  Json post(const Json& messages) {
    const http::ServerRequest request = request_of(messages);
    const Answer answer = send("POST", request.target, request.headers, request.body);
    EXPECT_EQ(answer.status, 200) << answer.text;
    const std::string cookie = answer.header("Set-Cookie");
    if (!cookie.empty()) cookie_ = cookie.substr(0, cookie.find(';'));
    return answer.body;
  }
  Json handshake() {
    const Json reply = post({{{"channel", "/meta/handshake"},
                              {"version", "1.0"},
                              {"supportedConnectionTypes", {"in-process", "long-polling"}},
                              {"id", "1"}}});
    client_ = reply[0].value("clientId", "");
    return reply;
  }
  Json message(const char* channel) { return {{"channel", channel}, {"clientId", client_}, {"id", "7"}}; }
  Json subscription(const std::string& channel, const Json& from = nullptr) {
    Json m = message("/meta/subscribe");
    m["subscription"] = channel;
    if (!from.is_null()) m["ext"] = {{"replay", {{channel, from}}}};
    return m;
  }
  Json subscribe(const std::string& channel, const Json& from = nullptr) {
    if (client_.empty()) handshake();
    return post({subscription(channel, from)})[0];
  }
  /// The events that a connect brings.
  Json connect() {
    Json replies = post({message("/meta/connect")});
    EXPECT_EQ(replies.back()["channel"], "/meta/connect");
    EXPECT_EQ(replies.back()["successful"], true) << replies;
    replies.erase(replies.size() - 1);
    return replies;
  }
  static Json header(const Json& event) { return event["data"]["payload"]["ChangeEventHeader"]; }

  std::string cookie_;
  std::string client_;
};

TEST_F(Streaming, AClientShakesHandsConnectsAndLeaves) {
  const Json shaken = handshake();
  ASSERT_EQ(shaken.size(), 1U);
  EXPECT_EQ(shaken[0]["successful"], true);
  EXPECT_EQ(shaken[0]["id"], "1");
  EXPECT_EQ(shaken[0]["version"], "1.0");
  EXPECT_EQ(shaken[0]["supportedConnectionTypes"], Json::array({"long-polling"}));
  EXPECT_EQ(shaken[0]["ext"]["replay"], true);
  EXPECT_THAT(cookie_, HasSubstr("BAYEUX_BROWSER="));
  const Json connected = post({message("/meta/connect")});
  EXPECT_EQ(connected,
            Json::array({{{"channel", "/meta/connect"},
                          {"clientId", client_},
                          {"id", "7"},
                          {"successful", true},
                          {"advice", {{"interval", 0}, {"timeout", 110'000}, {"reconnect", "retry"}}}}}));
  EXPECT_EQ(post({message("/meta/disconnect")})[0]["successful"], true);
  const Json unknown = post({message("/meta/connect")})[0];
  EXPECT_EQ(unknown["error"], "403::Unknown client");
  EXPECT_EQ(unknown["advice"]["reconnect"], "handshake");
}

TEST_F(Streaming, AnEditIsToldWithWhatChanged) {
  const std::string id =
      lead({{"LastName", "Nguyen"}, {"Email", "old@x.test"}, {"City", "Reno"}, {"Phone", "1"}});
  const Json subscribed = subscribe("/data/LeadChangeEvent");
  EXPECT_EQ(subscribed["successful"], true);
  EXPECT_EQ(subscribed["subscription"], "/data/LeadChangeEvent");
  now_ += seconds(5);
  ASSERT_TRUE(org_->update("Lead", id,
                           {{"Email", "new@x.test"},
                            {"LastName", "Roy"},
                            {"City", "Tahoe"},
                            {"Phone", mapping::Value::null()},
                            {"Company", "Acme"}}));
  const Json events = connect();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["channel"], "/data/LeadChangeEvent");
  EXPECT_TRUE(events[0]["data"]["event"]["replayId"].is_number_integer());
  EXPECT_TRUE(events[0]["data"]["schema"].is_string());
  Json payload = events[0]["data"]["payload"];
  const Json head = payload["ChangeEventHeader"];
  payload.erase("ChangeEventHeader");
  EXPECT_EQ(payload,
            Json::parse(R"({"Name":{"LastName":"Roy"},"Email":"new@x.test","Address":{"City":"Tahoe"},
                                     "Phone":null,"LastModifiedDate":"2026-11-21T10:00:05.000Z"})"));
  EXPECT_EQ(head["entityName"], "Lead");
  EXPECT_EQ(head["recordIds"], Json::array({id}));
  EXPECT_EQ(head["changeType"], "UPDATE");
  EXPECT_EQ(head["changeOrigin"], "");
  EXPECT_EQ(head["sequenceNumber"], 1);
  EXPECT_EQ(head["commitTimestamp"], 1'795'255'205'500);
  EXPECT_EQ(head["commitUser"], org_->run_as_user());
  EXPECT_TRUE(head["commitNumber"].is_number_integer());
  EXPECT_THAT(
      head["changedFields"].get<std::vector<std::string>>(),
      ::testing::UnorderedElementsAre("Name.LastName", "Email", "Address.City", "Phone", "LastModifiedDate"));
  EXPECT_TRUE(connect().empty());  // told once
}

TEST_F(Streaming, AFieldThatIsHiddenIsNotTold) {
  set_knobs([](Knobs& k) { k.hidden_fields["lead"] = {"email"}; });
  const std::string id = lead({{"LastName", "Roy"}});
  subscribe("/data/LeadChangeEvent");
  ASSERT_TRUE(org_->update("Lead", id, {{"Email", "roy@x.test"}, {"Title", "CTO"}}));
  const Json events = connect();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_FALSE(events[0]["data"]["payload"].contains("Email"));
  EXPECT_THAT(header(events[0])["changedFields"].get<std::vector<std::string>>(),
              ::testing::UnorderedElementsAre("Title", "LastModifiedDate"));
}

TEST_F(Streaming, CreatesDeletesAndUndeletesAreTold) {
  subscribe("/data/ChangeEvents");
  const std::string id = contact({{"LastName", "Roy"}, {"DoNotCall", true}});
  ASSERT_TRUE(org_->remove(id));
  ASSERT_TRUE(org_->undelete(id));
  ASSERT_TRUE(org_->purge(id));  // tells nothing
  const Json events = connect();
  ASSERT_EQ(events.size(), 3U);
  const Json& made = events[0]["data"]["payload"];
  EXPECT_EQ(header(events[0])["changeType"], "CREATE");
  EXPECT_FALSE(header(events[0]).contains("changedFields"));
  EXPECT_EQ(made["Name"], (Json{{"LastName", "Roy"}}));
  EXPECT_EQ(made["DoNotCall"], true);
  EXPECT_EQ(made["OwnerId"], org_->run_as_user());
  for (const char* untold : {"Id", "IsDeleted", "SystemModstamp", "Email"})
    EXPECT_FALSE(made.contains(untold)) << untold;
  EXPECT_EQ(header(events[1])["changeType"], "DELETE");
  EXPECT_EQ(events[1]["data"]["payload"].size(), 1U);
  EXPECT_EQ(header(events[2])["changeType"], "UNDELETE");
  EXPECT_EQ(events[2]["data"]["payload"]["Name"]["LastName"], "Roy");
  EXPECT_LT(events[0]["data"]["event"]["replayId"], events[1]["data"]["event"]["replayId"]);
}

TEST_F(Streaming, AConversionIsOneTransactionInItsOrder) {
  const std::string id = lead({{"LastName", "Roy"}});
  subscribe("/data/ChangeEvents");
  Conversion conversion;
  conversion.lead = id;
  const auto converted = org_->convert(conversion);
  ASSERT_TRUE(converted);
  const Json events = connect();
  ASSERT_EQ(events.size(), 3U);
  const std::vector<std::pair<const char*, const char*>> wanted = {
      {"Account", "CREATE"}, {"Contact", "CREATE"}, {"Lead", "UPDATE"}};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(header(events[i])["entityName"], wanted[i].first);
    EXPECT_EQ(header(events[i])["changeType"], wanted[i].second);
    EXPECT_EQ(header(events[i])["sequenceNumber"], i + 1);
    EXPECT_EQ(header(events[i])["transactionKey"], header(events[0])["transactionKey"]);
  }
  EXPECT_EQ(events[0]["data"]["payload"]["Name"], "Acme");  // what the conversion wrote after the insert
  EXPECT_EQ(events[2]["data"]["payload"]["ConvertedContactId"], converted->contact);
}

TEST_F(Streaming, EqualChangesOfATransactionAreTakenTogether) {
  const std::string of = account("Acme");
  const std::string first = contact({{"LastName", "A"}, {"AccountId", of}});
  const std::string second = contact({{"LastName", "B"}, {"AccountId", of}});
  subscribe("/data/ContactChangeEvent");
  ASSERT_TRUE(org_->remove(of));
  const Json events = connect();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(header(events[0])["recordIds"], Json::array({first, second}));
  EXPECT_EQ(header(events[0])["sequenceNumber"], 2);  // the account's comes before it
}

TEST_F(Streaming, WhatIsTakenBackIsNotToldAndWhatStaysIsOneTransaction) {
  subscribe("/data/ChangeEvents");
  const std::string stays = lead({{"LastName", "Stays"}});
  connect();
  {
    Org::Transaction outer(*org_);
    ASSERT_TRUE(org_->update("Lead", stays, {{"Title", "CTO"}}));
    {
      Org::Transaction inner(*org_);
      lead({{"LastName", "Gone"}});
      ASSERT_TRUE(org_->update("Lead", stays, {{"City", "Reno"}}));
    }
    contact({{"LastName", "Kept"}});
    outer.commit();
  }
  {
    const Org::Transaction all(*org_);
    ASSERT_TRUE(org_->remove(stays));
  }
  const Json events = connect();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(header(events[0])["changeType"], "UPDATE");
  EXPECT_THAT(header(events[0])["changedFields"].get<std::vector<std::string>>(),
              ::testing::UnorderedElementsAre("Title", "LastModifiedDate"));
  EXPECT_EQ(header(events[1])["entityName"], "Contact");
  EXPECT_EQ(header(events[0])["transactionKey"], header(events[1])["transactionKey"]);
}

TEST_F(Streaming, AMergeUpdatesTheWinnerAndDeletesTheLoser) {
  const std::string winner = lead({{"LastName", "Won"}});
  const std::string loser = lead({{"LastName", "Lost"}});
  subscribe("/data/LeadChangeEvent");
  ASSERT_TRUE(org_->merge(winner, {loser}));
  const Json events = connect();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(header(events[0])["changeType"], "UPDATE");
  EXPECT_EQ(header(events[0])["recordIds"], Json::array({winner}));
  EXPECT_EQ(header(events[1])["changeType"], "DELETE");
  EXPECT_EQ(header(events[1])["recordIds"], Json::array({loser}));
}

TEST_F(Streaming, ALateCommitIsToldWhenItBecomesVisible) {
  subscribe("/data/LeadChangeEvent");
  ASSERT_TRUE(org_->create("Lead", {{"LastName", "Late"}, {"Company", "Acme"}},
                           WriteOptions{std::nullopt, seconds(30)}));
  EXPECT_TRUE(connect().empty());
  now_ += seconds(30);
  EXPECT_EQ(connect().size(), 1U);
}

TEST_F(Streaming, ReplayBeginsWhereTheClientSays) {
  lead({{"LastName", "One"}});
  lead({{"LastName", "Two"}});
  EXPECT_EQ(subscribe("/data/LeadChangeEvent", -2)["successful"], true);
  const Json all = connect();
  ASSERT_EQ(all.size(), 2U);
  subscribe("/data/LeadChangeEvent", -1);
  EXPECT_TRUE(connect().empty());
  const Json first = all[0]["data"]["event"]["replayId"];
  subscribe("/data/LeadChangeEvent", first);
  const Json behind = connect();
  ASSERT_EQ(behind.size(), 1U);
  EXPECT_EQ(behind[0], all[1]);
  for (const Json& wrong :
       {Json(999'999), Json(1), Json(-3), Json("x"), Json(1.5), Json(UINT64_MAX), Json(UINT64_MAX - 1)}) {
    const Json refused = subscribe("/data/LeadChangeEvent", wrong);
    EXPECT_EQ(refused["successful"], false) << wrong;
    EXPECT_THAT(refused["error"].get<std::string>(),
                HasSubstr("400::The replayId {" + wrong.dump() + "} you provided was invalid."));
    EXPECT_FALSE(refused.contains("advice")) << "the connection stays as it is";
  }
}

TEST_F(Streaming, EventsAreKeptThreeDays) {
  lead({{"LastName", "Old"}});
  subscribe("/data/LeadChangeEvent", -2);
  const Json id = connect()[0]["data"]["event"]["replayId"];
  now_ += std::chrono::hours(72) + seconds(1);
  lead({{"LastName", "New"}});
  token_.clear();
  client_.clear();
  EXPECT_THAT(subscribe("/data/LeadChangeEvent", id.get<int64_t>() - 1)["error"].get<std::string>(),
              HasSubstr("400::The replayId"));
  subscribe("/data/LeadChangeEvent", -2);
  const Json events = connect();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["data"]["payload"]["Name"]["LastName"], "New");
}

TEST_F(Streaming, ManyEventsComeInSeveralAnswers) {
  subscribe("/data/LeadChangeEvent");
  for (int i = 0; i < 501; ++i)
    lead({{"LastName", std::to_string(i)}});
  EXPECT_EQ(connect().size(), 500U);
  const Json rest = connect();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0]["data"]["payload"]["Name"]["LastName"], "500");
}

TEST_F(Streaming, AConnectAndASubscriptionMayComeTogether) {
  lead({{"LastName", "Before"}});
  handshake();
  Json first = message("/meta/connect");
  first["advice"] = {{"timeout", 0}};
  const Json replies = post({first, subscription("/data/LeadChangeEvent", -2)});
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0]["channel"], "/meta/subscribe");
  EXPECT_EQ(replies[1]["channel"], "/data/LeadChangeEvent");
  EXPECT_EQ(replies[2]["channel"], "/meta/connect");
}

TEST_F(Streaming, AConnectWaitsForAnEventAndForNothingElse) {
  subscribe("/data/LeadChangeEvent");
  Handled held = front_->begin(request_of({message("/meta/connect")}));
  ASSERT_TRUE(held.poll);
  EXPECT_EQ(held.poll->timeout, std::chrono::milliseconds(110'000));
  EXPECT_FALSE(front_->ready(*held.poll));
  contact({{"LastName", "Other"}});
  EXPECT_FALSE(front_->ready(*held.poll));
  int woken = 0;
  front_->on_event([&] { ++woken; });
  lead({{"LastName", "Roy"}});
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(front_->ready(*held.poll));
  EXPECT_EQ(Json::parse(front_->finish(*held.poll).body).size(), 2U);
  // A second connect ends the wait of the first, which gets none of the events.
  held = front_->begin(request_of({message("/meta/connect")}));
  const Handled newer = front_->begin(request_of({message("/meta/connect")}));
  EXPECT_TRUE(front_->ready(*held.poll));
  EXPECT_FALSE(front_->ready(*newer.poll));
  lead({{"LastName", "Royce"}});
  EXPECT_EQ(Json::parse(front_->finish(*held.poll).body).size(), 1U);
  EXPECT_EQ(Json::parse(front_->finish(*newer.poll).body).size(), 2U);
  Json short_one = message("/meta/connect");
  short_one["advice"] = {{"timeout", 5}};
  EXPECT_EQ(front_->begin(request_of({short_one})).poll->timeout, milliseconds(5));
}

TEST_F(Streaming, WritesThroughTheApiTellTheirOrigin) {
  subscribe("/data/LeadChangeEvent");
  const http::Headers headers{{"Authorization", "Bearer " + token_},
                              {"Content-Type", "application/json"},
                              {"Sforce-Call-Options", "defaultNamespace=ns, client=acme-sync"}};
  const std::string jobs = "/services/data/v60.0/jobs/ingest";
  const Answer made = send("POST", jobs, headers, R"({"object":"Lead","operation":"insert"})");
  http::Headers csv = headers;
  csv.set("Content-Type", "text/csv");
  const std::string job = jobs + "/" + made.body["id"].get<std::string>();
  send("PUT", job + "/batches", csv, "LastName,Company\nRoy,Acme\n");
  send("PATCH", job, headers, R"({"state":"UploadComplete"})");
  const Json events = connect();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(header(events[0])["changeOrigin"], "com/salesforce/api/bulkapi/60.0;client=acme-sync");
}

TEST_F(Streaming, AnUnsubscribedChannelIsSilent) {
  subscribe("/data/LeadChangeEvent");
  Json m = message("/meta/unsubscribe");
  m["subscription"] = "/data/LeadChangeEvent";
  EXPECT_EQ(post({m})[0]["successful"], true);
  EXPECT_EQ(post({m})[0]["successful"], false);
  lead({{"LastName", "Roy"}});
  EXPECT_TRUE(connect().empty());
}

TEST_F(Streaming, ChannelsThatAreNotThereAreRefused) {
  for (const char* channel :
       {"/data/GroupChangeEvent", "/data/leadchangeevent", "/topic/Leads", "/event/X__e", "", "/data/"}) {
    const Json refused = subscribe(channel);
    EXPECT_EQ(refused["successful"], false) << channel;
    EXPECT_THAT(refused["error"].get<std::string>(), HasSubstr("400::The channel you requested")) << channel;
  }
  EXPECT_EQ(post({message("/data/LeadChangeEvent")})[0]["successful"], false);
}

TEST_F(Streaming, WithoutASessionThereIsNoHandshakeAndNoConnect) {
  subscribe("/data/LeadChangeEvent");
  front_->expire_tokens();
  const Json connected = post({message("/meta/connect")})[0];
  EXPECT_EQ(connected["error"], "401::Authentication invalid");
  EXPECT_EQ(connected["advice"]["reconnect"], "none");
  const Json shaken = handshake()[0];
  EXPECT_EQ(shaken["error"], "403::Handshake denied");
  EXPECT_EQ(shaken["ext"]["sfdc"]["failureReason"], "401::Authentication invalid");
  const Answer bare = send("POST", "/cometd/60.0", {}, R"([{"channel":"/meta/handshake"}])");
  EXPECT_EQ(bare.body[0]["ext"]["sfdc"]["failureReason"], "401::Request requires authentication");
}

TEST_F(Streaming, AClientIsKnownByItsCookieAndForgottenWhenItStaysAway) {
  subscribe("/data/LeadChangeEvent");
  const std::string cookie = std::exchange(cookie_, "BAYEUX_BROWSER=stolen");
  EXPECT_EQ(post({message("/meta/connect")})[0]["error"], "403::Unknown client");
  cookie_ = cookie;
  connect();
  now_ += seconds(40);
  connect();
  now_ += seconds(41);
  EXPECT_EQ(post({message("/meta/connect")})[0]["error"], "403::Unknown client");
}

TEST_F(Streaming, DeliveryOfADayIsLimited) {
  set_knobs([](Knobs& k) { k.events_daily_max = 1; });
  subscribe("/data/LeadChangeEvent");
  lead({{"LastName", "Roy"}});
  EXPECT_EQ(connect().size(), 1U);
  EXPECT_EQ(post({message("/meta/connect")})[0]["error"],
            "403::Organization total events daily limit exceeded");
}

TEST_F(Streaming, NothingIsToldWhereNoObjectIsSelected) {
  set_knobs([](Knobs& k) { k.change_events = false; });
  subscribe("/data/LeadChangeEvent");
  lead({{"LastName", "Roy"}});
  EXPECT_TRUE(connect().empty());
}

TEST_F(Streaming, GoingBackToASnapshotIsToldAsAGap) {
  org_->run_as_user();  // made before, for it is an object that changes too
  admin("snapshot", {{"name", "s"}});
  lead({{"LastName", "Roy"}});
  subscribe("/data/ChangeEvents");
  admin("restore", {{"name", "s"}});
  const auto told = connect();
  ASSERT_EQ(told.size(), 1U) << "of the objects that changed";
  const Json head = told[0]["data"]["payload"]["ChangeEventHeader"];
  EXPECT_EQ(head["changeType"], "GAP_OVERFLOW");
  EXPECT_EQ(head["entityName"], "Lead");
}

// More than any test should write: told by hand.
TEST_F(Streaming, AnOverflowIsToldOnceForEachObject) {
  const Table& leads = *org_->table("Lead");
  ChangeRecorder recorder;
  ChangeSet told;
  recorder.listen([&](const ChangeSet& transaction) { told = transaction; });
  recorder.begin();
  for (Row row = 0; row < kTransactionRecordsMax + 2; ++row)
    recorder.note(ChangeKind::kDelete, leads, row);
  recorder.end(now_, org_->run_as_user());
  EXPECT_EQ(told.records.size(), kTransactionRecordsMax);
  EXPECT_EQ(told.overflowed, std::vector<const Table*>{&leads});

  told.records.clear();
  told.overflowed.push_back(org_->table("Group"));  // has no change events
  ChangeLog log;
  log.add(told, Knobs{});
  const auto events = log.after(0, "", 10);
  ASSERT_EQ(events.size(), 1U);
  const Json head = Json::parse(events[0]->data)["payload"]["ChangeEventHeader"];
  EXPECT_EQ(head["changeType"], "GAP_OVERFLOW");
  EXPECT_EQ(head["entityName"], "Lead");
  EXPECT_EQ(head["recordIds"], Json::array({"000000000000000AAA"}));
}

TEST_F(Streaming, WhatIsNoMessageIsRefused) {
  get("limits");
  const http::Headers headers{{"Authorization", "OAuth " + token_}};
  const std::string deep = std::string(20'000, '[') + std::string(12'000, ']');
  for (const std::string& body : {std::string(), std::string("nonsense"), std::string("[]"),
                                  std::string("[1]"), std::string("[[]]"), deep}) {
    const Answer answer = send("POST", "/cometd/60.0", headers, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 20);
    EXPECT_EQ(answer.code(), "JSON_PARSER_ERROR");
  }
  EXPECT_EQ(send("POST", "/cometd/60.0", headers, std::string(32'769, ' ')).status, 413);
  const Answer upgrade = send("GET", "/cometd/60.0", headers);
  EXPECT_EQ(upgrade.status, 405);
  EXPECT_EQ(upgrade.header("Allow"), "POST");
  for (const char* path : {"/cometd/36.0", "/cometd/99.0", "/cometd/v60.0", "/cometd/x", "/cometd/"})
    EXPECT_NE(send("POST", path, headers, "[]").status, 200) << path;
  EXPECT_EQ(send("POST", "/cometd/60.0/handshake", headers, R"({"channel":"/meta/handshake"})").status, 200);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
