// Requests inside a request: composite, batch, tree, graph.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Composite : public SandboxTest {
 protected:
  static Json sub(const char* method, const std::string& path, const char* name, Json body = Json()) {
    Json out = {{"method", method}, {"url", "/services/data/v60.0/" + path}, {"referenceId", name}};
    if (!body.is_null()) out["body"] = std::move(body);
    return out;
  }
  Answer composite(const std::vector<Json>& subs, bool all_or_none = false) {
    return call("POST", "composite", {{"allOrNone", all_or_none}, {"compositeRequest", subs}});
  }
  static std::vector<int> statuses(const Json& answers) {
    std::vector<int> out;
    for (const Json& answer : answers)
      out.push_back(answer.value("httpStatusCode", answer.value("statusCode", 0)));
    return out;
  }
  size_t count(const char* object) { return org_->table(object)->count(RowState::kLive); }
  std::string usage() { return get("limits").header("Sforce-Limit-Info"); }
};

TEST_F(Composite, ARequestRefersToWhatAnEarlierOneMade) {
  const Answer answer = composite(
      {sub("POST", "sobjects/Account", "acc", {{"Name", "Globex"}, {"NumberOfEmployees", 7}}),
       sub("GET", "sobjects/Account/@{acc.id}?fields=Name,NumberOfEmployees,Phone", "read"),
       sub("POST", "sobjects/Contact", "con",
           {{"LastName", "of @{read.Name}"}, {"AccountId", "@{acc.id}"}, {"Phone", "@{read.Phone}"}}),
       sub("GET", "query?q=SELECT+Id,AccountId+FROM+Contact+WHERE+LastName='of Globex'", "found"),
       sub("PATCH", "sobjects/Account/@{found.records[0].AccountId}", "set",
           {{"NumberOfEmployees", "@{read.NumberOfEmployees}"}, {"Site__c", "x"}})});
  ASSERT_EQ(answer.status, 200);
  const Json& answers = answer.body["compositeResponse"];
  EXPECT_THAT(statuses(answers), ElementsAre(201, 200, 201, 200, 400));
  const std::string firm = answers[0]["body"]["id"];
  EXPECT_EQ(answers[0]["httpHeaders"]["Location"], "/services/data/v60.0/sobjects/Account/" + firm);
  EXPECT_EQ(answers[2]["referenceId"], "con");
  EXPECT_EQ(answers[4]["body"][0]["message"], "No such column 'Site__c' on sobject of type Account");
  const Json made = get("sobjects/Contact/" + answers[2]["body"]["id"].get<std::string>()).body;
  EXPECT_EQ(made["AccountId"], firm);
  EXPECT_EQ(made["LastName"], "of Globex");
  EXPECT_TRUE(made["Phone"].is_null());
  EXPECT_EQ(usage(), "api-usage=3/100000") << "a composite call is one call";
}

TEST_F(Composite, AllOrNoneTakesBackEverythingAndNamesTheCulprit) {
  const std::string firm = account("Firm");
  const Answer answer = composite({sub("POST", "sobjects/Lead", "a", {{"LastName", "A"}, {"Company", "B"}}),
                                   sub("PATCH", "sobjects/Account/" + firm, "b", {{"Name", "Renamed"}}),
                                   sub("POST", "sobjects/Lead", "c", {{"LastName", "A"}}),
                                   sub("DELETE", "sobjects/Account/" + firm, "d")},
                                  true);
  const Json& answers = answer.body["compositeResponse"];
  EXPECT_THAT(statuses(answers), ElementsAre(400, 400, 400, 400));
  EXPECT_EQ(answers[2]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
  for (const int other : {0, 1, 3}) {
    EXPECT_EQ(answers[other]["body"][0]["errorCode"], "PROCESSING_HALTED");
    EXPECT_EQ(answers[other]["body"][0]["message"],
              "The transaction was rolled back since another operation in the same transaction failed.");
  }
  EXPECT_EQ(count("Lead"), 0U);
  EXPECT_EQ(get("sobjects/Account/" + firm).body["Name"], "Firm");
}

TEST_F(Composite, WithoutAllOrNoneOnlyDependantsAreHalted) {
  const Answer answer =
      composite({sub("POST", "sobjects/Account", "acc", Json::object()),
                 sub("POST", "sobjects/Contact", "con", {{"LastName", "X"}, {"AccountId", "@{acc.id}"}}),
                 sub("POST", "sobjects/Contact", "free", {{"LastName", "Y"}}),
                 sub("GET", "sobjects/Contact/@{free.nothing}", "none")});
  const Json& answers = answer.body["compositeResponse"];
  EXPECT_THAT(statuses(answers), ElementsAre(400, 400, 201, 400));
  EXPECT_EQ(answers[1]["body"][0]["errorCode"], "PROCESSING_HALTED");
  EXPECT_EQ(answers[3]["body"][0]["message"],
            "Invalid reference specified. No value for free.nothing found in free");
  EXPECT_EQ(count("Contact"), 1U);
}

TEST_F(Composite, ACollectionInsideFailsTheWholeWhereAllOrNoneCount) {
  const Json bad = {{"records",
                     {{{"attributes", {{"type", "Lead"}}}, {"LastName", "A"}, {"Company", "B"}},
                      {{"attributes", {{"type", "Lead"}}}}}}};
  const std::vector<Json> subs = {sub("POST", "sobjects/Account", "acc", {{"Name", "Firm"}}),
                                  sub("POST", "composite/sobjects", "all", bad)};
  EXPECT_THAT(statuses(composite(subs).body["compositeResponse"]), ElementsAre(201, 200));
  EXPECT_EQ(count("Lead"), 1U);
  EXPECT_THAT(statuses(composite(subs, true).body["compositeResponse"]), ElementsAre(400, 200));
  EXPECT_EQ(count("Lead"), 1U);
  EXPECT_EQ(count("Account"), 1U);
}

TEST_F(Composite, WhatACompositeCanNotHoldIsRefused) {
  const Json plain = sub("GET", "limits", "x");
  std::vector<Json> many;
  for (int i = 0; i < 26; ++i)
    many.push_back(sub("GET", "limits", ("r" + std::to_string(i)).c_str()));
  EXPECT_EQ(composite(many).code(), "LIMIT_EXCEEDED");
  std::vector<Json> queries;
  for (int i = 0; i < 6; ++i)
    queries.push_back(sub("GET", "query?q=SELECT+Id+FROM+Lead", ("r" + std::to_string(i)).c_str()));
  EXPECT_EQ(composite(queries).code(), "LIMIT_EXCEEDED");
  EXPECT_EQ(composite({plain, plain}).code(), "INVALID_INPUT");
  EXPECT_EQ(composite({sub("GET", "limits", "a-b")}).code(), "INVALID_INPUT");
  EXPECT_EQ(composite({Json::array()}).code(), "JSON_PARSER_ERROR");
  EXPECT_EQ(composite({{{"method", "GET"}, {"referenceId", "a"}}}).code(), "JSON_PARSER_ERROR");
  EXPECT_EQ(call("POST", "composite", Json::object()).code(), "JSON_PARSER_ERROR");
  Json elsewhere = plain;
  elsewhere["url"] = "/sandbox/admin/counts";
  const Json answers =
      composite({elsewhere, sub("POST", "composite", "inner", Json::object())}).body["compositeResponse"];
  EXPECT_THAT(statuses(answers), ElementsAre(404, 400));
}

TEST_F(Composite, ReferencesCanNotSwellARequest) {
  std::string many;
  for (int i = 0; i < 300; ++i)
    many += "@{big.Description}";
  const std::string id = lead({{"LastName", "A"}, {"Description", std::string(30'000, 'x')}});
  const Answer answer = composite({sub("GET", "sobjects/Lead/" + id + "?fields=Description", "big"),
                                   sub("PATCH", "sobjects/Lead/" + id, "set", {{"City", many}})});
  EXPECT_EQ(answer.body["compositeResponse"][1]["body"][0]["errorCode"], "LIMIT_EXCEEDED");
}

TEST_F(Composite, ABatchAnswersEachOfItsRequests) {
  const std::string id = lead({{"LastName", "A"}});
  const Json requests = {
      {{"method", "PATCH"}, {"url", "v60.0/sobjects/Lead/" + id}, {"richInput", {{"City", "Reno"}}}},
      {{"method", "GET"}, {"url", "/services/data/v50.0/sobjects/Lead/" + id + "?fields=City"}},
      {{"method", "GET"}, {"url", "v61.0/limits"}},
      {{"method", "GET"}, {"url", "v60.0/composite/sobjects/Lead?ids=a&fields=Id"}},
      {{"method", "DELETE"}, {"url", "v60.0/sobjects/Lead/" + id}}};
  const Answer answer = call("POST", "composite/batch", {{"batchRequests", requests}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body["hasErrors"], true);
  EXPECT_THAT(statuses(answer.body["results"]), ElementsAre(204, 200, 400, 400, 204));
  EXPECT_TRUE(answer.body["results"][0]["result"].is_null());
  EXPECT_EQ(answer.body["results"][1]["result"]["City"], "Reno");
  EXPECT_EQ(usage(), "api-usage=7/100000") << "the batch and each of its requests count";
  EXPECT_EQ(call("POST", "composite/batch", {{"batchRequests", Json::array()}}).body,
            Json::parse(R"({"hasErrors":false,"results":[]})"));
  EXPECT_EQ(call("POST", "composite/batch", {{"batchRequests", std::vector<Json>(26, requests[1])}}).code(),
            "LIMIT_EXCEEDED");
}

TEST_F(Composite, ABatchHaltsWhereItShallAndStopsAtTheDailyLimit) {
  const Json read = {{"method", "GET"}, {"url", "v60.0/limits"}};
  const Json lost = {{"method", "GET"}, {"url", "v60.0/sobjects/Lead/00Q000000000999"}};
  const Json halted =
      call("POST", "composite/batch", {{"haltOnError", true}, {"batchRequests", {read, lost, read}}}).body;
  EXPECT_THAT(statuses(halted["results"]), ElementsAre(200, 404, 412));
  EXPECT_EQ(halted["results"][2]["result"][0]["errorCode"], "BATCH_PROCESSING_HALTED");
  set_knobs([](Knobs& k) { k.daily_limit = 5; });
  const Json limited = call("POST", "composite/batch", {{"batchRequests", {read, read}}}).body;
  EXPECT_THAT(statuses(limited["results"]), ElementsAre(200, 403));
}

Json node(const char* type, const char* reference, Json fields) {
  fields["attributes"] = {{"type", type}, {"referenceId", reference}};
  return fields;
}

TEST_F(Composite, ATreeIsMadeWithItsChildren) {
  const Json belson = node("Contact", "r2", {{"LastName", "Belson"}});
  const Json hooli = node("Account", "r1", {{"Name", "Hooli"}, {"Contacts", {{"records", {belson}}}}});
  const Json second = node("Account", "r3", {{"Name", "Raviga"}});
  const Answer answer = call("POST", "composite/tree/account", {{"records", {hooli, second}}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.body["hasErrors"], false);
  std::map<std::string, std::string> ids;
  for (const Json& made : answer.body["results"])
    ids[made["referenceId"]] = made["id"];
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(get("sobjects/Contact/" + ids["r2"]).body["AccountId"], ids["r1"]);
}

TEST_F(Composite, ATreeIsMadeWholeOrNotAtAll) {
  const Json bad = node("Contact", "r2", {{"LastName", "Belson"}, {"Email", "zz"}});
  const Json hooli = node("Account", "r1", {{"Name", "Hooli"}, {"Contacts", {{"records", {bad}}}}});
  const Answer answer = call("POST", "composite/tree/Account", {{"records", Json::array({hooli})}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, Json::parse(R"({"hasErrors":true,"results":[{"referenceId":"r2","errors":[
      {"statusCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: zz","fields":["Email"]}]}]})"));
  EXPECT_EQ(count("Account"), 0U);
}

TEST_F(Composite, ATreeThatIsNoneIsRefused) {
  const auto post = [&](const Json& records) {
    return call("POST", "composite/tree/Account", {{"records", records}});
  };
  const Json firm = node("Account", "r", {{"Name", "Firm"}});
  EXPECT_EQ(post(Json::array({firm, firm})).code(), "INVALID_INPUT");
  EXPECT_EQ(post(Json::array({node("Lead", "r", Json::object())})).code(), "INVALID_TYPE");
  EXPECT_EQ(post(Json::array({{{"Name", "Firm"}}})).code(), "INVALID_TYPE");
  EXPECT_EQ(post("x").code(), "JSON_PARSER_ERROR");
  Json strange = firm;
  strange["Friends"] = {{"records", Json::array()}};
  EXPECT_EQ(post(Json::array({strange})).code(), "INVALID_FIELD");
  Json many = Json::array();
  for (int i = 0; i < 201; ++i)
    many.push_back(node("Account", ("r" + std::to_string(i)).c_str(), {{"Name", "Firm"}}));
  EXPECT_EQ(post(many).code(), "LIMIT_EXCEEDED");
  EXPECT_EQ(count("Account"), 0U);
}

TEST_F(Composite, EachGraphStandsOrFallsByItself) {
  const auto graph = [](const char* id, const std::vector<Json>& subs) {
    return Json{{"graphId", id}, {"compositeRequest", subs}};
  };
  const Json good =
      graph("g1", {sub("POST", "sobjects/Account", "acc", {{"Name", "Firm"}}),
                   sub("POST", "sobjects/Contact", "con", {{"LastName", "X"}, {"AccountId", "@{acc.id}"}})});
  const Json bad = graph("g2", {sub("POST", "sobjects/Account", "acc", {{"Name", "Other"}}),
                                sub("POST", "sobjects/Contact", "con", {{"AccountId", "@{acc.id}"}})});
  const Answer answer = call("POST", "composite/graph", {{"graphs", {bad, good}}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json& graphs = answer.body["graphs"];
  EXPECT_EQ(graphs[0]["graphId"], "g2");
  EXPECT_EQ(graphs[0]["isSuccessful"], false);
  EXPECT_EQ(graphs[0]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"], "PROCESSING_HALTED");
  EXPECT_EQ(graphs[1]["isSuccessful"], true);
  EXPECT_THAT(column("SELECT Name FROM Account", "Name"), ElementsAre("Firm"));

  std::vector<Json> chain = {sub("POST", "sobjects/Account", "n0", {{"Name", "0"}})};
  for (int i = 1; i < 16; ++i) {
    const std::string parent = "@{n" + std::to_string(i - 1) + ".id}";
    chain.push_back(sub("POST", "sobjects/Account", ("n" + std::to_string(i)).c_str(),
                        {{"Name", "x"}, {"ParentId", parent}}));
  }
  const auto code_of = [&](const Json& graphs_sent, const char* version = "v60.0") {
    return call("POST", "composite/graph", {{"graphs", graphs_sent}}, {}, version).code();
  };
  EXPECT_EQ(code_of(Json::array({graph("deep", chain)})), "LIMIT_EXCEEDED");
  EXPECT_EQ(code_of(Json::array({good, good})), "INVALID_INPUT");
  EXPECT_EQ(code_of(Json::array({graph("-x", {})})), "INVALID_INPUT");
  EXPECT_EQ(code_of(Json::array({graph("q", {sub("GET", "limits", "a")})})), "INVALID_INPUT");
  EXPECT_EQ(code_of(std::vector<Json>(76, good)), "LIMIT_EXCEEDED");
  EXPECT_EQ(code_of(Json::array({good}), "v49.0"), "NOT_FOUND");
}

TEST_F(Composite, AfterTooManyFailedGraphsTheRestIsHalted) {
  std::vector<Json> graphs;
  for (int i = 0; i < 16; ++i) {
    const Json fields = i == 15 ? Json{{"Name", "Firm"}} : Json::object();
    graphs.push_back({{"graphId", "g" + std::to_string(i)},
                      {"compositeRequest", Json::array({sub("POST", "sobjects/Account", "a", fields)})}});
  }
  const Json answered = call("POST", "composite/graph", {{"graphs", graphs}}).body["graphs"];
  EXPECT_EQ(answered[14]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"],
            "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(answered[15]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"],
            "PROCESSING_HALTED");
  EXPECT_EQ(count("Account"), 0U);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
