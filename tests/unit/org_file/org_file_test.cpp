// An organisation in a file: what was answered is there after whatever end the sandbox took.
#include "daemon/wire/org_file.h"

#include <filesystem>
#include <fstream>

#include "connectors/sandbox/schema_file.h"
#include "reconcile/store/sqlite_file.h"
#include "tests/support/scratch.h"
#include "tests/unit/sandbox/client.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;
using sandbox::testing::Answer;
using sandbox::testing::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OrgFileTest : public sandbox::testing::SandboxTest {
 protected:
  OrgFileTest() { open(); }
  ~OrgFileTest() override { front_.reset(); }

  std::string path() const { return scratch_.file("org" + std::to_string(lives_) + ".db"); }

  void open(bool reset = false) {
    auto store = open_org_file(path(), reset);
    ASSERT_TRUE(store) << store.error().text();
    store_ = *std::move(store);
    const auto found = front_->keep_in(*store_);
    ASSERT_TRUE(found) << found.error().text();
    found_ = *found;
    ASSERT_TRUE(front_->keep());
  }
  /// The sandbox ends in order and starts again.
  void restart(bool reset = false) {
    begin_org();
    store_.reset();
    open(reset);
  }
  /// What a killed sandbox leaves is what its files hold while it runs.
  void kill_and_restart() {
    const std::string before = path();
    ++lives_;
    for (const char* suffix : {"", "-wal"}) {
      if (fs::exists(before + suffix)) fs::copy_file(before + suffix, path() + suffix);
    }
    restart();
  }
  std::string create(const std::string& object, const Json& fields) {
    const Answer answer = call("POST", "sobjects/" + object, fields);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.body.value("id", "");
  }
  Error refusal() {
    begin_org();
    store_.reset();
    auto store = open_org_file(path(), false);
    if (!store) return store.error();
    const auto found = front_->keep_in(**store);
    if (found) return make_error(ErrorCode::kInternal, "it was taken");
    return found.error();
  }
  static std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::Scratch scratch_;
  int lives_ = 0;
  std::unique_ptr<sandbox::OrgStore> store_;
  bool found_ = false;
};

TEST_F(OrgFileTest, WhatWasAnsweredIsThereAfterAKill) {
  const std::string kept =
      create("Lead", {{"LastName", "Kept"}, {"Company", "Acme"}, {"NumberOfEmployees", 7}});
  const std::string changed = create("Lead", {{"LastName", "Old"}, {"Company", "Acme"}});
  const std::string binned = create("Lead", {{"LastName", "Binned"}, {"Company", "Acme"}});
  const std::string purged = create("Lead", {{"LastName", "Purged"}, {"Company", "Acme"}});
  now_ += seconds(90);
  call("PATCH", "sobjects/Lead/" + changed, {{"LastName", "New"}, {"Company", "Acme, \"Inc.\"\n"}});
  call("DELETE", "sobjects/Lead/" + binned);
  admin("purge", {{"id", purged}});
  const std::string all =
      "SELECT Id, LastName, Company, NumberOfEmployees, IsDeleted, OwnerId, CreatedDate, "
      "SystemModstamp, LastModifiedById FROM Lead ORDER BY Id";
  const Json before = query_all(all).body;
  kill_and_restart();
  EXPECT_TRUE(found_);
  EXPECT_EQ(query_all(all).body, before) << "the session is good, and every value is as it was";
  EXPECT_EQ(call("GET", "sobjects/Lead/" + purged).status, 404);
  EXPECT_EQ(admin("undelete", {{"id", binned}}).status, 200);
  const std::string next = create("Lead", {{"LastName", "Next"}, {"Company", "Acme"}});
  EXPECT_GT(next, purged) << "no id is given twice";
  kill_and_restart();
  EXPECT_THAT(column("SELECT LastName FROM Lead ORDER BY LastName", "LastName"),
              ElementsAre("Binned", "Kept", "New", "Next"));
}

TEST_F(OrgFileTest, ARefreshTokenIsGoodAfterARestart) {
  const std::string refresh = front_->authorize();
  const std::string withdrawn = front_->authorize();
  ASSERT_EQ(send("POST", "/services/oauth2/revoke", {}, "token=" + withdrawn).status, 200);
  restart();
  const std::string form = "grant_type=refresh_token&client_id=app&client_secret=" + std::string(kSecret);
  EXPECT_EQ(login(form + "&refresh_token=" + refresh).status, 200);
  EXPECT_EQ(login(form + "&refresh_token=" + withdrawn).status, 400);
}

TEST_F(OrgFileTest, ObjectsFieldsAndRulesStay) {
  ASSERT_TRUE(sandbox::apply_schema(
      R"([{"name": "Deal__c", "label": "Deal", "keyPrefix": "a7X",
           "fields": [{"name": "Amount__c", "type": "double"}, {"name": "When__c", "type": "date"},
                      {"name": "Won__c", "type": "boolean"}, {"name": "Key__c", "externalId": true, "unique": true},
                      {"name": "Tier__c", "type": "picklist", "picklistValues": ["A", "B"]},
                      {"name": "Firm__c", "type": "reference", "referenceTo": ["Account"], "relationshipName": "Firm__r"}],
           "validationRules": [{"name": "Positive", "when": "Amount__c < 0", "errorMessage": "No."}]}])",
      *org_));
  const std::string firm = create("Account", {{"Name", "Acme"}});
  create(
      "Deal__c",
      {{"Amount__c", 1.5}, {"When__c", "2026-02-03"}, {"Won__c", true}, {"Key__c", "k1"}, {"Firm__c", firm}});
  const Json described = get("sobjects/Deal__c/describe").body;
  const std::string all = "SELECT Id, Amount__c, When__c, Won__c, Key__c, Tier__c, Firm__r.Name FROM Deal__c";
  const Json before = query(all).body;
  kill_and_restart();
  EXPECT_EQ(get("sobjects/Deal__c/describe").body, described);
  EXPECT_EQ(query(all).body, before);
  EXPECT_EQ(call("POST", "sobjects/Deal__c", {{"Amount__c", -1}}).code(),
            "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  EXPECT_EQ(call("POST", "sobjects/Deal__c", {{"Key__c", "K1"}}).code(), "DUPLICATE_VALUE");
  EXPECT_EQ(create("Deal__c", Json::object()).substr(0, 3), "a7X");
}

TEST_F(OrgFileTest, AFieldThatComesLaterIsKeptBesideTheRecordsBefore) {
  const std::string id = create("Lead", {{"LastName", "A"}, {"Company", "Acme"}});
  add_key("Lead", "Ext__c");
  create("Lead", {{"LastName", "B"}, {"Company", "Acme"}, {"Ext__c", "x"}});
  kill_and_restart();
  EXPECT_EQ(call("PATCH", "sobjects/Lead/" + id, {{"Ext__c", "y"}}).status, 204);
  kill_and_restart();
  EXPECT_THAT(column("SELECT Ext__c FROM Lead ORDER BY LastName", "Ext__c"), ElementsAre("y", "x"));
}

TEST_F(OrgFileTest, WhatWasTakenBackIsNotThere) {
  const Answer answer = call("POST", "composite/sobjects",
                             {{"allOrNone", true},
                              {"records",
                               {{{"attributes", {{"type", "Lead"}}}, {"LastName", "A"}, {"Company", "Acme"}},
                                {{"attributes", {{"type", "Lead"}}}, {"LastName", "B"}}}}});
  ASSERT_EQ(answer.body[0]["success"], false);
  kill_and_restart();
  EXPECT_EQ(query_all("SELECT COUNT() FROM Lead").body["totalSize"], 0);
}

TEST_F(OrgFileTest, CursorsAndJobsEndWithTheRunAndTheirIdsAreNotGivenAgain) {
  for (int i = 0; i < 3; ++i)
    create("Lead", {{"LastName", "A"}, {"Company", "Acme"}});
  set_knobs([](sandbox::Knobs& knobs) { knobs.page_size_max = 2; });
  const std::string next = query("SELECT Id FROM Lead").body["nextRecordsUrl"];
  const Json job = {{"operation", "query"}, {"query", "SELECT Id FROM Lead"}};
  const std::string old = call("POST", "jobs/query", job).body["id"];
  kill_and_restart();
  set_knobs([](sandbox::Knobs& knobs) { knobs.page_size_max = 2; });
  EXPECT_NE(query("SELECT Id FROM Lead").body["nextRecordsUrl"], next);
  EXPECT_EQ(get(next.substr(std::string("/services/data/v60.0/").size())).code(), "INVALID_QUERY_LOCATOR");
  EXPECT_EQ(get("jobs/query/" + old).status, 404);
  EXPECT_NE(call("POST", "jobs/query", job).body["id"], old);
}

TEST_F(OrgFileTest, ResetBeginsAnew) {
  create("Lead", {{"LastName", "A"}, {"Company", "Acme"}});
  restart(true);
  EXPECT_FALSE(found_);
  token_.clear();
  EXPECT_EQ(query("SELECT COUNT() FROM Lead").body["totalSize"], 0);
  restart();
  EXPECT_TRUE(found_);
}

TEST_F(OrgFileTest, TwoSandboxesDoNotShareAFile) {
  const auto second = open_org_file(path(), false);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLockHeld);
}

TEST_F(OrgFileTest, ASecondNameOfTheFileIsRefused) {
  fs::create_hard_link(path(), scratch_.file("other.db"));
  const auto other = open_org_file(scratch_.file("other.db"), false);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("hard link"));
}

TEST_F(OrgFileTest, AFolderThatIsNotThereIsToldAndNotMade) {
  const auto made = open_org_file(scratch_.file("typo/org.db"), false);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kConfigInvalid);
  EXPECT_FALSE(fs::exists(scratch_.file("typo")));
}

TEST_F(OrgFileTest, AnotherProgramsFileIsRefusedAndLeftAlone) {
  ++lives_;
  { ASSERT_TRUE(store::open_database_file(path(), 65'536)); }  // the daemon's own
  const std::string before = bytes_of(path());
  const Error refused = refusal();
  EXPECT_EQ(refused.code, ErrorCode::kStateDamaged);
  EXPECT_THAT(refused.message, HasSubstr("another program's database"));
  EXPECT_EQ(bytes_of(path()), before);
  const auto other = store::open_database_file(scratch_.file("org0.db"), 65'536);
  EXPECT_FALSE(other) << "nor does the daemon take the sandbox's";
  ++lives_;
  std::ofstream(path()) << std::string(2 * store::kPageBytes, 'x');
  EXPECT_THAT(refusal().message, HasSubstr("not an SQLite database"));
}

TEST_F(OrgFileTest, ADamagedFileIsRefused) {
  for (int i = 0; i < 200; ++i)
    create("Lead", {{"LastName", "A"}, {"Company", "Acme"}, {"Description", std::string(200, 'd')}});
  restart();
  const std::string sound = bytes_of(path());
  int refused = 0;
  // Every page has a checksum, so that one bit is enough wherever it lies in a page that is read.
  for (size_t at = 150; at < sound.size(); at += store::kPageBytes) {
    ++lives_;
    std::string bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(path(), std::ios::binary) << bytes;
    refused += refusal().code == ErrorCode::kStateDamaged ? 1 : 0;
  }
  EXPECT_GE(refused, static_cast<int>(sound.size() / store::kPageBytes) - 2);
  ++lives_;
  std::ofstream(path(), std::ios::binary) << sound.substr(0, sound.size() / 2);
  EXPECT_EQ(refusal().code, ErrorCode::kStateDamaged);
}

/// A store whose disk is full for a while.
class FullStore final : public sandbox::OrgStore {
 public:
  Result<bool> restore(sandbox::OrgParts) override { return false; }
  Result<void> keep(sandbox::OrgParts) override {
    if (full) return make_error(ErrorCode::kDiskFull, "full");
    return {};
  }
  bool full = false;
};

TEST(OrgStore, WhatCanNotBeKeptIsNotAnswered) {
  struct Case : sandbox::testing::SandboxTest {
    void TestBody() override {
      FullStore store;
      ASSERT_TRUE(front_->keep_in(store));
      EXPECT_EQ(get("limits").status, 200);
      store.full = true;
      const Answer refused = call("POST", "sobjects/Lead", {{"LastName", "A"}, {"Company", "B"}});
      EXPECT_EQ(refused.status, 503);
      EXPECT_EQ(refused.code(), "SERVER_UNAVAILABLE");
      store.full = false;
      EXPECT_EQ(get("limits").status, 200);
      front_.reset();
    }
  };
  Case().TestBody();
}

}  // namespace
}  // namespace prospectd::wire
