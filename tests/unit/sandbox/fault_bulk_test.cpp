// A fault plan and bulk jobs: rows that fail by a rule, and pages of results that end early.
#include "tests/unit/sandbox/bulk_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BulkFaults : public BulkTest {
 protected:
  void play(const Json& rules) {
    const Answer answer = admin("faults", {{"rules", rules}});
    ASSERT_EQ(answer.status, 200) << answer.message();
  }
};

TEST_F(BulkFaults, RowsOfAJobFailAndTheOthersAreWritten) {
  play({{{"fault", "lock_row"}, {"on", {{"operation", "bulk_ingest"}}}, {"when", {{"nth", 2}}}}});
  const std::string path = ingest_job("Lead", "insert");
  const Json job = run(path, "LastName,Company\nA,X\nB,X\nC,X\n");
  EXPECT_EQ(job["state"], "JobComplete");
  EXPECT_EQ(job["numberRecordsFailed"], 1);
  EXPECT_THAT(refused(path), HasSubstr("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access"));
  EXPECT_THAT(refused(path), HasSubstr("\"B\",\"X\""));
  EXPECT_THAT(succeeded(path), Not(HasSubstr("\"B\"")));
  EXPECT_EQ(SandboxTest::query("SELECT COUNT() FROM Lead").body["totalSize"], 2);
}

TEST_F(BulkFaults, APoisonRecordIsKnownByItsContents) {
  play({{{"fault", "refuse_row"},
         {"on", {{"object", "Lead"}, {"where", "Company = 'Poison'"}}},
         {"with", {{"code", "STRING_TOO_LONG"}, {"message", "too long"}, {"fields", {"Company"}}}}}});
  const std::string path = ingest_job("Lead", "insert");
  run(path, "LastName,Company\nA,X\nB,Poison\nC,poison\n");
  EXPECT_THAT(refused(path), HasSubstr("STRING_TOO_LONG:too long:Company --"));
  EXPECT_EQ(SandboxTest::query("SELECT COUNT() FROM Lead").body["totalSize"], 1);
}

TEST_F(BulkFaults, SomeOfEveryTwoHundredRowsFail) {
  play({{{"fault", "refuse_row"}, {"when", {{"rows", 5}}}}});
  std::string csv = "LastName,Company\n";
  for (int i = 0; i < 600; ++i)
    csv += "L" + std::to_string(i) + ",X\n";
  EXPECT_EQ(run(ingest_job("Lead", "insert"), csv)["numberRecordsFailed"], 15);
}

TEST_F(BulkFaults, APageOfResultsEndsEarly) {
  for (int i = 0; i < 3; ++i)
    lead({{"LastName", "L" + std::to_string(i)}});
  const std::string path = query_job("SELECT LastName FROM Lead");
  const std::string whole = call("GET", path + "/results").text;
  play({{{"fault", "truncate"},
         {"on", {{"operation", "bulk_query"}, {"object", "Lead"}}},
         {"with", {{"after_bytes", 20}}}}});
  const Answer cut = call("GET", path + "/results");
  EXPECT_EQ(cut.text, whole.substr(0, 20));
  EXPECT_EQ(cut.header("Sforce-NumberOfRecords"), "3") << "so a client can tell";
}

}  // namespace
}  // namespace prospectd::sandbox::testing
