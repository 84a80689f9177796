#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

class Admin : public SandboxTest {};

TEST_F(Admin, AsksForItsOwnToken) {
  get("limits");
  for (const http::Headers& headers : {http::Headers{}, http::Headers{{"X-Sandbox-Admin", "wrong"}},
                                       http::Headers{{"Authorization", "Bearer " + token_}}}) {
    const Answer answer = send("GET", "/sandbox/admin/counts", headers);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), "INVALID_ADMIN_TOKEN");
  }
}

TEST_F(Admin, IsNotThereWithoutAToken) {
  FrontOptions options;
  options.client_secret = Secret("x");
  Front front(*org_, std::move(options));
  http::ServerRequest request;
  request.method = "GET";
  request.target = "/sandbox/admin/counts";
  request.headers.set("X-Sandbox-Admin", "");
  EXPECT_EQ(front.handle(request).status, 404);
}

TEST_F(Admin, EditsARecordAndTellsTheStamp) {
  const std::string id = lead({{"LastName", "A"}});
  now_ += seconds(5);
  const Answer answer = admin("edit", {{"id", id},
                                       {"fields",
                                        {{"LastName", "B"},
                                         {"DoNotCall", true},
                                         {"NumberOfEmployees", 7},
                                         {"AnnualRevenue", 1.5},
                                         {"Email", nullptr}}}});
  ASSERT_EQ(answer.status, 200) << answer.message();
  EXPECT_EQ(answer.body, Json({{"object", "Lead"},
                               {"id", id},
                               {"stamp", "2026-11-21T10:00:05.000Z"},
                               {"visible_at", "2026-11-21T10:00:05.500Z"}}));
  const Json row = lead_row(id, "LastName, DoNotCall, NumberOfEmployees, AnnualRevenue");
  EXPECT_EQ(row["LastName"], "B");
  EXPECT_EQ(row["DoNotCall"], true);
  EXPECT_EQ(row["NumberOfEmployees"], 7);
  EXPECT_EQ(row["AnnualRevenue"], 1.5);
}

TEST_F(Admin, ShowsAllOfARecordInTheRecycleBinTooAndWhatClientsMayNotSee) {
  const std::string id = contact({{"LastName", "A"}, {"Birthdate", "1990-01-02"}});
  ASSERT_EQ(admin("knobs", {{"hidden_fields", {{"Contact", {"Birthdate"}}}}}).status, 200);
  Answer answer = admin("show", {{"id", id.substr(0, 15)}});
  ASSERT_EQ(answer.status, 200) << answer.message();
  EXPECT_EQ(answer.body["object"], "Contact");
  EXPECT_EQ(answer.body["id"], id);
  EXPECT_EQ(answer.body["deleted"], false);
  EXPECT_EQ(answer.body["fields"]["Birthdate"], "1990-01-02");
  EXPECT_TRUE(answer.body["fields"]["Title"].is_null());
  ASSERT_EQ(admin("delete", {{"id", id}}).status, 200);
  answer = admin("show", {{"id", id}});
  EXPECT_EQ(answer.body["deleted"], true);
  EXPECT_EQ(answer.body["fields"]["LastName"], "A");
  ASSERT_EQ(admin("purge", {{"id", id}}).status, 200);
  EXPECT_EQ(admin("show", {{"id", id}}).message(), "There is no record " + id);
  EXPECT_EQ(admin("show", {{"id", "003"}}).code(), "MALFORMED_ID");
  EXPECT_EQ(admin("show", Json::object()).message(), "missing: id");
}

TEST_F(Admin, AnOwnerMayBeNamedByAddress) {
  const std::string ana = user("Ana@acme.test");
  const std::string id = lead({{"LastName", "A"}});
  ASSERT_EQ(
      admin("edit", {{"object", "lead"}, {"id", id}, {"fields", {{"OwnerId", "ana@ACME.test"}}}}).status,
      200);
  EXPECT_EQ(lead_row(id, "OwnerId")["OwnerId"], ana);
  EXPECT_EQ(admin("edit", {{"id", id}, {"fields", {{"OwnerId", "bob@acme.test"}}}}).code(), "MALFORMED_ID");
}

TEST_F(Admin, TextsOfACommandLineBecomeTheFieldsTypes) {
  const std::string id = contact({{"LastName", "A"}, {"Birthdate", "1990-01-02"}});
  const std::string of = lead({{"LastName", "A"}});
  const auto edit = [&](const std::string& record, Json fields) {
    return admin("edit", {{"id", record}, {"fields", std::move(fields)}});
  };
  ASSERT_EQ(edit(of, {{"DoNotCall", "TRUE"}, {"NumberOfEmployees", "-7"}, {"AnnualRevenue", "1.5"}}).status,
            200);
  const Json row = lead_row(of, "DoNotCall, NumberOfEmployees, AnnualRevenue");
  EXPECT_EQ(row["DoNotCall"], true);
  EXPECT_EQ(row["NumberOfEmployees"], -7);
  EXPECT_EQ(row["AnnualRevenue"], 1.5);
  ASSERT_EQ(edit(of, {{"NumberOfEmployees", ""}}).status, 200);
  EXPECT_TRUE(lead_row(of, "NumberOfEmployees")["NumberOfEmployees"].is_null());
  ASSERT_EQ(edit(id, {{"Birthdate", ""}}).status, 200);
  EXPECT_TRUE(get("sobjects/Contact/" + id).body["Birthdate"].is_null());
  for (const Json& wrong : {Json{{"NumberOfEmployees", "many"}}, Json{{"NumberOfEmployees", "7x"}},
                            Json{{"DoNotCall", "yes"}}, Json{{"DoNotCall", ""}}}) {
    EXPECT_EQ(edit(of, wrong).code(), "JSON_PARSER_ERROR") << wrong;
  }
}

TEST_F(Admin, CreatesDeletesUndeletesAndPurges) {
  const Answer made = admin("create", {{"object", "Contact"}, {"fields", {{"LastName", "C"}}}});
  ASSERT_EQ(made.status, 200);
  const Json id = {{"id", made.body["id"]}};
  EXPECT_EQ(admin("delete", id).status, 200);
  EXPECT_EQ(admin_get("counts").body["Contact"], Json({{"live", 0}, {"deleted", 1}, {"purged", 0}}));
  EXPECT_EQ(admin("undelete", id).status, 200);
  EXPECT_EQ(admin_get("counts").body["Contact"], Json({{"live", 1}, {"deleted", 0}, {"purged", 0}}));
  EXPECT_EQ(admin("purge", id).status, 200);
  EXPECT_EQ(admin_get("counts").body["Contact"], Json({{"live", 0}, {"deleted", 0}, {"purged", 1}}));
}

TEST_F(Admin, ConvertsAndMerges) {
  const std::string a = lead({{"LastName", "A"}}), b = lead({{"LastName", "B"}}),
                    c = lead({{"LastName", "C"}});
  const Answer converted = admin("convert", {{"lead", a}});
  ASSERT_EQ(converted.status, 200);
  EXPECT_EQ(lead_row(a, "ConvertedContactId")["ConvertedContactId"], converted.body["contact"]);
  EXPECT_EQ(lead_row(a, "ConvertedAccountId")["ConvertedAccountId"], converted.body["account"]);
  const Answer merged = admin("merge", {{"winner", b}, {"losers", {c}}});
  ASSERT_EQ(merged.status, 200);
  EXPECT_EQ(lead_row(c, "MasterRecordId")["MasterRecordId"], b);
}

TEST_F(Admin, CommitsLate) {
  const std::string id = lead({{"LastName", "A"}});
  now_ += seconds(600);
  const Answer old =
      admin("late", {{"id", id}, {"fields", {{"LastName", "B"}}}, {"stamped_before_seconds", 60}});
  EXPECT_EQ(old.body["stamp"], "2026-11-21T10:09:00.000Z");
  const Answer slow = admin(
      "late",
      {{"object", "Lead"}, {"fields", {{"LastName", "S"}, {"Company", "X"}}}, {"visible_after_seconds", 30}});
  EXPECT_EQ(slow.body["visible_at"], "2026-11-21T10:10:30.500Z");
  EXPECT_EQ(admin_get("counts").body["pending"], 1);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 1);
  now_ += seconds(30);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 2);
}

TEST_F(Admin, BadInputSaysWhatIsWrong) {
  const std::string id = lead({{"LastName", "A"}});
  const struct {
    const char* path;
    Json body;
    const char* message;
  } rows[] = {
      {"edit", Json::object(), "missing: id"},
      {"edit", {{"id", 5}}, "id must be a text"},
      {"edit", {{"id", id}, {"fields", 5}}, "fields must be an object"},
      {"edit", {{"id", id}, {"fields", {{"LastName", Json::array()}}}}, "a field's value must be"},
      {"edit",
       {{"id", id}, {"stamped_before_seconds", -1}},
       "stamped_before_seconds must be a number of seconds"},
      {"edit", {{"id", id}, {"stamped_before_seconds", 1}, {"visible_after_seconds", 1}}, "not both"},
      {"late", {{"id", id}}, "missing: stamped_before_seconds or visible_after_seconds"},
      {"create", Json::object(), "missing: object"},
      {"merge", {{"winner", id}}, "losers must be a list of ids"},
      {"merge", {{"winner", id}, {"losers", {5}}}, "losers must be a list of ids"},
      {"knobs", {{"nonsense", 1}}, "there is no knob nonsense"},
      {"knobs", {{"app_name", "a\r\nX: y"}}, "app_name must be a text of one line"},
      {"knobs", {{"app_name", std::string(5'000, 'a')}}, "app_name must be a text of at most 4,096 bytes"},
      {"knobs", {{"daily_limit", "5"}}, "on a command line daily_limit:=NUMBER"},
      {"knobs", {{"date_offset_seconds", UINT64_MAX}}, "date_offset_seconds must be a whole number"},
      {"knobs", {{"page_size_max", 0}}, "page_size_max must be a whole number from 1 to 2000"},
      {"knobs",
       {{"answer_delay_milliseconds", -1}},
       "answer_delay_milliseconds must be a whole number from 0 to 60000"},
      {"knobs", {{"api_enabled", 1}}, "api_enabled must be true or false"},
      {"knobs", {{"disabled_objects", "Lead"}}, "disabled_objects must be a list of names"},
      {"knobs", {{"hidden_fields", Json::array()}}, "hidden_fields must be an object of lists"},
  };
  for (const auto& row : rows) {
    const Answer answer = admin(row.path, row.body);
    EXPECT_EQ(answer.status, 400) << row.path << row.body;
    EXPECT_EQ(answer.code(), "INVALID_INPUT") << row.path << row.body;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.path;
  }
}

TEST_F(Admin, WhatIsNotThereIsNamed) {
  EXPECT_EQ(admin("edit", {{"id", "00Q000000000zzzAAA"}, {"fields", {{"Title", "x"}}}}).message(),
            "There is no record 00Q000000000zzzAAA");
  EXPECT_EQ(admin("create", {{"object", "Leed"}}).message(), "There is no object Leed");
}

TEST_F(Admin, BodiesThatAreNoObjectsAreRefused) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const std::string& body :
       {std::string("nonsense"), std::string("[]"), std::string("{\"id\":"), "{\"id\":" + deep + "}"}) {
    const Answer answer = send("POST", "/sandbox/admin/edit", {{"X-Sandbox-Admin", kAdmin}}, body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.message(), "the body is not a JSON object");
  }
}

TEST_F(Admin, UnknownPathsAndMethods) {
  EXPECT_EQ(admin("nothing", Json::object()).status, 404);
  EXPECT_EQ(admin_get("edit").status, 405);
  EXPECT_EQ(admin_get("edit").header("Allow"), "POST");
  EXPECT_EQ(send("DELETE", "/sandbox/admin/knobs", {{"X-Sandbox-Admin", kAdmin}}).header("Allow"),
            "GET,POST");
}

TEST_F(Admin, KnobsCanBeReadAndSetOneByOne) {
  const Answer answer = admin("knobs", {{"page_size_max", 3},
                                        {"disabled_objects", {"Group"}},
                                        {"hidden_fields", {{"Lead", {"Email"}}}},
                                        {"app_name", "x"},
                                        {"run_as_configured", false}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, admin_get("knobs").body);
  EXPECT_EQ(answer.body["page_size_max"], 3);
  EXPECT_EQ(answer.body["daily_limit"], 100'000);
  EXPECT_EQ(front_->knobs().page_size_max, 3);
  EXPECT_FALSE(front_->knobs().object_enabled("GROUP"));
  EXPECT_FALSE(front_->knobs().field_visible("lead", "EMAIL"));
  EXPECT_EQ(login().body["error"], "invalid_grant");
  EXPECT_EQ(admin("knobs", {{"answer_delay_milliseconds", 100}}).body["answer_delay_milliseconds"], 100);
  EXPECT_EQ(front_->knobs().answer_delay, milliseconds(100));
  // One wrong knob sets none.
  EXPECT_EQ(admin("knobs", {{"page_size_max", 9}, {"zzz", 1}}).status, 400);
  EXPECT_EQ(front_->knobs().page_size_max, 3);
}

TEST_F(Admin, StatsTellCallsAndWrites) {
  lead({{"LastName", "A"}});
  query("SELECT Id FROM Lead");
  get("sobjects");
  const Json stats = admin_get("stats").body;
  EXPECT_EQ(stats["queries"], 1);
  EXPECT_EQ(stats["describes"], 1);
  EXPECT_EQ(stats["records_served"], 1);
  EXPECT_EQ(stats["api_calls"], 2);
  EXPECT_EQ(stats["writes"], 1);
  EXPECT_EQ(stats["sessions"], 1);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
