// Going back to what the organisation was.
#include "tests/unit/sandbox/client.h"

namespace prospectd::sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SnapshotsTest : public SandboxTest {
 protected:
  Answer drop(const std::string& name) {
    return send("DELETE", "/sandbox/admin/snapshot", {{"X-Sandbox-Admin", kAdmin}},
                Json{{"name", name}}.dump());
  }
  Json everything() {
    return query_all("SELECT Id, LastName, IsDeleted, SystemModstamp, LastModifiedById FROM Lead ORDER BY Id")
        .body;
  }
};

TEST_F(SnapshotsTest, RecordsAreAgainWhatTheyWere) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1'100; ++i)  // more than a chunk
    ids.push_back(lead({{"LastName", "L" + std::to_string(i)}}));
  admin("delete", {{"id", ids[5]}});
  const Json before = everything();
  ASSERT_EQ(admin("snapshot", {{"name", "before"}}).status, 200);
  now_ += seconds(60);
  admin("edit", {{"id", ids[0]}, {"fields", {{"LastName", "Changed"}}}});
  admin("undelete", {{"id", ids[5]}});
  admin("delete", {{"id", ids[1'050]}});
  admin("purge", {{"id", ids[7]}});
  const std::string later = lead({{"LastName", "Later"}});
  const Answer restored = admin("restore", {{"name", "before"}});
  EXPECT_EQ(restored.status, 200);
  EXPECT_EQ(restored.body["records"], 1'101) << "the user counts too";
  EXPECT_EQ(everything(), before);
  EXPECT_EQ(get("sobjects/Lead/" + later).status, 404);
  EXPECT_GT(lead({{"LastName", "Next"}}), later) << "no id is given twice";
  admin("restore", {{"name", "before"}});
  EXPECT_EQ(everything(), before) << "as often as one likes";
}

TEST_F(SnapshotsTest, ResetGoesBackToTheBeginning) {
  lead({{"LastName", "A"}});
  front_->begin_here();
  lead({{"LastName", "B"}});
  set_knobs([](Knobs& knobs) { knobs.daily_limit = 7; });
  EXPECT_EQ(admin("reset", Json::object()).status, 200);
  EXPECT_THAT(column("SELECT LastName FROM Lead", "LastName"), ElementsAre("A"));
  EXPECT_NE(front_->knobs().daily_limit, 7);
}

TEST_F(SnapshotsTest, FieldsAndObjectsThatCameSinceStayEmpty) {
  lead({{"LastName", "A"}});
  admin("snapshot", {{"name", "s"}});
  add_key("Lead", "Ext__c", kExternalId | kUnique);
  made(org_->create("Lead", {{"LastName", "B"}, {"Company", "C"}, {"Ext__c", "x"}}));
  ASSERT_TRUE(org_->add_object({"Deal__c", "Deal", "Deals"}));
  made(org_->create("Deal__c", {}));
  admin("restore", {{"name", "s"}});
  EXPECT_THAT(column("SELECT Ext__c FROM Lead", "Ext__c"), ElementsAre("null"));
  EXPECT_EQ(query_all("SELECT COUNT() FROM Deal__c").body["totalSize"], 0);
  made(org_->create("Lead", {{"LastName", "B"}, {"Company", "C"}, {"Ext__c", "x"}}));
}

TEST_F(SnapshotsTest, SessionsStayAndWhatPointsIntoTheRecordsEnds) {
  for (int i = 0; i < 3; ++i)
    lead({{"LastName", "A"}});
  admin("snapshot", {{"name", "s"}});
  for (int i = 0; i < 3'000; ++i)
    lead({{"LastName", "B"}});
  const std::string next = query("SELECT Id FROM Lead").body["nextRecordsUrl"];
  const std::string job =
      call("POST", "jobs/query", {{"operation", "query"}, {"query", "SELECT Id FROM Lead"}}).body["id"];
  ASSERT_EQ(admin("create", {{"object", "Lead"},
                             {"fields", {{"LastName", "Late"}, {"Company", "C"}}},
                             {"visible_after_seconds", 5}})
                .status,
            200);
  admin("restore", {{"name", "s"}});
  now_ += seconds(10);
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 3) << "with the same session";
  EXPECT_EQ(get(next.substr(std::string("/services/data/v60.0/").size())).code(), "INVALID_QUERY_LOCATOR");
  EXPECT_EQ(get("jobs/query/" + job).status, 404);
}

TEST_F(SnapshotsTest, TheyAreListedDroppedAndBounded) {
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(admin("snapshot", {{"name", "s" + std::to_string(i)}}).status, 200);
  EXPECT_EQ(admin("snapshot", {{"name", "more"}}).code(), "LIMIT_EXCEEDED");
  EXPECT_EQ(admin("snapshot", {{"name", "s3"}}).status, 200) << "one of that name is replaced";
  EXPECT_EQ(drop("s3").status, 200);
  EXPECT_EQ(drop("s3").status, 404);
  EXPECT_EQ(admin("restore", {{"name", "s3"}}).status, 404);
  EXPECT_EQ(admin_get("snapshots").body["snapshots"].size(), 19U);
  for (const Json& bad : {Json{{"name", ""}}, Json{{"name", "a b"}}, Json{{"name", 7}}, Json::object()})
    EXPECT_EQ(admin("snapshot", bad).code(), "INVALID_INPUT");
}

}  // namespace
}  // namespace prospectd::sandbox::testing
