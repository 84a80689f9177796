// Searches as a client sees them (SALESFORCE_API §5.4).
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SearchCall : public SandboxTest {
 protected:
  SearchCall() {
    lead({{"LastName", "Acker"},
          {"Company", "Acme Corp"},
          {"Email", "ann@globex.test"},
          {"Phone", "555 0101"}});
    lead({{"LastName", "Globex"}, {"Company", "Umbrella"}, {"Description", "knows the ACME people"}});
    contact({{"LastName", "Acme"}, {"FirstName", "Élodie"}});
    account("Acme Holdings");
  }

  Answer sosl(const std::string& text) { return get("search?q=" + http::percent_encode(text)); }
  /// The values of a field of what is found.
  static std::vector<std::string> found(const Answer& answer, const char* field) {
    EXPECT_EQ(answer.status, 200) << answer.message();
    std::vector<std::string> out;
    if (answer.status != 200) return out;
    for (const Json& record : answer.body["searchRecords"])
      out.push_back(record.value(field, "-"));
    return out;
  }
  std::vector<std::string> leads(const std::string& words) {
    return found(sosl("FIND {" + words + "} IN ALL FIELDS RETURNING Lead(LastName)"), "LastName");
  }
};

TEST_F(SearchCall, WordsAreFoundInAnyTextOfARecord) {
  EXPECT_THAT(leads("acme"), UnorderedElementsAre("Acker", "Globex"));
  EXPECT_THAT(leads("ac*"), UnorderedElementsAre("Acker", "Globex"));
  EXPECT_THAT(leads("ac?e"), UnorderedElementsAre("Acker", "Globex"));
  EXPECT_THAT(leads("acm"), IsEmpty());
  EXPECT_THAT(leads("acme corp"), ElementsAre("Acker"));
  EXPECT_THAT(leads("\"the acme\""), ElementsAre("Globex"));
  EXPECT_THAT(leads("\"acme the\""), IsEmpty());
  EXPECT_THAT(leads("corp OR umbrella"), UnorderedElementsAre("Acker", "Globex"));
  EXPECT_THAT(leads("acme AND NOT corp"), ElementsAre("Globex"));
  EXPECT_THAT(leads("ann@globex.test"), ElementsAre("Acker"));
}

TEST_F(SearchCall, TheGroupSaysWhereToLook) {
  const auto in = [&](const char* group) {
    return found(sosl(std::string("FIND {globex} IN ") + group + " FIELDS RETURNING Lead(LastName)"),
                 "LastName");
  };
  EXPECT_THAT(in("ALL"), UnorderedElementsAre("Acker", "Globex"));
  EXPECT_THAT(in("name"), ElementsAre("Globex"));
  EXPECT_THAT(in("EMAIL"), ElementsAre("Acker"));
  EXPECT_THAT(in("Phone"), IsEmpty());
}

TEST_F(SearchCall, EachObjectShowsItsFields) {
  const Answer answer = sosl(
      "find {acme} returning Contact(Id, Name WHERE FirstName LIKE 'é%'), Lead(LastName, Owner.Type ORDER BY "
      "LastName DESC LIMIT 1), Account");
  ASSERT_EQ(answer.status, 200) << answer.message();
  const Json& records = answer.body["searchRecords"];
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0]["attributes"]["type"], "Contact");
  EXPECT_EQ(records[0]["Name"], "Élodie Acme");
  EXPECT_EQ(records[1]["LastName"], "Globex");
  EXPECT_EQ(records[1]["Owner"]["Type"], "User");
  EXPECT_EQ(records[2]["attributes"]["type"], "Account");
  EXPECT_EQ(records[2].size(), 2U);  // attributes and Id
  EXPECT_EQ(sosl("FIND {acme}").body["searchRecords"].size(), 4U);
  EXPECT_EQ(sosl("FIND {acme} LIMIT 2").body["searchRecords"].size(), 2U);
  EXPECT_THAT(found(sosl("FIND {acme} RETURNING Lead(LastName ORDER BY LastName OFFSET 1)"), "LastName"),
              ElementsAre("Globex"));
}

TEST_F(SearchCall, ParametersSayTheSame) {
  const auto search = [&](const std::string& parameters) {
    return get("parameterizedSearch/?" + parameters);
  };
  EXPECT_THAT(found(search("q=acme&sobject=Lead&Lead.fields=id,LastName"), "LastName"),
              UnorderedElementsAre("Acker", "Globex"));
  EXPECT_EQ(search("q=acme&sobject=Lead&sobject=Contact").body["searchRecords"].size(), 3U);
  EXPECT_EQ(search("q=acme&sobject=Lead,Contact&defaultLimit=1").body["searchRecords"].size(), 2U);
  EXPECT_EQ(search("q=acme&sobject=Lead,Contact&Lead.limit=1").body["searchRecords"].size(), 2U);
  EXPECT_EQ(search("q=acme&overallLimit=1").body["searchRecords"].size(), 1U);
  EXPECT_THAT(found(search("q=globex&in=NAME&sobject=Lead&fields=LastName"), "LastName"),
              ElementsAre("Globex"));
  EXPECT_THAT(
      found(search("q=acme&sobject=Lead&Lead.fields=LastName&Lead.where=LastName='Acker'"), "LastName"),
      ElementsAre("Acker"));
}

TEST_F(SearchCall, WhatIsNoSearchIsRefused) {
  const struct {
    const char* sosl;
    const char* code;
    const char* message;
  } rows[] = {
      {"", "MALFORMED_SEARCH", "unexpected token"},
      {"FIND acme", "MALFORMED_SEARCH", "unexpected token: 'acme'"},
      {"FIND {acme", "MALFORMED_SEARCH", "unexpected token: '<EOF>'"},
      {"FIND {a}", "MALFORMED_SEARCH", "search term must be longer than one character: a"},
      {"FIND {**}", "MALFORMED_SEARCH", "longer than one character"},
      {"FIND {}", "MALFORMED_SEARCH", "longer than one character"},
      {"FIND {NOT acme}", "MALFORMED_SEARCH", "longer than one character"},
      {"FIND {acme} IN SOME FIELDS", "MALFORMED_SEARCH", "unexpected token: 'FIELDS'"},
      {"FIND {acme} RETURNING", "MALFORMED_SEARCH", "unexpected token: '<EOF>'"},
      {"FIND {acme} RETURNING Lead(Id", "MALFORMED_SEARCH", "unexpected token: '<EOF>'"},
      {"FIND {acme} RETURNING Lead(Id) Contact", "MALFORMED_SEARCH", "unexpected token: 'Contact'"},
      {"FIND {acme} LIMIT 0", "MALFORMED_SEARCH", "unexpected token"},
      {"FIND {acme} RETURNING Lead(Id, )", "MALFORMED_SEARCH", "unexpected token: 'FROM'"},
      {"FIND {acme} RETURNING Lead(COUNT(Id))", "MALFORMED_SEARCH", "aggregates"},
      {"FIND {acme} RETURNING Account(Id, (SELECT Id FROM Contacts))", "MALFORMED_SEARCH", "subqueries"},
      {"FIND {acme} RETURNING Foo", "INVALID_TYPE", "sObject type 'Foo' is not supported"},
      {"FIND {acme} RETURNING Lead(Foo)", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"},
  };
  for (const auto& row : rows) {
    const Answer answer = sosl(row.sosl);
    EXPECT_EQ(answer.status, 400) << row.sosl;
    EXPECT_EQ(answer.code(), row.code) << row.sosl;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.sosl;
  }
  EXPECT_EQ(get("search").code(), "MALFORMED_SEARCH");
  EXPECT_EQ(get("parameterizedSearch?q=acme&in=here").code(), "MALFORMED_SEARCH");
  EXPECT_EQ(get("parameterizedSearch?q=acme&overallLimit=many").code(), "MALFORMED_SEARCH");
}

TEST_F(SearchCall, ASearchHasAtMostAHundredWords) {
  const auto words = [](int count) {
    std::string text = "acme";
    for (int i = 1; i < count; ++i)
      text += " OR word" + std::to_string(i);
    return text;
  };
  EXPECT_THAT(leads(words(100)), UnorderedElementsAre("Acker", "Globex"));
  const Answer refused = sosl("FIND {" + words(101) + "}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "MALFORMED_SEARCH");
  EXPECT_EQ(refused.message(), "search term has more than 100 words");
  EXPECT_EQ(call("POST", "parameterizedSearch", {{"q", words(800)}}).code(), "MALFORMED_SEARCH");
}

TEST_F(SearchCall, ASearchNamesAnObjectOnce) {
  const Answer refused = sosl("FIND {acme} RETURNING Lead(Id), Contact, lead(LastName)");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "MALFORMED_SEARCH");
  EXPECT_EQ(refused.message(), "a search names lead more than once");
  EXPECT_EQ(get("parameterizedSearch?q=acme&sobject=Lead,Lead").code(), "MALFORMED_SEARCH");
  EXPECT_EQ(call("POST", "parameterizedSearch",
                 {{"q", "acme"}, {"sobjects", {{{"name", "Lead"}}, {{"name", "LEAD"}}}}})
                .code(),
            "MALFORMED_SEARCH");
}

TEST_F(SearchCall, AParameterizedSearchMayBeInABody) {
  const Answer all = call("POST", "parameterizedSearch",
                          {{"q", "acme"},
                           {"in", "ALL"},
                           {"fields", {"LastName"}},
                           {"sobjects",
                            {{{"name", "Lead"}, {"where", "Company != 'Umbrella'"}, {"limit", 5}},
                             {{"name", "Contact"}, {"fields", {"FirstName", "LastName"}}}}},
                           {"overallLimit", 10},
                           {"spellCorrection", false}});
  EXPECT_THAT(found(all, "LastName"), UnorderedElementsAre("Acker", "Acme"));
  EXPECT_THAT(found(all, "FirstName"), UnorderedElementsAre("-", "Élodie"));
  const Json search = {{"q", "acme"}};
  const auto refusal = [&](const Json& more) {
    Json body = search;
    body.update(more);
    return call("POST", "parameterizedSearch", body).code();
  };
  EXPECT_EQ(refusal({{"nope", 1}}), "JSON_PARSER_ERROR");
  EXPECT_EQ(refusal({{"fields", "LastName"}}), "JSON_PARSER_ERROR");
  EXPECT_EQ(refusal({{"sobjects", {"Lead"}}}), "JSON_PARSER_ERROR");
  EXPECT_EQ(refusal({{"sobjects", {{{"name", "Lead"}, {"nope", 1}}}}}), "JSON_PARSER_ERROR");
  EXPECT_EQ(refusal({{"overallLimit", "10"}}), "JSON_PARSER_ERROR");
  EXPECT_EQ(refusal({{"overallLimit", 2'001}}), "MALFORMED_SEARCH");
  EXPECT_EQ(refusal({{"in", "SOME"}}), "MALFORMED_SEARCH");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
