// The Bulk API 1.0 (SALESFORCE_API §9), asked as its known clients ask.
#include "tests/unit/sandbox/async_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AsyncJobsTest : public AsyncTest {
 protected:
  std::vector<std::string> leads(const std::string& field) {
    return column("SELECT " + field + " FROM Lead ORDER BY Id", field);
  }
};

TEST_F(AsyncJobsTest, AJobInXmlTakesBatchesOfCsvAndIsClosed) {
  const Answer made =
      xml("job", "<operation>insert</operation><object>lead</object><contentType>CSV</contentType>");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_THAT(made.text, HasSubstr("<jobInfo xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">"));
  EXPECT_EQ(of_xml(made, "state"), "Open");
  EXPECT_EQ(of_xml(made, "object"), "Lead");
  EXPECT_EQ(of_xml(made, "numberBatchesTotal"), "0");
  const std::string job = "job/" + of_xml(made, "id");
  const Answer added = async("POST", job + "/batch", "LastName,Company\nRoy,Acme\nNoOne,\n", "text/csv");
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(of_xml(added, "state"), "Queued");
  EXPECT_EQ(of_xml(added, "jobId"), of_xml(made, "id"));
  const std::string batch = job + "/batch/" + of_xml(added, "id");
  const Answer done = async("GET", batch);
  EXPECT_EQ(of_xml(done, "state"), "Completed");
  EXPECT_EQ(of_xml(done, "numberRecordsProcessed"), "2");
  EXPECT_EQ(of_xml(done, "numberRecordsFailed"), "1");
  const Answer result = async("GET", batch + "/result");
  EXPECT_THAT(result.header("Content-Type"), HasSubstr("text/csv"));
  EXPECT_EQ(
      result.text,
      "\"Id\",\"Success\",\"Created\",\"Error\"\n\"" + leads("Id").at(0) +
          "\",\"true\",\"true\",\"\"\n\"\",\"false\",\"false\",\"REQUIRED_FIELD_MISSING:Required fields "
          "are missing: [Company]:Company --\"\n");
  const Answer closed = xml(job, "<state>Closed</state>");
  EXPECT_EQ(closed.status, 200);
  EXPECT_EQ(of_xml(closed, "state"), "Closed");
  EXPECT_EQ(of_xml(closed, "numberBatchesCompleted"), "1");
  EXPECT_THAT(async("GET", job + "/batch").text, HasSubstr("<batchInfoList xmlns"));
}

TEST_F(AsyncJobsTest, AJobInJsonTakesBatchesOfJson) {
  const std::string job = json_job("insert");
  const std::string batch = json_batch(
      job, R"([{"LastName": "Roy, \"x]\\", "Company": "Acme", "NumberOfEmployees": 7}, {"LastName": "B"}])");
  EXPECT_EQ(state_of(batch), "Completed");
  const Json result = json("GET", batch + "/result").body;
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(
      result[0],
      (Json{{"success", true}, {"created", true}, {"id", leads("Id").at(0)}, {"errors", Json::array()}}));
  EXPECT_EQ(result[1]["success"], false);
  EXPECT_EQ(result[1]["id"], nullptr);
  EXPECT_EQ(result[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(result[1]["errors"][0]["fields"], Json{"Company"});
  EXPECT_EQ(leads("LastName"), std::vector<std::string>{"Roy, \"x]\\"});
  const Json closed = json("POST", job, R"({"state": "Closed"})").body;
  EXPECT_EQ(closed["state"], "Closed");
  EXPECT_EQ(closed["apiVersion"], 60.0);
  EXPECT_EQ(closed["numberRecordsFailed"], 1);
  EXPECT_EQ(json("GET", job + "/batch").body["batchInfo"].size(), 1u);
}

TEST_F(AsyncJobsTest, RecordsAreUpdatedUpsertedAndDeleted) {
  add_key("Lead", "Ext__c");
  const std::string id = lead({{"LastName", "Roy"}, {"Ext__c", "a-1"}, {"Title", "CTO"}});
  const auto run = [&](const std::string& operation, const Json& rows, const Json& more = Json::object()) {
    return json("GET", json_batch(json_job(operation, more), rows.dump()) + "/result").body;
  };
  const Json updated = run("update", {{{"Id", id}, {"Title", nullptr}}, {{"Id", "00Q00000000zzzz"}}});
  EXPECT_EQ(updated[0]["created"], false);
  EXPECT_EQ(updated[1]["errors"][0]["statusCode"], "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(lead_row(id, "Title")["Title"], nullptr);

  const Json rows = {{{"Ext__c", "A-1"}, {"Title", "CEO"}},
                     {{"Ext__c", "b-2"}, {"LastName", "New"}, {"Company", "Acme"}},
                     {{"LastName", "Keyless"}}};
  const Json upserted = run("upsert", rows, {{"externalIdFieldName", "ext__c"}});
  EXPECT_EQ(upserted[0]["id"], id);
  EXPECT_EQ(upserted[1]["created"], true);
  EXPECT_EQ(upserted[2]["errors"][0]["statusCode"], "MISSING_ARGUMENT");
  EXPECT_EQ(leads("Ext__c"), (std::vector<std::string>{"a-1", "b-2"}));

  EXPECT_EQ(run("delete", {{{"Id", id}}})[0]["success"], true);
  EXPECT_EQ(lead_row(id, "IsDeleted")["IsDeleted"], true);
  run("hardDelete", {{{"Id", upserted[1]["id"]}}});
  EXPECT_EQ(query_all("SELECT Id FROM Lead").body["totalSize"], 1);
}

TEST_F(AsyncJobsTest, AQueryGivesAListOfResults) {
  lead({{"LastName", "Roy"}, {"Company", "Acme, Inc"}});
  const std::string batch = csv_batch(csv_job("query"), "SELECT LastName, Company, CreatedDate FROM Lead");
  EXPECT_EQ(of_xml(async("GET", batch), "numberRecordsProcessed"), "1");
  const Answer list = async("GET", batch + "/result");
  EXPECT_THAT(list.text, HasSubstr("<result-list xmlns"));
  const Answer rows = async("GET", batch + "/result/" + of_xml(list, "result"));
  EXPECT_EQ(rows.text,
            "\"LastName\",\"Company\",\"CreatedDate\"\n\"Roy\",\"Acme, Inc\",\"2026-11-21T10:00:00.000Z\"\n");
  const std::string none = csv_batch(csv_job("query"), "SELECT Id FROM Lead WHERE LastName = 'x'");
  EXPECT_EQ(async("GET", none + "/result/" + of_xml(async("GET", none + "/result"), "result")).text,
            "Records not found for this query");
}

// In JSON moments are milliseconds since 1970.
TEST_F(AsyncJobsTest, AQueryInJsonGivesRecordsWithMomentsAsNumbers) {
  const std::string owner = user("ada@acme.test");
  const std::string id = lead({{"LastName", "Roy"}, {"OwnerId", owner}});
  ASSERT_TRUE(org_->remove(lead({{"LastName", "Gone"}})));
  const auto run = [&](const std::string& operation, const std::string& soql) {
    const std::string batch = json_batch(json_job(operation), soql);
    const Json list = json("GET", batch + "/result").body;
    return json("GET", batch + "/result/" + list.at(0).get<std::string>()).body;
  };
  const Json record = run("query", "SELECT Id, CreatedDate FROM Lead").at(0);
  EXPECT_EQ(record["CreatedDate"], 1'795'255'200'000);
  EXPECT_EQ(record["attributes"]["url"], "/services/data/v60.0/sobjects/Lead/" + id);
  EXPECT_EQ(run("query", "SELECT Owner.Name, LastModifiedDate FROM Lead").at(0)["Owner"]["Name"], "Someone");
  EXPECT_EQ(run("queryAll", "SELECT Id FROM Lead").size(), 2u);
  EXPECT_EQ(run("query", "SELECT Id FROM Lead WHERE LastName = 'x'"), Json::array());
}

TEST_F(AsyncJobsTest, ABatchThatCantBeReadFailsAsAWhole) {
  const struct {
    std::string operation;
    std::string data;
    std::string message;
  } batches[] = {
      {"insert", "LastName,Nope\nA,B\n", "InvalidBatch : Field name not found : Nope"},
      {"update", "LastName\nA\n", "InvalidBatch : Field name not found : Id"},
      {"query", "SELECT Nope FROM Lead", "InvalidBatch : Failed to process query: INVALID_FIELD: "},
      {"query", "SELECT COUNT(Id) FROM Lead", "InvalidBatch : Failed to process query: API_ERROR: "},
  };
  for (const auto& batch : batches) {
    const std::string path = csv_batch(csv_job(batch.operation), batch.data);
    const Answer failed = async("GET", path);
    EXPECT_EQ(of_xml(failed, "state"), "Failed") << batch.data;
    EXPECT_THAT(of_xml(failed, "stateMessage"), HasSubstr(batch.message));
    EXPECT_EQ(of_xml(async("GET", path + "/result"), "exceptionCode"), "InvalidBatch");
  }
  for (const char* data : {"{}", "[{]", "[1,]", "nonsense", "[{\"LastName\":\"A\"},"})
    EXPECT_EQ(state_of(json_batch(json_job("insert"), data)), "Failed") << data;
  EXPECT_EQ(state_of(json_batch(json_job("insert"), " [ ] ")), "Completed");
  const std::string odd =
      json_batch(json_job("insert"), "[1, [\"]\"], {\"LastName\":\"A\",\"Company\":\"B\"}]");
  EXPECT_EQ(json("GET", odd).body["numberRecordsFailed"], 2);
  EXPECT_EQ(leads("LastName"), std::vector<std::string>{"A"});
}

TEST_F(AsyncJobsTest, ABatchHasAtMostTenThousandRecords) {
  std::string csv = "LastName,Company\n";
  std::string list = "[{}";
  for (int i = 0; i < 10'000; ++i) {
    csv += "A,\n";
    list += ",{}";
  }
  EXPECT_EQ(of_xml(async("GET", csv_batch(csv_job("insert"), csv)), "state"), "Completed");
  EXPECT_EQ(of_xml(async("GET", csv_batch(csv_job("insert"), csv + "A,\n")), "state"), "Failed");
  EXPECT_EQ(state_of(json_batch(json_job("insert"), list + "]")), "Failed");
}

TEST_F(AsyncJobsTest, SerialBatchesWaitForEachOther) {
  set_knobs([](Knobs& k) { k.bulk_rows_per_step = 1; });
  const std::string data = "[{},{},{}]";
  const auto second_after_one_step = [&](int mode) {
    const std::string job = json_job("insert", {{"concurrencyMode", mode}});
    json_batch(job, data);
    return state_of(json_batch(job, data));
  };
  EXPECT_EQ(second_after_one_step(0), "InProgress");
  EXPECT_EQ(second_after_one_step(1), "Queued");
}

TEST_F(AsyncJobsTest, AnAbortLeavesWhatWasNotProcessed) {
  set_knobs([](Knobs& k) { k.bulk_queue_time = std::chrono::seconds(60); });
  const std::string job = csv_job("insert");
  const std::string batch = csv_batch(job, "LastName,Company\nA,B\n");
  EXPECT_EQ(of_xml(xml(job, "<state>Aborted</state>"), "state"), "Aborted");
  EXPECT_EQ(of_xml(async("GET", batch), "state"), "NotProcessed");
  EXPECT_EQ(of_xml(async("POST", job + "/batch", "LastName\nA\n", "text/csv"), "exceptionCode"),
            "InvalidJobState");
  now_ += std::chrono::hours(1);
  EXPECT_TRUE(leads("Id").empty());
}

TEST_F(AsyncJobsTest, AJobThatStaysOpenIsAbortedAndForgotten) {
  const std::string job = csv_job("insert");
  csv_batch(job, "LastName,Company\nA,B\n");
  now_ += std::chrono::hours(24);
  token_.clear();
  EXPECT_EQ(of_xml(async("GET", job), "state"), "Aborted");
  now_ += std::chrono::hours(7 * 24);
  token_.clear();
  EXPECT_EQ(of_xml(async("GET", job), "exceptionCode"), "InvalidJob");
}

TEST_F(AsyncJobsTest, WhatCantBeDoneIsRefusedInThisApisWords) {
  const std::string job = csv_job("insert");
  const std::string batch = csv_batch(job, "LastName,Company\nA,B\n");
  const std::string query = csv_batch(csv_job("query"), "SELECT Id FROM Lead");
  const std::string csv = "<contentType>CSV</contentType>";
  const struct {
    Answer answer;
    std::string exception;
  } refusals[] = {
      {xml("job", "<operation>insert</operation>" + csv), "InvalidJob"},
      {xml("job", "<operation>fly</operation><object>Lead</object>" + csv), "InvalidJob"},
      {xml("job", "<operation>insert</operation><object>Nope</object>" + csv), "InvalidEntity"},
      {xml("job", "<operation>insert</operation><object>Lead</object>"), "InvalidJob"},
      {xml("job", "<operation>upsert</operation><object>Lead</object>" + csv), "InvalidJob"},
      {xml("job", "<operation>insert</operation><object>Lead</object><nope>1</nope>" + csv), "InvalidJob"},
      {xml("job", "<operation><a>insert</a></operation>"), "InvalidXML"},
      {async("POST", "job", "nonsense", "application/xml"), "InvalidXML"},
      {async("POST", "job", "operation=insert", "text/plain"), "ClientInputError"},
      {async("GET", "job/750000000000999"), "InvalidJob"},
      {async("GET", job + "/batch/751000000000999"), "InvalidBatch"},
      {async("GET", query + "/result/752000000000999"), "InvalidBatch"},
      {async("GET", batch + "/result/752000000000001"), "InvalidBatch"},
      {async("POST", job + "/batch", "[]", "application/json"), "InvalidBatch"},
      {async("POST", job + "/batch", " \n", "text/csv"), "InvalidBatch"},
      {xml(job, "<state>Failed</state>"), "InvalidJobState"},
      {async("GET", "nope"), "InvalidUrl"},
  };
  for (const auto& refusal : refusals) {
    const Json& body = refusal.answer.body;
    EXPECT_EQ(body.is_null() ? of_xml(refusal.answer, "exceptionCode") : body.value("exceptionCode", ""),
              refusal.exception)
        << refusal.answer.text;
    EXPECT_GE(refusal.answer.status, 400);
  }
  const Answer method = async("DELETE", job);
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("Allow"), "GET,POST");
  EXPECT_EQ(json("POST", "job", "[]").body["exceptionCode"], "InvalidJob");
  EXPECT_EQ(json("GET", "job/nope").body["exceptionCode"], "InvalidJob");
}

TEST_F(AsyncJobsTest, WithoutASessionNothingIsTold) {
  const std::string job = csv_job("insert");
  token_ = "expired";
  const Answer answer = async("GET", job);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.text, HasSubstr("<exceptionCode>InvalidSessionId</exceptionCode>"));
  EXPECT_EQ(json("GET", job).body["exceptionCode"], "InvalidSessionId");
  token_.clear();
  EXPECT_EQ(send("GET", "/services/async/60.0/" + job,
                 {{"Authorization", "Bearer " + login().body["access_token"].get<std::string>()}})
                .status,
            200);
  set_knobs([](Knobs& k) { k.daily_limit = 0; });
  EXPECT_EQ(of_xml(async("GET", job), "exceptionCode"), "ExceededQuota");
}

TEST_F(AsyncJobsTest, BatchesOfADayAreLimited) {
  set_knobs([](Knobs& k) { k.bulk_batches_max = 1; });
  const std::string job = csv_job("insert");
  csv_batch(job, "LastName,Company\nA,B\n");
  EXPECT_EQ(of_xml(async("POST", job + "/batch", "LastName,Company\nA,B\n", "text/csv"), "exceptionCode"),
            "ExceededQuota");
  EXPECT_EQ(get("limits").body["DailyBulkApiBatches"], (Json{{"Max", 1}, {"Remaining", 0}}));
}

TEST_F(AsyncJobsTest, OnlyAnOpenJobsBatchMayBeLarge) {
  const std::string path = "/services/async/60.0/" + csv_job("insert") + "/batch";
  EXPECT_EQ(front_->upload_limit("POST", path), 10'000'000u);
  EXPECT_EQ(front_->upload_limit("PUT", path), std::nullopt);
  EXPECT_EQ(front_->upload_limit("POST", "/services/async/60.0/job/750000000000999/batch"), std::nullopt);
  EXPECT_EQ(front_->upload_limit("POST", "/services/async/60.0/job/batch"), std::nullopt);
  xml(path.substr(std::string("/services/async/60.0/").size(), 22), "<state>Closed</state>");
  EXPECT_EQ(front_->upload_limit("POST", path), std::nullopt);
}

TEST_F(AsyncJobsTest, AQueryIsCutIntoRangesOfIds) {
  for (const char* name : {"A", "B", "C", "D", "E"})
    lead({{"LastName", name}});
  token_ = login().body["access_token"];
  const auto job_with = [&](const std::string& chunking) {
    return send("POST", "/services/async/60.0/job",
                {{"X-SFDC-Session", token_},
                 {"Content-Type", "application/json"},
                 {"Sforce-Enable-PKChunking", chunking}},
                R"({"operation":"query","object":"Lead","contentType":"JSON"})")
        .body;
  };
  const std::string job = "job/" + job_with("chunkSize=2; startRow=00Q000000000002").value("id", "");
  const std::string first = json_batch(job, "SELECT LastName FROM Lead WHERE LastName != 'D'");
  EXPECT_EQ(state_of(first), "NotProcessed");
  const Json batches = json("GET", job + "/batch").body["batchInfo"];
  ASSERT_EQ(batches.size(), 3u);
  std::vector<std::string> names;
  for (size_t i = 1; i < batches.size(); ++i) {
    const std::string path = job + "/batch/" + batches[i].value("id", "") + "/result";
    const Json rows = json("GET", path + "/" + json("GET", path).body[0].get<std::string>()).body;
    EXPECT_LE(rows.size(), 2u);
    for (const Json& row : rows)
      names.push_back(row["LastName"]);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"B", "C", "E"}));

  const std::string whole = "job/" + job_with("TRUE").value("id", "");
  json_batch(whole, "SELECT Id FROM Lead");
  EXPECT_EQ(json("GET", whole).body["numberBatchesTotal"], 2);
  EXPECT_EQ(json("POST", whole + "/batch", "SELECT Id FROM Lead LIMIT 1").body["exceptionCode"],
            "InvalidBatch");
  for (const char* wrong :
       {"chunkSize=0", "chunkSize=250001", "chunkSize", "startRow=x", "parent=Account", "yes"})
    EXPECT_EQ(job_with(wrong)["exceptionCode"], "InvalidJob") << wrong;
  EXPECT_EQ(json("POST", "job/" + job_with("false").value("id", "") + "/batch", "SELECT Id FROM Lead LIMIT 1")
                .status,
            201);
}

// Whoever made the job has written its records, and is told apart from the API's own user.
TEST_F(AsyncJobsTest, TheRecordsAreWrittenByWhoMadeTheJob) {
  user("first@acme.test");
  const std::string ada = user("ada@acme.test");
  token_ = login(std::string("grant_type=password&client_id=app&client_secret=") + kSecret +
                 "&username=ada@acme.test&password=" + http::percent_encode(kPassword))
               .body["access_token"];
  const std::string batch = csv_batch(csv_job("insert"), "LastName,Company\nA,B\n");
  EXPECT_EQ(of_xml(async("GET", batch), "state"), "Completed");
  const Json made = query("SELECT CreatedById, LastModifiedById, OwnerId FROM Lead").body["records"][0];
  EXPECT_EQ(made["CreatedById"], ada);
  EXPECT_EQ(made["LastModifiedById"], ada);
  EXPECT_EQ(made["OwnerId"], ada);
  ASSERT_TRUE(org_->create("Lead", {{"LastName", "C"}, {"Company", "D"}}));
  EXPECT_THAT(leads("CreatedById").back(), Not(ada));
}

TEST(FlatElements, AreTheTextsOfAFlatDocument) {
  using Elements = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(flat_elements("<?xml version='1.0'?><!-- > --> <n:a x='1'> <b>1 &lt; 2</b><c/>\n</n:a>\n", "a"),
            (Elements{{"b", "1 < 2"}, {"c", ""}}));
  EXPECT_EQ(flat_elements("<a/>", "a"), Elements{});
  for (const char* broken : {"", "a", "<b></b>", "<a>", "<a><b></a>", "<a><b></c></a>", "<a><b><c/></b></a>",
                             "<a></a>x", "<a>x</a>", "<a><b>&nope;</b></a>", "<!DOCTYPE a><a></a>", "<a></b>",
                             "<a><b", "<!-- <a/>", "</a>", "<a><></></a>"})
    EXPECT_EQ(flat_elements(broken, "a"), std::nullopt) << broken;
  std::string many = "<a>";
  for (size_t i = 0; i <= kXmlElementsMax; ++i)
    many += "<b/>";
  EXPECT_EQ(flat_elements(many + "</a>", "a"), std::nullopt);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
