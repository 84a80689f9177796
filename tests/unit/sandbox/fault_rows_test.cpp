// A fault plan and single records: locked rows, partial failures, poison records.
#include <set>

#include "tests/unit/sandbox/fault_client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RowFaults : public FaultTest {};

TEST_F(RowFaults, SingleRowsOfACollectionAreLocked) {
  play({{{"fault", "lock_row"}, {"when", {{"nth", {2, 4}}}}}});
  EXPECT_THAT(create_many(5), ElementsAre("", "UNABLE_TO_LOCK_ROW", "", "UNABLE_TO_LOCK_ROW", ""));
  EXPECT_EQ(leads(), 4);
  EXPECT_THAT(column("SELECT LastName FROM Lead WHERE LastName LIKE 'L%' ORDER BY LastName", "LastName"),
              ElementsAre("L0", "L2", "L4"));
}

TEST_F(RowFaults, ALockedRowIsWritableWhenTheRuleHasHadItsTimes) {
  const std::string roy = column("SELECT Id FROM Lead", "Id").front();
  play({{{"fault", "lock_row"}, {"on", {{"operation", "update"}}}, {"when", {{"times", 2}}}}});
  const auto edit = [&] { return call("PATCH", "sobjects/Lead/" + roy, {{"Title", "CTO"}}); };
  for (int i = 0; i < 2; ++i) {
    const Answer locked = edit();
    EXPECT_EQ(locked.status, 400);
    EXPECT_EQ(locked.code(), "UNABLE_TO_LOCK_ROW");
    EXPECT_THAT(locked.message(), HasSubstr(roy));
    EXPECT_TRUE(lead_row(roy, "Title")["Title"].is_null()) << "nothing of it stays";
  }
  EXPECT_EQ(edit().status, 204);
  EXPECT_EQ(lead_row(roy, "Title")["Title"], "CTO");
}

TEST_F(RowFaults, SomeOfTheRowsOfEachRequestFail) {
  play({{{"fault", "refuse_row"},
         {"when", {{"rows", 3}}},
         {"with", {{"code", "STRING_TOO_LONG"}, {"message", "too long"}, {"fields", {"LastName"}}}}}});
  std::set<std::vector<std::string>> pictures;
  for (int i = 0; i < 5; ++i) {
    const auto codes = create_many(20, "R" + std::to_string(i) + "x");
    EXPECT_EQ(failed(codes), 3);
    pictures.insert(codes);
  }
  EXPECT_GT(pictures.size(), 1u) << "others each time";
  EXPECT_EQ(leads(), 1 + 5 * 17);
  EXPECT_EQ(failed(create_many(2)), 2) << "no more than there are";
}

TEST_F(RowFaults, APoisonRecordAlwaysFailsAndItsNeighboursDoNot) {
  play({{{"fault", "refuse_row"}, {"on", {{"object", "Lead"}, {"where", "LastName LIKE 'L3%'"}}}}});
  for (int i = 0; i < 3; ++i) {
    const auto codes = create_many(6);
    EXPECT_EQ(failed(codes), 1);
    EXPECT_EQ(codes[3], "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  }
  EXPECT_EQ(call("POST", "sobjects/Contact", {{"LastName", "L3"}}).status, 201);
}

TEST_F(RowFaults, DeletesAndRowsOfTreesAreWrittenToo) {
  const std::string roy = column("SELECT Id FROM Lead", "Id").front();
  play({{{"fault", "lock_row"}}});
  EXPECT_EQ(call("DELETE", "sobjects/Lead/" + roy).code(), "UNABLE_TO_LOCK_ROW");
  const Json tree = {
      {"records",
       {{{"attributes", {{"type", "Lead"}, {"referenceId", "r1"}}}, {"LastName", "T"}, {"Company", "A"}}}}};
  const Answer refused = call("POST", "composite/tree/Lead", tree);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.text, HasSubstr("UNABLE_TO_LOCK_ROW"));
  EXPECT_EQ(admin("edit", {{"id", roy}, {"fields", {{"Title", "CTO"}}}}).status, 200)
      << "what happens in the organisation itself goes on";
  EXPECT_EQ(leads(), 1);
}

TEST_F(RowFaults, AllOrNoneIsRolledBackByOneLockedRow) {
  play({{{"fault", "lock_row"}, {"when", {{"nth", 2}}}}});
  Json records = Json::array();
  for (const char* name : {"A", "B", "C"})
    records.push_back({{"attributes", {{"type", "Lead"}}}, {"LastName", name}, {"Company", "Acme"}});
  const Answer answer = call("POST", "composite/sobjects", {{"allOrNone", true}, {"records", records}});
  EXPECT_THAT(answer.text, HasSubstr("ALL_OR_NONE_OPERATION_ROLLED_BACK"));
  EXPECT_EQ(leads(), 1);
}

}  // namespace
}  // namespace prospectd::sandbox::testing
