// What the routes answer: the documents of docs/api.md.
#include <gmock/gmock.h>

#include "daemon/api/resources.h"
#include "tests/unit/api/api_fixture.h"

namespace prospectd::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace field = mapping::field;

class Resources : public ApiTest {
 protected:
  store::ProspectRow& add_prospect(int64_t id) {
    store::ProspectRow row;
    row.prospect.id = ProspectId{id};
    row.prospect.fields.resize(service.local_schema.size());
    service.rows.push_back(row);
    return service.rows.back();
  }
};

TEST_F(Resources, ProbesSayOkInPlainText) {
  for (const std::string path : {"/livez", "/readyz"}) {
    auto asked = request("GET", path);
    asked.headers.remove("Authorization");
    const auto answer = send(asked);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok\n");
    EXPECT_EQ(answer.content_type(), "text/plain");
  }
}

TEST_F(Resources, F46_ReadyzSaysThatItFailedAndWithATokenWhy) {
  service.ready_checks[1] = {"database", false, "the database can't be written (disk_full)"};
  auto asked = request("GET", "/readyz");
  asked.headers.remove("Authorization");
  const auto plain = send(asked);
  EXPECT_EQ(plain.status, 503);
  EXPECT_EQ(plain.body, "failed\n");
  const auto full = get("/readyz");
  EXPECT_EQ(full.status, 503);
  const Json data = body_of(full)["data"];
  EXPECT_EQ(data["type"], "health");
  EXPECT_EQ(data["attributes"]["ok"], false);
  EXPECT_EQ(data["attributes"]["checks"][1]["why"], "the database can't be written (disk_full)");
  EXPECT_EQ(get("/livez").status, 200);
}

TEST_F(Resources, StatusHasAllThatTheCommandLineShows) {
  service::Status& status = service.status_answer;
  status.version = "0.1.0";
  status.dataset = "/state/prospectd.db";
  status.now = Timestamp{seconds{1'700'000'000}};
  status.totals.prospects = 11'689;
  status.totals.without_key = 47;
  engine::ConnectionStatus connection;
  connection.name = "salesforce";
  connection.state = engine::ConnectionState::kSyncing;
  connection.progress = engine::ObjectProgress{"Lead", 4'000, 8'000};
  connection.rate = 118'400.5;
  connection.last_cycle = engine::CycleSummary{};
  connection.last_cycle->objects["Lead"].read = 5;
  connection.last_cycle->people.held = 3;
  connection.last_cycle->took = milliseconds{812};
  connection.last_cycle->alerts = {"Lead has no field Titel"};
  connection.last_error = make_error(ErrorCode::kRateLimited, "the CRM asks for patience");
  connection.last_error->retry_after = milliseconds{5'000};
  connection.consecutive_failures = 2;
  connection.usage = {120, 15'000};
  connection.forecast = engine::AllowanceForecast{96.5, std::nullopt};
  connection.objects.push_back(
      {"Lead", Timestamp{seconds{1'700'000'000}}, milliseconds{61'000}, 4'000, milliseconds{512}, false});
  connection.calls = 24;
  connection.tally.pushed.written = 7;
  connection.tally.pushed.refused = 2;
  connection.push_held_back = "80 % is used";
  status.connections.push_back(connection);
  store::ObjectCursor cursor;
  cursor.connection = store::ConnectionId{1};
  cursor.object = "Lead";
  cursor.cursor.stamp = Timestamp{seconds{1'700'000'000}};
  status.cursors.push_back(cursor);

  const Json data = data_of(get("/v1/status"));
  EXPECT_EQ(data["type"], "status");
  EXPECT_EQ(data["id"], "prospectd");
  const Json& shown = data["attributes"];
  EXPECT_EQ(shown["version"], "0.1.0");
  EXPECT_EQ(shown["dataset"], "/state/prospectd.db");
  EXPECT_EQ(shown["now"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(shown["totals"]["prospects"], 11'689);
  EXPECT_EQ(shown["totals"]["withoutKey"], 47);
  const Json& first = shown["connections"][0];
  EXPECT_EQ(first["state"], "syncing");
  EXPECT_EQ(first["progress"], Json::parse(R"({"object":"Lead","read":4000,"total":8000})"));
  EXPECT_EQ(first["rate"], 118'400.5);
  EXPECT_EQ(first["lastCycle"]["objects"]["Lead"]["read"], 5);
  EXPECT_EQ(first["lastCycle"]["people"]["held"], 3);
  EXPECT_EQ(first["lastCycle"]["tookMs"], 812);
  EXPECT_EQ(first["lastCycle"]["complete"], true);
  EXPECT_EQ(first["lastCycle"]["windowUpper"], nullptr);
  EXPECT_EQ(first["lastCycle"]["alerts"][0], "Lead has no field Titel");
  EXPECT_EQ(first["lastError"], Json::parse(R"({"code":"rate_limited","class":"wait",
      "message":"the CRM asks for patience","retryAfterMs":5000})"));
  EXPECT_EQ(first["failures"], 2);
  EXPECT_EQ(first["usage"], Json::parse(R"({"used":120,"allowed":15000,"perHour":96.5,"runsOutInMs":null})"));
  EXPECT_EQ(first["objects"][0], Json::parse(R"({"object":"Lead","verified":"2023-11-14T22:13:20.000Z",
      "lagMs":61000,"read":4000,"tookMs":512,"complete":false,"verification":null})"));
  EXPECT_EQ(first["clockSkewMs"], nullptr);
  EXPECT_EQ(first["pushes"],
            Json::parse(R"({"written":7,"created":0,"linked":0,"atRest":0,"refused":2,"again":0,
      "doubtful":0,"lastAt":null,"error":null,"heldBack":"80 % is used"})"));
  EXPECT_EQ(first["nextPollAt"], nullptr);
  EXPECT_EQ(shown["cursors"][0], Json::parse(R"({"connection":"salesforce","object":"Lead",
      "stamp":"2023-11-14T22:13:20.000Z","verified":null})"));
}

TEST_F(Resources, CountsAreAllThere) {
  service.status_answer.connections.resize(1);
  service.status_answer.connections[0].last_cycle = engine::CycleSummary{};
  const Json data = data_of(get("/v1/status"));
  const Json& people = data["attributes"]["connections"][0]["lastCycle"]["people"];
  for (const char* name :
       {"read", "unchanged", "created", "withoutKey", "updated", "linked", "held", "heldAgain", "deleted",
        "restored", "moved", "skipped", "quarantined", "owners", "fieldErrors"})
    EXPECT_TRUE(people.contains(name)) << name;
  EXPECT_EQ(people.size(), 15U);
}

TEST_F(Resources, DocumentsAreJsonApi) {
  const auto answer = get("/v1/prospects");
  EXPECT_EQ(answer.content_type(), "application/vnd.api+json");
  EXPECT_EQ(body_of(answer)["jsonapi"]["version"], "1.1");
  EXPECT_EQ(body_of(answer)["data"], Json::array());
  EXPECT_EQ(body_of(answer)["meta"]["count"], 0);
}

TEST_F(Resources, AProspectHasItsFieldsByNameAndItsLinks) {
  ASSERT_TRUE(service.local_schema.add_custom("custom.birthday", mapping::LocalType::kDate, false));
  ASSERT_TRUE(service.local_schema.add_custom("custom.fit_score", mapping::LocalType::kNumber, false));
  store::ProspectRow& row = add_prospect(42);
  row.prospect.fields[field::kEmail] = "Ana@x.test";
  row.prospect.fields[field::kFirstName] = "Ana";
  row.prospect.fields[field::kTitle] = mapping::Value::null();
  row.prospect.fields[field::kOptedOut] = true;
  row.prospect.fields[field::kOwner] = int64_t{3};
  row.prospect.fields[field::kStandardCount] = *parse_date("1980-02-29");
  row.prospect.fields[field::kStandardCount + 1] = 0.5;
  row.owner_name = "X. Roy";
  row.prospect.addresses = {{"ana@x.test", "Ana@x.test"}, {"a@y.test", "a@y.test"}};
  row.tags = {"vip"};
  reconcile::Link link;
  link.connection = store::ConnectionId{1};
  link.object = "Lead";
  link.remote = RemoteId("00Q000000000001AAA");
  row.links.push_back(link);

  const Json data = data_of(get("/v1/prospects/42"));
  EXPECT_EQ(data["type"], "prospects");
  EXPECT_EQ(data["id"], "42");
  const Json& shown = data["attributes"];
  EXPECT_EQ(shown["email"], "Ana@x.test");
  EXPECT_EQ(shown["firstName"], "Ana");
  EXPECT_EQ(shown["title"], nullptr);
  EXPECT_EQ(shown["lastName"], nullptr);
  EXPECT_EQ(shown["optedOut"], true);
  EXPECT_EQ(shown["custom"], Json::parse(R"({"birthday":"1980-02-29","fit_score":0.5})"));
  EXPECT_EQ(data["relationships"]["owner"],
            Json::parse(R"({"data":{"type":"users","id":"3"},"links":{"related":"/v1/users/3"},
      "meta":{"name":"X. Roy"}})"));
  EXPECT_EQ(data["relationships"]["account"], Json::parse(R"({"data":null})"));
  EXPECT_EQ(data["links"]["self"], "/v1/prospects/42");
  EXPECT_EQ(shown["addresses"][0],
            Json::parse(R"({"address":"Ana@x.test","key":"ana@x.test","primary":true})"));
  EXPECT_EQ(shown["addresses"][1]["primary"], false);
  EXPECT_EQ(shown["links"][0], Json::parse(R"({"connection":"salesforce","object":"Lead",
      "remoteId":"00Q000000000001AAA","deleted":false,"version":null})"));
  EXPECT_EQ(shown["tags"], Json::array({"vip"}));
  EXPECT_TRUE(shown.contains("createdAt"));
}

TEST_F(Resources, AProspectThatIsNotThereIs404) {
  for (const std::string id : {"7", "0", "-1", "ana", "7x", "99999999999999999999"}) {
    const auto answer = get("/v1/prospects/" + id);
    EXPECT_EQ(answer.status, 404) << id;
    EXPECT_EQ(code_of(answer), "not_found") << id;
  }
}

TEST_F(Resources, ListsArePagedByLinks) {
  for (int64_t id = 1; id <= 5; ++id)
    add_prospect(id);
  const auto first = body_of(get("/v1/prospects?filter[text]=a%26b&page[size]=2"));
  EXPECT_EQ(first["data"].size(), 2U);
  EXPECT_EQ(first["meta"]["count"], 2);
  const std::string next = first["links"]["next"];
  EXPECT_EQ(next, "/v1/prospects?filter%5Btext%5D=a%26b&page%5Bsize%5D=2&page%5Bafter%5D=2");
  ASSERT_EQ(get(next).status, 200);
  EXPECT_EQ(service.last_query.place.after, 2);
  EXPECT_EQ(service.last_query.text, "a&b");
  const auto last = body_of(get("/v1/prospects?page[size]=5"));
  EXPECT_EQ(last["data"].size(), 5U);
  EXPECT_FALSE(last["links"].contains("next"));
}

TEST_F(Resources, FiltersReachTheService) {
  get("/v1/prospects?filter[withoutKey]=true");
  EXPECT_TRUE(service.last_query.without_key);
  EXPECT_EQ(service.last_query.limit, 51U);
  get("/v1/duplicates?filter[open]=true&page[after]=9");
  get("/v1/duplicates");
  get("/v1/deadLetters?page[after]=3");
  EXPECT_THAT(service.asked,
              ElementsAre("duplicates after 9 open", "duplicates after 0 all", "dead letters after 3"));
}

TEST_F(Resources, AnExpressionBecomesAFilter) {
  ASSERT_EQ(get("/v1/prospects?filter[q]=company:acme*%20-tag:x&filter[text]=a").status, 200);
  ASSERT_TRUE(service.last_query.filter);
  EXPECT_EQ(service.last_query.filter->text, "company:acme* -tag:x");
  EXPECT_EQ(service.last_query.text, "a");
  get("/v1/prospects");
  EXPECT_FALSE(service.last_query.filter);
}

TEST_F(Resources, AFaultyExpressionIsRefusedWithItsPlace) {
  const auto answer = get("/v1/prospects?filter[q]=tag:x%20compny:acme");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_of(answer), "invalid_input");
  EXPECT_EQ(detail_of(answer),
            "column 7: there is no field \"compny\" of a prospect (did you mean \"company\"?)\n"
            "tag:x compny:acme\n      ^^^^^^");
  EXPECT_EQ(body_of(answer)["errors"][0]["source"]["parameter"], "filter[q]");
  EXPECT_EQ(get("/v1/prospects?filter[q]=").status, 400);
  const std::string longest(mapping::expression::kTextBytesMax, 'a');
  EXPECT_EQ(get("/v1/prospects?filter[q]=" + longest).status, 200);
  EXPECT_EQ(get("/v1/prospects?filter[q]=" + longest + "a").status, 400);
}

TEST_F(Resources, ADuplicateSaysWhyInWordsAndCode) {
  reconcile::Duplicate row;
  row.id = DuplicateId{7};
  row.connection = store::ConnectionId{1};
  row.object = "Contact";
  row.remote = RemoteId("003000000000001AAA");
  row.prospect = ProspectId{42};
  row.linked_object = "Lead";
  row.linked_remote = RemoteId("00Q000000000001AAA");
  row.email_key = "ana@x.test";
  row.policy = "prevent";
  service.duplicate_rows.push_back(row);
  const Json data = data_of(get("/v1/duplicates"));
  EXPECT_EQ(data[0]["id"], "7");
  EXPECT_EQ(data[0]["attributes"], Json::parse(R"({"kind":"duplicate_email","reason":"DUPLICATE_EMAIL",
      "sentence":"A prospect with this email address already exists","connection":"salesforce","object":"Contact",
      "remoteId":"003000000000001AAA","prospectId":"42","linkedObject":"Lead",
      "linkedRemoteId":"00Q000000000001AAA","emailKey":"ana@x.test","policy":"prevent",
      "firstSeen":"1970-01-01T00:00:00.000Z","open":true})"));
}

TEST_F(Resources, F20_ADeadLetterOfAnyBytesIsShown) {
  reconcile::DeadLetter letter;
  letter.id = DeadLetterId{1};
  letter.payload = std::string(10'000, 'x') + "\xff\xfe";
  letter.reason = "bad \xff bytes";
  service.letters.push_back(letter);
  const Json data = data_of(get("/v1/deadLetters"));
  EXPECT_EQ(data[0]["type"], "deadLetters");
  EXPECT_EQ(data[0]["attributes"]["payloadBytes"], 10'002);
  EXPECT_EQ(data[0]["attributes"]["payload"].get<std::string>().size(), kPayloadShownBytesMax);
  EXPECT_EQ(data[0]["attributes"]["reason"], "bad \xef\xbf\xbd bytes");
  EXPECT_EQ(data[0]["attributes"]["version"], nullptr);
}

TEST_F(Resources, AnExplanationIsToldWhole) {
  service::Explanation told;
  told.subject = "Prospect 42 · Ana Diaz";
  told.facts = {{"owner", "X. Roy"}, {"owner", "again"}};
  service::Because step;
  step.at = Timestamp{seconds{1'700'000'000}};
  step.what = "The value changed in the CRM";
  step.reason = "UPDATED_FROM_CRM";
  step.cause = "c-12";
  step.field = "title";
  step.before = "CTO";
  step.after = "CEO";
  told.because = {step, service::Because{}};
  told.next = {"prospectd duplicates"};
  service.explanation = told;
  const Json data = data_of(get("/v1/explain?subject=ana%2Bx%40x.test"));
  EXPECT_THAT(service.asked, ElementsAre("explain ana+x@x.test"));
  EXPECT_EQ(data["type"], "explanations");
  EXPECT_EQ(data["id"], "ana+x@x.test");
  EXPECT_EQ(data["attributes"]["facts"][1], Json::parse(R"({"name":"owner","value":"again"})"));
  EXPECT_EQ(data["attributes"]["because"][0], Json::parse(R"({"at":"2023-11-14T22:13:20.000Z",
      "what":"The value changed in the CRM","reason":"UPDATED_FROM_CRM","cause":"c-12","field":"title",
      "before":"CTO","after":"CEO"})"));
  EXPECT_EQ(data["attributes"]["because"][1]["at"], nullptr);
  EXPECT_EQ(data["attributes"]["next"][0], "prospectd duplicates");
}

TEST_F(Resources, S12_OneFieldAloneIsExplainedAndWhatConcernsTheWholeStays) {
  service::Explanation told;
  told.facts = {
      {"owner", "Ana"}, {"differs", "title: the CRM has more"}, {"differs", "phone: the CRM has 1"}};
  for (const char* field : {"", "title", "phone"})
    told.because.emplace_back().field = field;
  service.explanation = told;
  const Json title = data_of(get("/v1/explain?subject=42&field=title"))["attributes"];
  ASSERT_EQ(title["because"].size(), 2U);
  EXPECT_EQ(title["because"][0]["field"], "");
  EXPECT_EQ(title["because"][1]["field"], "title");
  ASSERT_EQ(title["facts"].size(), 2U);
  EXPECT_EQ(title["facts"][1]["value"], "title: the CRM has more");
  EXPECT_EQ(data_of(get("/v1/explain?subject=42&field=city"))["attributes"]["because"].size(), 1U);
  const auto misspelt = get("/v1/explain?subject=42&field=titel");
  EXPECT_EQ(misspelt.status, 400);
  EXPECT_EQ(body_of(misspelt)["errors"][0]["source"]["parameter"], "field");
  EXPECT_THAT(detail_of(misspelt), HasSubstr("did you mean title?"));
}

TEST_F(Resources, ExplainingNothingIs400AndANotFoundIs404) {
  const auto nothing = get("/v1/explain");
  EXPECT_EQ(nothing.status, 400);
  EXPECT_EQ(body_of(nothing)["errors"][0]["source"]["parameter"], "subject");
  service.explanation = make_error(ErrorCode::kNotFound, "there is no prospect 43");
  const auto missing = get("/v1/explain?subject=43");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(detail_of(missing), "there is no prospect 43");
  service.explanation = make_error(ErrorCode::kInvalidInput, "can't tell what to explain");
  EXPECT_EQ(get("/v1/explain?subject=%3F").status, 400);
}

TEST_F(Resources, ErrorsOfTheServiceKeepTheirCode) {
  struct Case {
    ErrorCode code;
    int status;
    std::string name;
  };
  for (const Case& one_case :
       {Case{ErrorCode::kLocked, 503, "locked"}, Case{ErrorCode::kDiskFull, 503, "disk_full"},
        Case{ErrorCode::kCancelled, 503, "cancelled"}, Case{ErrorCode::kStateDamaged, 500, "state_damaged"},
        Case{ErrorCode::kNetwork, 500, "network"}, Case{ErrorCode::kConflict, 409, "conflict"}}) {
    service.failure = make_error(one_case.code, "what went wrong").within("reading");
    const auto answer = get("/v1/prospects");
    EXPECT_EQ(answer.status, one_case.status) << one_case.name;
    EXPECT_EQ(code_of(answer), one_case.name);
    EXPECT_EQ(detail_of(answer), "reading: what went wrong");
  }
}

}  // namespace
}  // namespace prospectd::api
