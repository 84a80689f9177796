// Query jobs of the Bulk API 2.0 (SALESFORCE_API §8.1).
#include "tests/unit/sandbox/bulk_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class BulkQuery : public BulkTest {
 protected:
  void leads(int n) {
    for (int i = 0; i < n; ++i)
      ids_.push_back(lead({{"LastName", "Lead " + std::to_string(i)}}));
  }
  std::vector<std::string> ids_;
};

TEST_F(BulkQuery, AJobTellsWhatItIsAndGoesOnWithTheOrgsClock) {
  leads(3);
  set_knobs([](Knobs& k) {
    k.bulk_queue_time = seconds(10);
    k.bulk_run_time = seconds(20);
  });
  const Answer made = create("query", {{"operation", "query"}, {"query", "SELECT Id FROM lead"}});
  ASSERT_EQ(made.status, 200) << made.text;
  Json expected = Json::parse(R"({"operation":"query","object":"Lead","state":"UploadComplete",
      "createdDate":"2026-11-21T10:00:00.500+0000","systemModstamp":"2026-11-21T10:00:00.500+0000",
      "concurrencyMode":"Parallel","contentType":"CSV","apiVersion":60.0,"lineEnding":"LF",
      "columnDelimiter":"COMMA"})");
  expected["id"] = made.body["id"];
  expected["createdById"] = org_->run_as_user();
  EXPECT_EQ(made.body, expected);
  const std::string path = "query/" + made.body["id"].get<std::string>();
  EXPECT_THAT(path, MatchesRegex("query/750[0-9A-Za-z]{15}"));

  EXPECT_EQ(state_of(path), "UploadComplete");
  now_ += seconds(10);
  EXPECT_EQ(state_of(path), "InProgress");
  const Answer early = call("GET", path + "/results");
  EXPECT_EQ(early.status, 400);
  EXPECT_EQ(early.code(), "INVALIDJOBSTATE");
  now_ += seconds(20);
  const Json whole = call("GET", path).body;
  EXPECT_EQ(whole["state"], "JobComplete");
  EXPECT_EQ(whole["jobType"], "V2Query");
  EXPECT_EQ(whole["numberRecordsProcessed"], 3);
  EXPECT_EQ(whole["totalProcessingTime"], 20'000);
  EXPECT_EQ(whole["retries"], 0);
  EXPECT_EQ(whole["isPkChunkingSupported"], true);
  EXPECT_EQ(whole["systemModstamp"], "2026-11-21T10:00:30.500+0000");
  // The short form of the id, and a slash at the end, lead to it too.
  EXPECT_EQ(call("GET", path.substr(0, 6 + 15) + "/").body, whole);
}

TEST_F(BulkQuery, ResultsAreCsvWithEveryValueInQuotes) {
  const std::string id = lead({{"LastName", "O\"Neil, \n Ann"},
                               {"Email", "ann@x.test"},
                               {"AnnualRevenue", 300.0},
                               {"NumberOfEmployees", int64_t{7}},
                               {"HasOptedOutOfEmail", true}});
  const std::string path = query_job(
      "SELECT Id, name, Email, Phone, AnnualRevenue, NumberOfEmployees, HasOptedOutOfEmail, CreatedDate FROM "
      "Lead");
  const Answer results = call("GET", path + "/results");
  ASSERT_EQ(results.status, 200) << results.text;
  EXPECT_EQ(results.text,
            "\"Id\",\"Name\",\"Email\",\"Phone\",\"AnnualRevenue\",\"NumberOfEmployees\","
            "\"HasOptedOutOfEmail\",\"CreatedDate\"\n\"" +
                id +
                "\",\"O\"\"Neil, \n Ann\",\"ann@x.test\",\"\",\"300.0\",\"7\",\"true\","
                "\"2026-11-21T10:00:00.000Z\"\n");
  EXPECT_THAT(results.header("Content-Type"), HasSubstr("text/csv"));
  EXPECT_EQ(results.header("Sforce-NumberOfRecords"), "1");
  EXPECT_EQ(results.header("Sforce-Locator"), "null");
}

TEST_F(BulkQuery, PagesFollowTheLocatorAndEachHasTheHeader) {
  leads(7);
  const std::string path = query_job("SELECT Id FROM Lead ORDER BY SystemModstamp, Id");
  std::vector<std::string> pages;
  std::string locator;
  do {
    const std::string query = "/results?maxRecords=3" + (locator.empty() ? "" : "&locator=" + locator);
    const Answer page = call("GET", path + query);
    ASSERT_EQ(page.status, 200) << page.text;
    EXPECT_EQ(call("GET", path + query).text, page.text);  // again, it is the same
    pages.push_back(page.header("Sforce-NumberOfRecords") + page.text);
    locator = page.header("Sforce-Locator");
  } while (locator != "null" && pages.size() < 9);
  const auto row = [&](size_t i) { return "\"" + ids_[i] + "\"\n"; };
  EXPECT_EQ(pages, (std::vector<std::string>{"3\"Id\"\n" + row(0) + row(1) + row(2),
                                             "3\"Id\"\n" + row(3) + row(4) + row(5), "1\"Id\"\n" + row(6)}));
}

TEST_F(BulkQuery, ResultsAreThoseOfTheRunWhateverHappensLater) {
  leads(2);
  const std::string path = query_job("SELECT LastName FROM Lead ORDER BY Id");
  const std::string before = call("GET", path + "/results").text;
  ASSERT_TRUE(org_->update("Lead", ids_[0], {{"LastName", "Renamed"}}));
  ASSERT_TRUE(org_->purge(ids_[1]));
  EXPECT_EQ(call("GET", path + "/results").text, before);
  EXPECT_EQ(before, "\"LastName\"\n\"Lead 0\"\n\"Lead 1\"\n");
}

TEST_F(BulkQuery, AKnobForcesShortPagesAndResultPagesNameThem) {
  leads(7);
  set_knobs([](Knobs& k) { k.bulk_page_rows_max = 1; });
  const std::string path = query_job("SELECT Id FROM Lead ORDER BY SystemModstamp, Id");
  EXPECT_EQ(call("GET", path + "/results?maxRecords=100").header("Sforce-NumberOfRecords"), "1");
  const Answer first = call("GET", path + "/resultPages");
  ASSERT_EQ(first.body["resultPages"].size(), 5U);
  EXPECT_EQ(first.body["done"], false);
  const auto follow = [&](const Json& url) {
    const std::string base = "/services/data/v60.0/jobs/";
    EXPECT_EQ(url.get<std::string>().find(base), 0U);
    return call("GET", url.get<std::string>().substr(base.size()));
  };
  EXPECT_EQ(follow(first.body["resultPages"][4]["resultUrl"]).text, "\"Id\"\n\"" + ids_[4] + "\"\n");
  const Answer second = follow(first.body["nextRecordsUrl"]);
  EXPECT_EQ(second.body["resultPages"].size(), 2U);
  EXPECT_EQ(second.body["done"], true);
  EXPECT_EQ(follow(second.body["resultPages"][1]["resultUrl"]).text, "\"Id\"\n\"" + ids_[6] + "\"\n");
}

TEST_F(BulkQuery, NoRowsAreAHeaderLine) {
  const Answer results = call("GET", query_job("SELECT Id, Email FROM Lead") + "/results");
  EXPECT_EQ(results.text, "\"Id\",\"Email\"\n");
  EXPECT_EQ(results.header("Sforce-NumberOfRecords"), "0");
  EXPECT_EQ(results.header("Sforce-Locator"), "null");
}

TEST_F(BulkQuery, DelimitersAndLineEndingsAreThoseOfTheJob) {
  account("Acme|1");
  for (const auto& [name, sign] : std::vector<std::pair<std::string, std::string>>{{"BACKQUOTE", "`"},
                                                                                   {"CARET", "^"},
                                                                                   {"COMMA", ","},
                                                                                   {"PIPE", "|"},
                                                                                   {"SEMICOLON", ";"},
                                                                                   {"TAB", "\t"}}) {
    const std::string path =
        query_job("SELECT Name, Phone FROM Account", {{"columnDelimiter", name}, {"lineEnding", "CRLF"}});
    EXPECT_EQ(call("GET", path + "/results").text,
              "\"Name\"" + sign + "\"Phone\"\r\n\"Acme|1\"" + sign + "\"\"\r\n");
  }
}

TEST_F(BulkQuery, QueryAllShowsTheRecycleBin) {
  leads(2);
  ASSERT_TRUE(org_->remove(ids_[0]));
  const std::string soql = "SELECT Id, IsDeleted FROM Lead ORDER BY Id";
  EXPECT_EQ(call("GET", query_job(soql) + "/results").text,
            "\"Id\",\"IsDeleted\"\n\"" + ids_[1] + "\",\"false\"\n");
  EXPECT_EQ(call("GET", query_job(soql, {{"operation", "queryAll"}}) + "/results").text,
            "\"Id\",\"IsDeleted\"\n\"" + ids_[0] + "\",\"true\"\n\"" + ids_[1] + "\",\"false\"\n");
}

TEST_F(BulkQuery, WhatCantBeAskedIsRefusedAtOnce) {
  const struct {
    Json job;
    const char* code;
    const char* message;
  } rows[] = {
      {{{"query", "SELECT Id FROM Lead"}}, "INVALIDJOB", "No operation"},
      {{{"operation", "insert"}, {"query", "SELECT Id FROM Lead"}},
       "INVALIDJOB",
       "Unknown operation: insert"},
      {{{"operation", "query"}}, "INVALIDJOB", "No query"},
      {{{"operation", "query"}, {"query", "SELECT Nonsense FROM Lead"}}, "INVALID_FIELD", "Nonsense"},
      {{{"operation", "query"}, {"query", "SELECT Id FROM Nonsense"}}, "INVALID_TYPE", "Nonsense"},
      {{{"operation", "query"}, {"query", "SELECT Id FORM Lead"}}, "MALFORMED_QUERY", "FORM"},
      {{{"operation", "query"}, {"query", "SELECT COUNT() FROM Lead"}}, "API_ERROR", "Bulk"},
      {{{"operation", "query"}, {"query", "SELECT Id FROM Lead OFFSET 5"}}, "API_ERROR", "OFFSET"},
      {{{"operation", "query"}, {"query", "SELECT LastName FROM Lead GROUP BY LastName"}},
       "API_ERROR",
       "Bulk"},
      {{{"operation", "query"}, {"query", "SELECT Address FROM Lead"}}, "API_ERROR", "compound"},
      {{{"operation", "query"}, {"query", "SELECT FIELDS(ALL) FROM Lead LIMIT 10"}},
       "API_ERROR",
       "FIELDS(ALL)"},
      {{{"operation", "query"}, {"query", "SELECT Id FROM Lead"}, {"contentType", "XML"}},
       "INVALIDJOB",
       "XML"},
      {{{"operation", "query"}, {"query", "SELECT Id FROM Lead"}, {"lineEnding", "CR"}}, "INVALIDJOB", "CR"},
      {{{"operation", "query"}, {"query", "SELECT Id FROM Lead"}, {"columnDelimiter", ","}},
       "INVALIDJOB",
       "columnDelimiter"},
      {{{"operation", "query"}, {"query", 5}}, "JSON_PARSER_ERROR", "query"},
      {{{"operation", "query"}, {"object", "Lead"}}, "JSON_PARSER_ERROR", "Unrecognized field \"object\""},
  };
  for (const auto& row : rows) {
    const Answer answer = create("query", row.job);
    EXPECT_EQ(answer.status, 400) << row.job;
    EXPECT_EQ(answer.code(), row.code) << row.job;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.job;
  }
  for (const char* body : {"nonsense", "[]", "{\"operation\":"})
    EXPECT_EQ(call("POST", "query", body).code(), "JSON_PARSER_ERROR") << body;
  EXPECT_EQ(call("POST", "query", "<jobInfo/>", "application/xml").status, 415);
  EXPECT_EQ(call("GET", "query").body["records"].size(), 0U);
}

TEST_F(BulkQuery, WrongLocatorsAndPageSizesAreRefused) {
  leads(3);
  const std::string path = query_job("SELECT Id FROM Lead");
  EXPECT_EQ(call("GET", path + "/results?locator=MQ").status, 200);  // row 1
  for (const char* locator :
       {"", "nonsense", "M", "Mw", "MA", "LTE", "MTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"}) {
    const Answer answer = call("GET", path + "/results?locator=" + locator);
    EXPECT_EQ(answer.status, 400) << locator;
    EXPECT_EQ(answer.code(), "INVALID_QUERY_LOCATOR") << locator;
  }
  for (const char* max : {"0", "-1", "many", "1.5", ""})
    EXPECT_EQ(call("GET", path + "/results?maxRecords=" + max).code(), "NUMBER_OUTSIDE_VALID_RANGE") << max;
}

TEST_F(BulkQuery, ResultsWantTheVersionOfTheJob) {
  leads(1);
  const std::string path = query_job("SELECT Id FROM Lead");
  const Answer other =
      send("GET", "/services/data/v61.0/jobs/" + path + "/results", {{"Authorization", "Bearer " + token_}});
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(call("GET", path + "/results").status, 200);
}

TEST_F(BulkQuery, AnAbortedJobStaysAborted) {
  leads(1);
  set_knobs([](Knobs& k) { k.bulk_queue_time = seconds(10); });
  const std::string path = query_job("SELECT Id FROM Lead");
  EXPECT_EQ(call("DELETE", path).code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "JobComplete").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "UploadComplete").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "Aborted").body["state"], "Aborted");
  now_ += seconds(20);
  EXPECT_EQ(state_of(path), "Aborted");
  EXPECT_EQ(set_state(path, "Aborted").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(call("GET", path + "/results").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(call("PATCH", path, "{\"state\":5}").code(), "JSON_PARSER_ERROR");
}

TEST_F(BulkQuery, AJobFailsWhenItsFieldIsGoneByThen) {
  leads(1);
  set_knobs([](Knobs& k) { k.bulk_queue_time = seconds(10); });
  const std::string path = query_job("SELECT Email FROM Lead");
  set_knobs([](Knobs& k) {
    k.bulk_queue_time = seconds(0);
    k.hidden_fields["lead"] = {"email"};
  });
  const Json job = call("GET", path).body;
  EXPECT_EQ(job["state"], "Failed");
  EXPECT_THAT(job["errorMessage"].get<std::string>(), HasSubstr("No such column 'Email'"));
}

TEST_F(BulkQuery, DeletedAndUnknownJobsAreNotFound) {
  const std::string path = query_job("SELECT Id FROM Lead");
  const Answer gone = call("DELETE", path);
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.text, "");
  for (const std::string& unknown :
       {path, path + "/results", std::string("query/750000000000999"), std::string("query/nonsense"),
        "ingest" + path.substr(5), path + "/nothing", std::string("nothing"), std::string(), path + "/a/b"}) {
    const Answer answer = call("GET", unknown);
    EXPECT_EQ(answer.status, 404) << unknown;
    EXPECT_EQ(answer.code(), "NOT_FOUND") << unknown;
  }
}

TEST_F(BulkQuery, JobsAreKeptSevenDays) {
  const std::string path = query_job("SELECT Id FROM Lead");
  EXPECT_EQ(state_of(path), "JobComplete");
  const auto later = [&](std::chrono::seconds t) {
    now_ += t;
    token_.clear();  // the session has ended in between
    return call("GET", path).status;
  };
  EXPECT_EQ(later(std::chrono::hours(7 * 24) - seconds(1)), 200);
  EXPECT_EQ(later(seconds(1)), 404);
}

TEST_F(BulkQuery, TheListTellsJobsInTheOrderOfTheirCreation) {
  std::vector<std::string> made;
  for (int i = 0; i < 1'001; ++i)
    made.push_back(query_job("SELECT Id FROM Lead").substr(6));
  ingest_job("Lead", "insert");
  Answer list = call("GET", "query?jobType=V2Query&isPkChunkingEnabled=false");
  ASSERT_EQ(list.body["records"].size(), 1'000U);
  EXPECT_EQ(list.body["done"], false);
  EXPECT_EQ(list.body["records"][0]["id"], made[0]);
  const std::string next = list.body["nextRecordsUrl"];
  list = call("GET", next.substr(std::string("/services/data/v60.0/jobs/").size()));
  ASSERT_EQ(list.body["records"].size(), 1U);
  EXPECT_EQ(list.body["records"][0]["id"], made[1'000]);
  EXPECT_EQ(list.body["done"], true);
  EXPECT_EQ(list.body["nextRecordsUrl"], nullptr);
  EXPECT_EQ(call("GET", "query?jobType=BigObjectIngest").body["records"].size(), 0U);
  EXPECT_EQ(call("GET", "query?queryLocator=x").code(), "INVALID_QUERY_LOCATOR");
}

TEST_F(BulkQuery, QueryJobsOfADayAreLimited) {
  set_knobs([](Knobs& k) { k.bulk_query_jobs_max = 2; });
  query_job("SELECT Id FROM Lead");
  query_job("SELECT Id FROM Lead");
  const Json job = {{"operation", "query"}, {"query", "SELECT Id FROM Lead"}};
  EXPECT_EQ(create("query", job).code(), "EXCEEDEDQUOTA");
  EXPECT_EQ(get("limits").body["DailyBulkV2QueryJobs"], (Json{{"Max", 2}, {"Remaining", 0}}));
  now_ += std::chrono::hours(25);
  token_.clear();
  EXPECT_EQ(create("query", job).status, 200);
}

TEST_F(BulkQuery, OtherMethodsAreRefusedWithThoseThatAreAllowed) {
  const std::string path = query_job("SELECT Id FROM Lead");
  const struct {
    std::string path;
    const char* allowed;
  } rows[] = {{"query", "GET,POST"}, {path, "GET,PATCH,DELETE"}, {path + "/results", "GET"}};
  for (const auto& row : rows) {
    const Answer answer = call("PUT", row.path);
    EXPECT_EQ(answer.status, 405) << row.path;
    EXPECT_EQ(answer.header("Allow"), row.allowed) << row.path;
  }
  const Answer head = call("HEAD", path + "/results");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.text, "");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
