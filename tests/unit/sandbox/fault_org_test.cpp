// A fault plan in the organisation and in its pages: paging that leads nowhere, values that no client should
// believe, records and fields that change under a reader.
#include <set>

#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class OrgFaults : public SandboxTest {
 protected:
  void SetUp() override {
    for (const char* name : {"Adams", "Beeblebrox", "Colfer", "Dent", "Effrafax"})
      ids_.push_back(lead({{"LastName", name}}));
    set_knobs([](Knobs& k) { k.page_size_max = 2; });
    first_page();
  }
  void play(const Json& rules) {
    const Answer answer = admin("faults", {{"seed", 7}, {"rules", rules}});
    ASSERT_EQ(answer.status, 200) << answer.message();
  }
  Answer first_page() { return query("SELECT Id, LastName FROM Lead ORDER BY LastName"); }
  Answer follow(const std::string& url) { return send("GET", url, {{"Authorization", "Bearer " + token_}}); }
  std::string failure() {
    const Json log = admin_get("faults").body["log"];
    return log.empty() ? "" : log.back().value("failure", "");
  }
  /// The text of a query's answer, which may be no JSON.
  std::string raw(const std::string& soql) {
    http::ServerRequest request;
    request.method = "GET";
    request.target = "/services/data/v60.0/query?q=" + http::percent_encode(soql);
    request.headers = {{"Authorization", "Bearer " + token_}, {"Host", "crm.test"}};
    return front_->handle(request).body;
  }

  std::vector<std::string> ids_;
};

// ---- pages ----

TEST_F(OrgFaults, APageIsEmptyAndSaysThatMoreIsToCome) {
  play({{{"fault", "empty_page"}, {"when", {{"times", 1}}}}});
  const Json page = first_page().body;
  EXPECT_EQ(page["done"], false);
  EXPECT_THAT(page["records"], IsEmpty());
  EXPECT_EQ(page["totalSize"], 5);
  EXPECT_EQ(follow(page["nextRecordsUrl"]).body["records"][0]["LastName"], "Colfer")
      << "the next one is there";
}

TEST_F(OrgFaults, APageLeadsToItself) {
  play({{{"fault", "page_loop"}, {"on", {{"operation", "query_page"}}}}});
  const std::string second = first_page().body["nextRecordsUrl"];
  const Answer page = follow(second);
  EXPECT_EQ(page.body["nextRecordsUrl"], second);
  EXPECT_EQ(page.body["records"].size(), 2u);
  EXPECT_THAT(page.text, StartsWith("{\"totalSize\":5,\"done\":false,\"nextRecordsUrl\":"));
  EXPECT_THAT(page.text, HasSubstr(",\"Id\":\"" + ids_[2] + "\",\"LastName\":\"Colfer\"}"));
}

TEST_F(OrgFaults, APageLeadsElsewhere) {
  for (const char* url : {"https://evil.test/services/data/v60.0/query/0r8", "//evil.test/x",
                          "/services/data/v60.0/query/../../../x", "/a\r\nX-Evil: 1"}) {
    play({{{"fault", "next_url"}, {"with", {{"url", url}}}}});
    EXPECT_EQ(first_page().body["nextRecordsUrl"], url);
  }
}

TEST_F(OrgFaults, ATotalDisagreesWithTheRecords) {
  play({{{"fault", "total_size"}, {"with", {{"records", 99}}}}});
  EXPECT_EQ(first_page().body["totalSize"], 99);
}

TEST_F(OrgFaults, OpenQueriesAreForgotten) {
  const std::string second = first_page().body["nextRecordsUrl"];
  play({{{"fault", "drop_cursors"}, {"on", {{"operation", "query_page"}}}, {"when", {{"nth", 2}}}}});
  EXPECT_EQ(follow(second).status, 200);
  const Answer gone = follow(second);
  EXPECT_EQ(gone.status, 400);
  EXPECT_EQ(gone.code(), "INVALID_QUERY_LOCATOR");
}

TEST_F(OrgFaults, WhatDoesNotFitAnAnswerIsToldInTheLog) {
  play({{{"fault", "page_loop"}, {"on", {{"operation", "limits"}}}}});
  EXPECT_EQ(get("limits").status, 200);
  EXPECT_THAT(failure(), HasSubstr("no page of a query"));
}

// ---- values ----

TEST_F(OrgFaults, AValueIsHostile) {
  const struct {
    const char* how;
    std::string raw;
  } rows[] = {
      {"bad_utf8", "\"LastName\":\"caf\xe9 \xff"},
      {"nul", R"("LastName":"a\u0000b")"},
      {"control", "\"LastName\":\"a\x01"},
      {"lone_surrogate", R"("LastName":"a\ud83d b")"},
      {"huge", "\"LastName\":\"" + std::string(5'242'880, 'x') + "\""},
      {"deep", "\"LastName\":" + std::string(200'000, '[')},
      {"exponent", "\"LastName\":1e400"},
      {"big_int", "\"LastName\":9223372036854775808"},
      {"duplicate_key", R"("LastName":"Adams","LastName":"second Adams")"},
  };
  for (const auto& row : rows) {
    play({{{"fault", "bad_value"}, {"with", {{"field", "LastName"}, {"how", row.how}}}}});
    const std::string text = raw("SELECT Id, LastName FROM Lead ORDER BY LastName");
    EXPECT_NE(text.find(row.raw), std::string::npos) << row.how;
    EXPECT_NE(text.find("Beeblebrox"), std::string::npos) << row.how << ": one record alone";
    EXPECT_EQ(text.find("@@"), std::string::npos) << row.how;
  }
}

TEST_F(OrgFaults, AValueIsWhatTheRuleWrites) {
  play({{{"fault", "bad_value"}, {"with", {{"field", "LastName"}, {"raw", "{\"a\":"}, {"rows", 2}}}}});
  const std::string text = raw("SELECT Id, LastName FROM Lead ORDER BY LastName");
  EXPECT_THAT(text, Not(HasSubstr("Adams")));
  EXPECT_THAT(text, HasSubstr("\"LastName\":{\"a\":}"));
}

TEST_F(OrgFaults, AnIdIsWrong) {
  play({{{"fault", "bad_value"}, {"with", {{"field", "Id"}, {"how", "wrong_checksum"}, {"id", ids_[1]}}}},
        {{"fault", "bad_value"},
         {"on", {{"operation", "read"}}},
         {"with", {{"field", "Id"}, {"how", "short_id"}}}}});
  const Json records = first_page().body["records"];
  EXPECT_EQ(records[0]["Id"], ids_[0]);
  const std::string wrong = records[1]["Id"];
  EXPECT_EQ(wrong.substr(0, 17), ids_[1].substr(0, 17));
  EXPECT_NE(wrong, ids_[1]);
  EXPECT_EQ(get("sobjects/Lead/" + ids_[2]).body["Id"], ids_[2].substr(0, 15));
}

// ---- records ----

TEST_F(OrgFaults, RecordsChangeBetweenTwoPages) {
  play({{{"fault", "edit"},
         {"on", {{"operation", "query_page"}}},
         {"with",
          {{"object", "Lead"}, {"where", "LastName = 'Colfer'"}, {"set", {{"LastName", "Changed"}}}}}}});
  const std::string second = first_page().body["nextRecordsUrl"];
  EXPECT_EQ(follow(second).body["records"][0]["LastName"], "Changed");
}

TEST_F(OrgFaults, ManyRecordsChangeInOneSecond) {
  now_ += seconds(60);
  play({{{"fault", "edit"},
         {"when", {{"times", 1}}},
         {"with", {{"object", "Lead"}, {"rows", 100}, {"set", {{"Title", "No. {n}"}}}}}}});
  get("limits");
  const Answer changed = query("SELECT Title, SystemModstamp FROM Lead WHERE Title != null ORDER BY Title");
  EXPECT_EQ(changed.body["totalSize"], 5);
  EXPECT_EQ(changed.body["records"][0]["Title"], "No. 1");
  EXPECT_EQ(changed.body["records"][1]["SystemModstamp"], "2026-11-21T10:01:00.000+0000");
}

TEST_F(OrgFaults, ARuleDrawsWhichRecordsChange) {
  std::set<std::vector<std::string>> pictures;
  for (int i = 0; i < 6; ++i) {
    const std::string title = "T" + std::to_string(i);
    play({{{"fault", "edit"},
           {"when", {{"calls", {i + 1}}}},
           {"with", {{"object", "Lead"}, {"rows", 2}, {"set", {{"Title", title}}}}}}});
    for (int call = 0; call <= i; ++call)
      get("limits");
    const auto ids = column("SELECT Id FROM Lead WHERE Title = '" + title + "' ORDER BY Id", "Id");
    EXPECT_EQ(ids.size(), 2u);
    pictures.insert(ids);
  }
  EXPECT_GT(pictures.size(), 1u);
}

TEST_F(OrgFaults, RecordsAppearLateWithOldStamps) {
  play({{{"fault", "create"},
         {"when", {{"times", 1}}},
         {"with",
          {{"object", "Lead"},
           {"rows", 20},
           {"set", {{"LastName", "Late{n}"}, {"Company", "Acme"}}},
           {"up_to_seconds", 240}}}}});
  const std::string late = "SELECT COUNT() FROM Lead WHERE LastName LIKE 'Late%'";
  const int64_t at_once = query(late).body["totalSize"];
  EXPECT_LT(at_once, 20);
  now_ += seconds(120);
  const int64_t after_two_minutes = query(late).body["totalSize"];
  EXPECT_GT(after_two_minutes, at_once);
  EXPECT_LT(after_two_minutes, 20);
  now_ += seconds(120);
  EXPECT_EQ(query(late + " AND SystemModstamp = 2026-11-21T10:00:00Z").body["totalSize"], 20);
}

TEST_F(OrgFaults, AnotherSystemWritesAgainstEveryWriteOfOurs) {
  play({{{"fault", "counter_edit"},
         {"on", {{"operation", "update"}, {"object", "Lead"}}},
         {"with", {{"set", {{"Title", {"Theirs", "Other"}}}}}}}});
  const auto ours = [&] {
    EXPECT_EQ(call("PATCH", "sobjects/Lead/" + ids_[0], {{"Title", "Ours"}}).status, 204);
    return lead_row(ids_[0], "Title")["Title"].get<std::string>();
  };
  EXPECT_EQ(ours(), "Theirs");
  EXPECT_EQ(ours(), "Other");
  EXPECT_EQ(ours(), "Theirs");
  EXPECT_TRUE(lead_row(ids_[1], "Title")["Title"].is_null());
}

// ---- fields ----

class FieldFaults : public OrgFaults {
 protected:
  void change(Json with) {
    with["object"] = "Lead";
    play({{{"fault", "change_field"}, {"with", std::move(with)}}});
    get("limits");
    EXPECT_EQ(failure(), "");
  }
  Json described(const std::string& name) {
    const Json fields = get("sobjects/Lead/describe").body["fields"];
    for (const Json& field : fields) {
      if (field["name"] == name) return field;
    }
    return Json();
  }
  Answer edit(const Json& fields) { return call("PATCH", "sobjects/Lead/" + ids_[0], fields); }
};

TEST_F(FieldFaults, AFieldDisappearsAndComesBack) {
  change({{"field", "Title"}, {"change", "hide"}});
  EXPECT_TRUE(described("Title").is_null());
  EXPECT_EQ(query("SELECT Title FROM Lead").code(), "INVALID_FIELD");
  EXPECT_FALSE(get("sobjects/Lead/" + ids_[0]).body.contains("Title"));
  EXPECT_EQ(edit({{"Title", "CTO"}}).code(), "INVALID_FIELD");
  change({{"field", "title"}, {"change", "show"}});
  EXPECT_EQ(query("SELECT Title FROM Lead").status, 200);
}

TEST_F(FieldFaults, ATextBecomesShorter) {
  now_ += seconds(60);
  const Answer before = get("sobjects/Lead/describe");
  change({{"field", "Title"}, {"change", "shorten"}, {"length", 5}});
  EXPECT_EQ(described("Title")["length"], 5);
  EXPECT_EQ(edit({{"Title", "Captain"}}).code(), "STRING_TOO_LONG");
  EXPECT_EQ(edit({{"Title", "Chief"}}).status, 204);
  const http::Headers since{{"If-Modified-Since", "Sat, 21 Nov 2026 10:00:30 GMT"}};
  EXPECT_EQ(get("sobjects/Lead/describe", since).status, 200) << "a cached describe is out of date";
}

TEST_F(FieldFaults, AFieldTakesAnotherType) {
  EXPECT_EQ(edit({{"NumberOfEmployees", 12}, {"Title", "7"}}).status, 204);
  change({{"field", "NumberOfEmployees"}, {"change", "retype"}, {"type", "string"}});
  EXPECT_EQ(described("NumberOfEmployees")["type"], "string");
  EXPECT_EQ(lead_row(ids_[0], "NumberOfEmployees")["NumberOfEmployees"], "12");
  EXPECT_TRUE(lead_row(ids_[1], "NumberOfEmployees")["NumberOfEmployees"].is_null());
  change({{"field", "Title"}, {"change", "retype"}, {"type", "int"}});
  EXPECT_EQ(lead_row(ids_[0], "Title")["Title"], 7);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead WHERE Title > 6").body["totalSize"], 1);
  EXPECT_NE(edit({{"Title", "many"}}).status, 204);
  EXPECT_EQ(edit({{"Title", 8}}).status, 204);
}

TEST_F(FieldFaults, APicklistValueIsTakenOutOfUse) {
  EXPECT_EQ(edit({{"Rating", "Hot"}}).status, 204);
  change({{"field", "Rating"}, {"change", "deactivate"}, {"value", "Hot"}});
  Json inactive = Json::array();
  const Json values = described("Rating")["picklistValues"];
  for (const Json& value : values) {
    if (value["active"] == false) inactive.push_back(value["value"]);
  }
  EXPECT_EQ(inactive, Json({"Hot"}));
  EXPECT_EQ(lead_row(ids_[0], "Rating")["Rating"], "Hot") << "who has it keeps it";
}

TEST_F(FieldFaults, WhatCannotChangeIsToldInTheLog) {
  for (const char* field : {"Id", "SystemModstamp", "OwnerId", "Name", "Nope"}) {
    play({{{"fault", "change_field"},
           {"with", {{"object", "Lead"}, {"field", field}, {"change", "shorten"}, {"length", 3}}}}});
    get("limits");
    EXPECT_THAT(failure(), StartsWith("INVALID_FIELD")) << field;
  }
}

TEST_F(FieldFaults, AKnobTurnsInTheMiddleOfARun) {
  play({{{"fault", "knobs"}, {"when", {{"nth", 2}}}, {"with", {{"knobs", {{"api_enabled", false}}}}}}});
  EXPECT_EQ(get("limits").status, 200);
  EXPECT_EQ(get("limits").code(), "API_DISABLED_FOR_ORG");
}

TEST_F(FieldFaults, ABadParameterIsRefusedWithItsPlace) {
  const struct {
    Json rule;
    const char* message;
  } rows[] = {
      {{{"fault", "edit"}, {"with", {{"object", "Unicorn"}, {"set", Json::object()}}}},
       "rules[0].with.object is no object"},
      {{{"fault", "edit"}, {"with", {{"object", "Lead"}, {"where", "Nope"}, {"set", Json::object()}}}},
       "rules[0].with.where: MALFORMED_QUERY"},
      {{{"fault", "knobs"}, {"with", {{"knobs", {{"nonsense", 1}}}}}},
       "rules[0].with.knobs: there is no knob"},
      {{{"fault", "change_field"},
        {"with", {{"object", "Lead"}, {"field", "Title"}, {"change", "retype"}, {"type", "location"}}}},
       "rules[0].with.type is no type"},
      {{{"fault", "bad_value"}, {"with", {{"field", "Id"}, {"how", "x"}}}},
       "rules[0].with.how must be among"},
  };
  for (const auto& row : rows) {
    const Answer answer = admin("faults", {{"rules", Json::array({row.rule})}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.message(), HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace prospectd::sandbox::testing
