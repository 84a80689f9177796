// Ingest jobs of the Bulk API 2.0 (SALESFORCE_API §8.2).
#include "tests/unit/sandbox/bulk_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;

class BulkIngestJobs : public BulkTest {
 protected:
  std::vector<std::string> leads(const std::string& fields) {
    return column("SELECT " + fields + " FROM Lead ORDER BY Id", fields);
  }
};

TEST_F(BulkIngestJobs, AnInsertGoesFromOpenToComplete) {
  const Answer made = create("ingest", {{"object", "lead"}, {"operation", "insert"}, {"lineEnding", "LF"}});
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.body["state"], "Open");
  EXPECT_EQ(made.body["object"], "Lead");
  const std::string id = made.body["id"];
  EXPECT_EQ(made.body["contentUrl"], "services/data/v60.0/jobs/ingest/" + id + "/batches");
  const std::string path = "ingest/" + id;
  const Answer put = upload(path, "LastName,Company,NumberOfEmployees,HasOptedOutOfEmail\nRoy,Acme,7,true\n");
  EXPECT_EQ(put.status, 201);
  EXPECT_EQ(put.text, "");
  EXPECT_EQ(call("GET", path + "/successfulResults").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "UploadComplete").body["state"], "UploadComplete");
  const Json whole = call("GET", path).body;
  EXPECT_EQ(whole["state"], "JobComplete");
  EXPECT_EQ(whole["jobType"], "V2Ingest");
  EXPECT_EQ(whole["numberRecordsProcessed"], 1);
  EXPECT_EQ(whole["numberRecordsFailed"], 0);
  EXPECT_FALSE(whole.contains("errorMessage"));
  const Json lead =
      query("SELECT Id, LastName, NumberOfEmployees, HasOptedOutOfEmail FROM Lead").body["records"][0];
  EXPECT_EQ(lead["LastName"], "Roy");
  EXPECT_EQ(lead["NumberOfEmployees"], 7);
  EXPECT_EQ(lead["HasOptedOutOfEmail"], true);
  EXPECT_EQ(
      succeeded(path),
      "\"sf__Id\",\"sf__Created\",\"LastName\",\"Company\",\"NumberOfEmployees\",\"HasOptedOutOfEmail\"\n\"" +
          lead["Id"].get<std::string>() + "\",\"true\",\"Roy\",\"Acme\",\"7\",\"true\"\n");
  EXPECT_EQ(
      refused(path),
      "\"sf__Id\",\"sf__Error\",\"LastName\",\"Company\",\"NumberOfEmployees\",\"HasOptedOutOfEmail\"\n");
  EXPECT_EQ(unprocessed(path), "\"LastName\",\"Company\",\"NumberOfEmployees\",\"HasOptedOutOfEmail\"\n");
}

TEST_F(BulkIngestJobs, GoodRowsAreWrittenThoughOthersFail) {
  const std::string path = ingest_job("Lead", "insert");
  const Json job = run(path, "LastName,Company\nA,Acme\nB,\nC,Globex\n");
  EXPECT_EQ(job["state"], "JobComplete");
  EXPECT_EQ(job["numberRecordsProcessed"], 3);
  EXPECT_EQ(job["numberRecordsFailed"], 1);
  EXPECT_EQ(refused(path),
            "\"sf__Id\",\"sf__Error\",\"LastName\",\"Company\"\n"
            "\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --\",\"B\",\"\"\n");
  EXPECT_EQ(leads("LastName"), (std::vector<std::string>{"A", "C"}));
}

TEST_F(BulkIngestJobs, EachRefusalIsTheOneOfTheOrdinaryWrite) {
  const std::string inactive = user("gone@x.test", false);
  const std::string long_name(81, 'x');
  const struct {
    std::string csv;
    std::string refusal;
  } rows[] = {
      {"LastName,Company,Email\nA,B,zz\n", "INVALID_EMAIL_ADDRESS:Email: invalid email address: zz:Email --"},
      {"LastName,Company\n" + long_name + ",B\n",
       "STRING_TOO_LONG:Last Name: data value too large: " + long_name + " (max length=80):LastName --"},
      {"LastName,Company,OwnerId\nA,B," + inactive + "\n", "INACTIVE_OWNER_OR_USER:"},
      {"LastName,Company,NumberOfEmployees\nA,B,many\n",
       "INVALID_TYPE_ON_FIELD_IN_RECORD:Employees: value not of required type: many:NumberOfEmployees --"},
      {"LastName,Company,HasOptedOutOfEmail\nA,B,#N/A\n", "INVALID_TYPE_ON_FIELD_IN_RECORD:"},
      {"LastName,Company,CreatedDate\nA,B,2026-11-21T10:00:00Z\n", "INVALID_FIELD_FOR_INSERT_UPDATE:"},
      {"Id,LastName,Company\n00Q000000000001AAA,A,B\n", "INVALID_FIELD_FOR_INSERT_UPDATE:cannot specify Id"},
      {"LastName,Company\nA,B,C\n", "CLIENTINPUTERROR:more fields than columns:--"},
      {"LastName,Company\nA,\"B\n", "CLIENTINPUTERROR:a quote that is never closed:--"},
  };
  for (const auto& row : rows) {
    const std::string path = ingest_job("Lead", "insert");
    EXPECT_EQ(run(path, row.csv)["numberRecordsFailed"], 1) << row.csv;
    EXPECT_THAT(refused(path), HasSubstr(row.refusal)) << row.csv;
  }
  EXPECT_TRUE(leads("Id").empty());
}

TEST_F(BulkIngestJobs, AnUpdateLeavesBlankCellsAndEmptiesThoseThatSaySo) {
  const std::string id =
      lead({{"LastName", "Roy"}, {"Email", "roy@x.test"}, {"Phone", "1"}, {"Title", "CTO"}});
  const std::string path = ingest_job("Lead", "update");
  run(path, "Id,LastName,Email,Phone,Title\n" + id + ",Royce,,#N/A,CEO\n");
  const Json row = lead_row(id, "LastName, Email, Phone, Title");
  EXPECT_EQ(row["LastName"], "Royce");
  EXPECT_EQ(row["Email"], "roy@x.test");
  EXPECT_EQ(row["Phone"], nullptr);
  EXPECT_EQ(row["Title"], "CEO");
  EXPECT_THAT(succeeded(path),
              HasSubstr("\"" + id + "\",\"false\",\"" + id + "\",\"Royce\",\"\",\"#N/A\",\"CEO\""));
}

TEST_F(BulkIngestJobs, RecordsThatCantBeUpdatedAreRefusedOneByOne) {
  const std::string gone = lead({{"LastName", "Gone"}});
  const std::string contact_id = contact({{"LastName", "Other"}});
  ASSERT_TRUE(org_->remove(gone));
  const std::string path = ingest_job("Lead", "update");
  run(path, "Id,Title\n00Q00000000zzzz,x\n" + gone + ",x\n" + contact_id + ",x\nnonsense,x\n,x\n");
  const std::string text = refused(path);
  EXPECT_THAT(text, HasSubstr(",\"INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--\""));
  EXPECT_THAT(text, HasSubstr("\"" + gone + "\",\"ENTITY_IS_DELETED:entity is deleted:--\""));
  EXPECT_THAT(text, HasSubstr("MALFORMED_ID:malformed id " + contact_id));
  EXPECT_THAT(text, HasSubstr("MALFORMED_ID:malformed id nonsense"));
  EXPECT_THAT(text, HasSubstr("MISSING_ARGUMENT:Id not specified"));
}

TEST_F(BulkIngestJobs, AnUpsertFindsRecordsByTheirKeyIgnoringCase) {
  const std::string known = contact({{"LastName", "Roy"}, {"Email", "Roy@x.test"}});
  const std::string path = ingest_job("Contact", "upsert", {{"externalIdFieldName", "email"}});
  EXPECT_EQ(call("GET", path).body["externalIdFieldName"], "Email");
  // Clients that make the file from objects put an Id column before it that has nothing in it.
  const Json job = run(path, "Id,Email,LastName\n,roy@X.test,Royce\n,new@x.test,New\n,,Nobody\n");
  EXPECT_EQ(job["numberRecordsFailed"], 1);
  EXPECT_THAT(refused(path), HasSubstr("MISSING_ARGUMENT:Email not specified:Email --"));
  const auto rows = query("SELECT Id, LastName, Email FROM Contact ORDER BY Id").body["records"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["Id"], known);
  EXPECT_EQ(rows[0]["LastName"], "Royce");
  EXPECT_EQ(rows[1]["Email"], "new@x.test");
  EXPECT_THAT(succeeded(path), HasSubstr("\"" + known + "\",\"false\""));
  EXPECT_THAT(succeeded(path), HasSubstr("\"" + rows[1]["Id"].get<std::string>() + "\",\"true\""));
}

TEST_F(BulkIngestJobs, AKeyThatIsNotUniqueIsRefused) {
  const std::string first = contact({{"LastName", "One"}, {"Email", "same@x.test"}});
  const std::string second = contact({{"LastName", "Two"}, {"Email", "SAME@x.test"}});
  const std::string path = ingest_job("Contact", "upsert", {{"externalIdFieldName", "Email"}});
  run(path, "Email,LastName\nsame@x.test,Three\ntwice@x.test,A\nTwice@x.test,B\n");
  const std::string text = refused(path);
  EXPECT_THAT(text,
              HasSubstr("DUPLICATE_EXTERNAL_ID:Email: more than one record found for external id field: [" +
                        first + ", " + second + "]:--"));
  EXPECT_THAT(text, HasSubstr("DUPLICATE_VALUE:Duplicate external id specified: twice@x.test:Email --"));
  EXPECT_THAT(text, HasSubstr("DUPLICATE_VALUE:Duplicate external id specified: Twice@x.test:Email --"));
  EXPECT_EQ(column("SELECT LastName FROM Contact ORDER BY Id", "LastName"),
            (std::vector<std::string>{"One", "Two"}));
}

// Rows of one file see what those before them wrote, though they are far apart.
TEST_F(BulkIngestJobs, AKeyThatTheFileItselfMadeIsFound) {
  const std::string path = ingest_job("Contact", "upsert", {{"externalIdFieldName", "Email"}});
  std::string csv = "Email,LastName\n";
  for (int i = 0; i < 450; ++i)
    csv += "p" + std::to_string(i % 225) + "@x.test,Round " + std::to_string(i / 225) + "\n";
  const Json job = run(path, csv);
  EXPECT_EQ(job["numberRecordsProcessed"], 450);
  EXPECT_EQ(job["numberRecordsFailed"], 0);
  EXPECT_EQ(query("SELECT COUNT() FROM Contact").body["totalSize"], 225);
  EXPECT_EQ(query("SELECT COUNT() FROM Contact WHERE LastName = 'Round 1'").body["totalSize"], 225);
}

TEST_F(BulkIngestJobs, AnUpsertByIdCreatesWhereThereIsNone) {
  const std::string id = lead({{"LastName", "Old"}});
  const std::string path = ingest_job("Lead", "upsert", {{"externalIdFieldName", "Id"}});
  run(path, "Id,LastName,Company\n" + id + ",Changed,Acme\n,Fresh,Acme\n");
  EXPECT_EQ(leads("LastName"), (std::vector<std::string>{"Changed", "Fresh"}));
}

TEST_F(BulkIngestJobs, ParentsAreNamedByTheirKey) {
  const std::string owner = user("owner@x.test");
  const std::string path = ingest_job("Lead", "insert");
  const Json job =
      run(path, "LastName,Company,User:Owner.Username\nA,Acme,OWNER@x.test\nB,Acme,nobody@x.test\n");
  EXPECT_EQ(job["numberRecordsFailed"], 1);
  EXPECT_THAT(refused(path),
              HasSubstr("INVALID_FIELD:Foreign key external ID: nobody@x.test not found for field "
                        "Username in entity User:--"));
  EXPECT_EQ(leads("OwnerId"), std::vector<std::string>{owner});
}

TEST_F(BulkIngestJobs, DeletesGoToTheRecycleBinAndHardDeletesDoNot) {
  const std::string binned = lead({{"LastName", "Binned"}});
  const std::string purged = lead({{"LastName", "Purged"}});
  const std::string path = ingest_job("Lead", "delete");
  EXPECT_EQ(run(path, "Id\n" + binned + "\n00Q00000000zzzz\n")["numberRecordsFailed"], 1);
  EXPECT_EQ(succeeded(path),
            "\"sf__Id\",\"sf__Created\",\"Id\"\n\"" + binned + "\",\"false\",\"" + binned + "\"\n");
  EXPECT_EQ(run(ingest_job("Lead", "hardDelete"), "Id\n" + purged + "\n")["numberRecordsFailed"], 0);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 0);
  EXPECT_EQ(query_all("SELECT Id FROM Lead").body["records"][0]["Id"], binned);
  EXPECT_EQ(query_all("SELECT Id FROM Lead").body["totalSize"], 1);
}

TEST_F(BulkIngestJobs, AFileThatDoesNotFitTheJobFailsAsAWhole) {
  const struct {
    const char* operation;
    const char* csv;
    const char* error;
    const char* unprocessed;
  } rows[] = {
      {"insert", "LastName,Nonsense__c\nA,B\n", "InvalidBatch : Field name not found : Nonsense__c",
       "\"LastName\",\"Nonsense__c\"\n\"A\",\"B\"\n"},
      {"insert", "LastName,Company\r\nA,B\r\n",
       "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
       "\"LastName\",\"Company\"\n\"A\",\"B\"\n"},
      {"update", "LastName\nA\n", "InvalidBatch : Field name not found : Id", "\"LastName\"\n\"A\"\n"},
      {"insert", "LastName,lastname\nA,B\n", "InvalidBatch : Field name comes twice : lastname",
       "\"LastName\",\"lastname\"\n\"A\",\"B\"\n"},
      {"insert", "LastName,Owner.Nonsense\nA,B\n", "InvalidBatch : Field name not found : Owner.Nonsense",
       "\"LastName\",\"Owner.Nonsense\"\n\"A\",\"B\"\n"},
      {"delete", "Id,LastName\nA,B\n", "InvalidBatch : a delete takes the column Id and no other",
       "\"Id\",\"LastName\"\n\"A\",\"B\"\n"},
      {"insert", "", "InvalidBatch : the data has no header row that can be read", ""},
  };
  for (const auto& row : rows) {
    const std::string path = ingest_job("Lead", row.operation);
    const Json job = run(path, row.csv);
    EXPECT_EQ(job["state"], "Failed") << row.csv;
    EXPECT_EQ(job["errorMessage"], row.error);
    EXPECT_EQ(job["numberRecordsProcessed"], 0);
    EXPECT_EQ(unprocessed(path), row.unprocessed);
  }
  EXPECT_TRUE(leads("Id").empty());
}

TEST_F(BulkIngestJobs, AFieldThatIsHiddenIsNotThere) {
  set_knobs([](Knobs& k) { k.hidden_fields["lead"] = {"title"}; });
  EXPECT_EQ(run(ingest_job("Lead", "insert"), "LastName,Company,Title\nA,B,C\n")["errorMessage"],
            "InvalidBatch : Field name not found : Title");
}

TEST_F(BulkIngestJobs, TheDialectIsThatOfTheJob) {
  const std::string path =
      ingest_job("Lead", "insert", {{"columnDelimiter", "PIPE"}, {"lineEnding", "CRLF"}});
  run(path, "LastName|Company\r\nRoy|\"Acme, \"\"Inc\"\"\"\r\n");
  EXPECT_EQ(leads("Company"), std::vector<std::string>{"Acme, \"Inc\""});
  EXPECT_THAT(succeeded(path), HasSubstr("\"sf__Id\"|\"sf__Created\"|\"LastName\"|\"Company\"\r\n"));
  EXPECT_THAT(succeeded(path), HasSubstr("|\"true\"|\"Roy\"|\"Acme, \"\"Inc\"\"\"\r\n"));
}

TEST_F(BulkIngestJobs, AJobTakesOneUploadWhileItIsOpen) {
  const std::string path = ingest_job("Lead", "insert");
  EXPECT_EQ(set_state(path, "UploadComplete").code(), "INVALIDJOBSTATE");  // no data yet
  EXPECT_EQ(call("PUT", path + "/batches", "x", "application/json").status, 415);
  EXPECT_EQ(upload(path, "LastName,Company\nA,B\n").status, 201);
  EXPECT_EQ(upload(path, "LastName,Company\nC,D\n").code(), "CLIENTINPUTERROR");
  EXPECT_EQ(call("DELETE", path).code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "UploadComplete").status, 200);
  EXPECT_EQ(upload(path, "LastName,Company\nE,F\n").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(set_state(path, "UploadComplete").code(), "INVALIDJOBSTATE");
  EXPECT_EQ(leads("LastName"), std::vector<std::string>{"A"});
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(BulkIngestJobs, AKnobTurnsTheOrderOfTheResultsAround) {
  set_knobs([](Knobs& k) { k.bulk_results_reversed = true; });
  const std::string path = ingest_job("Lead", "insert");
  run(path, "LastName\nA\nB\nC\n");
  const std::string text = refused(path);
  EXPECT_LT(text.find("\"C\"\n"), text.find("\"B\"\n"));
  EXPECT_LT(text.find("\"B\"\n"), text.find("\"A\"\n"));
}

TEST_F(BulkIngestJobs, AnAbortLeavesTheRestUnprocessed) {
  set_knobs([](Knobs& k) { k.bulk_rows_per_step = 2; });
  const std::string path = ingest_job("Lead", "insert");
  const Json first = run(path, "LastName,Company\nA,X\nB,X\nC,X\nD,X\nE,X\n");
  EXPECT_EQ(first["state"], "InProgress");
  EXPECT_EQ(first["numberRecordsProcessed"], 2);
  // The abort's own request lets the job take two rows more before it is heard.
  EXPECT_EQ(set_state(path, "Aborted").body["state"], "Aborted");
  EXPECT_EQ(call("GET", path).body["numberRecordsProcessed"], 4);
  EXPECT_EQ(unprocessed(path), "\"LastName\",\"Company\"\n\"E\",\"X\"\n");
  EXPECT_EQ(leads("LastName"), (std::vector<std::string>{"A", "B", "C", "D"}));
  EXPECT_EQ(set_state(path, "Aborted").code(), "INVALIDJOBSTATE");
}

TEST_F(BulkIngestJobs, AnOpenJobIsAbortedAfterADay) {
  const std::string path = ingest_job("Lead", "insert");
  EXPECT_EQ(upload(path, "LastName,Company\nA,B\n").status, 201);
  now_ += std::chrono::hours(24);
  token_.clear();
  EXPECT_EQ(state_of(path), "Aborted");
  EXPECT_EQ(unprocessed(path), "\"LastName\",\"Company\"\n\"A\",\"B\"\n");
}

TEST_F(BulkIngestJobs, WhatCantBeDoneIsRefusedAtOnce) {
  const struct {
    Json job;
    const char* code;
    const char* message;
  } rows[] = {
      {{{"operation", "insert"}}, "INVALIDJOB", "No object"},
      {{{"object", "Lead"}}, "INVALIDJOB", "No operation"},
      {{{"object", "Lead"}, {"operation", "query"}}, "INVALIDJOB", "Unknown operation: query"},
      {{{"object", "Nonsense"}, {"operation", "insert"}}, "INVALIDENTITY", "'Nonsense'"},
      {{{"object", "User"}, {"operation", "delete"}}, "INVALIDENTITY", "'User'"},
      {{{"object", "Lead"}, {"operation", "upsert"}}, "INVALIDJOB", "External ID"},
      {{{"object", "Lead"}, {"operation", "upsert"}, {"externalIdFieldName", "Title"}},
       "INVALIDJOB",
       "Field name provided, Title does not match"},
      {{{"object", "Lead"}, {"operation", "insert"}, {"externalIdFieldName", "Email"}},
       "INVALIDJOB",
       "upsert"},
      {{{"object", "Lead"}, {"operation", "insert"}, {"query", "x"}}, "JSON_PARSER_ERROR", "query"},
  };
  for (const auto& row : rows) {
    const Answer answer = create("ingest", row.job);
    EXPECT_EQ(answer.status, 400) << row.job;
    EXPECT_EQ(answer.code(), row.code) << row.job;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.job;
  }
}

TEST_F(BulkIngestJobs, AJobAndItsDataCanComeInOneBody) {
  const std::string type = "multipart/form-data; boundary=BOUNDARY";
  const auto body = [](const std::string& job, const std::string& content) {
    return "--BOUNDARY\r\nContent-Type: application/json\r\nContent-Disposition: form-data; "
           "name=\"job\"\r\n\r\n" +
           job +
           "\r\n--BOUNDARY\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name=\"content\"; " +
           "filename=\"content\"\r\n\r\n" + content + "\r\n--BOUNDARY--\r\n";
  };
  const std::string job = R"({"object":"Lead","operation":"insert"})";
  const Answer made = call("POST", "ingest", body(job, "LastName,Company\nRoy,Acme"), type);
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.body["state"], "UploadComplete");
  EXPECT_FALSE(made.body.contains("contentUrl"));
  EXPECT_EQ(leads("LastName"), std::vector<std::string>{"Roy"});

  const std::string whole = body(job, "LastName,Company\nA,B");
  for (size_t size = 0; size < whole.size() - 5; size += 7)  // cut anywhere, it is no such body
    EXPECT_EQ(call("POST", "ingest", whole.substr(0, size), type).status, 400) << size;
  EXPECT_EQ(call("POST", "ingest", whole, "multipart/form-data").code(), "CLIENTINPUTERROR");
  EXPECT_EQ(call("POST", "ingest", body("[]", "x"), type).code(), "JSON_PARSER_ERROR");
  const Answer large = call("POST", "ingest", body(job, std::string(100'001, 'x')), type);
  EXPECT_THAT(large.message(), HasSubstr("more than 100000 characters"));
  EXPECT_EQ(leads("LastName").size(), 1U);
}

TEST_F(BulkIngestJobs, BatchesAndRecordsOfADayAreLimited) {
  set_knobs([](Knobs& k) { k.bulk_batches_max = 1; });
  EXPECT_EQ(run(ingest_job("Lead", "insert"), "LastName,Company\nA,B\n")["state"], "JobComplete");
  EXPECT_EQ(get("limits").body["DailyBulkApiBatches"], (Json{{"Max", 1}, {"Remaining", 0}}));
  EXPECT_EQ(create("ingest", {{"object", "Lead"}, {"operation", "insert"}}).code(), "EXCEEDEDQUOTA");
  set_knobs([](Knobs& k) {
    k.bulk_batches_max = 100;
    k.bulk_records_max = 2;
    k.bulk_rows_per_step = 1;
  });
  const std::string path = ingest_job("Lead", "insert");
  run(path, "LastName,Company\nC,D\nE,F\nG,H\n");
  const Json job = call("GET", path).body;
  EXPECT_EQ(job["state"], "Failed");
  EXPECT_THAT(job["errorMessage"].get<std::string>(), HasSubstr("ExceededQuota"));
}

TEST_F(BulkIngestJobs, ResultsWantTheVersionOfTheJob) {
  const std::string path = ingest_job("Lead", "insert");
  run(path, "LastName,Company\nA,B\n");
  EXPECT_EQ(send("GET", "/services/data/v59.0/jobs/" + path + "/failedResults/",
                 {{"Authorization", "Bearer " + token_}})
                .status,
            409);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
