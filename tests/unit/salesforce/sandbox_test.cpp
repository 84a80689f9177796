// The connector against the sandbox's front: both ends of the wire, without a network between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"
#include "connectors/sandbox/generator.h"
#include "tests/support/front_transport.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/sandbox_options.h"

namespace prospectd::salesforce::test {
namespace {

using prospectd::test::FrontTransport;
using prospectd::test::run;

class SandboxOrg : public ::testing::Test {
 protected:
  void SetUp() override {
    sandbox::GeneratorOptions generated;
    generated.people = 1'000;
    ASSERT_TRUE(sandbox::generate(org_, generated));
  }

  static Options connector_options() {
    Options options;
    options.login_url = "http://127.0.0.1:9443";
    options.client_id = "sandbox";
    options.client_secret = Secret("s3cret");
    options.test_endpoint = true;
    return options;
  }
  FeedQuery all(const std::string& object, std::vector<std::string> fields) {
    FeedQuery query;
    query.object = object;
    query.fields = std::move(fields);
    query.upper = now_ + std::chrono::hours{1};
    return query;
  }
  void small_pages(int rows) {
    sandbox::Knobs knobs = front_.knobs();
    knobs.page_size_max = rows;
    front_.set_knobs(knobs);
  }
  /// Every record of an object, page by page; in the order of the feed.
  std::vector<mapping::Record> read_all(const FeedQuery& query) {
    std::vector<mapping::Record> out;
    auto page = run(connector_->fetch(query));
    for (int pages = 0; pages < 1'000; ++pages) {
      EXPECT_TRUE(page) << page.error().text();
      if (!page) return out;
      EXPECT_TRUE(page->bad.empty());
      std::move(page->records.begin(), page->records.end(), std::back_inserter(out));
      if (page->next.empty()) return out;
      page = run(connector_->fetch_next(query, page->next));
    }
    ADD_FAILURE() << "the query never ends";
    return out;
  }

  Timestamp now_ = *parse_timestamp("2026-11-20T09:00:00Z");
  sandbox::Org org_{prospectd::test::org_options(now_)};
  sandbox::Front front_{org_, prospectd::test::front_options()};
  FrontTransport transport_{front_};
  std::unique_ptr<Connector> connector_ = make_salesforce_connector(transport_, connector_options());
};

TEST_F(SandboxOrg, TellsItsTime) {
  const auto time = run(connector_->server_time());
  ASSERT_TRUE(time) << time.error().text();
  EXPECT_EQ(*time, now_);
  EXPECT_EQ(front_.stats().logins, 1);
}

TEST_F(SandboxOrg, AFilterMayReachParentsAndRelativeDates) {
  auto owned = all("Lead", {"LastName"});
  owned.filter = "Owner.Type = 'Queue'";
  auto unowned = all("Lead", {"LastName"});
  unowned.filter = "NOT Owner.Type = 'Queue'";
  auto accounts = all("Contact", {});
  accounts.filter = "AccountId IN (SELECT Id FROM Account) AND SystemModstamp <= TODAY";
  const size_t leads = read_all(all("Lead", {})).size();
  const size_t queued = read_all(owned).size();
  EXPECT_GT(queued, 0U);
  EXPECT_EQ(queued + read_all(unowned).size(), leads);
  EXPECT_GT(read_all(accounts).size(), 0U);
}

TEST_F(SandboxOrg, IsReadWholeInOrderAndEachRecordOnce) {
  small_pages(37);
  for (const char* object : {"User", "Group", "Account", "Contact", "Lead"}) {
    const auto records = read_all(all(object, {}));
    EXPECT_FALSE(records.empty()) << object;
    std::set<std::string> ids;
    for (const auto& record : records)
      ids.insert(record.id.str());
    EXPECT_EQ(ids.size(), records.size()) << object;
    const auto earlier = [](const mapping::Record& a, const mapping::Record& b) {
      return a.version != b.version ? a.version < b.version : a.id < b.id;
    };
    EXPECT_TRUE(std::is_sorted(records.begin(), records.end(), earlier)) << object;
  }
}

TEST_F(SandboxOrg, EveryFieldOfADescribeCanBeRead) {
  for (const char* object : {"User", "Account", "Contact", "Lead"}) {
    const auto schema = run(connector_->describe(object));
    ASSERT_TRUE(schema) << schema.error().text();
    const auto records = read_all(all(object, schema->field_names()));
    EXPECT_FALSE(records.empty()) << object;
  }
}

TEST_F(SandboxOrg, ShowsConvertedAndDeletedLeads) {
  const auto records = read_all(all("Lead", {"LastName"}));
  const auto converted = [](const mapping::Record& r) { return r.lineage.converted; };
  const auto deleted = [](const mapping::Record& r) { return r.deleted; };
  EXPECT_GT(std::count_if(records.begin(), records.end(), converted), 0);
  EXPECT_GT(std::count_if(records.begin(), records.end(), deleted), 0);
  for (const auto& record : records) {
    if (record.lineage.converted) {
      EXPECT_TRUE(record.lineage.converted_contact.str().starts_with("003"));
    }
  }
}

TEST_F(SandboxOrg, GivesRecordsById) {
  auto records = read_all(all("Contact", {"Email"}));
  ASSERT_GE(records.size(), kFetchIdsMax);
  std::vector<RemoteId> ids;
  for (size_t i = 0; i < kFetchIdsMax; ++i)
    ids.push_back(records[i].id);
  small_pages(11);
  const auto page = run(connector_->fetch_by_ids("Contact", {"Email"}, ids));
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->records.size(), kFetchIdsMax);
}

TEST_F(SandboxOrg, ASessionThatEndsBetweenPagesEndsInAWholeQueryOrANewStart) {
  small_pages(50);
  const FeedQuery query = all("Lead", {"LastName"});
  const auto first = run(connector_->fetch(query));
  ASSERT_TRUE(first) << first.error().text();
  front_.expire_tokens();
  const auto second = run(connector_->fetch_next(query, first->next));
  if (!second) {
    EXPECT_EQ(second.error().code, ErrorCode::kQueryRestart) << second.error().text();
  }
  EXPECT_FALSE(read_all(query).empty());
  EXPECT_EQ(front_.stats().logins, 2);
}

TEST_F(SandboxOrg, AFieldHiddenFromTheLoginIsNamed) {
  const FeedQuery query = all("Lead", {"LastName", "Email"});
  ASSERT_TRUE(run(connector_->fetch(query)));
  sandbox::Knobs knobs = front_.knobs();
  knobs.hidden_fields["lead"].insert("email");
  front_.set_knobs(knobs);
  const auto page = run(connector_->fetch(query));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kUnknownField);
  EXPECT_THAT(page.error().text(), ::testing::HasSubstr("'Email'"));
}

TEST_F(SandboxOrg, WrongCredentialsSayWhatToDo) {
  Options wrong = connector_options();
  wrong.client_secret = Secret("another");
  auto connector = make_salesforce_connector(transport_, std::move(wrong));
  const auto time = run(connector->server_time());
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().code, ErrorCode::kLoginRefused);
  EXPECT_THAT(time.error().text(), ::testing::Not(::testing::HasSubstr("another")));
}

TEST_F(SandboxOrg, AnExhaustedQuotaIsTold) {
  sandbox::Knobs knobs = front_.knobs();
  knobs.daily_limit = 1;
  front_.set_knobs(knobs);
  ASSERT_TRUE(run(connector_->describe("Lead")));
  const auto page = run(connector_->fetch(all("Lead", {"LastName"})));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kQuotaExhausted) << page.error().text();
  EXPECT_EQ(connector_->usage().allowed, 1);
}

}  // namespace
}  // namespace prospectd::salesforce::test
